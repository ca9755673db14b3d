"""From pools to the prevalence of areas and weeks, and to a pool size. Pure; the arithmetic stands in `pooling_math`."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from lims.catalog.policies import PoolingPolicy
from lims.catalog.rules import Catalog
from lims.deconvolution.schemes.rules import PERFECT, Assay
from lims.reporting.pooling_math import prevalence, retests
from lims.reporting.pooling_math.dilution import Dilution
from lims.reporting.pooling_math.households import Gain, measured_gain
from lims.reporting.pooling_math.pool_size import Ladder, Recommendation, recommend
from lims.reporting.pooling_math.pools import Group
from lims.reporting.pooling_math.prevalence import Estimate
from lims.reporting.pooling_math.retests import Retested

# How sensitive a pool with one positive member is: that of a usual assay, as its source has it.
DILUTION = Dilution()


@dataclass(frozen=True)
class Found:
    """Tubes with a result of one area and week (its Monday) with `size` people in each."""

    area: str
    week: date
    size: int
    negative: int
    positive: int
    undecided: int


@dataclass(frozen=True)
class Resolved:
    """So many positive pools of `size` people of an area, of whom `positive` were positive singly."""

    area: str
    size: int
    positive: int
    pools: int


@dataclass(frozen=True)
class Assumed:
    """What is assumed of the assay, and the least sensitivity that a pool with one positive member must keep (by `Dilution`).

    Without one that of the pooling policy in force holds.
    """

    assay: Assay = PERFECT
    sensitivity_floor: float | None = None


@dataclass(frozen=True)
class AreaPools:
    """What the pools of an area say. `contradicted`: positive ones none of whose members was positive.

    `retested` is the estimate that also knows the single tests; `household` what whole households in a pool saved.
    """

    area: str
    pools: int
    positive: int
    undecided: int
    contradicted: int
    people: int
    estimate: Estimate | None
    retested: Estimate | None
    size_now: int | None
    advice: Recommendation | None
    household: Gain | None


def groups_of(found: Iterable[Found]) -> list[Group]:
    """Decided pools by size."""
    pools, positive = Counter[int](), Counter[int]()
    for line in found:
        pools[line.size] += line.negative + line.positive
        positive[line.size] += line.positive
    return [Group(size, count, positive[size]) for size, count in sorted(pools.items()) if count]


def by_week(found: Sequence[Found], assay: Assay) -> dict[date, Estimate]:
    """The prevalence of each week in which a pool was decided."""
    weeks = defaultdict(list)
    for line in found:
        weeks[line.week].append(line)
    estimates = {week: prevalence.estimate(groups_of(lines), assay) for week, lines in sorted(weeks.items())}
    return {week: estimate for week, estimate in estimates.items() if estimate is not None}


def retested_of(groups: Iterable[Group], resolved: Iterable[Resolved], assay: Assay) -> list[Retested]:
    """The same pools with what came of their members.

    With an assay that is never wrong, a positive pool without a positive member cannot be: it counts as negative.
    """
    of_size: dict[int, dict[int, int]] = defaultdict(dict)
    for line in resolved:
        of_size[line.size][line.positive] = line.pools
    made = []
    for group in groups:
        known = of_size[group.size]
        waiting = group.positive - sum(known.values())
        negative = group.pools - group.positive
        if assay == PERFECT:
            negative += known.pop(0, 0)
        # A single tube is its own answer: whoever is positive in it is.
        if group.size == 1 and waiting:
            known, waiting = known | {1: known.get(1, 0) + waiting}, 0
        made.append(Retested(group.size, negative, max(waiting, 0), known))
    return made


def areas_of(
    found: Sequence[Found], resolved: Sequence[Resolved], catalog: Catalog, day: date, assumed: Assumed
) -> list[AreaPools]:  # fmt: skip
    """One line an area with a decided or undecided pool, the highest prevalence first."""
    most = max((assay.pool_max for assay in catalog.assays.values()), default=None)
    mine, answered = defaultdict(list), defaultdict(list)
    for line in found:
        mine[line.area].append(line)
    for pools in resolved:
        answered[pools.area].append(pools)
    lines = [area_of(area, mine[area], answered[area], policy_of(catalog, area, day), most, assumed) for area in mine]
    return sorted(lines, key=lambda line: (-(line.estimate.prevalence if line.estimate else 0.0), line.area))


def area_of(
    area: str, found: Sequence[Found], resolved: Sequence[Resolved], policy: PoolingPolicy | None, most: int | None, assumed: Assumed
) -> AreaPools:  # fmt: skip
    """What the pools of one area say; no assay is validated for pools of more than `most`."""
    assay, floor = assumed.assay, assumed.sensitivity_floor
    if floor is None and policy is not None:
        floor = policy.sensitivity_floor
    ladder = Ladder(assay_most=most, sensitivity_floor=floor)
    groups = groups_of(found)
    estimate = prevalence.estimate(groups, assay)
    known = retests.estimate(retested_of(groups, resolved, assay), assay)
    size_now = policy.pool_max if policy is not None else None
    household = policy is not None and policy.household and known is not None and known.positive > 0
    return AreaPools(
        area=area,
        pools=sum(group.pools for group in groups),
        positive=sum(group.positive for group in groups),
        undecided=sum(line.undecided for line in found),
        contradicted=sum(line.pools for line in resolved if line.positive == 0),
        people=sum(group.pools * group.size for group in groups),
        estimate=estimate,
        retested=known,
        size_now=size_now,
        advice=recommend(size_now, estimate, ladder, assay, DILUTION.sensitivity) if size_now is not None else None,
        household=measured_gain([group for group in groups if group.size > 1], known.prevalence, assay) if household and known else None,
    )


def policy_of(catalog: Catalog, area: str, day: date) -> PoolingPolicy | None:
    """What is in force for everybody in an area on a day; None where nothing is."""
    zone = catalog.zones.get(area, "normal")
    fitting = [policy for policy in catalog.policies if policy.zone == zone and policy.group == "*" and policy.valid_from <= day]
    return max(fitting, key=lambda policy: policy.valid_from, default=None)
