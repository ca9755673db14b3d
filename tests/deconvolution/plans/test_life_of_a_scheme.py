"""Whatever the people of a lab do with a scheme, in any order, twice or by halves: it ends, and everybody's end is the true one."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lims.kernel.barcodes import Kind
from lims.kernel.program import Program
from tests.bench import bench_state, done, members, message, refused, reject, review, verbs
from tests.deconvolution.plans.at_work import choose, reactive, stands
from tests.factories import Town, code

CHOICES: list[dict[str, Any]] = [
    {"kind": "halving"}, {"kind": "sub_pools", "size": 2}, {"kind": "individual"}, {"kind": "halving_by_deduction"},
    {"kind": "design", "design": "1,1,1,0,0,0\n0,0,1,1,1,0\n1,0,0,0,1,1\n0,1,0,1,0,1"},
]  # fmt: skip
TUBES = 6
DEEDS = 60


@dataclass(frozen=True)
class Truth:
    """What there is to be found: which of a pool's tubes are positive, and which of them nobody will find again; by their places."""

    tubes: int
    positive: frozenset[int]
    gone: frozenset[int] = frozenset()


def drawn(luck: random.Random) -> Truth:
    """Six tubes, one to three of them positive; any of them may get lost later."""
    return Truth(TUBES, frozenset(luck.sample(range(TUBES), luck.randint(1, 3))))


class Life:
    """A case of kept tubes, some of them positive, and whatever is done about it."""

    def __init__(self, town: Town, truth: Truth, choice: dict[str, Any], luck: random.Random) -> None:
        self.town, self.luck = town, luck
        self.case, self.tubes = reactive(town, truth.tubes)
        self.positive = {self.tubes[place] for place in truth.positive}
        self.gone = {self.tubes[place] for place in truth.gone}
        self.lost: set[str] = set()
        self.held: dict[str, set[str]] = {}
        self.to_sign: list[tuple[str, str]] = []
        self.spoilt = 0
        done(choose(town, self.case, **choice))

    def told(self, path: str, said: dict[str, Any]) -> None:
        """Somebody tells something; now and then the message is sent twice."""
        for _ in range(self.luck.choice((1, 1, 2))):
            done(self.town.ben.post(f"/testing/api/cases/{self.case}/{path}", said))

    def mix(self, wish: list[dict[str, Any]]) -> str:
        """A sub-pool is mixed; its code."""
        said = message(barcode=code(Kind.TUBE), members=[one["tube"] for one in wish])
        self.told("sub-pools", said)
        self.held[str(said["barcode"])] = {one["tube"] for one in wish}
        return str(said["barcode"])

    def lay_out(self, invalid: float = 0.2) -> None:
        """What waits is plated and read; now and then a sub-pool says nothing. The negatives are released now, the others later."""
        plate = self.town.plated()
        on_it = [what["tube"] for what in plate["wells"].values() if "tube" in what]
        truth = {one: "positive" for one in on_it if self.held.get(one, {one}) & self.positive}
        for one in on_it:
            if one in self.held and self.spoilt < 2 and self.luck.random() < invalid:
                truth[one] = "invalid"
                self.spoilt += 1
        run = str(done(self.town.imported(plate, truth))["run"])
        for _ in range(self.luck.choice((1, 2))):
            done(review(run, self.town.bea))
        self.to_sign += [(run, one) for one in truth]

    def sign(self) -> None:
        """Bea releases one that is not negative."""
        run, tube = self.to_sign.pop(self.luck.randrange(len(self.to_sign)))
        done(review(run, self.town.bea, tubes=[tube]))

    def lose(self) -> None:
        """A kept tube is not there: one that is gone, or else any."""
        kept = [tube for tube in self.tubes if bench_state(self.town, tube) in ("pooled", "waiting")]
        if kept and len(self.lost) < 2:
            self.miss(self.luck.choice(kept))

    def miss(self, tube: str) -> None:
        """Somebody looks for a tube, and it is not there."""
        self.told(f"tubes/{tube}/aside", message())
        self.lost.add(tube)

    def spill(self) -> None:
        """A sub-pool that waits for its plate leaks."""
        waiting = [one for one in self.held if bench_state(self.town, one) == "waiting"]
        if waiting and self.spoilt < 2:
            done(reject(self.town, self.luck.choice(waiting)))
            self.spoilt += 1

    def change(self) -> None:
        """Another scheme is chosen, if the case is still open."""
        answer = choose(self.town, self.case, **self.luck.choice(CHOICES))
        if answer.status_code != 200:
            refused(answer, 409, "case_closed")

    def live(self, *seldom: Callable[["Life"], None]) -> None:
        """One thing after another, until nothing is left; now and then one of what happens seldom."""
        for _ in range(DEEDS):
            view = stands(self.town, self.case)
            if view["standing"] == "done" and not self.to_sign:
                return
            waiting = [one for one in view["under_test"] if bench_state(self.town, one) == "waiting"]
            wished = {one["tube"] for wish in view["to_mix"] for one in wish}
            if missed := sorted((wished | {*waiting}) & self.gone - self.lost):
                self.miss(missed[0])
                continue
            next_ones: list[Any] = [partial(self.mix, wish) for wish in view["to_mix"]] + [self.lay_out] * bool(waiting)
            next_ones += [self.sign] * len(self.to_sign)
            (partial(self.luck.choice(seldom), self) if seldom and self.luck.random() < 0.1 else self.luck.choice(next_ones))()
        raise AssertionError(f"it does not end: {stands(self.town, self.case)}")

    def check(self) -> None:
        """Everybody's end is the true one, and is written once."""
        ends = {tube: ("positive" if tube in self.positive else "negative") for tube in self.tubes}
        ends |= dict.fromkeys(self.lost, "to_recollect")
        assert dict(zip(self.tubes, members(self.town, self.case), strict=True)) == ends
        assert all(verbs(self.town, tube).count("tube.released") == (tube not in self.lost) for tube in self.tubes)
        case = self.town.case(self.case)
        assert case is not None
        over = ("closed", "confirmed") if self.positive else ("settled", None)
        assert (case["state"], case["outcome"]) == (("recollecting", None) if self.lost else over)

    def come_to(self) -> tuple[list[str], str, str | None]:
        """How everybody and the case stand in the end, by their places alone."""
        case = self.town.case(self.case)
        assert case is not None
        return members(self.town, self.case), case["state"], case["outcome"]


