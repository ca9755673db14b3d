"""Gathering what the page of a day shows beside the figures: as it was kept with them, or as it is counted now."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from lims.catalog.rules import Catalog
from lims.deconvolution.board import Case
from lims.kernel.db import document
from lims.reporting import cases as case_lines
from lims.reporting import queries
from lims.reporting.day.rules import EDGES, limits_of, panels_by_place
from lims.reporting.keeping.cuts import outers_of
from lims.reporting.lines import standing
from lims.reporting.measures import zones_of
from lims.reporting.rules import BETWEEN, By, Question

# Each panel's statement, and the one that it narrows the tubes with.
STATEMENTS = {"ages": "standing", "oldest": "standing", "legs": "", "refused": "", "begun": "", "hours": ""}
MOST_CASES = 50
Cases = dict[str, list[str]]


def counted(
    connection: Connection,
    catalog: Catalog,
    question: Question,
    now: datetime,
    names: Collection[str] = STATEMENTS,
    **begin: str | list[str],
) -> dict[str, dict[str, Any]]:
    """The panels of a day: of everything under an empty key; of each lab where the question is by lab, or as the statements begin."""
    more: dict[str, Any] = {"now": now, "edges": list(EDGES)}
    if any(STATEMENTS[name] == "standing" for name in names):
        limits, own = limits_of(catalog, question.last)
        more |= {"limits": document(limits), "own": own}
    values = queries.parameters(question, zones_of(catalog)) | more | begin
    rows = {}
    for name in names:
        asked, step = ("stages", {"step": "hour"}) if name == "hours" else (name, {})
        rows[name] = [row._asdict() for row in queries.asked(connection, asked, values | step, STATEMENTS[name])]
    return panels_by_place(rows)


def cases_at_the_end(cases: Iterable[Case], catalog: Catalog, question: Question, outers: Mapping[str, Sequence[str]]) -> Cases:
    """The oldest cases that were open at the end of a day: all together under an empty key, by lab, and by area (see `of_area`)."""
    open_: Cases = {}
    for case in cases:
        if standing(case_lines.stays_of([case], catalog, question), question.slots()):
            site = catalog.sites.get(case.row.site or "")
            areas = [of_area(outer) for outer in outers.get(site.area, ())] if site else []
            for place in {"", case.row.lab, *areas}:
                open_.setdefault(place, []).append(case.row.barcode)
    return {place: codes[:MOST_CASES] for place, codes in open_.items()}


def of_area(area: str) -> str:
    """Under which key the panels of an area with everything in it are kept, beside those of labs."""
    return f"{BETWEEN}{area}"


def of_all_places(
    connection: Connection, catalog: Catalog, question: Question, now: datetime, cases: Sequence[Case], hours: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """The panels of everything, of each lab and of each area with what lies in it, of the tubes that were gathered; for keeping."""
    outers = outers_of(catalog)
    pairs = [(inner, outer) for inner, own in outers.items() for outer in own]
    names = [name for name in STATEMENTS if name != "hours"]
    begin: dict[str, Any] = {"inner": [inner for inner, _ in pairs], "outer": [outer for _, outer in pairs], "source": "within"}
    found = counted(connection, catalog, replace(question, by=By.LAB), now, names, source="once")
    # By lab, what has an empty key is of no lab; the whole is counted by itself.
    found |= counted(connection, catalog, question, now, names, source="once") or {"": {}}
    found |= counted(connection, catalog, question, now, names, **begin)
    for name, by_place in (("cases", cases_at_the_end(cases, catalog, question, outers)), ("hours", hours)):
        for place, content in by_place.items():
            found.setdefault(place, {})[name] = content
    return found
