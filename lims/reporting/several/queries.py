"""Reading what several days are put together from."""

from collections.abc import Collection, Iterable
from datetime import date

from sqlalchemy import Connection

from lims.reporting.queries import asked, parameters, statement
from lims.reporting.rules import Question
from lims.reporting.several.rules import Refusals


def refused_kept(connection: Connection, days: Collection[date], place: str) -> Iterable[Refusals]:
    """Tubes without a result of some kept days, of everything (empty) or of a place."""
    rows = connection.execute(statement("refused_kept"), {"days": list(days), "place": place})
    return [Refusals(*row) for row in rows]


def refused(connection: Connection, question: Question, zones: Collection[str]) -> Iterable[Refusals]:
    """The same counted from the tubes."""
    rows = asked(connection, "refused", parameters(question, zones))
    return [Refusals(row.site, row.reason, row.tubes, int(row.people)) for row in rows]
