"""The report of one day, as a file for whoever asked for it."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Connection

from lims.catalog.rules import Catalog
from lims.kernel import clock
from lims.kernel.errors import N_, Refused
from lims.kernel.settings import settings
from lims.reporting import answers, daily_parts, daily_places, documents, exports
from lims.reporting.cases import CaseLine
from lims.reporting.day import files
from lims.reporting.day.asking import Asked, Day, day_of
from lims.reporting.day.forms import AgeRow, ComparedRow, HourRow, LegRow, RefusedRow
from lims.reporting.figures import AreaLine, DayLine, LabLine
from lims.reporting.rounds.forms import RoundRow
from lims.reporting.rules import By, Question
from lims.reporting.wording import Tongue, clock_time


@dataclass(frozen=True)
class DailyReport:
    """The page of a day as a document: what was asked, and what it shows."""

    asked: Asked
    shown: Day
    areas: list[AreaLine]

    @property
    def day(self) -> date:
        """Of which day."""
        return self.asked.day


def daily_report(
    connection: Connection, catalog: Catalog, day: date, lab: str | None = None, site: str | None = None, *, now: datetime | None = None
) -> DailyReport:
    """The report of a day, of one lab or site or of all; Refused where there is no such place."""
    now, zone = now or clock.now(), settings().timezone
    if lab is not None:
        zone = catalog.lab(lab).timezone
    if site is not None:
        zone = catalog.site(site).timezone
    question = Question(day, day, By.DAY, settings().timezone, lab, site)
    about = Asked(catalog, question, None, clock.local_day(now, zone), now)
    # A site is not its area: of a site there is no such table.
    areas = answers.throughput(connection, catalog, replace(question, by=By.AREA), now).lines if site is None else []
    return DailyReport(about, day_of(connection, about), [line for line in areas if isinstance(line, AreaLine)])


def write(path: Path, report: DailyReport, tongue: Tongue = Tongue.BOTH) -> None:
    """Write the report in the form that the file's ending asks for; Refused where there is no such form."""
    path.write_bytes(form_of(path.name)(report, tongue))


def form_of(name: str) -> Callable[[DailyReport, Tongue], bytes]:
    """What makes a file of this name; Refused where nothing does."""
    form = WRITERS.get(Path(name).suffix.lower())
    if form is None:
        raise Refused("report_format_unknown", "A report does not come as {file}; name it {known}.", file=name, known=", ".join(WRITERS))
    return form


def as_json(report: DailyReport, _tongue: Tongue = Tongue.BOTH) -> bytes:
    """Everything, under the names that the API has too."""
    shown = report.shown
    content = {
        "day": report.day,
        "lab": report.asked.question.lab,
        "made_at": report.asked.now,
        "as_of": shown.as_of,
        "total": asdict(shown.total),
        "labs": [asdict(line) for line in shown.labs],
        "areas": [asdict(line) for line in report.areas],
        **{name: [asdict(row) for row in rows(shown)] for name, (_, rows) in files.TABLES.items()},
    }
    return json.dumps(content, ensure_ascii=False, indent=2, default=exports.plain).encode()


def as_csv(report: DailyReport, _tongue: Tongue = Tongue.BOTH) -> bytes:
    """A line for each lab."""
    return exports.csv(exports.frame(LabLine, report.shown.labs))


def as_xlsx(report: DailyReport, _tongue: Tongue = Tongue.BOTH) -> bytes:
    """A sheet for the labs, the areas, the total, each table of the page, and the cases."""
    shown = report.shown
    return exports.xlsx(
        {
            "labs": exports.frame(LabLine, shown.labs),
            "areas": exports.frame(AreaLine, report.areas),
            "total": exports.frame(DayLine, [shown.total]),
            "rounds": exports.frame(RoundRow, files.rounds(shown)),
            "compared": exports.frame(ComparedRow, files.compared(shown)),
            "hours": exports.frame(HourRow, files.hours(shown)),
            "backlog": exports.frame(AgeRow, files.ages(shown)),
            "legs": exports.frame(LegRow, files.legs(shown)),
            "without a result": exports.frame(RefusedRow, files.refused(shown)),
            "cases": exports.frame(CaseLine, shown.cases),
        }
    )


def document_of(report: DailyReport, tongue: Tongue = Tongue.BOTH) -> documents.Document:
    """The report as it is read: the official tables, then what explains them."""
    shown, asked = report.shown, report.asked
    places = [
        tongue.say(sentence, code=code, name=known[code].name)
        for sentence, code, known in (
            (N_("Lab: {code} {name}"), asked.question.lab, asked.catalog.labs),
            (N_("Site: {code} {name}"), asked.question.site, asked.catalog.sites),
        )
        if code
    ]
    made = tongue.say(N_("Made: {at} ({zone})"), at=clock_time(asked.now, asked.zone), zone=asked.zone)
    as_of = tongue.say(N_("Figures as of {at}"), at=clock_time(shown.as_of, asked.zone))
    sections = (
        documents.Section(tongue.say(N_("Official tables")), official(report, tongue)),
        documents.Section(
            tongue.say(N_("The reasons")), daily_parts.reasons(shown, asked.catalog, tongue, asked.zone), daily_parts.charts(shown, tongue)
        ),
    )
    title = tongue.say(N_("Daily testing report"))
    return documents.Document("en" if tongue is Tongue.ENGLISH else "zh-CN", f"{title} {report.day}", (*places, made, as_of), sections)


def official(report: DailyReport, tongue: Tongue) -> tuple[documents.Table, ...]:
    """By lab, by area (not of a site), by round (not of a lab: nobody is expected in one), and beside the day before and a week before."""
    shown, question = report.shown, report.asked.question
    found = [*daily_parts.lab_tables(shown, tongue)]
    if question.site is None:
        found.append(daily_places.area_table(report.areas, shown.total, tongue))
    if question.lab is None:
        found.append(daily_places.round_table(shown.rounds, report.asked.catalog, question.site, tongue))
    return (*found, daily_parts.compared(shown, tongue))


def as_html(report: DailyReport, tongue: Tongue = Tongue.BOTH) -> bytes:
    """A page."""
    return documents.html(document_of(report, tongue))


def as_pdf(report: DailyReport, tongue: Tongue = Tongue.BOTH) -> bytes:
    """Paper."""
    return documents.pdf(document_of(report, tongue))


WRITERS = {".html": as_html, ".pdf": as_pdf, ".xlsx": as_xlsx, ".csv": as_csv, ".json": as_json}
