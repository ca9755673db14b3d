"""Who was near the people of a case: the list for tracing, with names, for the site that sampled them and for the authority."""

from sqlalchemy import Connection

from lims.deconvolution.board import Case
from lims.deconvolution.forms import TracedView
from lims.deconvolution.members.queries import Person, people
from lims.deconvolution.story import queries as story
from lims.kernel.db import AnyRow
from lims.kernel.secrets import Keys
from lims.sampling.people.queries import identities


def traced(connection: Connection, keys: Keys, case: Case, site: str | None, *, results: bool) -> list[TracedView]:
    """One row for each person of the case's tube and of the tubes near it, nearest first; of one site's tubes where it is named.

    `results`: of tubes nearby, too, and not of the case's own alone: a single tube's is its person's.

    A tube whose people nobody has registered stands with none: it is to be traced, too.
    """
    own = story.tube(connection, case.row.barcode)
    if own is None:
        raise LookupError(f"tube {case.row.barcode} has a case and no row")
    near = {one.barcode: one for one in story.neighbours(connection, own, story.places(connection, own.barcode))}
    tubes = story.spots(connection, [own.barcode, *near])
    wanted = [tubes[code] for code in (own.barcode, *near) if site is None or tubes[code].site == site]
    there = people(connection, wanted)
    known = identities(connection, keys, {one.person_id for those in there.values() for one in those if one.person_id})

    def row(tube: AnyRow, person: Person | None) -> TracedView:
        beside = near.get(tube.barcode)
        who = known.get(person.person_id) if person is not None and person.person_id else None
        return TracedView(
            near=[way.value for way in beside.near] if beside else ["case"],
            wells=list(beside.wells) if beside else [],
            tube=tube.barcode,
            position=person.position if person is not None else None,
            site=tube.site,
            sealed_at=tube.sealed_at,
            released_call=tube.released_call if results or tube.barcode == own.barcode else None,
            **(who._asdict() if who is not None else {}),
        )

    nobody: list[Person | None] = [None]
    return [row(tube, person) for tube in wanted for person in there.get(tube.barcode) or nobody]
