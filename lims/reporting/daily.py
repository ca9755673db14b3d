"""The report of one day, as a file for whoever asked for it."""

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Connection

from lims.catalog.rules import Catalog
from lims.kernel.errors import Refused
from lims.kernel.settings import settings
from lims.reporting import documents, exports
from lims.reporting.cases import CaseLine
from lims.reporting.figures import DayLine, LabLine
from lims.reporting.measures import DayOf, day_of
from lims.reporting.wording import TITLE, both, clock_time


@dataclass(frozen=True)
class DailyReport:
    """The figures of a day with what is needed to write them down: which lab's, and the zone of each lab."""

    figures: DayOf
    lab: str | None
    zones: dict[str, str]
    zone: str


def daily_report(
    connection: Connection, catalog: Catalog, day: date, lab: str | None = None, *, now: datetime | None = None
) -> DailyReport:
    """The report of a day, of one lab or of all; Refused where there is no such lab."""
    zone = catalog.lab(lab).timezone if lab is not None else settings().timezone
    figures = day_of(connection, catalog, day, lab=lab, now=now)
    return DailyReport(figures, lab, {code: known.timezone for code, known in catalog.labs.items()}, zone)


def write(path: Path, report: DailyReport) -> None:
    """Write the report in the form that the file's ending asks for; Refused where there is no such form."""
    form = WRITERS.get(path.suffix.lower())
    if form is None:
        raise Refused(
            "report_format_unknown", "A report does not come as {file}; name it {known}.", file=path.name, known=", ".join(WRITERS)
        )
    path.write_bytes(form(report))


def as_json(report: DailyReport) -> bytes:
    """Everything, under the names that the API has too."""
    figures = report.figures
    content = {
        "day": figures.day,
        "lab": report.lab,
        "made_at": figures.now,
        "total": asdict(figures.total),
        "labs": [asdict(line) for line in figures.labs],
        "cases": [asdict(case) for case in figures.cases],
    }
    return json.dumps(content, ensure_ascii=False, indent=2, default=exports.plain).encode()


def as_csv(report: DailyReport) -> bytes:
    """A line for each lab."""
    return exports.csv(exports.frame(LabLine, report.figures.labs))


def as_xlsx(report: DailyReport) -> bytes:
    """Sheets for the labs, the total and the cases."""
    figures = report.figures
    return exports.xlsx(
        {
            "labs": exports.frame(LabLine, figures.labs),
            "total": exports.frame(DayLine, [figures.total]),
            "cases": exports.frame(CaseLine, figures.cases),
        }
    )


def document_of(report: DailyReport) -> documents.Document:
    """The report as it is read: day, lab, when it was made, and its tables."""
    figures = report.figures
    about = [f"日期 Day: {figures.day}", f"制表 Made: {clock_time(figures.now, report.zone)} ({report.zone})"]
    if report.lab is not None:
        about.insert(1, f"实验室 Lab: {report.lab}")
    times = [times_of(case, report.zones.get(case.lab, report.zone)) for case in figures.cases]
    tables = [*documents.line_tables(figures.labs, figures.total), documents.case_table(figures.cases, times)]
    return documents.Document(f"{both(TITLE)} {figures.day}", tuple(about), tuple(tables))


def times_of(case: CaseLine, zone: str) -> tuple[str, str, str]:
    """When a case was opened, is due, and was closed, where its lab is."""
    return clock_time(case.opened_at, zone), clock_time(case.deadline, zone), clock_time(case.closed_at, zone)


def as_html(report: DailyReport) -> bytes:
    """A page."""
    return documents.html(document_of(report))


def as_pdf(report: DailyReport) -> bytes:
    """Paper."""
    return documents.pdf(document_of(report))


WRITERS = {".html": as_html, ".pdf": as_pdf, ".xlsx": as_xlsx, ".csv": as_csv, ".json": as_json}
