"""Reading people's results from the view `person_result`, where the rule stands."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Boolean, Connection, Date, DateTime, Integer, SmallInteger, Text, Uuid, bindparam, column, select, table, tuple_

from lims.kernel.db import AnyRow

RESULT = table(
    "person_result",
    column("day", Date),
    column("barcode", Text),
    column("position", SmallInteger),
    column("person_id", Uuid),
    column("collected_at", DateTime(timezone=True)),
    column("site", Text),
    column("pooled", Boolean),
    column("state", Text),
    column("released_at", DateTime(timezone=True)),
    column("amended_at", DateTime(timezone=True)),
)

# Built once: thousands ask at once.
OF_PERSON = (
    select(*RESULT.c)
    .where(RESULT.c.person_id == bindparam("person", type_=Uuid), RESULT.c.day >= bindparam("since", type_=Date))
    .order_by(RESULT.c.collected_at.desc(), RESULT.c.barcode.desc())
    .limit(bindparam("most", type_=Integer))
)


def results_of_day(
    connection: Connection, day: date, site: str | None, state: str | None, after: tuple[str, int] | None, limit: int
) -> Sequence[AnyRow]:
    """One row per person and tube of a day of collection, by tube and position."""
    query = select(*RESULT.c).where(RESULT.c.day == day).order_by(RESULT.c.barcode, RESULT.c.position).limit(limit)
    if site is not None:
        query = query.where(RESULT.c.site == site)
    if state is not None:
        query = query.where(RESULT.c.state == state)
    if after is not None:
        query = query.where(tuple_(RESULT.c.barcode, RESULT.c.position) > after)
    return connection.execute(query).all()


def results_of_person(connection: Connection, person: UUID, since: date = date.min, limit: int = 50) -> Sequence[AnyRow]:
    """The newest tubes of one person; `since`: of those collected on this day or later, so that older days are not even looked at."""
    return connection.execute(OF_PERSON, {"person": person, "since": since, "most": limit}).all()
