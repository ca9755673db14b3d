"""Reading who is in tubes, which tubes answer for them, and what was noted of them. A fixed number of statements for any number."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, and_, func, select

from lims.custody.queries import tubes_answering
from lims.custody.rules import Call
from lims.custody.tables import Tube, TubeMember
from lims.deconvolution.queries import SINCE
from lims.deconvolution.rules import Answer, ContactEvent, ContactNote
from lims.deconvolution.tables import Contact
from lims.kernel.db import AnyRow


@dataclass(frozen=True)
class Person:
    """A member of a tube: the position, and who it is for the comparison only."""

    position: int
    person_id: UUID | None
    tube: str | None = None  # an aliquot pool's member tube
    site: str | None = None
    group: str = "*"


def people(connection: Connection, tubes: Sequence[AnyRow]) -> dict[str, list[Person]]:
    """Who is in these tubes: of a swab pool its people, of an aliquot pool its member tubes."""
    found: dict[str, list[Person]] = defaultdict(list)
    codes, days = [tube.barcode for tube in tubes], {tube.collected_on for tube in tubes if tube.collected_on}
    site_of = {tube.barcode: tube.site for tube in tubes}
    query = select(TubeMember.barcode, TubeMember.position, TubeMember.person_id, TubeMember.member_group).where(
        TubeMember.barcode.in_(codes), TubeMember.day.in_(days)
    )
    for row in connection.execute(query.order_by(TubeMember.barcode, TubeMember.position)):
        found[row.barcode].append(Person(row.position, row.person_id, site=site_of[row.barcode], group=row.member_group))
    if pools := [tube.barcode for tube in tubes if tube.kind == "aliquot_pool"]:
        whose = and_(TubeMember.barcode == Tube.barcode, TubeMember.day == Tube.collected_on)
        columns = (Tube.pool, Tube.barcode, Tube.site, TubeMember.person_id, func.coalesce(TubeMember.member_group, "*").label("group"))
        members = select(*columns).outerjoin(TubeMember, whose).where(Tube.pool.in_(pools))
        for member in connection.execute(members.order_by(Tube.pool, Tube.barcode)):
            found[member.pool].append(
                Person(len(found[member.pool]) + 1, member.person_id, member.barcode, site=member.site, group=member.group)
            )
    return found


def answers(connection: Connection, codes: Collection[str]) -> dict[tuple[str, UUID], list[Answer]]:
    """By tube and person, the single tubes that answer it, and those that answer these: as in people's results (`results`)."""
    chain = tubes_answering(codes)
    query = (
        select(
            chain.c.code, TubeMember.person_id, Tube.barcode, TubeMember.collected_at, Tube.received_at, SINCE, Tube.released_call,
            Tube.rejected_at,
        )
        .join(Tube, Tube.barcode == chain.c.answer)
        .join(TubeMember, and_(TubeMember.barcode == Tube.barcode, TubeMember.day == Tube.collected_on))
        .where(Tube.field_state != "void")
    )  # fmt: skip
    found: dict[tuple[str, UUID], list[Answer]] = defaultdict(list)
    for row in connection.execute(query):
        call = Call(row.released_call) if row.released_call else None
        found[row.code, row.person_id].append(
            Answer(row.barcode, row.collected_at, row.received_at, row.released_at, call, row.rejected_at)
        )
    return found


def member_tubes(connection: Connection, pools: Collection[str]) -> dict[str, Answer]:
    """The member tubes of aliquot pools as answers: what was found when each was tested by itself."""
    query = select(Tube.barcode, TubeMember.collected_at, Tube.received_at, SINCE, Tube.released_call, Tube.rejected_at).outerjoin(
        TubeMember, and_(TubeMember.barcode == Tube.barcode, TubeMember.day == Tube.collected_on)
    )
    found = {}
    for row in connection.execute(query.where(Tube.pool.in_(pools))):
        call = Call(row.released_call) if row.released_call else None
        collected_at = row.collected_at or row.received_at
        found[row.barcode] = Answer(row.barcode, collected_at, row.received_at, row.released_at, call, row.rejected_at)
    return found


def contacts(connection: Connection, codes: Collection[str]) -> dict[tuple[str, int], list[ContactNote]]:
    """What was noted of members, by tube and position."""
    found: dict[tuple[str, int], list[ContactNote]] = defaultdict(list)
    columns = (Contact.barcode, Contact.position, Contact.event, Contact.at, Contact.by, Contact.note, Contact.to_site, Contact.to_place)
    for row in connection.execute(select(*columns).where(Contact.barcode.in_(codes)).order_by(Contact.at, Contact.id)):
        found[row.barcode, row.position].append(ContactNote(ContactEvent(row.event), row.at, row.by, row.note, row.to_site, row.to_place))
    return found


def ever_handed_to(connection: Connection, site: str, barcode: str) -> set[int]:
    """Members of a case who were handed over to a site, handed on or not: what it noted without a network may come later."""
    query = select(Contact.position).where(Contact.barcode == barcode, Contact.to_site == site)
    return set(connection.execute(query).scalars())
