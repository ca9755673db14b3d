"""The weak positives of a series put together: what was measured, what is usual, what is out of the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from lims.catalog.rules import Assay
from lims.kernel.db import AnyRow
from lims.testing.qc import queries
from lims.testing.qc.queries import Series
from lims.testing.qc.trends import REFERENCE, Judged, Measurement, Reference, judged, reference

SHOWN = 60  # runs
LOOK_BACK = 10  # the longest rule looks this far back


@dataclass(frozen=True)
class Trend:
    """One target of a series: the usual place (None while fewer than REFERENCE were measured), and what was measured, oldest first."""

    target: str
    usual: Reference | None
    known: int
    measured: tuple[Judged, ...]

    @property
    def warned(self) -> tuple[Judged, ...]:
        """What breaks a rule, oldest first."""
        return tuple(one for one in self.measured if one.broken)


def trends(connection: Connection, series: Series, assay: Assay, until: AnyRow | None = None, shown: int = SHOWN) -> list[Trend]:
    """What the weak positives of a series showed, target by target: the newest `shown` runs, or those up to one run."""
    newest = queries.runs_of_series(connection, series, shown + LOOK_BACK, until=until)
    first = queries.runs_of_series(connection, series, 2 * REFERENCE, first=True)
    rows = queries.weak_positives(connection, [*newest, *first])
    return [trend(target.name, rows, {row.id for row in newest}, {row.id for row in first}, shown) for target in assay.targets]


def trend(target: str, rows: Sequence[AnyRow], newest: set[UUID], first: set[UUID], shown: int) -> Trend:
    """One target's: the first measurements say what is usual, the newest are judged by it."""
    mine = [(row.id, Measurement(row.id, row.plate, row.well, row.at, row.ct, row.controls_passed)) for row in rows if row.target == target]
    early = [one for run, one in mine if run in first]
    usual = reference(early)
    told = judged([one for run, one in mine if run in newest], usual)
    runs = list(dict.fromkeys(one.measurement.run for one in told))[-shown:]
    known = sum(one.ct is not None and one.controls_passed for one in early)
    return Trend(target, usual, min(known, REFERENCE), tuple(one for one in told if one.measurement.run in runs))


def of_run(connection: Connection, run: AnyRow, assay: Assay) -> dict[str, tuple[Judged, ...]]:
    """The weak positives of one run that break a rule, by target."""
    return broken_in(run.id, trends(connection, queries.series_of_plate(connection, run.plate), assay, until=run, shown=LOOK_BACK))


def broken_in(run: UUID, found: Sequence[Trend]) -> dict[str, tuple[Judged, ...]]:
    """What of these belongs to one run and breaks a rule, by target."""
    return {each.target: mine for each in found if (mine := tuple(one for one in each.warned if one.measurement.run == run))}
