"""A pool's history as messages of several people, told to the real system in any order, and what must come of it."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

from httpx import Response
from hypothesis import strategies as st

from lims.kernel import ids
from lims.kernel.barcodes import Kind
from tests.bench import lay_out, note, reject, review, scan, single_of
from tests.deconvolution import model
from tests.factories import Town, at, code, person, tube

CONTROLS = {"H9": "control:weak_positive", "H10": "control:negative", "H11": "control:negative", "H12": "control:blank"}
SAID = {"negative": "negative", "positive": "positive", "inconclusive": "grey_zone", "invalid": "invalid"}
FATES = ("sent", "received", "rejected", "negative", "negative", "positive", "inconclusive", "invalid")
EVENTS = ("notified", "unreachable", "refused", "transferred")


@dataclass(frozen=True)
class History:
    """What happened: the pool's fate and its members."""

    pool: str  # imported, released, rejected
    members: tuple[model.Member, ...]


@st.composite
def histories(draw: st.DrawFn) -> History:
    """One to three members, each with up to three singles and two notes, on one day; every moment is another one."""
    moments = count(6, 0.5)
    members = []
    for _ in range(draw(st.integers(1, 3))):
        singles = []
        for number in range(draw(st.integers(0, 3))):
            hour = next(moments)
            fate = draw(st.sampled_from(FATES))
            answers = draw(st.sampled_from([None, *range(number)]))
            call = fate if fate in SAID else None
            got, end = (hour + 0.2 if fate != "sent" else None), hour + draw(st.sampled_from([0.8, 20.8]))
            singles.append(model.Single(number, hour, answers, got, call, end if call else None, end if fate == "rejected" else None))
        notes = [model.Note(draw(st.sampled_from(EVENTS)), next(moments) + 0.05) for _ in range(draw(st.integers(0, 2)))]
        members.append(model.Member(tuple(singles), tuple(notes)))
    return History(draw(st.sampled_from(["imported", "released", "released", "rejected"])), tuple(members))


def fate_of(single: model.Single) -> str:
    """How far a single that a lab received has come."""
    return "rejected" if single.rejected else "released" if single.call else "received"


def end_of(single: model.Single) -> float:
    """The hour at which it came that far."""
    return single.released or single.rejected or single.received or 0.0


class Tubes:
    """The tubes of one history in one town, and what must come of them."""

    def __init__(self, town: Town, history: History) -> None:
        self.town, self.history = town, history
        self.closed_as: str | None = None  # by a reviewer, for everybody in it
        self.pool = tube(town.site, [person() for _ in history.members], size=10)
        self.singles = {
            (place, single.number): code(Kind.TUBE) for place, member in enumerate(history.members) for single in member.singles
        }

    @property
    def barcode(self) -> str:
        """The pool's code."""
        return str(self.pool["barcode"])

    def record(self, place: int, single: model.Single) -> dict[str, Any]:
        """A single as a device sends it."""
        above = self.barcode if single.answers is None else self.singles[place, single.answers]
        own = self.singles[place, single.number]
        return single_of(self.town, self.pool["members"][place], above, hours=single.collected, barcode=own)

    def expected_members(self) -> list[str]:
        """The members' states, by the model."""
        return [model.member_state(member) for member in self.history.members]

    def expected_case(self) -> tuple[str, str | None]:
        """The case's state and outcome, by the model."""
        released = "positive" if self.history.pool == "released" else None
        return model.case_state(released, self.expected_members(), rejected=self.history.pool == "rejected", closed_as=self.closed_as)

    def expected_rows(self) -> dict[tuple[str, str], str]:
        """Every person's row of the pool and of each single, by the model."""
        own = {"imported": "pending", "released": "verifying", "rejected": "recollect"}[self.history.pool]
        rows = {}
        for place, member in enumerate(self.history.members):
            number = self.pool["members"][place]["id_number"]
            rows[number, self.barcode] = model.row_state(own, member.singles)
            for single in member.singles:
                said = "recollect" if single.rejected else {"invalid": "recollect", None: "pending"}.get(single.call, single.call)
                answers = model.descendants(member.singles, single.number)
                rows[number, self.singles[place, single.number]] = model.row_state(str(said), answers)
        return rows

    def expected_list(self) -> list[int]:
        """The positions that Ana calls back for the pool."""
        if self.history.pool == "imported" or self.expected_case()[0] == "closed":
            return []
        back = {"recollected", "received", "negative", "positive"}
        return [place for place, state in enumerate(self.expected_members(), 1) if state not in back]


