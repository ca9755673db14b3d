"""The only place that reads the clock. Everybody else is told the time."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BeforeValidator

from lims.kernel.errors import Refused

# A device or instrument whose clock runs this far ahead is still believed; domain rule "clocks lie".
TOLERATED_SKEW = timedelta(minutes=15)
# Clocks that were never set say 1970. What lies before this no clock says; and near year 1 other time zones have no date.
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)


def written(value: object) -> object:
    """A time or day as text; ValueError for a number: whether it counts seconds or milliseconds, and from when, would be a guess."""
    if isinstance(value, date) or (isinstance(value, str) and value.strip()[4:5] == "-"):
        return value
    raise ValueError("write a time like 2022-02-02T09:31:05+08:00, a day like 2022-02-02")


# As the contract has them: a moment is RFC 3339 with an offset, a day YYYY-MM-DD.
Moment = Annotated[AwareDatetime, BeforeValidator(written)]
Day = Annotated[date, BeforeValidator(written)]


def now() -> datetime:
    """The moment, in UTC. Called once a request, then passed on."""
    return datetime.now(UTC)


def happened(at: datetime | None, now: datetime) -> datetime:
    """When something happened: `at`, or `now` where nobody said; refused in the future."""
    if at is None:
        return now
    if at.tzinfo is None:
        raise Refused("time_without_offset", "The time {at} has no offset; write it like 2022-02-02T09:31:05+08:00.", at=at.isoformat())
    if at < EARLIEST:
        raise Refused("time_impossible", "The time {at} lies before every clock; check it.", at=at.isoformat())
    if at > now + TOLERATED_SKEW:
        raise Refused("time_in_future", "The time {at} lies in the future; check the clock.", at=at.isoformat())
    return at


def utc_day(at: datetime) -> date:
    """The UTC day of a moment: under it lies what is cut by the day on which the server took it."""
    return at.astimezone(UTC).date()


def local_day(at: datetime, timezone: str) -> date:
    """The calendar day of a moment where it happened."""
    return at.astimezone(ZoneInfo(timezone)).date()
