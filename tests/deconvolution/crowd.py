"""Thousands of histories lived at once in one town: what happens at the same hour goes in one message, the order is drawn by lot.

A history told by itself costs thirty requests; together a crowd shares boxes, plates, runs and reviews, as a day's tubes do.
Which of its messages has come when is another draw for every tube: whoever is not drawn in a round waits for the next.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any

from httpx import Response

from lims.catalog import queries as catalog
from lims.deconvolution import actions, board
from lims.deconvolution.callbacks import lookup as callbacks
from lims.deconvolution.forms import CloseForm, ContactForm
from lims.deconvolution.queries import Among
from lims.deconvolution.rules import CaseState, ContactEvent, Outcome
from lims.kernel import clock, ids
from lims.kernel.auth.rules import Caller, Role
from lims.kernel.barcodes import Kind
from lims.kernel.db import Access
from lims.testing.accession import actions as accession
from tests.bench import done, lay_out, review, scan
from tests.deconvolution.history import CONTROLS, SAID, History, Tubes, end_of, fate_of
from tests.factories import MORNING, Town, at, code
from tests.interop.telling import drained

WELLS = [f"{row}{column}" for row in "ABCDEFGH" for column in range(1, 13) if f"{row}{column}" not in CONTROLS]
MOST_AT_ONCE = 500
COMES_AGAIN = 0.1
LIKELY = 0.7  # that a piece of the bench's work is done in a round
CLOSED = 0.4  # of the cases, by a reviewer, as soon as they may be
UNKNOWN = 0.5  # of these, until then: their people are registered only afterwards


@dataclass
class Road:
    """What happens to a tube in a lab, one step after the other, and at which hour; `seen` as the instrument sees it."""

    barcode: str
    seen: str
    steps: list[tuple[str, float]]
    plate: str = ""
    run: str = ""


@dataclass
class Crowd:
    """Histories of one town, the messages that are still to come, and those that may come again."""

    town: Town
    histories: Sequence[History]
    luck: random.Random
    again: list[Callable[[], Response]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lives = [Tubes(self.town, history) for history in self.histories]
        self.to_close = {life.barcode: life for life in self.lives if self.luck.random() < CLOSED}
        self.unknown = {barcode: life.pool for barcode, life in self.to_close.items() if self.luck.random() < UNKNOWN}
        self.unsent = [life.pool for life in self.lives if life.barcode not in self.unknown]
        self.notes: list[tuple[str, int, str, float]] = []
        self.roads: list[Road] = []
        for life in self.lives:
            self.roads.append(road(life.barcode, "positive", 1.0, life.history.pool, 5.0, read=True))
            for place, member in enumerate(life.history.members):
                self.notes += [(life.barcode, place + 1, note.event, note.at) for note in member.notes]
                for single in member.singles:
                    self.unsent.append(life.record(place, single))
                    if single.received is not None:
                        barcode, seen = life.singles[place, single.number], SAID.get(single.call or "", "negative")
                        self.roads.append(road(barcode, seen, single.received, fate_of(single), end_of(single)))

    def live(self, after_each_round: Callable[[], None] = lambda: None) -> None:
        """Round after round some of what waits is told, in whatever order, and some of what was told is told again."""
        while self.unsent or self.unknown or self.notes or any(one.steps for one in self.roads):
            if not any(one.steps for one in self.roads):
                self.closing()
                self.unsent += self.unknown.values()
                self.unknown = {}
            errands = [self.registering, self.noting, self.closing, self.looking, *self.bench_work()]
            self.luck.shuffle(errands)
            for errand in errands:
                errand()
            self.luck.shuffle(self.again)
            for message in self.again[len(self.again) // 2 :]:
                assert message().status_code < 300
            del self.again[len(self.again) // 2 :]
            after_each_round()

    def drawn(self, waiting: list[Any]) -> tuple[list[Any], list[Any]]:
        """Those whose turn it is, in any order, and those who wait; the last few go together."""
        self.luck.shuffle(waiting)
        cut = len(waiting) if len(waiting) < 50 else int(len(waiting) * self.luck.uniform(0.2, 0.8))
        return waiting[:cut], waiting[cut:]

    def told(self, message: Callable[[], Response]) -> Response:
        """The answer to a message, which may come again later."""
        answer = message()
        assert answer.status_code < 300, answer.text
        if self.luck.random() < COMES_AGAIN:
            self.again.append(message)
        return answer

    def registering(self) -> None:
        """Devices send tubes: pools and singles as they come, some of them before what they answer."""
        now, self.unsent = self.drawn(self.unsent)
        for start in range(0, len(now), MOST_AT_ONCE):
            body = {"device": "dev-1", "sent_at": at(40), "tubes": now[start : start + MOST_AT_ONCE]}
            answer = self.told(partial(self.town.ana.post, "/sampling/api/sync", body))
            assert {one["outcome"] for one in answer.json()["tubes"]} <= {"accepted", "held"}

    def noting(self) -> None:
        """Calls to members are noted, some of them before anybody knows the case."""
        now, self.notes = self.drawn(self.notes)
        with self.town.program.database.transaction(Access.BENCH) as connection:
            for barcode, position, event, hours in now:
                form, when = ContactForm(id=ids.uuid7(), event=ContactEvent(event)), MORNING + timedelta(hours=hours)
                actions.note_contact(connection, barcode, position, form, when, "ana", clock.now())

    def closing(self) -> None:
        """A reviewer closes some of what may be closed by now; a pool that nobody has registered yet, for none of its people."""
        with self.town.program.database.transaction(Access.BENCH) as connection:
            for case in board.these(connection, catalog.current(connection), [*self.to_close]):
                if case.standing.preliminary or (not case.members and case.row.barcode not in self.unknown):
                    continue
                life, settled = self.to_close.pop(case.row.barcode), case.standing.state is CaseState.SETTLED
                if case.standing.state is CaseState.CLOSED:
                    continue
                form = CloseForm(id=ids.uuid7(), outcome=Outcome.CLEARED if settled else Outcome.UNRESOLVED, reason="enough")
                actions.close(connection, case, form, MORNING + timedelta(hours=5), "bea", clock.now())
                if self.unknown.pop(life.barcode, None) is None:
                    life.closed_as = form.outcome.value
                else:
                    self.unsent.append(life.pool)

    def looking(self) -> None:
        """The worker reads the trail, and keeps aside what is over."""
        if self.luck.random() < LIKELY:
            drained(self.town.program)

    def bench_work(self) -> list[Callable[[], None]]:
        """What the bench does in this round, a piece for each step and hour; what is read or released of a plate is one."""
        pieces: dict[tuple[str, float, str], list[Road]] = defaultdict(list)
        for one in self.roads:
            if one.steps:
                step, hours = one.steps[0]
                pieces[step, hours, {"read": one.plate, "released": one.run}.get(step, "")].append(one)
        steps = {"received": self.receive, "plated": self.plate, "read": self.read, "released": self.release, "rejected": self.reject}
        work: list[Callable[[], None]] = []
        for (step, hours, place), roads in pieces.items():
            if self.luck.random() < LIKELY:
                now = roads if place else self.drawn(roads)[0]
                work.append(partial(steps[step], now, hours))
        return work

    def receive(self, roads: list[Road], hours: float) -> None:
        """Tubes are scanned out of a box."""
        for start in range(0, len(roads), MOST_AT_ONCE):
            codes = [one.barcode for one in roads[start : start + MOST_AT_ONCE]]
            self.told(partial(scan, self.town, code(Kind.BOX), *codes, id=str(ids.uuid7()), at=at(hours)))
        step_on(roads)

    def plate(self, roads: list[Road], hours: float) -> None:
        """Tubes are laid out."""
        roads.sort(key=lambda one: one.steps[-1][1])  # what ends at the same hour is released together
        for start in range(0, len(roads), len(WELLS)):
            some, plate = roads[start : start + len(WELLS)], code(Kind.PLATE)
            layout = dict(zip(WELLS, (one.barcode for one in some), strict=False)) | CONTROLS
            self.told(partial(lay_out, self.town, layout, id=str(ids.uuid7()), barcode=plate, at=at(hours)))
            for one in some:
                one.plate = plate
            step_on(some)

    def read(self, roads: list[Road], hours: float) -> None:
        """A plate is read: all that is on it."""
        plate = roads[0].plate
        together = [one for one in self.roads if one.plate == plate]
        laid = done(self.town.ben.get(f"/testing/api/plates/{plate}"))
        truth = {one.barcode: one.seen for one in together}
        answer = self.told(partial(self.town.imported, laid, truth, hours=hours))
        for one in together:
            one.run = answer.json()["run"]
        step_on(together)

    def release(self, roads: list[Road], hours: float) -> None:
        """Bea releases what she names."""
        codes = [one.barcode for one in roads]
        self.told(partial(review, roads[0].run, self.town.bea, tubes=codes, id=str(ids.uuid7()), at=at(hours)))
        step_on(roads)

    def reject(self, roads: list[Road], hours: float) -> None:
        """Tubes are turned away, one by one."""
        ben = Caller(self.town.ben.name, frozenset({Role.TECHNICIAN}), lab=self.town.lab)
        with self.town.program.database.transaction(Access.BENCH) as connection:
            for one in roads:
                accession.reject(connection, one.barcode, "leaking", "", MORNING + timedelta(hours=hours), ben, clock.now())
        step_on(roads)

    def differences(self) -> list[str]:
        """Histories that did not come to what the model says: case, members, everybody's results, who is called back."""
        cases = {case["id"]: case for case in self.pages("/testing/api/cases", lab=self.town.lab, limit=500)}
        rows = self.town.results(*({"barcode": barcode} for life in self.lives for barcode in (life.barcode, *life.singles.values())))
        with self.town.program.database.transaction(Access.FIELD) as connection:
            listed = callbacks.listed(connection, self.town.program.keys, catalog.current(connection), self.town.site, None)
        called_back: dict[str, list[int]] = defaultdict(list)
        for row in listed:
            called_back[row.tube].append(row.position)
        found = []
        for life in self.lives:
            case, expected = cases[life.barcode], life.expected_rows()
            come_to = (
                [member["state"] for member in case["members"]], (case["state"], case["outcome"]), case["preliminary"],
                {key: rows.get(key) for key in expected}, sorted(called_back[life.barcode]),
            )  # fmt: skip
            wanted = (life.expected_members(), life.expected_case(), life.history.pool == "imported", expected, life.expected_list())
            if come_to != wanted:
                found.append(f"{life.history!r}\n  came to {come_to}\n  and not {wanted}")
        return found

    def misfiled(self) -> list[str]:
        """Cases that a list of one state leaves out or that stand in the list of another, by what is derived of all of them."""
        found = []
        with self.town.program.database.transaction(Access.BENCH) as connection:
            known, among = catalog.current(connection), Among(lab=self.town.lab)
            states = {case.row.barcode: case.standing.state for case in board.walk(connection, known, among, None)}
            for state in CaseState:
                listed, _ = board.listed(connection, known, replace(among, states=frozenset({state})), None, len(states) + 1)
                differing = {case.row.barcode for case in listed} ^ {code for code in states if states[code] is state}
                found += [f"{code} is {states.get(code)}, asked for {state}" for code in differing]
        return found

    def pages(self, path: str, **asked: object) -> list[dict[str, Any]]:
        """A whole list, page by page."""
        items: list[dict[str, Any]] = []
        after = None
        while True:
            answer = done(self.town.olga.get(path, **asked, **({"after": after} if after else {})))
            items += answer["items"]
            if not (after := answer["next"]):
                return items


def road(barcode: str, seen: str, received: float, fate: str, end: float, *, read: bool = False) -> Road:
    """The steps of a tube; `read`: also where it is rejected in the end."""
    steps = [("received", received)]
    if fate in {"imported", "released"} or read:
        steps += [("plated", received + 0.1), ("read", received + 0.2)]
    if fate in {"released", "rejected"}:
        steps.append((fate, end))
    return Road(barcode, seen, steps)


def step_on(roads: Sequence[Road]) -> None:
    """These have made their next step."""
    for one in roads:
        del one.steps[0]
