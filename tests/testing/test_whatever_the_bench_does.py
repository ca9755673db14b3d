"""Whatever the people of a lab do, in any order, the lab comes to what a small model of it says, and refuses what the model refuses.

Receive, mix, plate, import, fail, run again, review, send back, reject, amend, store, discard.
"""

from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import text

from lims.catalog import actions as catalog
from lims.catalog.forms import CatalogForm
from lims.kernel.barcodes import Kind
from lims.kernel.db import Access
from lims.kernel.program import Program
from tests.bench import done, lay_out, message, mix, reject, review
from tests.factories import Town, at, code
from tests.testing.bench_model import CALLED, PLATED, REJECTED, RELEASED, WAITING, Lab, ModelTube

PICK = st.integers(0, 10**6)
CALLS = st.sampled_from(["negative", "negative", "negative", "positive", "single_target", "invalid"])
CALL_OF = {"single_target": "inconclusive"}
POLICY = {"from": "2022-01-01", "negative_days": 3, "other_days": 30, "rejected_days": 7, "source": "tests"}
STATES = "SELECT barcode, bench_state, pool, plate, released_call, discarded_at IS NOT NULL FROM tube WHERE lab = :lab"
LYING = "SELECT barcode, rack || position FROM stored_tube JOIN tube USING (barcode) WHERE lab = :lab"
FILLED = "SELECT tube, rack || position FROM rack_position JOIN rack ON rack.barcode = rack WHERE lab = :lab"
UNSIGNED = (
    "SELECT count(*) FROM release JOIN tube USING (barcode) JOIN call ON call.barcode = release.barcode AND call.run = release.run"
    " WHERE lab = :lab AND (released_by = call.imported_by OR NOT call.controls_passed OR call.call <> release.call)"
)


def answered(answer: Response, *, fits: bool) -> dict[str, Any] | None:
    """What was done, where the model says that it can be; otherwise a refusal is what there must be."""
    assert (answer.status_code == 200) is fits, answer.text
    assert fits or answer.status_code in {404, 409}, answer.text
    return done(answer) if fits else None