class Telling(Tubes):
    """The messages of one history in one town."""

    def __init__(self, town: Town, history: History) -> None:
        super().__init__(town, history)
        # Each message is sent as often as it takes until it is understood, and may come again afterwards.
        self.messages: list[Callable[[], Response]] = [
            lambda: self.sent(self.pool),
            *self.road(self.barcode, "positive", 1.0, history.pool),
        ]
        for place, member in enumerate(history.members):
            for single in member.singles:
                self.messages += self.of_single(place, single)
            self.messages += [self.noted(place, one) for one in member.notes]

    def of_single(self, place: int, single: model.Single) -> list[Callable[[], Response]]:
        """A single's own registration, and its road through the lab."""
        barcode, made = self.singles[place, single.number], self.record(place, single)
        told: list[Callable[[], Response]] = [lambda: self.sent(made)]
        if single.received is None:
            return told
        return told + self.road(barcode, SAID.get(single.call or "", "negative"), single.received, fate_of(single), end_of(single))

    def sent(self, made: dict[str, Any]) -> Response:
        """A device's message; held is as good as accepted."""
        answer = self.town.ana.post("/sampling/api/sync", {"device": "dev-1", "sent_at": at(40), "tubes": [made]})
        assert answer.json()["tubes"][0]["outcome"] in {"accepted", "already_have", "held"}, answer.text
        return answer

    def noted(self, place: int, one: model.Note) -> Callable[[], Response]:
        """A call to a member, noted."""
        same = str(ids.uuid7())
        return lambda: note(self.town, self.barcode, place + 1, one.event, id=same, at=at(one.at))

    def road(self, barcode: str, kind: str, received: float, fate: str, end: float = 5.0) -> list[Callable[[], Response]]:
        """A tube's road through the lab, which has an order of its own: each step waits for the one before."""
        town, box, plate, same = self.town, code(Kind.BOX), code(Kind.PLATE), [str(ids.uuid7()) for _ in range(4)]
        runs: list[str] = []

        def imported() -> Response:
            laid = {
                "barcode": plate,
                "wells": {"A1": {"tube": barcode}} | {w: {"control": c.removeprefix("control:")} for w, c in CONTROLS.items()},
            }
            answer = town.imported(laid, {barcode: kind}, hours=received + 0.2)
            runs[:] = [answer.json()["run"]] if answer.status_code < 300 else []
            return answer

        steps: list[Callable[[], Response]] = [lambda: scan(town, box, barcode, id=same[0], at=at(received))]
        if fate in {"imported", "released"} or (fate == "rejected" and barcode == self.barcode):
            steps += [
                lambda: lay_out(town, {"A1": barcode} | CONTROLS, id=same[1], barcode=plate, at=at(received + 0.1)),
                imported,
            ]
        if fate == "released":
            steps.append(lambda: review(runs[0], town.bea, tubes=[barcode], id=same[2], at=at(end)))
        if fate == "rejected":
            steps.append(lambda: reject(town, barcode, id=same[3], at=at(end)))
        done: list[int] = []

        def in_turn(number: int) -> Callable[[], Response]:
            def step() -> Response:
                if len(done) < number:
                    return NOT_YET
                answer = steps[number]()
                if answer.status_code < 300 and len(done) == number:
                    done.append(number)
                return answer

            return step

        return [in_turn(number) for number in range(len(steps))]

    def tell(self, luck: random.Random) -> None:
        """Tell everything in an order drawn by lot, some of it several times, and again what was not understood yet."""
        waiting = [*self.messages, *luck.sample(self.messages, len(self.messages) // 4)]
        luck.shuffle(waiting)
        while waiting:
            again = []
            for message in waiting:
                answer = message()
                assert answer.status_code in {200, 201, 202, 404}, answer.text
                if answer.status_code == 404:
                    again.append(message)
            assert len(again) < len(waiting), "nothing is understood any more"
            waiting = again


NOT_YET = Response(404, json={})
