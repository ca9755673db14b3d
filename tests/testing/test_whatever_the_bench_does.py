"""Whatever the people of a lab do, in any order, the lab comes to what a small model of it says, and refuses what the model refuses.

Receive, mix, extract, plate, import, fail, run again, extract again, review, verify, send back, reject, amend, store, discard; lots expire.
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
from tests.bench import done, extract, lay_out, message, mix, out_of_control, reject, review, tubes_in
from tests.factories import Town, at, code
from tests.testing.bench_model import (
    CALLED,
    NEEDED,
    PLATED,
    RE_EXTRACTION,
    REJECTED,
    RELEASED,
    REPEAT,
    VERIFICATION,
    WAITING,
    Lab,
    ModelTube,
)
from tests.testing.wrong_results import SECOND

PICK = st.integers(0, 10**6)
CALLS = st.sampled_from(["negative", "negative", "negative", "positive", "single_target", "invalid"])
CALL_OF = {"single_target": "inconclusive"}
POLICY = {"from": "2022-01-01", "negative_days": 3, "other_days": 30, "rejected_days": 7, "source": "tests"}
LOTS = ("extraction_kit", "amplification_kit", "control_material")
ASSAYS = st.sampled_from(["ncov2", "ncov2", "second"])
VERIFIED = {"from": "2022-02-02", "calls": ["positive"], "source": "tests"}
STATES = (
    "SELECT barcode, bench_state, pool, released_call, discarded_at IS NOT NULL, batch, repeat_reason, repeat_assay FROM tube"
    " WHERE lab = :lab"
)
INVALID = (
    "SELECT DISTINCT batch FROM extraction_failure JOIN extraction_batch ON barcode = batch WHERE lab = :lab AND superseded_by IS NULL"
)
LYING = "SELECT barcode, rack || position FROM stored_tube JOIN tube USING (barcode) WHERE lab = :lab"
FILLED = "SELECT tube, rack || position FROM rack_position JOIN rack ON rack.barcode = rack WHERE lab = :lab"
UNSIGNED = (
    "SELECT count(*) FROM release JOIN tube USING (barcode) JOIN call ON call.barcode = release.barcode AND call.run = release.run"
    " WHERE lab = :lab AND (released_by = call.imported_by OR NOT call.controls_passed OR call.call <> release.call)"
)


def answered(answer: Response, *, fits: bool) -> dict[str, Any] | None:
    """What was done, where the model says that it can be; otherwise a refusal is what there must be."""
    assert (answer.status_code == 200) is fits, answer.text
    assert fits or answer.status_code in {404, 409, 422}, answer.text
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

    @rule(kind=st.sampled_from(LOTS), expired=st.sampled_from([False, False, False, True]))
    def open_lot(self, kind: str, expired: bool) -> None:
        what = {"lab": self.town.lab, "kind": kind, "product": kind, "number": f"{self.hours:.2f}"} | self.now()
        what |= {"expires_on": "2022-02-01" if expired else "2099-01-01"} | ({"assay": "ncov2"} if kind == "amplification_kit" else {})
        done(self.town.ben.post("/testing/api/lots", message(**what)))
        self.lab.expired.discard(kind)
        self.lab.expired |= {kind} if expired else set()

    @rule()
    def extract(self) -> None:
        waiting = self.lab.extractable()
        good = not self.lab.expired & {"extraction_kit", "control_material"}
        batch = answered(extract(self.town, **self.now()), fits=bool(waiting) and good)
        if batch is not None:
            assert sorted(tubes_in(batch)) == sorted(waiting)
            self.lab.extract(batch["barcode"], batch["wells"])

    @rule(assay=ASSAYS, eluates=st.booleans())
    def lay_out(self, assay: str, eluates: bool) -> None:
        waiting = self.lab.layable(assay, eluates=eluates)
        how: dict[str, Any] = {"assay": assay} | ({"batches": "eluates"} if eluates else {})
        plate = answered(lay_out(self.town, **how, **self.now()), fits=bool(waiting) and self.lots_are_good(assay))
        if plate is not None:
            assert sorted(tubes_in(plate)) == sorted(waiting)
            self.lab.lay_out(plate["barcode"], assay, plate["wells"])

    @precondition(lambda self: self.lab.batches)
    @rule(picks=st.lists(PICK, min_size=1, max_size=2), assay=ASSAYS)
    def lay_out_batches(self, picks: list[int], assay: str) -> None:
        codes = list(dict.fromkeys(self.some(pick, list(self.lab.batches)) for pick in picks))
        wanted = [self.lab.left_in(batch, assay) for batch in codes]
        wells = sum(len(tubes) + sum(NEEDED.values()) for tubes in wanted)
        fits = all(map(self.lab.sound, codes)) and all(wanted) and wells <= 96 and self.lots_are_good(assay)
        plate = answered(lay_out(self.town, batches=codes, assay=assay, **self.now()), fits=fits)
        if plate is not None:
            assert sorted(tubes_in(plate)) == sorted(tube for tubes in wanted for tube in tubes)
            self.lab.lay_out(plate["barcode"], assay, plate["wells"])

    def lots_are_good(self, assay: str) -> bool:
        """Whether nothing that a plate of this kit uses has expired."""
        return not self.lab.expired & ({"control_material", "amplification_kit"} if assay == "ncov2" else {"control_material"})

    @precondition(lambda self: self.lab.plates)
    @rule(pick=PICK, found=st.lists(CALLS, min_size=1, max_size=6), spoiled=st.none() | st.none() | st.lists(PICK, min_size=1, max_size=2))
    def read(self, pick: int, found: list[str], spoiled: list[int] | None) -> None:
        barcode = self.some(pick, list(self.lab.plates))
        plate = self.lab.plates[barcode]
        truth = {tube: found[place % len(found)] for place, tube in enumerate(plate.tubes)}
        controls = [well for well, what in plate.wells.items() if "control" in what]
        out = {self.some(each, controls) for each in spoiled or []}
        self.hours += 0.01
        file = self.town.run_file({"barcode": barcode, "wells": plate.wells}, truth).decode().splitlines()
        lines = "".join((out_of_control(line) if line.split(",")[1] in out else line) + "\n" for line in file)
        if plate.assay == "second":
            lines = lines.replace(",ORF1ab,", ",ORF3,").replace(",N,", ",E,")
        answer = done(self.town.upload(barcode, lines.encode(), hours=self.hours))
        if answer["run"] in self.lab.runs:
            return  # the same bytes again
        calls = {tube: CALL_OF.get(call, call) for tube, call in truth.items()}
        assert {call["tube"]: call["call"] for call in answer["calls"] if call["tube"]} == calls
        self.lab.read(answer["run"], barcode, calls, out)
        assert (answer["control_verdict"] == "passed") == self.lab.runs[answer["run"]].passed

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
        fits = self.lab.releasable(run, tube)
        if answered(review(run, self.town.bea, tubes=[tube], **self.now()), fits=fits):
            self.lab.release(run, [tube])

    @precondition(lambda self: self.lab.runs)
    @rule(pick=PICK)
    def nobody_signs_their_own_import(self, pick: int) -> None:
        run = self.some(pick, list(self.lab.runs))
        ben = self.town.somebody("ben", "technician", lab=self.town.lab)
        assert review(run, ben, **self.now()).status_code == 403

    @precondition(lambda self: self.lab.runs)
    @rule(pick=PICK, which=st.none() | PICK, reason=st.sampled_from([REPEAT, REPEAT, RE_EXTRACTION, VERIFICATION]))
    def send_back(self, pick: int, which: int | None, reason: str) -> None:
        run = self.some(pick, list(self.lab.runs))
        may = self.lab.returnable(run)
        named = None if which is None else [self.some(which, list(self.lab.runs[run].calls))]
        fits = (named is None or named[0] in may) and (reason != VERIFICATION or self.lab.verifiable(run, named or may))
        answer = answered(review(run, self.town.bea, "reject", named, reason=reason, **self.now()), fits=fits)
        if answer is not None:
            assert answer["returned"] == sorted(named or may)
            self.lab.send_back(run, named or may, reason)

    @precondition(lambda self: self.lab.batches)
    @rule(pick=PICK, note=st.sampled_from(["", "", "a spill"]))
    def extract_again(self, pick: int, note: str) -> None:
        batch = self.some(pick, list(self.lab.batches))
        sound = self.lab.sound(batch)
        body = message(note=note) | self.now()
        answer = answered(self.town.ben.post(f"/testing/api/extractions/{batch}/re-extract", body), fits=bool(note) or not sound)
        if answer is not None:
            assert answer["returned"] == sorted(self.lab.re_extract(batch, declared=sound))

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
            invalid = set(connection.execute(text(INVALID), {"lab": self.town.lab}).scalars())
        assert {row[0]: tuple(row[1:]) for row in rows} == {
            barcode: (tube.state, tube.pool, tube.released_call, tube.discarded, tube.batch, tube.reason, tube.called_with)
            for barcode, tube in self.lab.tubes.items()
        }
        assert invalid == {batch for batch, known in self.lab.batches.items() if known.invalid}
        assert {tuple(row) for row in lying} == {(tube, self.rack + place) for tube, place in self.places.items()}
        assert sorted(map(tuple, lying)) == sorted(map(tuple, filled))
        assert unsigned == 0


def lived(program: Program, web: TestClient, histories: int, steps: int) -> None:
    """So many labs live so many steps each."""
    rules = {"retention_policy": [POLICY], "assay": [SECOND], "verification": [VERIFIED | {"required": True}]}
    load(program, rules)
    machine = type("Lived", (Bench,), {"program": program, "web": web})
    unhurried = settings(
        max_examples=histories, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
    )
    try:
        run_state_machine_as_test(machine, settings=unhurried)
    finally:
        load(program, {"verification": [VERIFIED | {"required": False}]})


def load(program: Program, content: dict[str, Any]) -> None:
    """The catalogue says this from now on."""
    with program.database.transaction(Access.OWNER) as connection:
        catalog.load(connection, CatalogForm.model_validate(content), datetime.now(UTC), "tests")


def test_a_few_labs_live_as_the_model_says(program: Program, web: TestClient) -> None:
    lived(program, web, 5, 25)


@pytest.mark.proof
def test_many_labs_live_as_the_model_says(program: Program, web: TestClient) -> None:
    lived(program, web, 40, 50)
