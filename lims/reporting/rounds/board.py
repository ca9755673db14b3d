"""The rounds of a day put together: who was sampled, as it was kept or as it is counted now, and who is expected."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from lims.catalog.rules import Catalog
from lims.reporting import answers
from lims.reporting.cases import sites_of
from lims.reporting.keeping.rules import missing
from lims.reporting.measures import zones_of
from lims.reporting.rounds import queries
from lims.reporting.rounds.forms import RoundRow
from lims.reporting.rounds.rules import LONGEST, Coverage, Place, Sampled, covered
from lims.reporting.rules import DAY, By, Question


def rounds_of(connection: Connection, catalog: Catalog, question: Question, now: datetime) -> list[Coverage]:
    """The rounds of the (last) day of a question; none of a lab, since nobody is expected in a lab."""
    if question.lab is not None:
        return []
    day = question.last
    came = until(connection, catalog, replace(question, first=day - LONGEST + DAY, last=day, by=By.DAY), now)
    expected = queries.expected(connection, day, {row.round for row in came if row.day == day})
    return covered(catalog, day, came, expected, sites_of(catalog, question))


def until(connection: Connection, catalog: Catalog, question: Question, now: datetime) -> list[Sampled]:
    """Who was sampled on these days: of the days that are kept as they were kept."""
    held = answers.kept_days(connection, catalog, replace(question, site=None, areas=None), now)
    found = queries.kept(connection, held, sites_of(catalog, question)) if held else []
    for first, last in missing(question.days(), held):
        counted = queries.sampled(connection, replace(question, first=first, last=last), zones_of(catalog))
        found += [row for row in counted if row.day not in held]
    return found


def row_of(line: Coverage) -> RoundRow:
    """A line as a file has it."""
    return RoundRow(
        round=line.round,
        area=line.place if line.kind == Place.AREA else None,
        site=line.place if line.kind == Place.SITE else None,
        sampled_people_of_day=line.people_of_day,
        sampled_people=line.people,
        expected_people=line.expected,
        coverage=line.share,
        source=line.source,
    )
