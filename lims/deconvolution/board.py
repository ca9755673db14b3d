"""Cases and recollections put together from what was read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from lims.catalog.policies import CasePolicy
from lims.catalog.rules import Catalog
from lims.custody.rules import Call, Kind
from lims.deconvolution import queries
from lims.deconvolution.forms import CaseView, MemberView
from lims.deconvolution.members import queries as members
from lims.deconvolution.members.queries import Person
from lims.deconvolution.queries import Among
from lims.deconvolution.rules import (
    CaseStanding,
    ClosureNote,
    ContactNote,
    MemberStanding,
    MemberState,
    Outcome,
    ReactiveTube,
    handed_over,
    stand,
    stand_case,
)
from lims.kernel.clock import local_day
from lims.kernel.db import AnyRow

CHUNK = 500
USUAL_HOURS = 24
RECOLLECT = "recollect"  # of a policy's schemes the one that tests no kept tube


@dataclass(frozen=True)
class Case:
    """A case with its tube's row and its members."""

    row: AnyRow
    standing: CaseStanding
    members: tuple[MemberStanding, ...]
    deadline: datetime
    policy: CasePolicy | None = None  # as it was when the case began
    tell: tuple[str, ...] = ()  # whom the policies of its people name; nobody: everybody is told
    people: tuple[Person, ...] = ()


def standings(
    connection: Connection,
    tubes: Sequence[AnyRow],
    people: Mapping[str, Sequence[Person]],
    noted: dict[tuple[str, int], list[ContactNote]] | None = None,
) -> dict[str, tuple[MemberStanding, ...]]:
    """How each member of these tubes stands, by tube; `noted` of them, where it was read already."""
    codes = [tube.barcode for tube in tubes]
    notes = members.contacts(connection, codes) if noted is None else noted
    own = members.member_tubes(connection, [tube.barcode for tube in tubes if tube.kind == "aliquot_pool"])
    answers = members.answers(connection, [*codes, *own])

    def member(code: str, person: Person) -> MemberStanding:
        # The tube that went into an aliquot pool is the first answer; what answers that one comes after it.
        first = [own[person.tube]] if person.tube is not None else []
        further = answers.get((person.tube or code, person.person_id), []) if person.person_id else []
        said = notes.get((code, person.position), [])
        return replace(stand(person.position, [*first, *further], said), handed_over=handed_over(said))

    return {code: tuple(member(code, person) for person in people.get(code, [])) for code in codes}


def cases_of(connection: Connection, catalog: Catalog, rows: Sequence[AnyRow]) -> list[Case]:
    """The cases of these reactive pools."""
    people = members.people(connection, rows)
    standing_of = standings(connection, rows, people)
    closures = queries.closures(connection, [row.barcode for row in rows])
    found = []
    for row in rows:
        call = Call(row.released_call) if row.released_call else None
        tube = ReactiveTube(row.barcode, row.opened_at, call, row.released_at, row.rejected_at, row.doubted)
        shown, known, closure = standing_of[row.barcode], people.get(row.barcode, ()), closures.get(row.barcode)
        standing = stand_case(tube, shown, closure, unanswered(closure, known))
        if standing.outcome is Outcome.WITHDRAWN:
            # The repeat was negative, and so is everybody in the pool: nobody is called back for a case that is withdrawn.
            shown = tuple(MemberStanding(member.position, MemberState.NEGATIVE, settled_at=row.released_at) for member in shown)
        who, day = those_in(row, known), local_day(row.opened_at, zone_of(catalog, row))
        policy = catalog.case_policy(who, day)
        until = deadline(catalog, row, row.opened_at, policy)
        found.append(Case(row, standing, shown, until, policy, catalog.audiences(who, day), tuple(known)))
    return found


def unanswered(closure: ClosureNote | None, people: Sequence[Person]) -> tuple[int, ...]:
    """Those in a tube for whom a reviewer's word does not answer; the tubes of an aliquot pool were all there before it."""
    return closure.unanswered({one.position: one.person_id for one in people if one.tube is None}) if closure is not None else ()


