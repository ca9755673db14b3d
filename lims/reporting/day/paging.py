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
from lims.reporting.day.behind import BEHIND, PATHS
from lims.reporting.day.files import refuse_unknown
from lims.reporting.day.forms import RowsAsked
from lims.reporting.day.rules import EDGES, LEGS
from lims.reporting.keeping.cuts import kept_as
from lims.reporting.keeping.queries import lines
from lims.reporting.measures import zones_of
from lims.reporting.rules import DAY, HOUR, MOST_DAYS_BY_HOUR, By

# Under which names tubes and people of a figure are kept; of some only the tubes.
KEPT_AS: Mapping[str, tuple[str, str | None]] = {
    **{name: (f"{name}_tubes", f"{name}_people") for name in ("collected", "received", "tested", "released")},
    **{name: (f"{name}_tubes", None) for name in ("dispatched", "negative", "nonnegative", "invalid", "rejected", "backlog", "in_transit")},
}
# Nearly all released tubes are among these, so that those tell how soon a page of them is full.
MOST_RELEASED = {"direct", *(f"direct_{leg}" for leg in LEGS)}
# Which figures the panels of a kept day tell by what they count: the ages of what stands, and the legs.
OF_AGES = {"backlog": "tubes", "late": "late"}
OF_LEGS = {f"{path}_{leg}": (path, leg) for path in PATHS for leg in LEGS}


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
    """What is kept of the hours that are asked about (of what stands, until then), by the wall-clock time at which each begins."""

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
        found, (name, _) = 0, KEPT_AS["released" if figure in MOST_RELEASED else figure]
        for slot in sorted(self.figures):
            if after is None or min(at(slot, zone) for zone in zones) >= after:
                found += self.figures[slot].get(name, 0)
            if found >= most:
                return max(at(slot + HOUR, zone) for zone in zones)
        return None

    def oldest_until(self, zones: set[str], after: datetime | None) -> datetime | None:
        """Until when the oldest of the backlog after a moment should have come: a guess, as if tubes left in the order they came in."""
        left: int = self.figures[max(self.figures)].get("backlog_tubes", 0)
        for slot in sorted(self.figures, reverse=True):
            left -= self.figures[slot].get("received_tubes", 0)
            if left <= 0:
                oldest = max(at(slot + HOUR, zone) for zone in zones)
                return oldest if after is None else max(oldest, after + HOUR)
        return None


def at(local: datetime, zone: str) -> datetime:
    """The moment of a wall-clock time."""
    return local.replace(tzinfo=ZoneInfo(zone))


def page_behind(work: Work, asked: Asked, wanted: RowsAsked, size: int) -> Page:
    """A page of tubes; Refused where no figure has this name."""
    refuse_unknown(wanted)
    hours, panels = hours_kept(work, asked, wanted), panels_kept(work, asked, wanted)
    enough = enough_until(asked, wanted, hours, panels, size + 1)
    found = queries.behind(work.connection, asked.question, asked.catalog, wanted, asked.now, size + 1, enough)
    total = Total(found[0].all_tubes, found[0].all_people) if found and found[0].all_tubes else total_kept(wanted, hours, panels)
    if total is None:
        total = Total(*queries.counted(work.connection, asked.question, asked.catalog, wanted, asked.now))
    return Page(found[:size], total, len(found) > size)


def total_kept(wanted: RowsAsked, hours: Hours | None, kept: answers.KeptPanels | None) -> Total | None:
    """How many tubes there are, as it is kept; None where it is not."""
    if hours and wanted.figure in KEPT_AS:
        return hours.total(wanted.figure)
    if kept is None:
        return None
    if wanted.figure in OF_AGES:
        bands = bands_asked(kept.panels.bands, wanted)
        return None if bands is None else Total(sum(band[OF_AGES[wanted.figure]] for band in bands), None, kept.as_of)
    leg = kept.panels.leg(*OF_LEGS[wanted.figure])
    return Total(leg["tubes"] if leg else 0, None, kept.as_of)


