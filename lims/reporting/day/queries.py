"""The tubes behind a figure."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, TextClause, text

from lims.kernel.db import AnyRow
from lims.reporting.day.behind import BEHIND
from lims.reporting.day.forms import RowsAsked
from lims.reporting.queries import SQL, parameters
from lims.reporting.rules import HOUR, Question

SET_BACK = timedelta(hours=3)


@lru_cache(maxsize=len(BEHIND))
def rows_of(figure: str) -> TextClause:
    """The statement that lists the tubes behind a figure."""
    begin, end = (SQL.joinpath(f"{name}.sql").read_text("utf-8") for name in ("counted", "rows"))
    return text(f"{begin}\n{BEHIND[figure].sql}\n{end}")


def behind(connection: Connection, question: Question, zones: set[str], wanted: RowsAsked, now: datetime, most: int) -> Sequence[AnyRow]:
    """Tubes behind a figure of some days, or of a part of one; each row says how many tubes and people there are in all."""
    values: dict[str, Any] = parameters(question, zones) | {"now": now, "most": most, "passed": wanted.passed}
    values |= {"reason": wanted.reason, "older": wanted.older, "younger": wanted.younger, "round": wanted.round}
    if wanted.hour is not None:
        first = question.start.replace(hour=wanted.hour)
        values |= {"first": first, "beyond": first.replace(minute=59, second=59, microsecond=999_999)}
    elif wanted.until is not None:
        values |= {"beyond": question.start + wanted.until * HOUR}
    values |= moments(values["first"], values["beyond"], {*zones, question.zone})
    return connection.execute(rows_of(wanted.figure), values).all()


def moments(first: datetime, beyond: datetime, zones: set[str]) -> dict[str, datetime]:
    """Between which moments it may be these local times somewhere, and between which it surely is everywhere: what needs no second look."""
    starts, ends = ([local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for zone in zones] for local in (first, beyond))
    # Clocks that are set back show an hour twice.
    return {
        "since": min(starts) - SET_BACK, "until": max(ends) + SET_BACK,
        "surely_since": max(starts) + SET_BACK, "surely_until": min(ends) - SET_BACK,
    }  # fmt: skip
