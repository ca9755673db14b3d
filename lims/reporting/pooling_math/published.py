"""What the product computes for each kind of published figure; `comparison` holds it against them.

The inputs and the names of the figures are those of the reference file: "p", "Se", "Sp", "n" a pool's members (for prevalence
x positive of n pools of m members), "ET" the expected tests of one pool, "PSe" … the accuracy of a member's result.
"""

from collections.abc import Callable, Mapping
from typing import Any

from lims.deconvolution.schemes.array import SquareArray
from lims.deconvolution.schemes.halving import HalvingByDeduction
from lims.deconvolution.schemes.individual import Individual
from lims.deconvolution.schemes.matrix import Design, Matrix
from lims.deconvolution.schemes.rules import Assay, Cost, Scheme
from lims.deconvolution.schemes.subpools import BestSubPools, SubPools
from lims.reporting.pooling_math import dilution, exact, fixed_size, households, prevalence, retests, sizes
from lims.reporting.pooling_math.pools import Group, Likelihood

Figures = Mapping[str, Any]
Compute = Callable[[Figures], Figures]

# The pools of the package's file mosq.dat, as the reference file gives them one by one.
MOSQUITOES = {
    "pipiens": {"x": [1, 0, 0, 1], "m": [100, 50, 25, 5]},
    "tarsalis": {"x": [1, 0, 1, 0, 0], "m": [200, 100, 50, 25, 10]},
    "quinque": {"x": [0, 1, 0], "m": [25, 10, 5]},
}
# What a search over squares looks at; the packages' own limits.
SQUARES = range(3, 26)
POOLS_OF_THREE_STAGES = range(3, 31)


def assay_of(inputs: Figures) -> Assay:
    """Perfect where nothing is told."""
    return Assay(inputs.get("Se", 1.0), inputs.get("Sp", 1.0))


def of_scheme(scheme: Scheme, members: int, inputs: Figures) -> dict[str, Any]:
    """The figures of a scheme."""
    return told(scheme.cost(members, inputs["p"], assay_of(inputs)), members)


def told(cost: Cost, members: int) -> dict[str, Any]:
    """A cost in the words of the reference file."""
    trust, each = cost.accuracy, cost.expected / members
    return {
        "ET": cost.expected, "ET_per_person": each,
        "PSe": trust.sensitivity, "PSp": trust.specificity, "PPPV": trust.positive_predictive, "PNPV": trust.negative_predictive,
        "PercentReductionTests": 100 * (1 - each), "PercentIncreaseTestCap": 100 * (1 / each - 1),
    }  # fmt: skip


def dorfman(inputs: Figures) -> Figures:
    """Two stages; with "search" also the best size of a range."""
    found = of_scheme(Individual(), int(inputs["n"]), inputs)
    if "search" in inputs:
        low, high = map(int, inputs["search"].split(".."))
        found["optimal_n"] = sizes.best_size(inputs["p"], range(low, high + 1), assay_of(inputs))
    return found


def best_dorfman(inputs: Figures) -> Figures:
    """The best of 2 to 60."""
    best = sizes.best_size(inputs["p"], range(2, 61), assay_of(inputs))
    return {**of_scheme(Individual(), best, inputs), "optimal_n": best}


def efficiency(inputs: Figures) -> Figures:
    """People per test at two prevalences."""
    return {f"F_at_{name}": 1 / sizes.cost_per_person(inputs["n"], inputs[name]) for name in ("P_low", "P_high")}


def three_stages(inputs: Figures) -> Figures:
    """Nine, threes, singles for "9-3-1"."""
    whole, part, _ = map(int, inputs["config"].split("-"))
    return of_scheme(SubPools(part), whole, inputs)


