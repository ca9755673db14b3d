"""The arithmetic of pools against chance itself: 100,000 pools a scheme, drawn and tested without any of its formulas.

A mean agrees where it lies within five of its own standard errors: once in two million times one would not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np
import pytest
from numpy.typing import NDArray

from lims.deconvolution.schemes.array import SquareArray
from lims.deconvolution.schemes.halving import Halving, HalvingByDeduction, halves
from lims.deconvolution.schemes.hierarchy import Split, singles
from lims.deconvolution.schemes.individual import Individual
from lims.deconvolution.schemes.matrix import Design, Matrix
from lims.deconvolution.schemes.rules import PERFECT, Assay, Mix, Scheme
from lims.deconvolution.schemes.subpools import SubPools
from lims.reporting.pooling_math import households, prevalence, retests, sizes, tomorrow
from lims.reporting.pooling_math.pools import Group, Likelihood
from lims.reporting.pooling_math.prevalence import Estimate, Interval
from lims.reporting.pooling_math.retests import Retested
from tests.deconvolution.schemes.outside import followed

pytestmark = pytest.mark.proof
POOLS = 100_000
ERRORS = 5
ASSAYS = [PERFECT, Assay(0.95, 0.99), Assay(0.8, 0.97)]
Bools = NDArray[np.bool_]
Counts = NDArray[np.int64]


def anyone(among: Bools, *axes: int) -> Bools:
    """Whether any along these axes is."""
    return np.asarray(among.any(axis=axes))


@dataclass
class Bench:
    """Draws who is positive and what tests say."""

    drawn: np.random.Generator
    assay: Assay

    def people(self, members: int, p: float) -> Bools:
        return self.drawn.random((POOLS, members)) < p

    def tested(self, truth: Bools) -> Bools:
        chance = np.where(truth, self.assay.sensitivity, 1 - self.assay.specificity)
        return np.asarray(self.drawn.random(truth.shape) < chance)


Lived = tuple[Counts, Bools]  # tests of each pool, who was found positive


def lived_split(bench: Bench, truth: Bools, split: Split) -> Lived:
    tests, found = np.zeros(POOLS, np.int64), np.zeros_like(truth)

    def live(part: Split, start: int, asked: Bools) -> None:
        tests[:] += asked
        positive = asked & bench.tested(anyone(truth[:, start : start + part.size], 1))
        if not part.parts:
            found[:, start] = positive
        for inner in part.parts:
            live(inner, start, positive)
            start += inner.size

    live(split, 0, np.ones(POOLS, np.bool_))
    return tests, found


def lived_deduction(bench: Bench, truth: Bools) -> Lived:
    """Every single member who is found without an own test is confirmed."""
    tests, found = np.zeros(POOLS, np.int64), np.zeros_like(truth)

    def live(part: Split, start: int, known: Bools, asked: Bools) -> None:
        tests[:] += asked
        positive = known | (asked & anyone(truth[:, start : start + part.size], 1))
        if not part.parts:
            tests[:] += known
            found[:, start] = positive
            return
        first, second = part.parts
        hit = anyone(truth[:, start : start + first.size], 1)
        live(first, start, np.zeros(POOLS, np.bool_), positive)
        live(second, start + first.size, positive & ~hit, positive & hit)

    live(halves(truth.shape[1]), 0, np.zeros(POOLS, np.bool_), np.ones(POOLS, np.bool_))
    return tests, found


def lived_square(bench: Bench, truth: Bools, scheme: SquareArray) -> Lived:
    side = round(sqrt(truth.shape[1]))
    square = truth.reshape(POOLS, side, side)
    asked = np.ones(POOLS, np.bool_)
    tests = np.zeros(POOLS, np.int64)
    if scheme.master:
        tests += 1
        asked = bench.tested(anyone(truth, 1))
    rows = bench.tested(anyone(square, 2)) & asked[:, None]
    columns = bench.tested(anyone(square, 1)) & asked[:, None]
    suspects = rows[:, :, None] & columns[:, None, :]
    if scheme.orphans:
        suspects |= rows[:, :, None] & ~anyone(columns, 1)[:, None, None]
        suspects |= columns[:, None, :] & ~anyone(rows, 1)[:, None, None]
    tests += np.where(asked, 2 * side, 0) + suspects.sum(axis=(1, 2))
    return tests, (suspects & bench.tested(square)).reshape(POOLS, -1)


def lived_matrix(bench: Bench, truth: Bools, design: Design) -> Lived:
    left = np.ones_like(truth)
    for pool in design.pools:
        inside = sorted(pool)
        left[:, inside] &= bench.tested(anyone(truth[:, inside], 1))[:, None]
    return len(design.pools) + left.sum(axis=1), left & bench.tested(truth)


HAMMING = Design(tuple(frozenset(place for place in range(15) if (place + 1) >> bit & 1) for bit in range(4)), 15)
LIVED: list[tuple[str, Scheme, int, Callable[[Bench, Bools], Lived]]] = [
    ("singly", Individual(), 10, lambda bench, truth: lived_split(bench, truth, singles(10))),
    ("halving", Halving(), 10, lambda bench, truth: lived_split(bench, truth, halves(10))),
    ("sub-pools", SubPools(4), 10, lambda bench, truth: lived_split(bench, truth, SubPools(4).split(10))),
    ("square", SquareArray(), 64, lambda bench, truth: lived_square(bench, truth, SquareArray())),
    ("square, master", SquareArray(master=True), 64, lambda bench, truth: lived_square(bench, truth, SquareArray(master=True))),
    ("crossings", SquareArray(orphans=False), 64, lambda bench, truth: lived_square(bench, truth, SquareArray(orphans=False))),
    ("design", Matrix(HAMMING), 15, lambda bench, truth: lived_matrix(bench, truth, HAMMING)),
]


def agrees(seen: NDArray[np.float64] | Counts | Bools, expected: float) -> None:
    """The mean of what was seen is what was expected, as far as so many can tell."""
    error = float(seen.std()) / sqrt(seen.size)
    assert float(seen.mean()) == pytest.approx(expected, abs=ERRORS * error + 1e-12)


@pytest.mark.parametrize("p", [0.005, 0.05, 0.3])
@pytest.mark.parametrize("assay", ASSAYS)
@pytest.mark.parametrize(("name", "scheme", "members", "live"), LIVED, ids=[each[0] for each in LIVED])
def test_a_hundred_thousand_pools_cost_what_the_formula_says(
    name: str, scheme: Scheme, members: int, live: Callable[[Bench, Bools], Lived], assay: Assay, p: float
) -> None:
    bench = Bench(np.random.default_rng([7, members, round(p * 1000), len(name), round(assay.sensitivity * 100)]), assay)
    truth = bench.people(members, p)
    tests, found = live(bench, truth)
    cost = scheme.cost(members, p, assay)
    agrees(tests, cost.expected)
    assert tests.max() <= cost.worst
    # Members of one pool are not independent: the share of each pool is one observation, by the ratio of two means.
    for group, correct, said in (
        (truth, found, cost.accuracy.sensitivity),
        (~truth, ~found, cost.accuracy.specificity),
        (found, truth, cost.accuracy.positive_predictive),
        (~found, ~truth, cost.accuracy.negative_predictive),
    ):
        if group.any():
            right, all_of_them = (group & correct).sum(axis=1), group.sum(axis=1)
            agrees((right - said * all_of_them) / all_of_them.mean(), 0.0)


@pytest.mark.parametrize("p", [0.005, 0.05, 0.3])
@pytest.mark.parametrize("members", [4, 10])
def test_deduction_costs_what_the_recursion_says(members: int, p: float) -> None:
    bench = Bench(np.random.default_rng([11, members]), PERFECT)
    truth = bench.people(members, p)
    tests, found = lived_deduction(bench, truth)
    cost = HalvingByDeduction().cost(members, p)
    assert (found == truth).all()
    agrees(tests, cost.expected)
    assert tests.max() <= cost.worst


@pytest.mark.parametrize(
    ("scheme", "members"),
    [(Individual(), 9), (Halving(), 9), (SubPools(4), 9), (SquareArray(), 9), (SquareArray(master=True), 9), (Matrix(HAMMING), 15)],
)
def test_what_a_scheme_proposes_step_by_step_costs_what_it_said(scheme: Scheme, members: int) -> None:
    assay, p = Assay(0.9, 0.97), 0.08
    drawn = np.random.default_rng([13, members])
    codes = [f"{number:02}" for number in range(members)]
    counts, found_of_positive = [], []

    def answer(positive: frozenset[str]) -> Callable[[Mix], bool]:
        return lambda mix: bool(drawn.random() < (assay.sensitivity if mix & positive else 1 - assay.specificity))

    for _ in range(4000):
        positive = frozenset(code for code in codes if drawn.random() < p)
        step, results = followed(scheme, codes, answer(positive))
        counts.append(len(results))
        found_of_positive += [code in step.positive for code in positive]
    cost = scheme.cost(members, p, assay)
    agrees(np.array(counts), cost.expected)
    agrees(np.array(found_of_positive), cost.accuracy.sensitivity)


def test_discordant_pools_come_as_often_as_expected() -> None:
    assay, p = Assay(0.95, 0.98), 0.02
    bench = Bench(np.random.default_rng(17), assay)
    truth = bench.people(10, p)
    discordant = bench.tested(anyone(truth, 1)) & ~bench.tested(truth).any(axis=1)
    agrees(discordant, sizes.discordant(10, p, assay))


def test_households_are_as_alike_as_said() -> None:
    p, correlation, drawn = 0.05, 0.3, np.random.default_rng(19)
    spread = (1 - correlation) / correlation
    risk = drawn.beta(p * spread, (1 - p) * spread, (POOLS, 2))
    positive = drawn.binomial(5, risk)
    agrees((positive.sum(axis=1) > 0) + 0.1, households.cost_per_person([5, 5], p, correlation))
    measured = households.correlation_of([(5, int(found)) for found in positive.ravel()])
    assert measured == pytest.approx(correlation, abs=0.01)


MIXES = {"one size": [(10, 300)], "three sizes": [(10, 100), (5, 50), (1, 20)], "few pools": [(10, 20), (5, 10)]}
ROUNDS = 2000


def covered(estimates: list[tuple[Interval, int]], p: float) -> float:
    """The share of intervals that hold p, each as often as it was drawn."""
    return sum(times for interval, times in estimates if interval.low <= p <= interval.high) / sum(times for _, times in estimates)


def drawn_pools(pools: list[tuple[int, int]], p: float, assay: Assay, seed: int) -> list[tuple[list[Group], int]]:
    """What came of so many rounds, and how often."""
    drawn = np.random.default_rng([seed, round(p * 10_000)])
    columns = [drawn.binomial(number, assay.positive((1 - p) ** size), ROUNDS) for size, number in pools]
    outcomes, times = np.unique(np.stack(columns, axis=1), axis=0, return_counts=True)
    return [
        ([Group(size, number, int(x)) for (size, number), x in zip(pools, outcome, strict=True)], int(often))
        for outcome, often in zip(outcomes, times, strict=True)
    ]


@pytest.mark.parametrize("p", [0.001, 0.005, 0.02, 0.08])
@pytest.mark.parametrize("pools", MIXES.values(), ids=MIXES.keys())
@pytest.mark.parametrize("assay", [PERFECT, Assay(0.95, 0.995)])
def test_nineteen_of_twenty_intervals_hold_the_truth(pools: list[tuple[int, int]], p: float, assay: Assay) -> None:
    """Few pools at a low prevalence come in few outcomes, so that the share jumps; it must not fall far below."""
    estimates: list[tuple[Estimate, int]] = []
    for groups, times in drawn_pools(pools, p, assay, 23):
        found = prevalence.estimate(groups, assay)
        assert found is not None
        estimates.append((found, times))
    share = covered([(found.interval, times) for found, times in estimates], p)
    print(f"coverage {share:.4f} p={p} pools={pools} {assay}")  # noqa: T201 — the figure that is proved, for who runs it with -s
    assert share >= 0.93


@pytest.mark.parametrize("p", [0.005, 0.02, 0.08])
def test_the_corrected_estimate_is_right_on_average_and_the_likeliest_is_too_large(p: float) -> None:
    outcomes = drawn_pools([(10, 40)], p, PERFECT, 29)
    corrected = np.repeat([prevalence.firth(Likelihood(groups)) for groups, _ in outcomes], [times for _, times in outcomes])
    likeliest = np.repeat([prevalence.greatest(Likelihood(groups)) for groups, _ in outcomes], [times for _, times in outcomes])
    assert abs(corrected.mean() - p) <= abs(likeliest.mean() - p) + ERRORS * corrected.std() / sqrt(ROUNDS)
    assert corrected.mean() == pytest.approx(p, abs=0.02 * p + ERRORS * corrected.std() / sqrt(ROUNDS))


@pytest.mark.parametrize("p", [0.005, 0.03])
@pytest.mark.parametrize("assay", [PERFECT, Assay(0.95, 0.995)])
def test_intervals_with_retests_hold_the_truth_and_vary_as_said(p: float, assay: Assay) -> None:
    drawn, size, pools, rounds = np.random.default_rng(31), 10, 200, 600
    inside, points = 0, []
    for _ in range(rounds):
        truth = drawn.random((pools, size)) < p
        positive = drawn.random(pools) < np.where(anyone(truth, 1), assay.sensitivity, 1 - assay.specificity)
        single = drawn.random((pools, size)) < np.where(truth, assay.sensitivity, 1 - assay.specificity)
        counts = np.bincount(single.sum(axis=1)[positive], minlength=size + 1)
        resolved = {k: int(times) for k, times in enumerate(counts) if times}
        found = retests.estimate([Retested(size, int((~positive).sum()), resolved=resolved)], assay)
        assert found is not None
        inside += found.interval.low <= p <= found.interval.high
        points.append(found.prevalence)
    print(f"coverage with retests {inside / rounds:.4f} p={p} {assay}")  # noqa: T201 — as above
    assert inside / rounds >= 0.92
    said = retests.variance(size, pools * size, p, assay)
    assert np.var(points) == pytest.approx(said, rel=0.35)


@pytest.mark.parametrize("rate", [0.01, 0.1])
def test_tomorrow_lies_in_its_band_nine_times_in_ten(rate: float) -> None:
    drawn = np.random.default_rng(37)
    inside = 0
    for _ in range(ROUNDS):
        band = tomorrow.positive_pools(1000, int(drawn.binomial(1000, rate)), 800)
        inside += band.low <= drawn.binomial(800, rate) <= band.high
    print(f"tomorrow's band {inside / ROUNDS:.4f} rate={rate}")  # noqa: T201 — as above
    assert 0.88 <= inside / ROUNDS <= 0.97
