"""The figures of days: everything is gathered in a fixed number of statements, then put together by pure rules."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from lims.catalog.rules import Catalog
from lims.deconvolution.board import Case
from lims.reporting import queries
from lims.reporting.cases import cases_between, stays_of
from lims.reporting.figures import Line
from lims.reporting.lines import Facts, keys_of, lines_of
from lims.reporting.rules import Question, refuse_unreasonable


def throughput(connection: Connection, catalog: Catalog, question: Question, now: datetime) -> list[Line]:
    """A table of throughput; Refused where too much is asked."""
    refuse_unreasonable(question, len(keys_of(question, catalog)))
    cases = cases_between(connection, catalog, question, question.window(zones_of(catalog)))
    return lines_of(question, catalog, facts_of(connection, catalog, question, cases), now)


def facts_of(connection: Connection, catalog: Catalog, question: Question, cases: Sequence[Case]) -> Facts:
    """Everything a table is made of, with the cases already read."""
    values = queries.parameters(question, zones_of(catalog))
    return Facts(
        flows=queries.flows(connection, values),
        turnaround=queries.turnaround(connection, values),
        backlog=queries.stays(connection, "backlog", values),
        in_transit=queries.stays(connection, "in_transit", values),
        cases=stays_of(cases, catalog, question),
        verifying=queries.stays(connection, "verifying", values),
        declared=queries.capacities(connection, question.last),
    )


def zones_of(catalog: Catalog) -> set[str]:
    """Every time zone somebody works in."""
    return {place.timezone for places in (catalog.sites, catalog.labs) for place in places.values()}