def listed(
    connection: Connection,
    catalog: Catalog,
    among: Among,
    after: tuple[datetime, str] | None,
    limit: int,
) -> tuple[list[Case], tuple[datetime, str] | None]:
    """Up to `limit` cases, oldest first, and where the list goes on."""
    chosen: list[Case] = []
    for case in walk(connection, catalog, among, after, limit + 1):
        if len(chosen) == limit:
            return chosen, (chosen[-1].row.opened_at, chosen[-1].row.barcode)
        if among.states is None or case.standing.state in among.states:
            chosen.append(case)
    return chosen, None


def walk(connection: Connection, catalog: Catalog, among: Among, after: tuple[datetime, str] | None, wanted: int = CHUNK) -> Iterator[Case]:
    """Every case that may be meant from a point on, read in growing chunks: the first no larger than what is wanted, often it is all."""
    size = min(wanted, CHUNK)
    while rows := queries.reactive_pools(connection, among, after, size):
        yield from cases_of(connection, catalog, rows)
        after = (rows[-1].opened_at, rows[-1].barcode)
        if len(rows) < size:
            return
        size = min(2 * size, CHUNK)


def one(connection: Connection, catalog: Catalog, barcode: str) -> Case | None:
    """The case of one tube."""
    return next(iter(these(connection, catalog, [barcode])), None)


def these(connection: Connection, catalog: Catalog, barcodes: Sequence[str]) -> list[Case]:
    """The cases of those of these tubes that have one."""
    if not barcodes:
        return []
    return cases_of(connection, catalog, queries.reactive_pools(connection, Among(only=barcodes), None, len(barcodes)))


def policy_of(catalog: Catalog, row: AnyRow, people: Sequence[Person], since: datetime) -> CasePolicy | None:
    """How the case of a tube is handled: by what was in force on the day it began, for the sites and groups of its people."""
    return catalog.case_policy(those_in(row, people), local_day(since, zone_of(catalog, row)))


def those_in(row: AnyRow, people: Sequence[Person]) -> set[tuple[str | None, str]]:
    """Where the people of a tube were sampled, and of which groups they are; of one whose people nobody knows, where it is from."""
    return {(person.site, person.group) for person in people} or {(row.site, "*")}


def zone_of(catalog: Catalog, row: AnyRow) -> str:
    """The time zone in which a tube's days are counted."""
    return catalog.sites[row.site].timezone if row.site in catalog.sites else "UTC"


def deadline(catalog: Catalog, row: AnyRow, since: datetime, policy: CasePolicy | None = None) -> datetime:
    """By when its people should have been sampled again, or its kept tubes tested: by the case's policy, or else the zone's."""
    if policy is not None:
        retest = row.kind == Kind.ALIQUOT_POOL and policy.scheme != RECOLLECT
        hours = policy.retest_within_hours if retest else policy.recollect_within_hours
        return since + timedelta(hours=hours)
    pooling = catalog.policy(row.site, local_day(since, zone_of(catalog, row)))
    return since + timedelta(hours=pooling.recollect_within_hours if pooling else USUAL_HOURS)


def soonest(catalog: Catalog, row: AnyRow) -> datetime:
    """The earliest that the deadline of a case may be, of whatever groups its people are; `row`: where it is from and since when."""
    zone = catalog.zone_of(row.site) if row.site is not None else None
    hours = [policy.hours for policy in catalog.case_policies if zone in (None, policy.zone)]
    began: datetime = row.at
    return min([deadline(catalog, row, began), *(began + timedelta(hours=hour) for hour in hours)])


def view(case: Case) -> CaseView:
    """A case as it is answered."""
    row, standing = case.row, case.standing
    return CaseView(
        id=row.barcode,
        tube=row.barcode,
        lab=row.lab,
        site=row.site,
        kind=row.kind,
        call=row.reactive_call,
        reasons=row.reasons,
        state=standing.state.value,
        preliminary=standing.preliminary,
        opened_at=row.opened_at,
        deadline=case.deadline,
        outcome=standing.outcome.value if standing.outcome else None,
        closed_at=standing.closed_at,
        members=[MemberView(position=m.position, state=m.state.value, tube=m.tube) for m in case.members],
        tell=[*case.tell],
        policy_from=case.policy.valid_from if case.policy else None,
        unanswered=[*standing.unanswered],
    )
