"""What is asked of the page of a day, within what the caller may see; and the day's facts."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from lims.catalog import queries as catalog_queries
from lims.catalog.rules import Catalog
from lims.deconvolution import board
from lims.kernel import clock
from lims.kernel.auth.door import Work
from lims.kernel.auth.rules import own_lab, own_site
from lims.reporting import answers
from lims.reporting.cases import CaseLine, case_line
from lims.reporting.day.rules import Compared, Flow, Panels, compare, flow_of, hours_of
from lims.reporting.figures import DayLine, LabLine
from lims.reporting.rounds.board import rounds_of
from lims.reporting.rounds.rules import Coverage
from lims.reporting.rules import DAY, By, Question, areas_within

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Asked:
    """A day (or more) of everything, or of one lab, site or area, as the caller may see it."""

    catalog: Catalog
    question: Question
    area: str | None
    today: date
    now: datetime

    @property
    def day(self) -> date:
        """The first day."""
        return self.question.first

    @property
    def zone(self) -> str:
        """The zone of the times that are shown."""
        lab, site = self.catalog.labs.get(self.question.lab or ""), self.catalog.sites.get(self.question.site or "")
        return (lab or site).timezone if lab or site else self.question.zone  # type: ignore[union-attr]  # one of them is there

    @property
    def hours_passed(self) -> int:
        """How many hours of the day have begun: 24 of one that is over."""
        local = self.now.astimezone(ZoneInfo(self.zone))
        return 24 if self.day < local.date() else local.hour + 1 if self.day == local.date() else 0

    def address(self, path: str, without: str = "", **more: object) -> str:
        """The address of another view of the same day and places, but for what is given here; None changes nothing."""
        own = {"day": self.day, "lab": self.question.lab, "site": self.question.site, "area": self.area}
        words = own | {name: value for name, value in more.items() if value is not None}
        return f"{path}?{urlencode({name: value for name, value in words.items() if value is not None and name != without})}"


@dataclass(frozen=True)
class Day:
    """Everything on the page of a day."""

    as_of: datetime
    total: DayLine
    labs: list[LabLine]
    panels: Panels
    hours: list[dict[str, int]]
    flow: Flow
    compared: list[Compared]
    rounds: list[Coverage]
    cases: list[CaseLine]


def asked(
    work: Work, first: date | None, last: date | None, *, lab: str | None, site: str | None, area: str | None, alone: bool = False
) -> Asked:
    """What is asked, of an area with those in it or `alone`; whoever is bound to a lab or site asks of that.

    Refused where there is no such place, or it is another's.
    """
    known, zone = catalog_queries.current(work.connection), work.program.settings.timezone
    if lab is not None:
        own_lab(work.caller, known.lab(lab).code, f"Lab {lab}")
    if site is not None:
        own_site(work.caller, known.site(site).code, f"Site {site}")
    areas = areas_within(known, area) if area is not None else None
    if areas is not None and alone:
        areas = tuple(code for code in areas if code == area)
    today = clock.local_day(work.now, zone)
    first = first or today
    question = Question(first, last or first, By.DAY, zone, work.caller.lab or lab, work.caller.site or site, areas)
    return Asked(known, question, area, today, work.now)


def day_of(connection: Connection, asked: Asked) -> Day:
    """Gather the page of a day."""
    known, question, now = asked.catalog, asked.question, asked.now
    total = answers.throughput(connection, known, question, now)
    labs = answers.throughput(connection, known, replace(question, by=By.LAB), now)
    panels = answers.panels_of(connection, known, question, now)
    before = [
        hours_of(answers.panels_of(connection, known, replace(question, first=day, last=day), now, ("hours",)).hours, day)
        for day in (asked.day - DAY, asked.day - WEEK)
    ]
    hours, passed = hours_of(panels.hours, asked.day), asked.hours_passed
    # Of a running day the hour that has just begun is compared with nothing yet.
    whole = passed if passed == len(hours) else max(passed - 1, 0)
    return Day(
        as_of=total.as_of,
        total=next(line for line in total.lines if isinstance(line, DayLine)),
        labs=[line for line in labs.lines if isinstance(line, LabLine)],
        panels=panels,
        hours=hours,
        flow=flow_of(hours, panels.begun or {}, passed),
        rounds=rounds_of(connection, known, question, now),
        compared=compare(hours[:whole], *(day[:whole] for day in before)),
        cases=[case_line(case) for case in board.these(connection, known, list(panels.cases))],
    )
