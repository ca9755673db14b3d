"""The figures that were asked for: of days that are over as they were kept, of all others as they are counted now."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from lims.catalog.rules import Catalog
from lims.kernel.db import AnyRow
from lims.reporting import measures
from lims.reporting import queries as live
from lims.reporting.cases import cases_between
from lims.reporting.day import panels
from lims.reporting.day.rules import Panels
from lims.reporting.figures import Line
from lims.reporting.keeping import ahead, queries
from lims.reporting.keeping.actions import first_day_of
from lims.reporting.keeping.cuts import Kept, kept_as
from lims.reporting.keeping.rules import NOTHING, holds, missing, places_digest
from lims.reporting.lines import Capacities, Cell, declared_for, keys_of, line
from lims.reporting.measures import zones_of
from lims.reporting.rules import By, Question, refuse_unreasonable


@dataclass(frozen=True)
class Answer:
    """Lines, and as of when they hold: earlier than now where a picture of a running day was shown, or a standby was behind."""

    lines: list[Line]
    as_of: datetime


def throughput(connection: Connection, catalog: Catalog, question: Question, now: datetime) -> Answer:
    """A table of throughput; Refused where too much is asked."""
    refuse_unreasonable(question, len(keys_of(question, catalog)))
    days = question.days()
    found: dict[date, list[Line]] = {day: [] for day in days}
    answered = kept_as(question, catalog)
    kept = kept_days(connection, catalog, question, now) if answered else {}
    if kept and answered:
        found |= lines_kept(connection, catalog, question, answered, kept)
    for first, last in missing(days, kept):
        for one in measures.throughput(connection, catalog, replace(question, first=first, last=last), now):
            if one.day not in kept:
                found[one.day].append(one)
    moments = [row.made_at for row in kept.values() if not row.is_over]
    return Answer([one for day in days for one in found[day]], min([*moments, live.known_until(connection) or now, now]))


def kept_days(connection: Connection, catalog: Catalog, question: Question, now: datetime) -> dict[date, AnyRow]:
    """The days of a question whose kept figures hold."""
    rows = queries.days(connection, question.first, question.last)
    if not rows:
        return {}
    before, places = untouched_before(connection, catalog), places_digest(catalog)
    return {row.day: row for row in rows if holds(row, places, before, now)}


def untouched_before(connection: Connection, catalog: Catalog) -> date:
    """Up to which day nothing has changed since the trail was read for kept days: what was told since is read here and now."""
    after, _ = queries.unread_seals(connection)
    if after is None:
        return date.min
    found = ahead.told(connection, after)
    if found.is_too_much:
        return date.min
    return first_day_of(found.since, zones_of(catalog)) or date.max


def lines_kept(
    connection: Connection, catalog: Catalog, question: Question, answered: Kept, kept: Mapping[date, AnyRow]
) -> dict[date, list[Line]]:
    """The kept lines of these days, with the capacities that are declared for them."""
    keys = keys_of(question, catalog)
    rows = queries.lines(connection, min(kept), max(kept), answered.cut, {answered.key(key) for key in (*keys, None)})
    figures = {(row.day, row.key, row.hour): row.figures for row in rows}
    capacities = Capacities(question, live.capacities(connection, question.last))
    of_one_place = question.lab or question.site or question.areas
    positives = positives_of(connection, catalog, question) if of_one_place else None
    found: dict[date, list[Line]] = {day: [] for day in kept}
    for slot in question.slots():
        day = slot.date()
        if day not in kept:
            continue
        nowhere = answered.has_nowhere and (day, answered.key(None), 0) in figures
        for key in [*keys, None] if nowhere else keys:
            own: dict[str, Any] = NOTHING | figures.get((day, answered.key(key), slot.hour), {})
            if positives is not None:
                own["people_positive"] = positives.get((slot, key), 0)
            found[day].append(line(question.by, (slot, key), own | declared_for(capacities.at((slot, key)), own), catalog))
    return found


def positives_of(connection: Connection, catalog: Catalog, question: Question) -> dict[Cell, int]:
    """Positive people of one place. They are counted once a day where they come first; asked by itself, a place counts all of its own."""
    values = live.parameters(question, zones_of(catalog))
    return {(row.slot, row.key): row.people_positive for row in live.asked(connection, "positives", values)}


def panels_key(question: Question, answered: Kept) -> str:
    """Under which key the panels of a question's place are kept; empty is everything."""
    return panels.of_area(answered.place) if question.areas and answered.place else question.lab or ""


def panels_of(
    connection: Connection, catalog: Catalog, question: Question, now: datetime, names: Collection[str] = panels.STATEMENTS
) -> Panels:
    """What the page of a day shows beside the figures: some panels, or all."""
    kept = panels_kept(connection, catalog, question, now)
    if kept is not None:
        return kept.panels
    found = panels.counted(connection, catalog, replace(question, by=By.DAY), now, names).get("", {})
    if len(names) == len(panels.STATEMENTS):
        cases = cases_between(connection, catalog, question, question.window(zones_of(catalog)))
        found["cases"] = panels.cases_at_the_end(cases, catalog, question, {}).get("", [])
    return Panels(**found)


@dataclass(frozen=True)
class KeptPanels:
    """Panels as they were kept; `as_of`: the moment of a picture of a running day."""

    panels: Panels
    as_of: datetime | None


def panels_kept(connection: Connection, catalog: Catalog, question: Question, now: datetime) -> KeptPanels | None:
    """The panels of the first day of a question where they are kept, and hold."""
    day = question.first
    answered = kept_as(replace(question, by=By.DAY), catalog)
    if not answered or question.site is not None:
        return None
    kept = kept_days(connection, catalog, question, now).get(day)
    if kept is None:
        return None
    return KeptPanels(Panels(**queries.panels(connection, day, panels_key(question, answered))), None if kept.is_over else kept.made_at)