def enough_until(asked: Asked, wanted: RowsAsked, hours: Hours | None, kept: answers.KeptPanels | None, most: int) -> datetime | None:
    """Until when there should be so many tubes after the one that is named; None where that cannot be told."""
    zones = {*zones_of(asked.catalog), asked.question.zone}
    if hours and not BEHIND[wanted.figure].stands:
        return hours.enough(wanted.figure, zones, wanted.after_at, most)
    if hours and wanted.figure == "backlog" and kept is None:
        return hours.oldest_until(zones, wanted.after_at)
    bands = bands_asked(kept.panels.bands, wanted) if kept and kept.as_of is None and wanted.figure in OF_AGES else None
    ends = {at(asked.question.beyond, zone) for zone in zones}
    return None if bands is None else old_enough(bands, OF_AGES[wanted.figure], ends, wanted.after_at, most)


def bands_asked(bands: Sequence[Mapping[str, Any]], wanted: RowsAsked) -> list[Mapping[str, Any]] | None:
    """The bands of ages that are asked about; None where only a part of one is."""
    older, younger = wanted.older or 0.0, wanted.younger
    if older not in (0.0, *EDGES) or younger not in (None, *EDGES):
        return None
    return [band for band in bands if band["from"] >= older and (younger is None or (band["to"] is not None and band["to"] <= younger))]


def old_enough(
    bands: Sequence[Mapping[str, Any]], counted: str, ends: Collection[datetime], after: datetime | None, most: int
) -> datetime | None:
    """Until when so many tubes had come of those that stood at the end of a day, by their ages; the age of the last one is left out."""
    found: int = 0
    for band in reversed(bands):
        if after is None or (band["to"] is not None and min(ends) - band["to"] * HOUR >= after):
            found += band[counted]
        if found >= most:
            hours: float = band["from"]
            return max(ends) - hours * HOUR
    return None


def panels_kept(work: Work, asked: Asked, wanted: RowsAsked) -> answers.KeptPanels | None:
    """The kept panels that tell of a figure; None where they do not, or less than a day of it is asked for."""
    narrowed = (wanted.reason, wanted.round, wanted.hour, wanted.until, wanted.by)
    if wanted.figure not in {*OF_AGES, *OF_LEGS} or asked.question.first != asked.question.last or any(one is not None for one in narrowed):
        return None
    return answers.panels_kept(work.connection, asked.catalog, asked.question, asked.now)


def hours_kept(work: Work, asked: Asked, wanted: RowsAsked) -> Hours | None:
    """What is kept of a figure by the hour; None where not all of it is, or less than the whole figure is asked for."""
    question = replace(asked.question, by=By.HOUR)
    answered, days = kept_as(question, asked.catalog), [question.first + n * DAY for n in range((question.last - question.first).days + 1)]
    narrowed = (wanted.reason, wanted.round, wanted.older, wanted.younger, wanted.by)
    slots = [slot for slot in question.slots() if within(slot, question.first, wanted)]
    if answered is None or wanted.figure not in {*KEPT_AS, *MOST_RELEASED} or not slots or len(days) > MOST_DAYS_BY_HOUR:
        return None
    if any(one is not None for one in narrowed):
        return None
    if BEHIND[wanted.figure].stands:
        slots = [slot for slot in question.slots() if slot <= slots[-1]]
    kept = answers.kept_days(work.connection, asked.catalog, question, asked.now)
    if len(kept) < len(days):
        return None
    rows = lines(work.connection, question.first, question.last, answered.cut, {answered.key(None)})
    by_slot = {datetime.combine(row.day, time(row.hour)): row.figures for row in rows}
    moments = [row.made_at for row in kept.values() if not row.is_over]
    return Hours({slot: by_slot.get(slot, {}) for slot in slots}, min(moments, default=None))


def within(slot: datetime, first: date, wanted: RowsAsked) -> bool:
    """Whether an hour is asked about: of a part of a day one, or those before one."""
    if wanted.hour is not None:
        return slot == datetime.combine(first, time(wanted.hour))
    return wanted.until is None or slot < datetime.combine(first, time()) + wanted.until * HOUR
