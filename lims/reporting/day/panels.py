"""Gathering what the page of a day shows beside the figures: as it was kept with them, or as it is counted now."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from lims.catalog.rules import Catalog
from lims.kernel.db import document
from lims.reporting import cases as case_lines
from lims.reporting import queries
from lims.reporting.day.rules import EDGES, limits_of, panels_by_place
from lims.reporting.lines import standing
from lims.reporting.measures import zones_of
from lims.reporting.rules import By, Question

# Each panel's statement, and the one that it narrows the tubes with.
STATEMENTS = {"ages": "standing", "oldest": "standing", "legs": "", "refused": "", "rounds": "", "begun": "", "hours": ""}
MOST_CASES = 50


def counted(
    connection: Connection, catalog: Catalog, question: Question, now: datetime, names: Collection[str] = STATEMENTS
) -> dict[str, dict[str, Any]]:
    """The panels of a day: of everything under an empty key; of each lab where the question is by lab."""
    more = {"now": now, "limits": document(limits_of(catalog, question.last)), "edges": list(EDGES)}
    values = queries.parameters(question, zones_of(catalog)) | more
    rows = {}
    for name in names:
        asked, step = ("stages", {"step": "hour"}) if name == "hours" else (name, {})
        rows[name] = [row._asdict() for row in queries.asked(connection, asked, values | step, STATEMENTS[name])]
    return panels_by_place(rows)


def cases_at_the_end(connection: Connection, catalog: Catalog, question: Question) -> dict[str, list[str]]:
    """The cases that were open at the end of a day, by lab and all together under an empty key: the oldest ones."""
    found = case_lines.cases_between(connection, catalog, question, question.window(zones_of(catalog)))
    open_: dict[str, list[str]] = {}
    for case in found:
        if standing(case_lines.stays_of([case], catalog, question), question.slots()):
            for place in {"", case.row.lab}:
                open_.setdefault(place, []).append(case.row.barcode)
    return {place: codes[:MOST_CASES] for place, codes in open_.items()}


def of_labs_and_all(connection: Connection, catalog: Catalog, question: Question, now: datetime) -> dict[str, dict[str, Any]]:
    """The panels of everything and of each lab, for keeping."""
    found = counted(connection, catalog, replace(question, by=By.LAB), now)
    found[""] = counted(connection, catalog, replace(question, by=By.DAY), now).get("", {})  # by lab, it is of tubes that are in none
    for place, codes in cases_at_the_end(connection, catalog, replace(question, by=By.DAY)).items():
        found.setdefault(place, {})["cases"] = codes
    return found
