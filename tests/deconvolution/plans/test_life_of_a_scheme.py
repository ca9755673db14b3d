"""Whatever the people of a lab do with a scheme, in any order, twice or by halves: it ends, and everybody's end is the true one."""

import random
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


class Life:
    """A case of six kept tubes, some of them positive, and whatever is done about it."""

    def __init__(self, town: Town, luck: random.Random) -> None:
        self.town, self.luck = town, luck
        self.case, self.tubes = reactive(town, TUBES)
        self.positive = set(luck.sample(self.tubes, luck.randint(1, 3)))
        self.lost: set[str] = set()
        self.held: dict[str, set[str]] = {}
        self.to_sign: list[tuple[str, str]] = []
        self.spoilt = 0
        done(choose(town, self.case, **luck.choice(CHOICES)))

    def mix(self, wish: list[dict[str, Any]]) -> None:
        """A sub-pool is mixed; now and then the message is sent twice."""
        said = message(barcode=code(Kind.TUBE), members=[one["tube"] for one in wish])
        for _ in range(self.luck.choice((1, 1, 2))):
            done(self.town.ben.post(f"/testing/api/cases/{self.case}/sub-pools", said))
        self.held[str(said["barcode"])] = {one["tube"] for one in wish}

    def lay_out(self) -> None:
        """What waits is plated and read; now and then a sub-pool says nothing. The negatives are released now, the others later."""
        plate = self.town.plated()
        on_it = [what["tube"] for what in plate["wells"].values() if "tube" in what]
        truth = {one: "positive" for one in on_it if self.held.get(one, {one}) & self.positive}
        for one in on_it:
            if one in self.held and self.spoilt < 2 and self.luck.random() < 0.2:
                truth[one] = "invalid"
                self.spoilt += 1
        run = str(done(self.town.imported(plate, truth))["run"])
        done(review(run, self.town.bea))
        self.to_sign += [(run, one) for one in truth]

    def sign(self) -> None:
        """Bea releases one that is not negative."""
        run, tube = self.to_sign.pop(self.luck.randrange(len(self.to_sign)))
        done(review(run, self.town.bea, tubes=[tube]))

    def lose(self) -> None:
        """A kept tube is not there."""
        kept = [tube for tube in self.tubes if bench_state(self.town, tube) == "pooled"]
        if kept and len(self.lost) < 2:
            tube = self.luck.choice(kept)
            done(self.town.ben.post(f"/testing/api/cases/{self.case}/tubes/{tube}/aside", message()))
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

    def live(self) -> None:
        """One thing after another, until nothing is left."""
        for _ in range(DEEDS):
            view = stands(self.town, self.case)
            if view["standing"] == "done" and not self.to_sign:
                return
            next_ones: list[Any] = [partial(self.mix, wish) for wish in view["to_mix"]]
            if any(bench_state(self.town, one) == "waiting" for one in view["under_test"]):
                next_ones.append(self.lay_out)
            next_ones += [self.sign] * len(self.to_sign)
            seldom = self.luck.choice([self.lose, self.spill, self.change])
            (seldom if self.luck.random() < 0.1 else self.luck.choice(next_ones))()
        raise AssertionError(f"it does not end: {stands(self.town, self.case)}")

    def check(self) -> None:
        """Everybody's end is the true one, and is written once."""
        ends = {tube: ("positive" if tube in self.positive else "negative") for tube in self.tubes}
        ends |= dict.fromkeys(self.lost, "to_recollect")
        assert dict(zip(self.tubes, members(self.town, self.case), strict=True)) == ends
        assert all(verbs(self.town, tube).count("tube.released") == (tube not in self.lost) for tube in self.tubes)
        case = self.town.case(self.case)
        assert case is not None
        over = self.positive and not self.lost
        assert (case["state"], case["outcome"]) == (("closed", "confirmed") if over else ("recollecting", None))


@example(seed=59)  # a member settled by one sub-pool leaves another whom nothing can be mixed with any more
@given(seed=st.integers(0, 10**9))
@settings(max_examples=4)
def test_a_scheme_ends_in_the_truth(program: Program, web: TestClient, seed: int) -> None:
    life = Life(Town.build(program, web), random.Random(seed))
    life.live()
    life.check()


@pytest.mark.proof
@given(seed=st.integers(0, 10**9))
@settings(max_examples=30)
def test_thirty_schemes_end_in_the_truth(program: Program, web: TestClient, seed: int) -> None:
    life = Life(Town.build(program, web), random.Random(seed))
    life.live()
    life.check()