def best_three_stages(inputs: Figures) -> Figures:
    """The best split of one pool, or of the best pool of a range."""
    scheme = BestSubPools(inputs["p"], assay_of(inputs))
    looked_at = [inputs["I"]] if "I" in inputs else POOLS_OF_THREE_STAGES
    found = {members: of_scheme(scheme, members, inputs) for members in looked_at}
    best = min(found, key=lambda members: found[members]["ET_per_person"])
    parts = [part.size for part in scheme.split(best).parts]
    words = ",".join(map(str, parts)) if "I" in inputs else f"{parts[0]}x{len(parts)}"
    return {**found[best], "optimal": f"{best} -> {words} -> 1"}


def square(inputs: Figures) -> Figures:
    """Without a master pool."""
    return of_scheme(SquareArray(), int(inputs["config"].split("x")[0]) ** 2, inputs)


def square_with_master(inputs: Figures) -> Figures:
    """The whole first."""
    return of_scheme(SquareArray(master=True), int(inputs["config"].split("x")[0]) ** 2, inputs)


def best_square(inputs: Figures) -> Figures:
    """The side with the fewest tests per person."""
    found = {side: of_scheme(SquareArray(), side * side, inputs) for side in SQUARES}
    best = min(found, key=lambda side: found[side]["ET_per_person"])
    return {**found[best], "optimal_dim": best}


def crossings(inputs: Figures) -> Figures:
    """A square as an imported design: only who lies in a positive row and a positive column is tested."""
    side = inputs["r"]
    rows = [frozenset(range(row * side, (row + 1) * side)) for row in range(side)]
    columns = [frozenset(range(column, side * side, side)) for column in range(side)]
    return of_scheme(Matrix(Design((*rows, *columns), side * side)), side * side, inputs)


def halving_by_deduction(inputs: Figures) -> Figures:
    """Tests per person at each prevalence."""
    scheme, members = HalvingByDeduction(confirm=False), inputs["mini_pool"]
    return {"tests_per_person": [scheme.cost(members, p).expected / members for p in inputs["p"]]}


def two_stages_in_full(inputs: Figures) -> Figures:
    """All numbers of tests that Dorfman testing can take, with their chances."""
    size = inputs["n"]
    again = assay_of(inputs).positive((1 - inputs["p"]) ** size)
    return {"pmf": {"1": 1 - again, str(size + 1): again}, "ET": 1 + size * again, "Var": size**2 * again * (1 - again)}


