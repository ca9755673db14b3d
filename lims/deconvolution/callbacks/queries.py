"""Reading which tubes have people who are to be called back. A fixed number of statements for any number of tubes."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from lims.custody.queries import tubes_above
from lims.custody.tables import Tube, TubeMember
from lims.deconvolution.queries import TUBE
from lims.deconvolution.tables import Contact
from lims.kernel.db import AnyRow
from lims.testing.instruments.tables import Run
from lims.testing.interpretation.tables import CallRow


def asks(tube: type[Tube]) -> ColumnElement[bool]:
    """Whether the people of a registered tube are to be called back: released not negative (a positive single is final), or rejected."""
    positive_single = and_(tube.kind == "single", tube.released_call == "positive")
    unclear = or_(and_(tube.released_call != "negative", ~positive_single), tube.rejected_at.is_not(None))
    return and_(tube.registered_at.is_not(None), tube.field_state != "void", tube.kind != "aliquot_pool", unclear)


def tubes_to_answer(connection: Connection, site: str | None, handed_over: Collection[str] = ()) -> Sequence[AnyRow]:
    """Tubes of a site whose people are to be called back, recollections among them; and those with people handed over to it."""
    query = select(*TUBE).where(asks(Tube))
    return connection.execute(query.where(or_(Tube.site == site, Tube.barcode.in_(handed_over))) if site else query).all()


def kept_meanwhile(connection: Connection, site: str | None, handed_over: Collection[str] = ()) -> Sequence[AnyRow]:
    """Tubes of a site, and those with people handed over to it, whose aliquot pool is not negative and that have no own result yet."""
    mixed = aliased(Tube)
    unclear = select(mixed.barcode).where(mixed.kind == "aliquot_pool", mixed.released_call != "negative")
    query = select(*TUBE).where(
        Tube.pool.in_(unclear),
        Tube.released_call.is_(None),
        Tube.rejected_at.is_(None),
        Tube.registered_at.is_not(None),
        Tube.field_state != "void",
    )
    return connection.execute(query.where(or_(Tube.site == site, Tube.barcode.in_(handed_over))) if site else query).all()


def answering(connection: Connection, codes: Collection[str], meanwhile: Collection[str] = ()) -> set[str]:
    """Of these tubes, the singles whose person is called back for another tube already: the one they answer, or one that this answers.

    `meanwhile`: tubes that are tested while their people are called back.
    """
    chain, above, same = tubes_above(codes, "retest_of", singles=True), aliased(Tube), aliased(TubeMember)
    called_back = (
        select(chain.c.code, same.person_id)
        .join(above, above.barcode == chain.c.above)
        .join(same, and_(same.barcode == above.barcode, same.day == above.collected_on))
        .where(chain.c.above != chain.c.code, or_(asks(above), above.barcode.in_(meanwhile)))
        .subquery()
    )
    query = (
        select(Tube.barcode)
        .join(TubeMember, and_(TubeMember.barcode == Tube.barcode, TubeMember.day == Tube.collected_on))
        .join(called_back, and_(called_back.c.code == Tube.barcode, called_back.c.person_id == TubeMember.person_id))
    )
    return set(connection.execute(query).scalars())


def opened(connection: Connection, pools: Collection[str]) -> dict[str, datetime]:
    """When the cases of those of these pools that have one were opened: by their first call that is not negative."""
    query = select(CallRow.barcode, func.min(Run.at).label("at")).join(Run, Run.id == CallRow.run)
    query = query.where(CallRow.barcode.in_(pools), CallRow.call != "negative", CallRow.controls_passed, CallRow.pooled_in.is_(None))
    return {row.barcode: row.at for row in connection.execute(query.group_by(CallRow.barcode))}


def handed_to(connection: Connection, site: str) -> dict[str, set[int]]:
    """Members of other sites' tubes that were handed over to this one, by tube: the last hand-over counts."""
    last = (
        select(Contact.barcode, Contact.position, Contact.to_site)
        .where(Contact.event == "transferred")
        .where(Contact.barcode.in_(select(Contact.barcode).where(Contact.to_site == site)))
        .ext(distinct_on(Contact.barcode, Contact.position))
        .order_by(Contact.barcode, Contact.position, Contact.at.desc(), Contact.id.desc())
        .subquery()
    )
    found: dict[str, set[int]] = defaultdict(set)
    for row in connection.execute(select(last.c.barcode, last.c.position).where(last.c.to_site == site)):
        found[row.barcode].add(row.position)
    return found
