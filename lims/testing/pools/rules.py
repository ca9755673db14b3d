"""What may be mixed, and how what waits is best mixed. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from lims.catalog.rules import Assay, Catalog
from lims.custody.rules import BenchEvent, BenchState, Kind, RepeatReason, advance
from lims.kernel.errors import Refused, listed
from lims.testing.layout.rules import refuse_discarded

FEWEST = 2
TubeRow = Any  # of `queries.candidates`


def refuse_twice(members: Sequence[str]) -> None:
    """Refused where a tube is named twice."""
    if twice := [code for code, count in Counter(members).items() if count > 1]:
        raise Refused("pool_member_twice", "A tube goes into a pool once; twice here: {tubes}.", tubes=listed(twice))


def refuse_in_use(pool: str, known: Mapping[str, Any]) -> None:
    """Refused where the tube to mix in is one that somebody knows."""
    if pool in known:
        raise Refused("pool_exists", "{pool} is in use already; take a new tube.", pool=pool)


def refuse_unfit(lab: str, zone: str, known: Mapping[str, Any], members: Sequence[str]) -> None:
    """Refused naming the tubes that may not be mixed, and why; times in the lab's zone."""
    if strange := [code for code in members if code not in known or known[code].lab != lab]:
        raise Refused("plate_tube_unknown", "Not received in lab {lab}: {tubes}.", lab=lab, tubes=listed(strange))
    if pools := [code for code in members if known[code].kind != Kind.SINGLE]:
        refuse_pools(known, pools)
    refuse_discarded([known[code] for code in members], zone)
    for code in members:
        refuse_busy(known[code], zone)
        advance(BenchState(known[code].bench_state), BenchEvent.POOL, code)
        if known[code].pool is not None:
            # Its first pool's case counts on this tube's own test, and another pool would take the tube out of that case.
            raise Refused(
                "pooled_before",
                "Tube {tube} was in pool {pool} before; test it by itself, or mix a sub-pool by the scheme of that pool's case.",
                tube=code, pool=known[code].pool,
            )  # fmt: skip
        if known[code].repeat_reason == RepeatReason.VERIFICATION:
            # A negative pool would release what a run has called positive.
            raise Refused("pool_to_verify", "Tube {tube} is to be verified with another kit: test it by itself.", tube=code)


def refuse_not_of_case(lab: str, zone: str, known: Mapping[str, Any], members: Sequence[str], pools: Collection[str]) -> None:
    """Refused where a sub-pool would hold anything but tubes of the same case (one or several pools) that are kept for its scheme."""
    if strange := [code for code in members if code not in known or known[code].lab != lab]:
        raise Refused("plate_tube_unknown", "Not received in lab {lab}: {tubes}.", lab=lab, tubes=listed(strange))
    if foreign := [code for code in members if known[code].pool not in pools]:
        raise Refused("case_tube_unknown", "These tubes are no members of the case: {tubes}.", tubes=listed(foreign))
    refuse_discarded([known[code] for code in members], zone)
    for code in members:
        if known[code].bench_state != BenchState.POOLED:
            refuse_busy(known[code], zone)
            raise Refused("tube_state", "Tube {tube} waits to be tested by itself: it is not mixed.", tube=code)


def refuse_pools(known: Mapping[str, Any], codes: list[str]) -> None:
    """Refused: pools are never pooled (domain rules 2.4), nor is a tube of which nobody knows what it holds."""
    if len(codes) == 1 and known[codes[0]].kind is None:
        sentence = "Only single tubes go into an aliquot pool; nobody has registered what {tubes} holds."
    elif len(codes) == 1:
        sentence = "Only single tubes go into an aliquot pool; {tubes} is a pool itself, not single."
    else:
        sentence = "Only single tubes go into an aliquot pool; not single: {tubes}."
    raise Refused("pool_of_pools", sentence, tubes=listed(codes))


def refuse_busy(tube: TubeRow, zone: str) -> None:
    """Refused with when and where, for a tube that is in a pool, on a plate, released or rejected."""
    code = tube.barcode
    if tube.bench_state == BenchState.POOLED:
        since = told(tube.pooled_at, zone)
        raise Refused("tube_state", "Tube {tube} is pooled already: in pool {pool} since {since}.", tube=code, pool=tube.pool, since=since)
    if tube.bench_state == BenchState.PLATED:
        raise Refused("tube_state", "Tube {tube} is plated: it stands on plate {plate}.", tube=code, plate=tube.plate)
    if tube.bench_state == BenchState.RELEASED:
        raise Refused(
            "tube_state",
            "Tube {tube} was released on {since}: {call}.",
            tube=code,
            since=told(tube.released_at, zone),
            call=tube.released_call,
        )
    if tube.bench_state == BenchState.REJECTED:
        raise Refused("tube_state", "Tube {tube} was rejected on {since}.", tube=code, since=told(tube.rejected_at, zone))


def told(at: datetime | None, zone: str) -> str:
    """A time as the lab's clock shows it."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" if at is not None else "?"


def most_with(catalog: Catalog, assay: Assay, tube: TubeRow) -> int:
    """The largest pool that this tube may be in: what the assay is valid for, and what the policy of its site allows."""
    policy = catalog.policy(tube.site, tube.collected_on) if tube.collected_on else None
    return min(assay.pool_max, policy.pool_max) if policy else assay.pool_max


def refuse_too_many(assay: Assay, most: Mapping[str, int]) -> None:
    """Refused where a pool of these tubes (each with the largest pool it may be in) would be too large."""
    size = len(most)
    if size > assay.pool_max:
        raise Refused(
            "pool_too_large",
            "Assay {assay} is valid for pools up to {most}; here are {size}.",
            assay=assay.code,
            most=assay.pool_max,
            size=size,
        )
    for code, limit in most.items():
        refuse_single_only(code, limit)
        if size > limit:
            raise Refused(
                "pool_too_large", "Tube {tube} may share a pool with {others} others at most, by the policy of its site.",
                tube=code, others=limit - 1,
            )  # fmt: skip


def refuse_single_only(tube: str, most: int) -> None:
    """Refused where the policy of a tube's site says that everybody is tested singly."""
    if most < FEWEST:
        raise Refused("pool_single_only", "Tube {tube} is tested by itself, by the policy of its site.", tube=tube)


def propose(tubes: Iterable[tuple[str, int]], size: int) -> list[list[str]]:
    """Pools of at most `size` from tubes (each with the largest pool it may be in), most urgent first; no pool of one.

    Tubes of one limit go together, so that a strict policy makes no other pool smaller.
    """
    begun: dict[int, list[str]] = {}
    pools: list[list[str]] = []
    for code, most in tubes:
        limit = min(size, most)
        if limit < FEWEST:
            continue
        begun.setdefault(limit, []).append(code)
        if len(begun[limit]) == limit:
            pools.append(begun.pop(limit))
    return pools + [rest for rest in begun.values() if len(rest) >= FEWEST]
