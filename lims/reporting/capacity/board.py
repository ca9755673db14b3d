"""The capacities of labs, put together from what was read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from lims.catalog.capacity import Resources, Spell
from lims.catalog.rules import Catalog, Lab
from lims.kernel.clock import local_day
from lims.kernel.db import AnyRow
from lims.reporting import answers
from lims.reporting.capacity import queries
from lims.reporting.capacity.rules import Best, Three, best_of, modelled
from lims.reporting.keeping.rules import missing
from lims.reporting.measures import zones_of
from lims.reporting.recent import Recent
from lims.reporting.rules import DAY, By, Question

# As far back as the best day is looked for: what a lab could do with other machines a season ago says nothing.
LOOKED_BACK = timedelta(days=28)
BEST = Recent[Mapping[str, Best]]()


@dataclass(frozen=True)
class LabLine:
    """One lab: its three figures on its local day, when it is open and where it stands, and what it has declared so far."""

    lab: Lab
    day: date
    three: Three
    resources: Resources | None
    opened: Sequence[Spell]
    place: str | None
    declarations: Sequence[AnyRow]


def lines(connection: Connection, catalog: Catalog, now: datetime, only: str | None = None) -> list[LabLine]:
    """A line for every lab, or for one."""
    best = BEST.at(connection, now, lambda: best_days(connection, catalog, now))
    declared: dict[str, list[AnyRow]] = {}
    for row in queries.declared(connection):
        declared.setdefault(row.lab, []).append(row)
    labs = [lab for code, lab in sorted(catalog.labs.items()) if only in (None, code)]
    return [line_of(catalog, lab, now, best, declared.get(lab.code, [])) for lab in labs]


def best_days(connection: Connection, catalog: Catalog, now: datetime) -> dict[str, Best]:
    """The most tubes that each lab has tested within 24 hours: of days that are kept by what is kept, of others as it is counted now."""
    question = Question((now - LOOKED_BACK).date(), (now + DAY).date(), By.HOUR, "UTC")
    kept = answers.kept_days(connection, catalog, question, now)
    hours = queries.tested_kept(connection, kept) if kept else []
    for first, last in missing(question.days(), kept):
        window = replace(question, first=first, last=last).window(zones_of(catalog))
        hours += [row for row in queries.tested_between(connection, window) if first <= row[1].date() <= last and row[1].date() not in kept]
    by_lab: dict[str, list[tuple[datetime, int]]] = {}
    for lab, hour, tubes in hours:
        # Where clocks are set back two hours have one name: they stand together in the first of them.
        by_lab.setdefault(lab, []).append((hour.replace(tzinfo=ZoneInfo(catalog.labs[lab].timezone)).astimezone(UTC), tubes))
    return {lab: best for lab, tested in by_lab.items() if (best := best_of(tested))}


def line_of(catalog: Catalog, lab: Lab, now: datetime, best: Mapping[str, Best], declarations: Sequence[AnyRow]) -> LabLine:
    """The line of one lab."""
    plan, day = catalog.lab_plans[lab.code], local_day(now, lab.timezone)
    # The newest stands first, of a day its last version.
    holds = next((row for row in declarations if row.valid_from <= day), None)
    move = plan.move_at(now)
    three = Three(holds.tubes_per_day if holds else None, best.get(lab.code), modelled(plan, day, lab.timezone))
    return LabLine(lab, day, three, plan.resources_on(day), plan.open_on(day, lab.timezone), move.place if move else None, declarations)