class Bench(RuleBasedStateMachine):
    """A town's lab and its model side by side."""

    program: Program
    web: TestClient

    @initialize()
    def opened(self) -> None:
        self.town = Town.build(self.program, self.web)
        self.lab = Lab()
        self.places: dict[str, str] = {}
        self.hours = 2.0
        self.rack = code(Kind.PLACE)
        body = message(barcode=self.rack, lab=self.town.lab, rows=4, columns=5, kept="cold", place="Refrigerator")
        done(self.town.ben.post("/testing/api/racks", body))

    def now(self) -> dict[str, Any]:
        """The next moment of the day."""
        self.hours += 0.01
        return {"at": at(self.hours)}

    def some(self, pick: int, codes: list[str]) -> str:
        """One of these, which stand in the order in which they came: codes are drawn by lot, and a history must be lived again alike."""
        return codes[pick % len(codes)]

    @rule(singles=st.integers(0, 3), swabs=st.integers(0, 2))
    def receive(self, singles: int, swabs: int) -> None:
        for size in [1] * singles + [10] * swabs:
            barcode = str(self.town.collected(1, size=size)["barcode"])
            self.lab.tubes[barcode] = ModelTube("single" if size == 1 else "swab_pool")
            self.town.received(barcode, hours=self.hours)

    @precondition(lambda self: self.lab.tubes)
    @rule(picks=st.lists(PICK, min_size=1, max_size=4))
    def mix(self, picks: list[int]) -> None:
        pool, members = code(Kind.TUBE), sorted({self.some(pick, list(self.lab.tubes)) for pick in picks})
        if answered(mix(self.town, *members, barcode=pool, **self.now()), fits=all(map(self.lab.may_be_pooled, members))):
            self.lab.pool(pool, members)

    @rule()
    def lay_out(self) -> None:
        waiting = self.lab.in_state(WAITING)
        plate = answered(lay_out(self.town, **self.now()), fits=bool(waiting))
        if plate is not None:
            on_it = [what["tube"] for what in plate["wells"].values() if "tube" in what]
            assert sorted(on_it) == sorted(waiting)
            self.lab.lay_out(plate["barcode"], waiting)

    @precondition(lambda self: self.lab.plates)
    @rule(pick=PICK, found=st.lists(CALLS, min_size=1, max_size=6), spoiled=st.sampled_from(["", "", "", "negative", "weak_positive"]))
    def read(self, pick: int, found: list[str], spoiled: str) -> None:
        barcode = self.some(pick, list(self.lab.plates))
        plate = done(self.town.ben.get(f"/testing/api/plates/{barcode}"))
        truth = {tube: found[place % len(found)] for place, tube in enumerate(self.lab.plates[barcode])}
        self.hours += 0.01
        answer = done(self.town.imported(plate, truth, hours=self.hours, spoiled=spoiled))
        if answer["run"] in self.lab.runs:
            return  # the same bytes again
        assert answer["control_verdict"] == ("failed" if spoiled else "passed")
        calls = {tube: CALL_OF.get(call, call) for tube, call in truth.items()}
        assert {call["tube"]: call["call"] for call in answer["calls"] if call["tube"]} == calls
        self.lab.read(answer["run"], barcode, calls, passed=not spoiled)

    @precondition(lambda self: self.lab.runs)
    @rule(pick=PICK)
    def release_together(self, pick: int) -> None:
        run = self.some(pick, list(self.lab.runs))
        fits = self.lab.newest_in_control(self.lab.runs[run].plate) == run
        answer = answered(review(run, self.town.bea, **self.now()), fits=fits)
        if answer is not None:
            assert answer["released"] == sorted(self.lab.clean(run))
            self.lab.release(run, self.lab.clean(run))

    @precondition(lambda self: self.lab.runs)
    @rule(pick=PICK, which=PICK)
    def release_one(self, pick: int, which: int) -> None:
        run = self.some(pick, list(self.lab.runs))
        tube = self.some(which, list(self.lab.runs[run].calls))
        fits = self.lab.newest_in_control(self.lab.runs[run].plate) == run and tube in self.lab.undecided(run)
        if answered(review(run, self.town.bea, tubes=[tube], **self.now()), fits=fits):
            self.lab.release(run, [tube])

    @precondition(lambda self: self.lab.runs)
    @rule(pick=PICK)
    def nobody_signs_their_own_import(self, pick: int) -> None:
        run = self.some(pick, list(self.lab.runs))
        ben = self.town.somebody("ben", "technician", lab=self.town.lab)
        assert review(run, ben, **self.now()).status_code == 403

    @precondition(lambda self: self.lab.runs)
    @rule(pick=PICK, which=st.none() | PICK)
    def send_back(self, pick: int, which: int | None) -> None:
        run = self.some(pick, list(self.lab.runs))
        may = self.lab.returnable(run)
        named = None if which is None else [self.some(which, list(self.lab.runs[run].calls))]
        answer = answered(review(run, self.town.bea, "reject", named, **self.now()), fits=named is None or named[0] in may)
        if answer is not None:
            assert answer["returned"] == sorted(named or may)
            self.lab.send_back(run, named or may)

    @precondition(lambda self: self.lab.tubes)
    @rule(pick=PICK)
    def reject(self, pick: int) -> None:
        tube = self.some(pick, list(self.lab.tubes))
        fits = self.lab.tubes[tube].state in (WAITING, PLATED, CALLED)
        if answered(reject(self.town, tube, **self.now()), fits=fits):
            self.lab.reject(tube)

    @precondition(lambda self: self.lab.in_state(RELEASED))
    @rule(pick=PICK, call=st.sampled_from(["negative", "positive", "inconclusive", "invalid"]))
    def amend(self, pick: int, call: str) -> None:
        tube = self.some(pick, self.lab.in_state(RELEASED))
        body = message(call=call, reason="seen again") | self.now()
        answer = self.town.bea.post(f"/testing/api/tubes/{tube}/amend", body)
        if answered(answer, fits=self.lab.amendable(tube, call)):
            self.lab.tubes[tube].released_call = call

    @precondition(lambda self: self.lab.tubes)
    @rule(pick=PICK, position=st.none() | st.sampled_from(["A1", "A2", "D5", "E1"]))
    def put_away(self, pick: int, position: str | None) -> None:
        tube = self.some(pick, list(self.lab.tubes))
        others = {place for other, place in self.places.items() if other != tube}
        free = [place for place in (f"{row}{column}" for row in "ABCD" for column in range(1, 6)) if place not in others]
        want = position or (free[0] if free else "")
        body = message(tubes=[tube]) | self.now() | ({"position": position} if position else {})
        answer = self.town.ben.post(f"/testing/api/racks/{self.rack}/tubes", body)
        if position == "E1" and not self.lab.tubes[tube].discarded:
            assert answer.status_code == 422
        elif answered(answer, fits=want in free and not self.lab.tubes[tube].discarded):
            self.places[tube] = want

    @precondition(lambda self: self.lab.tubes)
    @rule(pick=PICK)
    def take_out(self, pick: int) -> None:
        tube = self.some(pick, list(self.lab.tubes))
        body = message(lab=self.town.lab, tubes=[tube]) | self.now()
        if answered(self.town.ben.post("/testing/api/stored/take-out", body), fits=tube in self.places):
            del self.places[tube]

    @precondition(lambda self: self.lab.tubes)
    @rule(pick=PICK)
    def discard(self, pick: int) -> None:
        tube = self.some(pick, list(self.lab.tubes))
        known = self.lab.tubes[tube]
        answer = self.town.ben.post(
            "/testing/api/discards", message(lab=self.town.lab, tubes=[tube], reason="kept long enough") | self.now()
        )
        if known.state in (RELEASED, REJECTED) and answer.status_code == 409 and not known.discarded:
            # Whether its case is open is the model of cases' to say; without a call that is not negative there is none.
            assert answer.json()["code"] == "discard_case_open"
            family = [known, *([self.lab.tubes[known.pool]] if known.pool else [])]
            assert any(call != "negative" for one in family for call in one.calls.values())
        elif answered(answer, fits=known.state in (RELEASED, REJECTED) and not known.discarded):
            known.discarded = True
            self.places.pop(tube, None)

    @invariant()
    def the_lab_is_as_the_model_says(self) -> None:
        if not hasattr(self, "lab"):
            return
        with self.program.database.transaction(Access.OWNER) as connection:
            rows = connection.execute(text(STATES), {"lab": self.town.lab}).all()
            lying = connection.execute(text(LYING), {"lab": self.town.lab}).all()
            filled = connection.execute(text(FILLED), {"lab": self.town.lab}).all()
            unsigned = connection.execute(text(UNSIGNED), {"lab": self.town.lab}).scalar_one()
        assert {row[0]: tuple(row[1:3]) + tuple(row[4:]) for row in rows} == {
            barcode: (tube.state, tube.pool, tube.released_call, tube.discarded) for barcode, tube in self.lab.tubes.items()
        }
        assert {tuple(row) for row in lying} == {(tube, self.rack + place) for tube, place in self.places.items()}
        assert sorted(map(tuple, lying)) == sorted(map(tuple, filled))
        assert unsigned == 0


def lived(program: Program, web: TestClient, histories: int, steps: int) -> None:
    """So many labs live so many steps each."""
    with program.database.transaction(Access.OWNER) as connection:
        catalog.load(connection, CatalogForm.model_validate({"retention_policy": [POLICY]}), datetime.now(UTC), "tests")
    machine = type("Lived", (Bench,), {"program": program, "web": web})
    unhurried = settings(
        max_examples=histories, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
    )
    run_state_machine_as_test(machine, settings=unhurried)


def test_a_few_labs_live_as_the_model_says(program: Program, web: TestClient) -> None:
    lived(program, web, 5, 25)


@pytest.mark.proof
def test_many_labs_live_as_the_model_says(program: Program, web: TestClient) -> None:
    lived(program, web, 200, 60)
