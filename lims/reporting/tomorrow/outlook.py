"""What the hours until the end of tomorrow bring to each lab. Pure: everything that was read comes in, nothing is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil

from lims.catalog.capacity import DAY
from lims.catalog.rules import Catalog, Lab
from lims.kernel.clock import local_day
from lims.reporting.pooling_math.sizes import headroom
from lims.reporting.pooling_math.tomorrow import Band, positive_pools
from lims.reporting.tomorrow.arrivals import Arrivals, Known
from lims.reporting.tomorrow.rules import Overflow, Range, cleared_at, overflow_of, queues_of
from lims.reporting.tomorrow.slots import Slots, capacity_of, slots_until_tomorrow, summed, to_plan_with

# Where the catalogue has no limit for a swab pool: from receipt to release within a day.
USUAL_LIMIT_HOURS = 24.0


@dataclass(frozen=True)
class Pools:
    """Swab pools released lately: how many, how many of them were not negative, how many people were in them."""

    seen: int
    positive: int
    people: int

    @property
    def size(self) -> float:
        """People in a pool, on average; one where none was seen."""
        return max(1.0, self.people / self.seen) if self.seen else 1.0


@dataclass(frozen=True)
class LabOutlook:
    """One lab, slot by slot, the first `shown` of them until the end of tomorrow.

    `capacity` is None where nobody knows it: then there is a queue to be seen, but no end of it. Of the pools of tomorrow so many
    may be `positive`, by what was seen in all labs, and need so many wells for `retests`.
    """

    lab: Lab
    shown: int
    waiting: int
    arrivals: Sequence[Range]
    capacity: Sequence[float] | None
    queue: Sequence[Range]
    clears: datetime | None
    clears_latest: datetime | None
    overflow: Overflow | None
    may_overflow: Overflow | None
    headroom: float | None
    capacity_tomorrow: int | None
    pools_tomorrow: int
    positive: Band
    retests: Range

    @property
    def coming(self) -> Range:
        """All tubes that arrive until the end of tomorrow."""
        return sum(self.arrivals[: self.shown], Range(0.0, 0.0, 0.0))


@dataclass(frozen=True)
class Outlook:
    """All labs, with what the retests of tomorrow may need (in wells) and what was assumed."""

    now: datetime
    slots: Slots
    labs: Sequence[LabOutlook]
    retests: Range
    positive: Band
    pools: Pools
    pools_tomorrow: int
    limit_hours: float
    capacity_tomorrow: int
    headroom: float | None

    @property
    def slots_allowed(self) -> int:
        """In how many further slots a tube is to be tested."""
        return ceil(self.limit_hours)

    @property
    def warnings(self) -> list[LabOutlook]:
        """The labs that overflow, the first one first; then those that may."""
        sure = [lab for lab in self.labs if lab.overflow]
        maybe = [lab for lab in self.labs if lab.may_overflow and not lab.overflow]
        return sorted(sure, key=lambda lab: lab.overflow.at if lab.overflow else self.now) + maybe


@dataclass(frozen=True)
class Facts:
    """What an outlook is made of: the queue of each lab, what each declared by day, what is known of what comes, and the pools."""

    waiting: Mapping[str, int]
    declared: Mapping[str, Mapping[date, int]]
    known: Known
    pools: Pools


def outlook_of(catalog: Catalog, facts: Facts, now: datetime, zone: str) -> Outlook:
    """Queues by the hour for every lab, with retests of tomorrow as a band."""
    limit = catalog.time_limit("swab_pool", None, local_day(now, zone), recollection=False)
    hours = limit.hours if limit else USUAL_LIMIT_HOURS
    slots = slots_until_tomorrow(now, zone, hours)
    arrivals = Arrivals(facts.known, catalog, slots)
    comes = {code: arrivals.of(code) for code in catalog.labs}
    tomorrow = of_tomorrow(slots)
    pools_tomorrow = round(sum(each.expected for column in comes.values() for each in column[tomorrow]))
    positive = positive_of(facts.pools, pools_tomorrow)
    retests = Range(*positive.wells(facts.pools.size))
    labs = []
    for code, lab in sorted(catalog.labs.items()):
        own = comes[code]
        pools = round(sum(each.expected for each in own[tomorrow]))
        labs.append(lab_outlook(catalog, lab, facts, slots, with_retests(own, comes, retests, tomorrow), pools, ceil(hours)))
    capacity = sum(lab.capacity_tomorrow or 0 for lab in labs)
    return Outlook(
        now, slots, labs, retests, positive, facts.pools, pools_tomorrow, hours, capacity,
        headroom_of(capacity, pools_tomorrow, facts.pools.size),
    )  # fmt: skip


def of_tomorrow(slots: Slots) -> slice:
    """The slots of tomorrow."""
    day = slots.until - DAY
    return slice(sum(end <= day for _, end in slots.spells), slots.shown)


def with_retests(own: Sequence[Range], all_labs: Mapping[str, Sequence[Range]], retests: Range, tomorrow: slice) -> list[Range]:
    """What comes to a lab with its part of the retests: by what comes to it tomorrow, spread as that is."""
    together = sum(each.expected for column in all_labs.values() for each in column[tomorrow])
    share = retests.times(1 / together) if together else Range(0.0, 0.0, 0.0)
    part = range(*tomorrow.indices(len(own)))
    return [each + share.times(each.expected) if number in part else each for number, each in enumerate(own)]


def lab_outlook(
    catalog: Catalog, lab: Lab, facts: Facts, slots: Slots, comes: Sequence[Range], pools: int, slots_allowed: int
) -> LabOutlook:
    """The hours of one lab; `pools` come to it tomorrow, without retests."""
    plan, declared = catalog.lab_plans[lab.code], facts.declared.get(lab.code, {})
    waiting, shown, positive = facts.waiting.get(lab.code, 0), slots.shown, positive_of(facts.pools, pools)
    capacity = capacity_of(plan, declared, lab.timezone, slots)
    queue = queues_of(waiting, comes, capacity or [0.0] * len(comes))
    expected, most = [each.expected for each in comes], [each.high for each in comes]
    tested, spells = capacity or [0.0] * len(comes), slots.spells[:shown]
    per_day = to_plan_with(plan, declared, local_day(slots.now, lab.timezone) + DAY, lab.timezone)
    return LabOutlook(
        lab=lab,
        shown=shown,
        waiting=waiting,
        arrivals=comes,
        capacity=capacity,
        queue=queue,
        clears=cleared_at(waiting, expected[:shown], tested[:shown], spells) if capacity else None,
        clears_latest=cleared_at(waiting, most[:shown], tested[:shown], spells) if capacity else None,
        overflow=overflow_of([each.expected for each in queue], tested, slots.spells, slots_allowed) if capacity else None,
        may_overflow=overflow_of([each.high for each in queue], tested, slots.spells, slots_allowed) if capacity else None,
        headroom=headroom_of(per_day, pools, facts.pools.size),
        capacity_tomorrow=per_day,
        pools_tomorrow=pools,
        positive=positive,
        retests=Range(*positive.wells(facts.pools.size)),
    )


def positive_of(seen: Pools, pools: int) -> Band:
    """How many of so many pools will not be negative; none where nothing was seen to tell by."""
    return positive_pools(seen.seen, seen.positive, pools) if seen.seen else Band(0.0, 0, 0)


def headroom_of(wells_a_day: int | None, pools: int, size: float) -> float | None:
    """The prevalence at which retests eat what the pools of a day leave of its wells; None where nothing is left, or nothing comes."""
    whole = round(size)
    return headroom(wells_a_day, pools * whole, whole) if wells_a_day and pools and whole > 1 else None


def together(labs: Sequence[LabOutlook], shown: int) -> tuple[list[Range], list[Range], list[float]]:
    """What comes, what waits and what can be tested of some labs together, slot by slot; of labs whose capacity is known."""
    known = [lab for lab in labs if lab.capacity is not None]
    arrivals = [sum((lab.arrivals[slot] for lab in known), Range(0.0, 0.0, 0.0)) for slot in range(shown)]
    queue = [sum((lab.queue[slot] for lab in known), Range(0.0, 0.0, 0.0)) for slot in range(shown)]
    return arrivals, queue, summed([lab.capacity or () for lab in known], shown)
