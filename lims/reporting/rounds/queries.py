"""Reading who was sampled for which round, and what is expected."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import Connection, func, or_, select

from lims.catalog.tables import ExpectedPeople
from lims.reporting.keeping.tables import KeptRound
from lims.reporting.queries import asked, parameters
from lims.reporting.rounds.rules import Expected, Sampled, newest
from lims.reporting.rules import Question


def sampled(connection: Connection, question: Question, zones: Collection[str], source: str = "counted") -> list[Sampled]:
    """From the tubes themselves; `once`: from those that were gathered."""
    rows = asked(connection, "rounds", parameters(question, zones) | {"source": source})
    return [Sampled(row.day, row.round, row.site, row.tubes, row.people) for row in rows]


def kept(connection: Connection, days: Collection[date], sites: Collection[str] | None) -> list[Sampled]:
    """As it was kept of some days."""
    columns = (KeptRound.day, KeptRound.round, KeptRound.site, KeptRound.tubes, KeptRound.people)
    query = select(*columns).where(KeptRound.day.in_(days))
    if sites is not None:
        query = query.where(KeptRound.site.in_(sites))
    return [Sampled(*row) for row in connection.execute(query)]


def expected(connection: Connection, day: date, rounds: Collection[str]) -> list[Expected]:
    """What was said last of these rounds, and of those that begin on a day."""
    table = ExpectedPeople
    columns = (
        table.round, table.kind, table.place, table.version, table.first_day, table.people, table.source, table.declared_by,
        table.declared_at,
    )  # fmt: skip
    of_day = select(table.round).where(table.first_day == day)
    rows = connection.execute(select(*columns).where(or_(table.round.in_(rounds), table.round.in_(of_day))))
    return newest(Expected(*row) for row in rows)


def versions(connection: Connection, first: date, last: date) -> Sequence[Expected]:
    """Everything that was said of rounds that begin on some days, the newest first."""
    table = ExpectedPeople
    columns = (
        table.round, table.kind, table.place, table.version, table.first_day, table.people, table.source, table.declared_by,
        table.declared_at,
    )  # fmt: skip
    query = select(*columns).where(table.first_day.between(first, last))
    order = query.order_by(table.first_day.desc(), table.round, table.kind, table.place, table.version.desc())
    return [Expected(*row) for row in connection.execute(order)]


def newest_version(connection: Connection, name: str, kind: str, place: str) -> int:
    """How many versions there are of what was said of a round in a place."""
    query = select(func.coalesce(func.max(ExpectedPeople.version), 0)).where(
        ExpectedPeople.round == name, ExpectedPeople.kind == kind, ExpectedPeople.place == place
    )
    return connection.execute(query).scalar_one()
