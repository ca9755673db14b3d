"""The story put together from what was read; for any tube, and for a case with the single tubes of its members."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from lims.custody.rules import trail_begins
from lims.deconvolution.board import Case
from lims.deconvolution.story import queries
from lims.deconvolution.story.rules import Line, Neighbour, Read, Spot, spot
from lims.kernel.auth.rules import Caller
from lims.kernel.db import AnyRow


@dataclass(frozen=True)
class Story:
    """What is known of a tube. `singles` and `also_in` are of the members of a case: by position."""

    tube: AnyRow
    spot: Spot
    reads: Sequence[Read]
    neighbours: Sequence[Neighbour]
    lines: Sequence[Line]
    decisions: Sequence[AnyRow] = ()
    singles: Mapping[int, Spot] = field(default_factory=dict)
    also_in: Mapping[int, Sequence[AnyRow]] = field(default_factory=dict)


def of_tube(connection: Connection, barcode: str) -> Story | None:
    """The story of one tube; None where nobody has spoken of it."""
    tube = queries.tube(connection, barcode)
    return told(connection, tube, {}) if tube is not None else None


def told(connection: Connection, tube: AnyRow, singles: Mapping[str, int | None]) -> Story:
    """The story of a tube, with what happened to the tubes that answer it."""
    boxes = {code: None for code in (tube.box, tube.received_box) if code}
    since = trail_begins(tube.collected_on, tube.received_at)
    lines = queries.lines(connection, {tube.barcode: None, **boxes, **singles}, since)
    reads = queries.reads(connection, tube.barcode)
    return Story(tube, spot(tube), reads, queries.neighbours(connection, tube, reads), lines)


def of_case(connection: Connection, case: Case, caller: Caller) -> Story:
    """The story of a case, as far as it is this caller's business: tubes of another lab or site are named, not told."""
    tube = queries.tube(connection, case.row.barcode)
    if tube is None:
        raise LookupError(f"tube {case.row.barcode} has a case and no row")
    position_of: dict[str, int | None] = {member.tube: member.position for member in case.members if member.tube}
    story = told(connection, tube, position_of)
    rows = queries.spots(connection, position_of)
    people = {one.position: one.person_id for one in case.people}
    known = [tube.barcode, *position_of, *(one.tube for one in case.people if one.tube)]
    day = tube.collected_on or case.row.opened_at.date()
    other = queries.elsewhere(connection, {person for person in people.values() if person}, day, known)
    also = {
        position: [row for row in other[person] if told_to(caller, row.lab, row.site)]
        for position, person in people.items()
        if person in other
    }
    return Story(
        story.tube,
        story.spot,
        story.reads,
        [one for one in story.neighbours if told_to(caller, one.spot.lab, one.site)],
        story.lines,
        queries.decisions(connection, tube.barcode),
        {position: spot(rows[code]) for code, position in position_of.items() if position is not None and code in rows},
        {position: rows for position, rows in also.items() if rows},
    )


def told_to(caller: Caller, lab: str | None, site: str | None) -> bool:
    """Whether more than its code is told of a tube: of one that no lab has yet to every lab, of another site's to nobody bound to one."""
    return (lab is None or caller.reaches_lab(lab)) and caller.reaches_site(site)
