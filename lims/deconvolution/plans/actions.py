"""Choosing schemes, mixing what they want, and settling whom they clear."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, update

from lims.catalog.policies import CasePolicy
from lims.catalog.rules import Catalog
from lims.custody.rules import BenchState
from lims.custody.tables import Tube
from lims.deconvolution import board
from lims.deconvolution.plans import queries, standing
from lims.deconvolution.plans.choosing import Chosen, by_policy, mixing
from lims.deconvolution.plans.forms import AsideForm, RecollectForm
from lims.deconvolution.plans.rules import Progress
from lims.deconvolution.plans.tables import Plan
from lims.kernel import ids
from lims.kernel.audit.actions import record
from lims.kernel.audit.rules import Happening, audited, unaudited
from lims.kernel.auth.rules import Caller
from lims.kernel.db import AnyRow
from lims.kernel.errors import Refused, listed
from lims.testing.accession import actions as accession
from lims.testing.pools import actions as pools
from lims.testing.pools.actions import MadeForCase
from lims.testing.review.actions import lend_evidence, release


@dataclass(frozen=True)
class Moment:
    """When something is done (as told, and by the server) and by whom."""

    at: datetime
    by: str
    now: datetime


@audited("case.scheme_chosen")
def choose(connection: Connection, chosen: Chosen, message: UUID, moment: Moment) -> None:
    """Resolve a case, or several together, by this scheme from now on; tubes that nobody has begun to test are kept for it."""
    lead = chosen.pools[0]
    queries.lock(connection, chosen.pools)
    before = queries.plans_of(connection, chosen.pools)
    if foreign := [pool for pool, plan in before.items() if plan.barcode != lead or not set(plan.pools) <= set(chosen.pools)]:
        raise Refused(
            "scheme_of_a_group", "Case {case} has a scheme already, for {others}; choose for all of them on the page of case {first}.",
            case=foreign[0], others=", ".join(before[foreign[0]].pools), first=before[foreign[0]].barcode,
        )  # fmt: skip
    number = before[lead].number + 1 if lead in before else 1
    facts = chosen.facts()
    row = insert(Plan).values(barcode=lead, number=number, id=message, at=moment.at, by=moment.by, **facts).returning(Plan.__table__)
    plan = connection.execute(row).one()
    told = {name: facts[name] for name in ("pools", "kind", "size", "expected", "worst", "stages", "reason", "by_policy")}
    record(
        connection,
        moment.by,
        moment.now,
        [Happening(pool, "case.scheme_chosen", moment.at, told | {"number": number}) for pool in plan.pools],
    )
    begin(connection, plan, moment)


@audited("tube.held")
def begin(connection: Connection, plan: AnyRow, moment: Moment) -> None:
    """Keep the tubes that the scheme does not want tested by themselves, and go on from there."""
    rows = queries.kept_tubes(connection, plan.members)
    mixed = queries.mixed_for(connection, [plan.barcode]).get(plan.barcode, [])
    waiting = [code for code, row in rows.items() if standing.unsure(row)]
    then = standing.how_it_stands(plan, rows, mixed, as_kept=waiting)
    hold(connection, plan.barcode, [code for code in waiting if code not in then.to_test], moment)
    go_on(connection, plan, moment)


@audited("tube.held")
def hold(connection: Connection, case: str, tubes: Sequence[str], moment: Moment) -> None:
    """Keep waiting members of a reactive pool out of the queue, until a scheme wants them tested."""
    if tubes:
        connection.execute(update(Tube).where(Tube.barcode.in_(tubes)).values(bench_state=BenchState.POOLED.value))
        record(connection, moment.by, moment.now, [Happening(code, "tube.held", moment.at, {"case": case}) for code in tubes])


@unaudited("`choose`, `settle` and `hold` write what happens")
def follow(connection: Connection, catalog: Catalog, released: Sequence[str], at: datetime, by: str, now: datetime) -> None:
    """Go on with every scheme that these releases bear on; a pool that is not negative begins as the policy of its case says."""
    cases = sorted(queries.touched(connection, released))
    if not cases:
        return
    moment, plans = Moment(at, by, now), queries.plans_of(connection, cases)
    fresh = [case for case in cases if case not in plans and case in released]
    for case in board.these(connection, catalog, fresh):
        begin_by_policy(connection, case.row, case.policy, moment)
    for plan in {plan.barcode: plan for plan in plans.values()}.values():
        queries.lock(connection, plan.pools)
        go_on(connection, plan, moment)


@unaudited("`choose` and `hold` write what happens")
def begin_by_policy(connection: Connection, pool: AnyRow, policy: CasePolicy | None, moment: Moment) -> None:
    """A scheme that the policy names is chosen by it; where it wants a person to choose, the members are kept until then."""
    if policy is None or policy.scheme == "individual" or pool.kind != "aliquot_pool":
        return
    members = queries.members_of(connection, [pool.barcode])[pool.barcode]
    if policy.scheme == board.RECOLLECT:
        turn_away(connection, members, RecollectForm(id=ids.uuid7(moment.now), note=policy.source), moment)
        return
    if (chosen := by_policy(pool.barcode, members, policy)) is not None:
        choose(connection, chosen, ids.uuid7(moment.now), moment)
        return
    rows = queries.kept_tubes(connection, members)
    hold(connection, pool.barcode, [code for code, row in rows.items() if standing.unsure(row)], moment)


@unaudited("`settle` writes what happens")
def go_on(connection: Connection, plan: AnyRow, moment: Moment) -> None:
    """Settle whom the scheme has cleared, and let those wait for a plate who are to be tested by themselves now.

    Who is settled is not mixed any more, and so the scheme may want something else of the others. Each turn ends the waiting of one at
    least.
    """
    for _ in plan.members:
        rows = queries.kept_tubes(connection, plan.members)
        mixed = {row.barcode: row for row in queries.mixed_for(connection, [plan.barcode]).get(plan.barcode, [])}
        known = standing.how_it_stands(plan, rows, list(mixed.values()))
        if not known.settled and not known.to_test:
            return
        settle(connection, plan.barcode, known, mixed, moment)


@audited("tube.released", "tube.returned")
def settle(connection: Connection, case: str, now_known: Progress, mixed: Mapping[str, AnyRow], moment: Moment) -> None:
    """Release members as negative on the evidence and the signature of their sub-pool's release; send others back to be tested."""
    cleared = now_known.settled
    taken = queries.called_in(connection, cleared, {mixed[pool].run for pool in cleared.values()}) if cleared else set()
    unsound = queries.unsound(connection, [mixed[pool] for pool in set(cleared.values())]) if cleared else set()
    # What is no evidence any more is not lent; nor to a tube that the same run has called itself. These are tested by themselves.
    again = [code for code, pool in cleared.items() if pool in unsound or (code, mixed[pool].run) in taken]
    happenings = []
    for pool in dict.fromkeys(cleared.values()):
        members = [code for code, by in cleared.items() if by == pool and code not in again]
        if members:
            lend_evidence(connection, mixed[pool].run, pool, members)
            release(connection, mixed[pool].run, mixed[pool].review, members, moment.at, mixed[pool].released_by, moment.now)
            happenings += [Happening(code, "tube.released", moment.at, {"call": "negative", "pool": pool}) for code in members]
    if back := [*now_known.to_test, *again]:
        connection.execute(update(Tube).where(Tube.barcode.in_(back)).values(bench_state=BenchState.WAITING.value))
        happenings += [Happening(code, "tube.returned", moment.at, {"pool": case}) for code in back]
    if happenings:
        record(connection, moment.by, moment.now, happenings)


