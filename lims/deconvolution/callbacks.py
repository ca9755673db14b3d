"""The list of people to call back, as the site that collected them sees it."""

from sqlalchemy import Connection

from lims.catalog.rules import Catalog
from lims.custody.rules import Call
from lims.deconvolution import board, queries
from lims.deconvolution.forms import ContactView, RecollectionView
from lims.deconvolution.rules import CAME_BACK, ContactNote, MemberState, calls_back, why
from lims.kernel.db import AnyRow
from lims.kernel.secrets import Keys
from lims.sampling.people.queries import identities


def listed(connection: Connection, keys: Keys, catalog: Catalog, site: str | None, state: MemberState | None) -> list[RecollectionView]:
    """Members of this site's tubes in a state (without: all who have not come back), most urgent first.

    The time of a case runs, and its policy is that in force, from when it was opened; of a tube without a case from its result.
    """
    tubes = queries.tubes_to_answer(connection, site, queries.handed_to(connection, site) if site else ())
    codes = [tube.barcode for tube in tubes]
    noted = queries.contacts(connection, codes)
    opened = queries.opened(connection, [tube.barcode for tube in tubes if tube.kind == "swab_pool"])
    people = queries.people(connection, tubes)
    standings = board.standings(connection, tubes, people, noted)
    # Nobody is called back for a case that a reviewer has closed, nor twice: a recollection's own person waits in the tube it answers.
    pools = {tube.pool for tube in tubes if tube.pool is not None}
    words = queries.closures(connection, [*codes, *pools])
    closed = {code for code, word in words.items() if not board.unanswered(word, people.get(code, ()))}
    spoken_for = closed | queries.answering(connection, codes)
    wanted = []
    for tube in tubes:
        if tube.barcode in spoken_for or tube.pool in spoken_for:
            continue
        who = {person.position: person.person_id for person in people.get(tube.barcode, [])}
        for member in standings[tube.barcode]:
            out = member.state not in CAME_BACK if state is None else member.state is state
            if out and (site is None or calls_back(site, tube.site, member.handed_over)) and who[member.position] is not None:
                wanted.append((tube, member, who[member.position]))
    mixed = {case.row.barcode: case.deadline for case in board.these(connection, catalog, sorted(pools - spoken_for))}
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
            since=tube.released_at or tube.rejected_at,
            deadline=mixed.get(tube.pool)
            or board.deadline(catalog, tube, began, board.policy_of(catalog, tube, people[tube.barcode], began)),
            why=why(tube.kind, Call(tube.released_call) if tube.released_call else None, sampled_again=member.tube is not None),
            reason=tube.rejected_for,
            tried=[tried(catalog, one) for one in noted.get((tube.barcode, member.position), [])],
            single=member.tube,
            **vars(known[person]),
        )
        for tube, member, person in wanted
        for since in [tube.released_at or tube.rejected_at]
        for began in [opened.get(tube.barcode, since)]
        if person is not None
    ]
    return sorted(rows, key=place)


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
