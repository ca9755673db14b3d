"""The schemes of a case as those who work on it see them."""

from collections.abc import Sequence

from lims.catalog.policies import CasePolicy
from lims.custody.rules import BenchState, Kind
from lims.deconvolution import board
from lims.deconvolution.lookup import own_case
from lims.deconvolution.plans import queries, standing
from lims.deconvolution.plans.choosing import Chosen as Choice
from lims.deconvolution.plans.choosing import Planned, in_order, planned_with, reckoned
from lims.deconvolution.plans.forms import (
    MOST_CASES,
    ChooseForm,
    KeptTube,
    OfferView,
    PlanView,
    ProblemView,
    SchemeView,
    SubPoolView,
)
from lims.deconvolution.plans.standing import AtWork
from lims.deconvolution.rules import CaseState
from lims.deconvolution.schemes.choice import reckonings
from lims.deconvolution.schemes.matrix import read
from lims.kernel.auth.door import Work
from lims.kernel.db import AnyRow
from lims.kernel.errors import Refused
from lims.testing.storage.rules import in_walking_order

MOST_OFFERS = 12


def resolvable(work: Work, case_id: str) -> board.Case:
    """A case for which a scheme may be chosen; Refused where there is nothing to choose."""
    case = own_case(work, case_id)
    if case.row.kind != Kind.ALIQUOT_POOL:
        raise Refused(
            "scheme_not_aliquot", "Case {case} is of a swab pool: nothing of its people is kept; they are called back.", case=case_id
        )
    if case.standing.state is CaseState.CLOSED:
        raise Refused("case_closed", "Case {case} is closed already: {outcome}.", case=case_id, outcome=case.standing.outcome)
    if case.standing.preliminary:
        raise Refused("case_preliminary", "The call of tube {case} is not released yet; review it first.", case=case_id)
    return case


def chosen(work: Work, case_id: str, form: ChooseForm) -> Choice:
    """What somebody chooses for a case, or for several; Refused where it does not fit them."""
    cases = [resolvable(work, code) for code in dict.fromkeys([case_id, *form.others])]
    if strange := [case.row.barcode for case in cases if case.row.lab != cases[0].row.lab]:
        raise Refused("not_found", "{what} is not known in this lab.", what=f"Case {strange[0]}")
    members = queries.members_of(work.connection, [case.row.barcode for case in cases])
    members = {case.row.barcode: members[case.row.barcode] for case in cases}
    planned = planned_with(cases[0].policy, form.prevalence)
    design = None if form.design is None else read(form.design)
    most = cases[0].policy.most_stages if cases[0].policy else None
    reckoning = reckoned(form.kind, form.size, design, [len(each) for each in members.values()], planned, most)
    return Choice(tuple(members), in_order(members), reckoning, planned, form.reason, design)


def scheme_view(work: Work, case: board.Case, prevalence: float | None = None) -> SchemeView:
    """How a case stands with its schemes: what is at work, what is to be mixed, and what may be chosen."""
    code = case.row.barcode
    at_work = standing.at_work(work.connection, [code]).get(code)
    members = at_work.plan.members if at_work else queries.members_of(work.connection, [code]).get(code, [])
    kept = at_work.tubes if at_work else queries.kept_tubes(work.connection, members)
    own = [row for row in kept.values() if row.pool == code]
    mixed = queries.mixed_for(work.connection, [code]).get(code, [])
    open_ = case.standing.state is not CaseState.CLOSED and case.row.kind == Kind.ALIQUOT_POOL
    return SchemeView(
        case=code,
        lab=case.row.lab,
        held=at_work is None and not case.standing.preliminary and standing.held(kept.values()),
        untested=0 if case.standing.preliminary else sum(map(standing.untested, own)),
        called_back=sum(row.bench_state == BenchState.REJECTED for row in own),
        members=len(own),
        plan=plan_view(at_work.plan) if at_work else None,
        standing=at_work.progress.standing if at_work else None,
        to_mix=[picks(at_work, wish) for wish in at_work.progress.to_mix] if at_work else [],
        under_test=[*at_work.progress.under_test] if at_work else [],
        tests_made=at_work.tests_made if at_work else 0,
        sub_pools=[sub_pool_view(row, members) for row in at_work.sub_pools] if at_work else [],
        problems=problem_views(at_work) if at_work else [],
        verifying=[sub_pool_view(row, ()) for row in mixed if queries.verifies(row)],
        offers=offers([len(members)], case.policy, planned_with(case.policy, prevalence)) if open_ and members else [],
    )


def sizes(work: Work, pools: Sequence[str]) -> list[int]:
    """How many tubes are in each of these pools."""
    members = queries.members_of(work.connection, pools)
    return [len(members[pool]) for pool in pools if pool in members]


def candidates(work: Work, case: board.Case) -> list[str]:
    """Other reactive pools of the same lab without a scheme, which might be resolved together with this one."""
    codes = [code for code in queries.at_work(work.connection, case.row.lab) if code != case.row.barcode]
    taken = queries.plans_of(work.connection, codes)
    return [code for code in codes if code not in taken][:MOST_CASES]


def held(work: Work, pools: Sequence[str]) -> set[str]:
    """Of these pools those whose tubes are kept until somebody chooses a scheme."""
    members = queries.members_of(work.connection, pools)
    rows = queries.kept_tubes(work.connection, [code for codes in members.values() for code in codes])
    return {pool for pool, codes in members.items() if standing.held([rows[code] for code in codes])}


def offers(sizes: Sequence[int], policy: CasePolicy | None, planned: Planned) -> list[OfferView]:
    """Schemes for positive pools of these sizes, cheapest first."""
    every = reckonings(sizes, planned.prevalence, planned.assay, policy.most_stages if policy else None)
    shown = every[:MOST_OFFERS] + [one for one in every[MOST_OFFERS:] if one.size is None]
    return [OfferView(**vars(one)) for one in shown]


def plan_view(row: AnyRow) -> PlanView:
    """A choice as it is answered."""
    return PlanView(
        number=row.number, case=row.barcode, cases=row.pools, kind=row.kind, size=row.size, expected=row.expected, worst=row.worst,
        stages=row.stages, prevalence=row.prevalence, reason=row.reason, by_policy=row.by_policy, at=row.at, by=row.by,
    )  # fmt: skip


def picks(at_work: AtWork, wish: Sequence[str]) -> list[KeptTube]:
    """The tubes of a sub-pool in walking order, each with its number in the scheme."""
    number = {code: place for place, code in enumerate(at_work.plan.members, 1)}
    rows = in_walking_order([at_work.tubes[code] for code in wish])
    return [KeptTube(tube=row.barcode, number=number[row.barcode], rack=row.rack, position=row.position, place=row.place) for row in rows]


def sub_pool_view(row: AnyRow, members: Sequence[str]) -> SubPoolView:
    """Something mixed for a case as it is answered."""
    numbers = [place for place, code in enumerate(members, 1) if code in row.mixed_of]
    return SubPoolView(tube=row.barcode, state=row.bench_state, call=row.released_call, members=numbers)


def problem_views(at_work: AtWork) -> list[ProblemView]:
    """What a person should know, with members by number."""
    number = {code: place for place, code in enumerate(at_work.plan.members, 1)}
    lead = at_work.plan.barcode
    return [
        ProblemView(
            trouble=one.trouble,
            tube=one.tube or lead,
            members=sorted(number[code] for code in (one.members or (one.tube,)) if code in number),
        )
        for one in at_work.progress.problems
    ]
