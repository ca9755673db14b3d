"""The page of prevalences, put together from what was read."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from lims.catalog.rules import Catalog
from lims.reporting.pooling_math import prevalence
from lims.reporting.pooling_math.prevalence import Estimate
from lims.reporting.prevalence import queries
from lims.reporting.prevalence.queries import Asked
from lims.reporting.prevalence.rules import AreaPools, Assumed, areas_of, by_week, groups_of
from lims.reporting.prevalence.watching import LabWatch, spells_of, watched
from lims.reporting.rules import areas_within


@dataclass(frozen=True)
class Board:
    """All areas together, each area, each week, and what each lab's pooling is held against."""

    total: Estimate | None
    areas: list[AreaPools]
    weeks: dict[date, Estimate]
    labs: list[LabWatch]


def board_of(connection: Connection, catalog: Catalog, asked: Asked, assumed: Assumed, area: str | None = None) -> Board:
    """What pools of some days say, of one area with what lies in it or of all; Refused where there is no such area."""
    within = areas_within(catalog, area) if area is not None else None
    found = [line for line in queries.released(connection, asked) if within is None or line.area in within]
    resolved = queries.resolved(connection, asked)
    begun = queries.begun(connection, asked.lab) if asked.site is None else {}
    return Board(
        total=prevalence.estimate(groups_of(found), assumed.assay),
        areas=areas_of(found, resolved, catalog, asked.last, assumed),
        weeks=by_week(found, assumed.assay),
        labs=watched(begun, asked.last, queries.days(connection, spells_of(begun, asked.last))),
    )