@audited("case.sub_pool_mixed")
def mix(
    connection: Connection, catalog: Catalog, case: AnyRow, message: UUID, barcode: str, scanned: Sequence[str] | None, moment: Moment
) -> None:
    """Mix a sub-pool that the scheme wants now: of the scanned tubes, or (None) the first of all."""
    plan = own_plan(connection, case.barcode)
    queries.lock(connection, plan.pools)
    now = standing.at_work(connection, [case.barcode])[case.barcode]
    members = mixing(case.barcode, now.progress.to_mix, scanned)
    made = MadeForCase(plan.barcode, tuple(plan.pools), case.lab, message)
    pools.mix_again(connection, catalog, made, barcode, members, moment.at, moment.by, moment.now)
    what = {"pool": barcode, "members": [plan.members.index(code) + 1 for code in members]}
    record(connection, moment.by, moment.now, [Happening(pool, "case.sub_pool_mixed", moment.at, what) for pool in plan.pools])


@audited("tube.returned")
def set_aside(connection: Connection, case: AnyRow, tube: str, form: AsideForm, at: datetime, caller: Caller, now: datetime) -> None:
    """A kept tube is not there, or nothing is left in it: its person is sampled again, and the scheme goes on without it."""
    queries.lock(connection, [case.barcode])
    known = queries.kept_tubes(connection, [tube]).get(tube)
    if known is None or known.pool != case.barcode:
        raise Refused("case_tube_unknown", "These tubes are no members of the case: {tubes}.", tubes=tube)
    if known.bench_state == BenchState.POOLED:
        connection.execute(update(Tube).where(Tube.barcode == tube).values(bench_state=BenchState.WAITING.value))
        record(connection, caller.name, now, [Happening(tube, "tube.returned", at, {"pool": case.barcode})])
    accession.reject(connection, tube, form.reason, form.note, at, caller, now)
    if plan := queries.plans_of(connection, [case.barcode]).get(case.barcode):
        go_on(connection, plan, Moment(at, caller.name, now))


