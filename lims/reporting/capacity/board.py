"""The capacities of labs, put together from what was read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from lims.catalog.capacity import Resources, Spell
from lims.catalog.rules import Catalog, Lab
from lims.kernel.clock import local_day
from lims.kernel.db import AnyRow
from lims.reporting.capacity import queries
from lims.reporting.capacity.rules import Best, Three, modelled
from lims.reporting.recent import Recent

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
    best = BEST.at(connection, now, lambda: queries.best_days(connection, now - LOOKED_BACK))
    declared: dict[str, list[AnyRow]] = {}
    for row in queries.declared(connection):
        declared.setdefault(row.lab, []).append(row)
    labs = [lab for code, lab in sorted(catalog.labs.items()) if only in (None, code)]
    return [line_of(catalog, lab, now, best, declared.get(lab.code, [])) for lab in labs]


def line_of(catalog: Catalog, lab: Lab, now: datetime, best: Mapping[str, Best], declarations: Sequence[AnyRow]) -> LabLine:
    """The line of one lab."""
    plan, day = catalog.lab_plans[lab.code], local_day(now, lab.timezone)
    # The newest stands first, of a day its last version.
    holds = next((row for row in declarations if row.valid_from <= day), None)
    move = plan.move_at(now)
    three = Three(holds.tubes_per_day if holds else None, best.get(lab.code), modelled(plan, day, lab.timezone))
    return LabLine(lab, day, three, plan.resources_on(day), plan.open_on(day, lab.timezone), move.place if move else None, declarations)
