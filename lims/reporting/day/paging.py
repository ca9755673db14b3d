"""A page of the tubes behind a figure, with how many there are: as it is kept where it is, since counting takes longer than listing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from lims.kernel.auth.door import Work
from lims.kernel.db import AnyRow
from lims.reporting import answers
from lims.reporting.day import queries
from lims.reporting.day.asking import Asked
from lims.reporting.day.behind import BEHIND
from lims.reporting.day.files import refuse_unknown
from lims.reporting.day.forms import RowsAsked
from lims.reporting.keeping.cuts import kept_as
from lims.reporting.keeping.queries import lines
from lims.reporting.measures import zones_of
from lims.reporting.rules import DAY, HOUR, MOST_DAYS_BY_HOUR, By

# Under which names tubes and people of a figure are kept; of some only the tubes.
KEPT_AS: Mapping[str, tuple[str, str | None]] = {
    **{name: (f"{name}_tubes", f"{name}_people") for name in ("collected", "received", "tested", "released")},
    **{name: (f"{name}_tubes", None) for name in ("dispatched", "negative", "nonnegative", "invalid", "rejected", "backlog", "in_transit")},
}


@dataclass(frozen=True)
class Total:
    """How many tubes there are, and people where that is known; `as_of`: the moment of a picture of a running day."""

    tubes: int
    people: int | None = None
    as_of: datetime | None = None


@dataclass(frozen=True)
class Page:
    """Some tubes behind a figure."""

    rows: Sequence[AnyRow]
    total: Total
    has_more: bool


@dataclass(frozen=True)
class Hours:
    """What is kept of the hours that are asked about, by the wall-clock time at which each begins."""

    figures: Mapping[datetime, Mapping[str, Any]]
    as_of: datetime | None

    def total(self, figure: str) -> Total:
        """What passed in all of them, or stood at the end of the last one."""
        tubes, people = KEPT_AS[figure]
        if BEHIND[figure].stands:
            return Total(self.figures[max(self.figures)].get(tubes, 0), None, self.as_of)
        own = self.figures.values()
        return Total(sum(hour.get(tubes, 0) for hour in own), sum(hour.get(people, 0) for hour in own) if people else None, self.as_of)

    def enough(self, figure: str, zones: set[str], after: datetime | None, most: int) -> datetime | None:
        """Until when at least so many tubes passed after a moment; None where that cannot be told."""
        found, name = 0, KEPT_AS[figure][0]
        for slot in sorted(self.figures):
            if after is None or min(at(slot, zone) for zone in zones) >= after:
                found += self.figures[slot].get(name, 0)
            if found >= most:
                return max(at(slot + HOUR, zone) for zone in zones)
        return None


def at(local: datetime, zone: str) -> datetime:
    """The moment of a wall-clock time."""
    return local.replace(tzinfo=ZoneInfo(zone))


def page_behind(work: Work, asked: Asked, wanted: RowsAsked, size: int) -> Page:
    """A page of tubes; Refused where no figure has this name."""
    refuse_unknown(wanted)
    question, zones = asked.question, zones_of(asked.catalog)
    hours = hours_kept(work, asked, wanted)
    enough = enough_until(work, asked, wanted, hours, size + 1) if hours else None
    found = queries.behind(work.connection, question, zones, wanted, asked.now, size + 1, enough)
    total = hours.total(wanted.figure) if hours else Total(*queries.counted(work.connection, question, zones, wanted, asked.now))
    return Page(found[:size], total, len(found) > size)


def enough_until(work: Work, asked: Asked, wanted: RowsAsked, hours: Hours, most: int) -> datetime | None:
    """Until when there should be so many tubes after the one that is named; None where that cannot be told."""
    zones = {*zones_of(asked.catalog), asked.question.zone}
    if not BEHIND[wanted.figure].stands:
        return hours.enough(wanted.figure, zones, wanted.after_at, most)
    if wanted.figure != "backlog" or asked.question.first != asked.question.last or hours.as_of is not None:
        return None
    bands = answers.panels_of(work.connection, asked.catalog, asked.question, asked.now, ("ages",)).bands
    return old_enough(bands, {at(asked.question.beyond, zone) for zone in zones}, wanted.after_at, most)


def old_enough(bands: Sequence[Mapping[str, Any]], ends: Collection[datetime], after: datetime | None, most: int) -> datetime | None:
    """Until when so many tubes had come of those that stood at the end of a day, by their ages; the age of the last one is left out."""
    found: int = 0
    for band in reversed(bands):
        if after is None or (band["to"] is not None and min(ends) - band["to"] * HOUR >= after):
            found += band["tubes"]
        if found >= most:
            hours: float = band["from"]
            return max(ends) - hours * HOUR
    return None


def hours_kept(work: Work, asked: Asked, wanted: RowsAsked) -> Hours | None:
    """What is kept of a figure by the hour; None where not all of it is, or less than the whole figure is asked for."""
    question = replace(asked.question, by=By.HOUR)
    answered, days = kept_as(question, asked.catalog), [question.first + n * DAY for n in range((question.last - question.first).days + 1)]
    narrowed = [wanted.reason, wanted.round, wanted.older, wanted.younger]
    if BEHIND[wanted.figure].stands:
        narrowed += [wanted.hour, wanted.until]
    if answered is None or wanted.figure not in KEPT_AS or len(days) > MOST_DAYS_BY_HOUR or any(one is not None for one in narrowed):
        return None
    kept = answers.kept_days(work.connection, asked.catalog, question, asked.now)
    if not days or len(kept) < len(days):
        return None
    rows = lines(work.connection, question.first, question.last, answered.cut, {answered.key(None)})
    by_slot = {datetime.combine(row.day, time(row.hour)): row.figures for row in rows}
    slots = [slot for slot in question.slots() if within(slot, question.first, wanted)]
    moments = [row.made_at for row in kept.values() if not row.is_over]
    return Hours({slot: by_slot.get(slot, {}) for slot in slots}, min(moments, default=None))


def within(slot: datetime, first: date, wanted: RowsAsked) -> bool:
    """Whether an hour is asked about: of a part of a day one, or those before one."""
    if wanted.hour is not None:
        return slot == datetime.combine(first, time(wanted.hour))
    return wanted.until is None or slot < datetime.combine(first, time()) + wanted.until * HOUR