@unaudited("`turn_away` writes what happens")
def recollect(connection: Connection, case: str, tubes: Sequence[str], form: RecollectForm, moment: Moment) -> None:
    """Sample the people of these members again instead of testing their kept tubes; what is under test already goes on."""
    queries.lock(connection, [case])
    rows = queries.kept_tubes(connection, tubes)
    if strange := [code for code in tubes if code not in rows or rows[code].pool != case]:
        raise Refused("case_tube_unknown", "These tubes are no members of the case: {tubes}.", tubes=listed(strange))
    if not turn_away(connection, tubes, form, moment):
        raise Refused(
            "recollect_none", "Nothing of case {case} is kept any more: its tubes are under test, tested, or turned away.", case=case
        )
    if plan := queries.plans_of(connection, [case]).get(case):
        go_on(connection, plan, moment)


@audited("tube.rejected")
def turn_away(connection: Connection, tubes: Sequence[str], form: RecollectForm, moment: Moment) -> Sequence[str]:
    """Turn those of these tubes away that are kept; which ones. Whose they are is sampled again, and answers for the member."""
    going = [code for code, row in queries.kept_tubes(connection, tubes).items() if standing.untested(row)]
    turned_away = {"bench_state": BenchState.REJECTED.value, "rejected_at": moment.at, "rejected_for": form.reason}
    if going:
        connection.execute(update(Tube).where(Tube.barcode.in_(going)).values(turned_away))
        what = {"reason": form.reason, "note": form.note}
        record(connection, moment.by, moment.now, [Happening(code, "tube.rejected", moment.at, what) for code in going])
    return going


@audited("case.verification_begun")
def verify(connection: Connection, catalog: Catalog, case: AnyRow, message: UUID, barcode: str, moment: Moment) -> None:
    """Take some of the reactive tube's own liquid, to be tested with a kit that shares no target with the one that called it."""
    called = queries.called_by(connection, case.barcode)
    if called is None or called.discarded_at is not None:
        raise Refused("tube_discarded", "Nothing is left of tube {tube} to test.", tube=case.barcode)
    assay = catalog.assay(called.assay, called.assay_version)
    if not catalog.verifying(assay):
        raise Refused(
            "verification_no_assay", "The catalogue has no assay that shares no target with {assay}; load one first.", assay=assay.code
        )
    made = MadeForCase(case.barcode, (case.barcode,), case.lab, message)
    size = max(called.pool_size or 1, called.member_count, 1)
    pools.take_aliquot(connection, made, barcode, size, called.assay, moment.at, moment.by, moment.now)
    what: dict[str, Any] = {"pool": barcode, "assay": called.assay}
    record(connection, moment.by, moment.now, [Happening(case.barcode, "case.verification_begun", moment.at, what)])


def own_plan(connection: Connection, case: str) -> AnyRow:
    """The scheme of a case; Refused where none was chosen."""
    plan = queries.plans_of(connection, [case]).get(case)
    if plan is None:
        raise Refused("scheme_none", "No scheme was chosen for case {case}; choose one first.", case=case)
    return plan
