"""Reading people's results from the view `person_result`, where the rule stands."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Connection,
    Date,
    DateTime,
    Integer,
    SmallInteger,
    Text,
    Uuid,
    bindparam,
    column,
    func,
    select,
    table,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY

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

# Built once: thousands ask at once, and those who ask at the same moment are answered by one statement. Of an array PostgreSQL expects ten
# rows, of an unknown limit a tenth of them: told that there is a limit it keeps one plan for one person and for sixty, instead of
# planning anew for each small array, which takes twenty times as long as looking.
EVERYBODY = func.unnest(bindparam("people", type_=ARRAY(Uuid))).table_valued(column("person", Uuid), name="everybody").render_derived()
ASKED = select(EVERYBODY.c.person).limit(bindparam("count", type_=Integer)).subquery("asked")
NEWEST = (
    select(*RESULT.c)
    .where(RESULT.c.person_id == ASKED.c.person, RESULT.c.day >= bindparam("since", type_=Date))
    .order_by(RESULT.c.collected_at.desc(), RESULT.c.barcode.desc())
    .limit(50)
    .lateral("newest")
)
OF_PEOPLE = select(*NEWEST.c).select_from(ASKED).join(NEWEST, true()).order_by(NEWEST.c.collected_at.desc(), NEWEST.c.barcode.desc())


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


def results_of_people(connection: Connection, people: Collection[UUID], since: date = date.min) -> dict[UUID, list[AnyRow]]:
    """Of each of these people the newest fifty tubes, newest first; days of collection before `since` are not even looked at."""
    found: dict[UUID, list[AnyRow]] = {}
    for row in connection.execute(OF_PEOPLE, {"people": [*people], "count": len(people), "since": since}):
        found.setdefault(row.person_id, []).append(row)
    return found