def a_life(program: Program, web: TestClient, seed: int) -> None:
    """A case drawn by lot, in which now and then a tube gets lost, a sub-pool leaks or another scheme is chosen."""
    luck = random.Random(seed)
    life = Life(Town.build(program, web), drawn(luck), luck.choice(CHOICES), luck)
    life.live(Life.lose, Life.spill, Life.change)
    life.check()


@pytest.mark.parametrize(
    ("choice", "tubes"), [*((choice, TUBES) for choice in CHOICES), ({"kind": "square"}, 9)], ids=lambda one: str(one)[:40]
)
def test_every_scheme_comes_to_its_end_past_a_missing_tube_a_leaking_and_an_invalid_sub_pool(
    town: Town, choice: dict[str, Any], tubes: int
) -> None:
    life = Life(town, Truth(tubes, frozenset({1}), frozenset({tubes - 1})), choice, random.Random(3))
    life.miss(life.tubes[-1])
    if choice["kind"] != "individual":
        life.mix(stands(town, life.case)["to_mix"][0])
        life.spill()
        life.mix(stands(town, life.case)["to_mix"][0])
        life.lay_out(invalid=1)
        assert life.spoilt == 2
    life.live()
    life.check()
    assert life.come_to()[0] == ["positive" if place == 1 else "negative" for place in range(tubes - 1)] + ["to_recollect"]


def one_history(program: Program, web: TestClient, seed: int) -> None:
    """The same tubes positive and gone, the same scheme: three lives, each in an order of its own, with messages told twice."""
    luck = random.Random(seed)
    places = luck.sample(range(TUBES), TUBES)
    truth, choice = Truth(TUBES, frozenset(places[: luck.randint(0, 3)]), frozenset(places[5:][: luck.randint(0, 1)])), luck.choice(CHOICES)
    lives = [Life(Town.build(program, web), truth, choice, random.Random(luck.random())) for _ in range(3)]
    for life in lives:
        life.live(Life.spill)
        life.check()
        assert life.lost == life.gone
    assert len({str(life.come_to()) for life in lives}) == 1


@given(seed=st.integers(0, 10**9))
@settings(max_examples=2)
def test_one_history_comes_to_one_end_in_whatever_order_the_lab_works(program: Program, web: TestClient, seed: int) -> None:
    one_history(program, web, seed)


@example(seed=59)  # a member settled by one sub-pool leaves another whom nothing can be mixed with any more
@given(seed=st.integers(0, 10**9))
@settings(max_examples=4)
def test_a_scheme_ends_in_the_truth(program: Program, web: TestClient, seed: int) -> None:
    a_life(program, web, seed)


@pytest.mark.proof
@given(seed=st.integers(0, 10**9))
@settings(max_examples=50)
def test_fifty_schemes_end_in_the_truth(program: Program, web: TestClient, seed: int) -> None:
    a_life(program, web, seed)


@pytest.mark.proof
@given(seed=st.integers(0, 10**9))
@settings(max_examples=12)
def test_twelve_histories_come_to_one_end_each_in_three_orders(program: Program, web: TestClient, seed: int) -> None:
    one_history(program, web, seed)
