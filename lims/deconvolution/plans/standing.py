"""How the schemes of cases stand, put together from what was read. A fixed number of statements for any number of cases."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from lims.custody.rules import BenchState, Call
from lims.deconvolution.plans import queries
from lims.deconvolution.plans.rules import MemberTube, Progress, progress
from lims.deconvolution.schemes.choice import Kind, scheme_of
from lims.deconvolution.schemes.matrix import Design
from lims.deconvolution.schemes.rules import Scheme
from lims.kernel.db import AnyRow

SUB_POOLS_COUNT = (BenchState.REJECTED.value,)


@dataclass(frozen=True)
class AtWork:
    """A scheme at work: the choice, its tubes and what was mixed of them, and how far that is."""

    plan: AnyRow
    tubes: Mapping[str, AnyRow]
    sub_pools: Sequence[AnyRow]
    verifying: Sequence[AnyRow]
    progress: Progress

    @property
    def tests_made(self) -> int:
        """Sub-pools that were tested or are about to be, and kept tubes with a test of their own."""
        alone = sum(1 for row in self.tubes.values() if row.released_call and row.pooled_in is None)
        return alone + sum(1 for row in self.sub_pools if row.bench_state not in SUB_POOLS_COUNT)


def scheme_of_plan(plan: AnyRow) -> Scheme:
    """The scheme that a choice names."""
    design = None if plan.design is None else Design(tuple(frozenset(pool) for pool in plan.design), len(plan.members))
    return scheme_of(Kind(plan.kind), plan.size, design, alone=len(plan.pools) == 1)


def how_it_stands(plan: AnyRow, rows: Mapping[str, AnyRow], mixed: Sequence[AnyRow], *, as_kept: Collection[str] = ()) -> Progress:
    """How far a scheme is; `as_kept`: tubes that are about to be kept for it."""
    tubes = {code: queries.member(rows[code]) for code in plan.members}
    tubes |= {code: MemberTube(code, BenchState.POOLED) for code in as_kept}
    sub_pools = [queries.sub_pool(row) for row in mixed if not queries.verifies(row)]
    pools = [frozenset(code for code in plan.members if rows[code].pool == pool) for pool in plan.pools]
    return progress(scheme_of_plan(plan), plan.members, tubes, sub_pools, pools)


def at_work(connection: Connection, cases: Collection[str]) -> dict[str, AtWork]:
    """The schemes in force of those of these cases that have one, by case."""
    plans = queries.plans_of(connection, cases)
    leads = {plan.barcode: plan for plan in plans.values()}
    rows = queries.kept_tubes(connection, {code for plan in leads.values() for code in plan.members})
    mixed = queries.mixed_for(connection, leads)
    found = {}
    for lead, plan in leads.items():
        tubes = {code: rows[code] for code in plan.members}
        again = [row for row in mixed.get(lead, []) if queries.verifies(row)]
        subs = [row for row in mixed.get(lead, []) if not queries.verifies(row)]
        found[lead] = AtWork(plan, tubes, subs, again, how_it_stands(plan, tubes, subs))
    return {pool: found[plan.barcode] for pool, plan in plans.items()}


def unsure(tube: AnyRow) -> bool:
    """Whether a member waits to be tested by itself and nobody has begun: it may still be kept for a scheme."""
    return bool(tube.bench_state == BenchState.WAITING and tube.repeat_reason is None and tube.batch is None and tube.pooled_in is None)


def untested(tube: AnyRow) -> bool:
    """Whether a member is kept, or waits to be tested by itself and nobody has begun: its person may be sampled again instead."""
    return bool(tube.bench_state == BenchState.POOLED) or unsure(tube)


def held(tubes: Collection[AnyRow]) -> bool:
    """Whether members are kept although no scheme was chosen."""
    return any(tube.bench_state == BenchState.POOLED for tube in tubes)


def negative(row: AnyRow) -> bool:
    """Whether a mix was released negative."""
    return bool(row.released_call == Call.NEGATIVE)