def grouped_households(inputs: Figures) -> Figures:
    """Two stages, whole households in a pool."""
    size, household = inputs["n"], inputs["household_size"]
    each = households.cost_per_person([household] * (size // household), inputs["p"], inputs["pairwise_corr"], assay_of(inputs))
    return {"ET_per_person": each}


def households_in_rows(inputs: Figures) -> Figures:
    """A square of households."""
    return {"ET_per_person": households.square_cost_per_person(inputs["r"], inputs["m"], inputs["p"], inputs["corr"], assay_of(inputs))}


def pools_of(inputs: Figures) -> Likelihood:
    """Of each kind x positive of n pools (one where nothing is told) of m members each."""
    numbers = inputs.get("n", [1] * len(inputs["x"]))
    return Likelihood([Group(m, n, x) for x, m, n in zip(inputs["x"], inputs["m"], numbers, strict=True)], assay_of(inputs))


def ends(interval: prevalence.Interval) -> dict[str, float]:
    """An interval in the words of the reference file."""
    return {"Lower": interval.low, "Upper": interval.high}


def estimated(inputs: Figures) -> Figures:
    """The estimate that the product shows."""
    pools = pools_of(inputs)
    found = prevalence.estimate(pools.groups, pools.assay)
    if found is None:
        raise ValueError("no pools")
    return {"P": found.prevalence, **ends(found.interval)}


def minimum_rate(inputs: Figures) -> Figures:
    """The minimum infection rate."""
    found = prevalence.minimum_rate(pools_of(inputs))
    return {"P": found.prevalence, **ends(found.interval)}


def imperfect_firth(inputs: Figures) -> Figures:
    """Firth's estimate of three groups of pools."""
    names = inputs["groups"].partition(" of ")[0].split(",")
    return {"P": [prevalence.firth(pools_of({**inputs, **MOSQUITOES[name]})) for name in names]}


def interval_by(name: str) -> Compute:
    """One of the intervals."""
    method = {
        "skew-score": prevalence.skew_score,
        "score": prevalence.score,
        "lrt": prevalence.likelihood_ratio,
        "wald": prevalence.wald,
        "exact": exact.hepworth,
    }[name]
    return lambda inputs: ends(method(pools_of(inputs)))


def every_interval(point: Callable[[Likelihood], float]) -> Compute:
    """A point estimate and all intervals."""

    def compute(inputs: Figures) -> Figures:
        named = {"skew-score": "skew-score", "score": "score", "lrt": "lrt", "Wald": "wald", "exact": "exact"}
        found = {name: list(interval_by(method)(inputs).values()) for name, method in named.items()}
        return {"P": point(pools_of(inputs)), **found}

    return compute


def hepworth(inputs: Figures) -> Figures:
    """The exact interval of pools of several sizes."""
    pools = pools_of(inputs)
    return {"P_mle": prevalence.greatest(pools), **ends(exact.hepworth(pools))}


def one_size(inputs: Figures) -> Figures:
    """The page's columns of "asymptotic" and "exact" are swapped (the reference file's note); here they carry what is in them."""
    group = Group(inputs["k"], inputs["pools"], inputs["pos"])
    normal, counted = fixed_size.normal(group), exact.clopper_pearson(group)
    return {
        "P": normal.prevalence, "SE": normal.error,
        "page_Method1_asymptotic": [counted.low, counted.high], "page_Method2_exact": [normal.interval.low, normal.interval.high],
    }  # fmt: skip


def doubted_assay(inputs: Figures) -> Figures:
    """The assay itself is known by a trial only."""
    trial = fixed_size.Trial(inputs["nSe"], inputs["nSp"])
    found = fixed_size.normal(Group(inputs["k"], inputs["pools"], inputs["pos"]), assay_of(inputs), trial)
    return {"P": found.prevalence, "SE": found.error, "CI": [found.interval.low, found.interval.high]}


def survey(inputs: Figures) -> Figures:
    """Whether a survey would see a prevalence at all."""
    several = inputs["pse"] if isinstance(inputs["pse"], list) else [inputs["pse"]]
    seen = [fixed_size.survey_sensitivity(inputs["r"], inputs["k"], inputs["pstar"], Assay(se, inputs["psp"])) for se in several]
    return {
        "sep": seen if isinstance(inputs["pse"], list) else seen[0],
        "spp": fixed_size.survey_specificity(inputs["r"], Assay(1.0, inputs["psp"])),
    }


def with_retests(inputs: Figures) -> Figures:
    """The variance with retests, also relative to single tests of as many people: whole pools only."""
    size, assay = inputs["n"], assay_of(inputs)
    people = inputs["N"] // size * size
    found = retests.variance(size, people, inputs["p"], assay)
    return {"var": found, "REE": found / retests.variance_singly(people, inputs["p"], assay)}


def best_design(inputs: Figures) -> Figures:
    """The pool size of the smallest error."""
    found = fixed_size.best_design(inputs["pools"], inputs["p"], inputs["smax"])
    return {"opt_pool_size": found.size, "mse": found.squared_error, "expected_estimate": found.mean}


def tested(inputs: Figures) -> Figures:
    """Whether a prevalence is refuted."""
    group = Group(inputs["s"], inputs["n"], inputs["y"])
    return {
        "p_value": fixed_size.chance_of_so_few(group, inputs["p.hyp"]),
        "estimate": exact.of_one_person(group.positive / group.pools, group.size),
    }


def diluted(inputs: Figures) -> Figures:
    """Sensitivity by pool size."""
    model = dilution.Dilution(limit=inputs["LoD"])
    seen = {size: model.sensitivity(size) for size in (1, 2, 5, 10, 20)}
    return {"individual_FNR": 1 - seen[1], "computed_Se_by_pool_size_single_positive": {str(size): se for size, se in seen.items()}}
