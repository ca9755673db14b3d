"""What the kept tubes of cases wait for, as their next steps tell it. A fixed number of statements for any number of cases."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from lims.custody.rules import BenchState, Kind
from lims.deconvolution.board import Case
from lims.deconvolution.next_steps import Kept, Mixed
from lims.deconvolution.plans import queries, standing
from lims.deconvolution.plans.standing import AtWork
from lims.deconvolution.rules import CaseState, MemberState
from lims.kernel.db import AnyRow


def kept_of(connection: Connection, cases: Sequence[Case]) -> dict[str, Kept]:
    """Of those of these cases that keep tubes and go on, what the tubes wait for."""
    going_on = [case for case in cases if case.row.kind == Kind.ALIQUOT_POOL and case.standing.state is not CaseState.CLOSED]
    if not going_on:
        return {}
    codes = [case.row.barcode for case in going_on]
    members = queries.members_of(connection, codes)
    rows = queries.kept_tubes(connection, [code for tubes in members.values() for code in tubes])
    at_work = standing.at_work(connection, codes)
    found = {}
    for case in going_on:
        places = {code: place for place, code in enumerate(members.get(case.row.barcode, ()), 1)}
        firm = not case.standing.preliminary
        known = kept(places, rows, at_work.get(case.row.barcode), firm=firm)
        found[case.row.barcode] = replace(known, called_back=called_back(case, places) if firm else frozenset())
    return found


def called_back(case: Case, places: Mapping[str, int]) -> frozenset[int]:
    """Who is to be sampled again, too, by the policy of the case, and is still known by the kept tube alone."""
    if case.policy is None or not case.policy.recollect_too:
        return frozenset()
    return frozenset(member.position for member in case.members if member.state is MemberState.RECEIVED and member.tube in places)


def kept(places: Mapping[str, int], rows: Mapping[str, AnyRow], at_work: AtWork | None, *, firm: bool) -> Kept:
    """What one case's tubes wait for: of sub-pools with other cases' tubes, its own members."""

    def own(codes: Sequence[str]) -> tuple[int, ...]:
        return tuple(sorted(places[code] for code in codes if code in places))

    lying = frozenset(place for code, place in places.items() if rows[code].bench_state == BenchState.POOLED)
    if at_work is None:
        return Kept(lying, unchosen=firm and bool(lying))
    awaited = [row for row in at_work.sub_pools if row.barcode in at_work.progress.under_test and own(row.mixed_of)]
    mixed = tuple(Mixed(row.barcode, own(row.mixed_of), BenchState(row.bench_state), row.plate) for row in awaited)
    return Kept(lying, to_mix=tuple(wish for wish in map(own, at_work.progress.to_mix) if wish), mixed=mixed)
