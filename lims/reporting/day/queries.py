"""The tubes behind a figure."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, TextClause, text

from lims.catalog.rules import Catalog
from lims.kernel.db import AnyRow, document
from lims.reporting.day.behind import BEHIND
from lims.reporting.day.forms import RowsAsked
from lims.reporting.day.rules import limits_of
from lims.reporting.measures import zones_of
from lims.reporting.queries import SQL, parameters, without_result
from lims.reporting.rules import HOUR, Question

SET_BACK = timedelta(hours=3)
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@lru_cache(maxsize=4 * len(BEHIND))
def rows_of(figure: str, name: str, *, is_now: bool) -> TextClause:
    """The statement that lists (`rows`) or counts (`rows_counted`) the tubes behind a figure."""
    of = BEHIND[figure]
    *begin, end = (SQL.joinpath(f"{part}.sql").read_text("utf-8") for part in ("counted", of.goes_on_from, name) if part)
    return text("\n".join([*begin, of.sql(is_now=is_now), end]))


def behind(
    connection: Connection,
    question: Question,
    catalog: Catalog,
    wanted: RowsAsked,
    now: datetime,
    most: int,
    enough: datetime | None = None,
) -> Sequence[AnyRow]:
    """The first tubes behind a figure of some days, or of a part of one, after the one that is named.

    Until `enough` there should be as many: it is looked there first, and further only where there are not.
    """
    values = values_of(connection, question, catalog, wanted, now) | {"most": most, "after": wanted.after or ""}
    if wanted.after_at is not None:
        values["page_since"] = max(values["page_since"], wanted.after_at)
    listed = rows_of(wanted.figure, "rows", is_now=values["ends"] == now)
    if enough is None or not values["page_since"] < enough < values["page_until"]:
        return connection.execute(listed, values).all()
    found = connection.execute(listed, values | {"page_until": enough}).all()
    if len(found) == most:
        return found
    further = values | {"page_since": enough, "after": "", "most": most - len(found)}
    return [*found, *connection.execute(listed, further).all()]


def counted(connection: Connection, question: Question, catalog: Catalog, wanted: RowsAsked, now: datetime) -> tuple[int, int]:
    """How many tubes there are behind a figure in all, and how many people."""
    values = values_of(connection, question, catalog, wanted, now)
    row = connection.execute(rows_of(wanted.figure, "rows_counted", is_now=values["ends"] == now), values).one()
    return row.tubes, row.people


def values_of(connection: Connection, question: Question, catalog: Catalog, wanted: RowsAsked, now: datetime) -> dict[str, Any]:
    """What the statements are asked with."""
    zones = zones_of(catalog)
    values: dict[str, Any] = parameters(question, zones) | {"now": now}
    values |= {name: getattr(wanted, name) for name in ("reason", "older", "younger", "round", "key")} | {"by_line": wanted.by}
    if wanted.figure == "verifying":
        values |= without_result(connection, values)
    if wanted.figure == "late":
        limits, own = limits_of(catalog, question.last)
        values |= {"limits": document(limits), "own": own}
    if wanted.hour is not None:
        first = question.start + wanted.hour * HOUR
        values |= {"first": first, "beyond": first + HOUR}
    elif wanted.until is not None:
        values |= {"beyond": question.start + wanted.until * HOUR}
    values |= moments(values["first"], values["beyond"], {*zones, question.zone})
    # Between which two moments the end lies everywhere: it may be beside an hour that is shown twice.
    values |= {"ends": min(now, values["surely_until"] + SET_BACK - HOUR), "ends_by": values["page_until"] - SET_BACK + HOUR}
    # What stands may have come long ago.
    values |= {"page_since": LONG_AGO} if BEHIND[wanted.figure].stands else {}
    return values | {"whole_since": values["page_since"]}


def moments(first: datetime, beyond: datetime, zones: set[str]) -> dict[str, datetime]:
    """Between which moments it may be these local times somewhere, and between which it surely is everywhere: what needs no second look."""
    starts, ends = ([local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for zone in zones] for local in (first, beyond))
    # Clocks that are set back show an hour twice.
    return {
        "page_since": min(starts) - SET_BACK, "page_until": max(ends) + SET_BACK,
        "surely_since": max(starts) + SET_BACK, "surely_until": min(ends) - SET_BACK,
    }  # fmt: skip
