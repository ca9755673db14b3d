"""What may be asked of the figures, and which local days and hours that means. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from lims.catalog.rules import Catalog
from lims.kernel.errors import Refused

MOST_DAYS = 366
MOST_DAYS_BY_HOUR = 31
MOST_ROWS = 200_000
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
# Stands between two codes where something is of two places; in no code itself.
BETWEEN = "\x1f"


class By(StrEnum):
    """What each row of a throughput table is of, beside its day."""

    DAY = "day"
    HOUR = "hour"
    LAB = "lab"
    SITE = "site"
    AREA = "area"


class Format(StrEnum):
    """In which form a table is wanted."""

    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


class Ending(StrEnum):
    """As which file the report of a day is wanted."""

    PDF = "pdf"
    HTML = "html"
    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"

    @property
    def media(self) -> str:
        """Its media type."""
        return MEDIA[self]


MEDIA = {
    Ending.PDF: "application/pdf",
    Ending.HTML: "text/html; charset=utf-8",
    Ending.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Ending.CSV: "text/csv; charset=utf-8",
    Ending.JSON: "application/json",
}


@dataclass(frozen=True)
class Question:
    """Local days `first` to `last`, both included, of one lab, one site or some areas, or of all.

    `zone` is for tubes of no known place.
    """

    first: date
    last: date
    by: By
    zone: str
    lab: str | None = None
    site: str | None = None
    areas: tuple[str, ...] | None = None

    @property
    def step(self) -> timedelta:
        """How long a slot is."""
        return HOUR if self.by is By.HOUR else DAY

    @property
    def start(self) -> datetime:
        """The first slot, as local wall-clock time without a zone."""
        return datetime.combine(self.first, time())

    @property
    def beyond(self) -> datetime:
        """The first slot that is not asked for any more."""
        return datetime.combine(self.last, time()) + DAY

    def slots(self) -> list[datetime]:
        """Every local day or hour that is asked for, as the wall-clock time at which it begins."""
        return [self.start + number * self.step for number in range((self.beyond - self.start) // self.step)]

    def days(self) -> list[date]:
        """Every day that is asked for."""
        return [self.first + number * DAY for number in range((self.last - self.first).days + 1)]

    def window(self, zones: Collection[str]) -> tuple[datetime, datetime]:
        """From when until when it was one of these days anywhere in these zones: the moments to look at."""
        places = [ZoneInfo(zone) for zone in {*zones, self.zone}]
        starts = [self.start.replace(tzinfo=place) for place in places]
        ends = [self.beyond.replace(tzinfo=place) for place in places]
        return min(starts).astimezone(UTC), max(ends).astimezone(UTC)


def areas_within(catalog: Catalog, code: str) -> tuple[str, ...]:
    """An area with all areas that lie in it; Refused where there is no such area."""
    if code not in catalog.areas:
        raise Refused("area_unknown", "There is no area {area}.", area=code)
    return tuple(sorted(area for area in catalog.areas if catalog.lies_in(area, code)))


def refuse_unreasonable(question: Question, keys: int) -> None:
    """Refused where the days run backwards, or would make more rows than anybody reads (`keys` a day or hour)."""
    if question.first > question.last:
        raise Refused(
            "report_days_reversed", "The first day, {first}, lies after the last, {last}.", first=question.first, last=question.last
        )
    days, most = (question.last - question.first).days + 1, MOST_DAYS_BY_HOUR if question.by is By.HOUR else MOST_DAYS
    if days > most:
        raise Refused(
            "report_too_long", "A report by {by} covers at most {most} days, not {days}.", by=question.by.value, most=most, days=days
        )
    rows = days * (DAY // question.step) * keys
    if rows > MOST_ROWS:
        raise Refused(
            "report_too_large", "{rows} rows are more than a report holds ({most}); ask for fewer days, or for one lab or site.",
            rows=rows, most=MOST_ROWS,
        )  # fmt: skip
