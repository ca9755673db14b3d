"""The list of people to call back, as the site that collected them sees it."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from lims.catalog.rules import Catalog
from lims.custody.rules import Call
from lims.deconvolution import board
from lims.deconvolution.board import Case
from lims.deconvolution.callbacks import queries
from lims.deconvolution.forms import ContactView, RecollectionView
from lims.deconvolution.members import queries as members
from lims.deconvolution.queries import closures
from lims.deconvolution.rules import CAME_BACK, ContactNote, MemberState, calls_back, why
from lims.kernel.db import AnyRow
from lims.kernel.secrets import Keys
from lims.sampling.people.queries import identities


def listed(connection: Connection, keys: Keys, catalog: Catalog, site: str | None, state: MemberState | None) -> list[RecollectionView]:
    """Members of this site's tubes in a state (without: all who have not come back), most urgent first.

    The time of a case runs, and its policy is that in force, from when it was opened; of a tube without a case from its result.
    """
    handed_over = queries.handed_to(connection, site) if site else {}
    failed, kept = queries.tubes_to_answer(connection, site, handed_over), meanwhile(connection, catalog, site, handed_over)
    cases = cases_of(connection, catalog, {tube.pool for tube in kept})
    tubes = [*failed, *(tube for tube in kept if both_routes(cases.get(tube.pool)))]
    codes = [tube.barcode for tube in tubes]
    beside = {*codes[len(failed) :]}
    noted = members.contacts(connection, codes)
    opened = queries.opened(connection, [tube.barcode for tube in tubes if tube.kind == "swab_pool"])
    people = members.people(connection, tubes)
    standings = board.standings(connection, tubes, people, noted)
    # Nobody is called back for a case that a reviewer has closed, nor twice: a recollection's own person waits in the tube it answers.
    words = closures(connection, [*codes, *{tube.pool for tube in tubes if tube.pool is not None}])
    closed = {code for code, word in words.items() if not board.unanswered(word, people.get(code, ()))}
    spoken_for = closed | queries.answering(connection, codes, beside)
    wanted = []
    for tube in tubes:
        if tube.barcode in spoken_for or tube.pool in spoken_for:
            continue
        who = {person.position: person.person_id for person in people.get(tube.barcode, [])}
        for member in standings[tube.barcode]:
            out = member.state not in CAME_BACK if state is None else member.state is state
            if out and (site is None or calls_back(site, tube.site, member.handed_over)) and who[member.position] is not None:
                wanted.append((tube, member, who[member.position]))
    cases |= cases_of(connection, catalog, {tube.pool for tube, _, _ in wanted if tube.pool is not None} - {*cases})
    known = identities(connection, keys, {person for _, _, person in wanted if person})
    rows = [
        RecollectionView(
            tube=tube.barcode,
            position=member.position,
            state=member.state.value,
            case=tube.barcode if has_case(tube) else None,
            site=tube.site,
            site_name=name_of(catalog, tube.site),
            take_over=member.awaited_at is not None and site in (None, member.awaited_at),
            since=since,
            deadline=until(cases[tube.pool])
            if tube.pool in cases
            else board.deadline(catalog, tube, began, board.policy_of(catalog, tube, people[tube.barcode], began)),
            why=why(about.kind, Call(about.released_call) if about.released_call else None, sampled_again=member.tube is not None),
            reason=tube.rejected_for,
            tried=[tried(catalog, one) for one in noted.get((tube.barcode, member.position), [])],
            single=member.tube,
            **known[person]._asdict(),
        )
        for tube, member, person in wanted
        # Who is called back while the kept tube is tested, is because of the pool.
        for about in [cases[tube.pool].row if tube.barcode in beside else tube]
        for since in [about.released_at or about.rejected_at]
        for began in [opened.get(tube.barcode, since)]
        if person is not None
    ]
    return sorted(rows, key=place)


def meanwhile(connection: Connection, catalog: Catalog, site: str | None, handed_over: Collection[str]) -> Sequence[AnyRow]:
    """Kept tubes whose people may have to be called back although their own results are still to come."""
    if not any(policy.recollect_too for policy in catalog.case_policies):
        return ()
    return queries.kept_meanwhile(connection, site, handed_over)


def cases_of(connection: Connection, catalog: Catalog, pools: Collection[str]) -> dict[str, Case]:
    """The cases of those of these aliquot pools that have one, by pool."""
    return {case.row.barcode: case for case in board.these(connection, catalog, sorted(pools))}


def both_routes(case: Case | None) -> bool:
    """Whether the policy of a case calls people back while their kept tubes are tested."""
    return case is not None and case.policy is not None and case.policy.recollect_too


def until(case: Case) -> datetime:
    """By when the people of an aliquot pool are to be sampled again."""
    if case.policy is not None and case.policy.recollect_too:
        opened_at: datetime = case.row.opened_at
        return opened_at + timedelta(hours=case.policy.recollect_within_hours)
    return case.deadline


def tried(catalog: Catalog, one: ContactNote) -> ContactView:
    """Something that was noted of a member, as it is answered."""
    return ContactView(**vars(one), to_site_name=name_of(catalog, one.to_site))


def name_of(catalog: Catalog, site: str | None) -> str | None:
    """What people call a site."""
    return catalog.sites[site].name if site is not None and site in catalog.sites else site


def has_case(tube: AnyRow) -> bool:
    """A released pool has a case; a rejected tube and a single tube have none."""
    return tube.kind == "swab_pool" and tube.released_call is not None


def place(row: RecollectionView) -> tuple[str, str, int]:
    """Where a member stands in the list: by deadline, then tube and position."""
    return (row.deadline.isoformat(), row.tube, row.position)
