"""Shapes of reports, and what may be asked."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel, Field

from lims.kernel.pages import Blank
from lims.reporting.accounts import LabelsAccount, PeopleAccount, ReadingsAccount, TubesAccount
from lims.reporting.figures import AreaLine, DayLine, HourLine, LabLine, SiteLine
from lims.reporting.rules import Format

# A day that PostgreSQL and Python can both still reckon with a week either side of it.
EARLIEST, LATEST = date(1970, 1, 1), date(2199, 12, 31)
Day = Annotated[date, Query(ge=EARLIEST, le=LATEST)]
# A field of a form that was left empty asks for nothing. What bounds a day stands inside: it would be asked of nothing, too.
Bounded = Annotated[date, Field(ge=EARLIEST, le=LATEST)]
AnyDay = Annotated[Bounded | None, Blank, Query()]
AnyFirst = Annotated[Bounded | None, Blank, Query(alias="from")]
AnyLast = Annotated[Bounded | None, Blank, Query(alias="to")]
DayInPath = Annotated[date, Path(ge=EARLIEST, le=LATEST)]
FirstDay = Annotated[date, Query(alias="from", ge=EARLIEST, le=LATEST, description="first local day")]
LastDay = Annotated[date, Query(alias="to", ge=EARLIEST, le=LATEST, description="last local day, included")]

Form = Annotated[Format, Query(alias="format")]


class Throughput(BaseModel):
    """A table of figures, one row for every slot and place asked for; of a running day with many tubes a little older: `as_of`."""

    rows: list[DayLine | HourLine | LabLine | SiteLine | AreaLine]
    as_of: datetime


@dataclass(frozen=True)
class FindingView:
    """Something unexplained: a tube's or plate's barcode, a stable word for the problem, a sentence, and how many it concerns."""

    what: str
    problem: str
    detail: str
    count: int


class ReconciliationView(BaseModel):
    """A day's account, and the first hundred findings; of a day with very many tubes some minutes old at most: `as_of`.

    Of a site there are no readings (a run has tubes of many sites), of a lab no labels (sites reserve them): null.
    """

    people: PeopleAccount
    tubes: TubesAccount
    readings: ReadingsAccount | None
    labels: LabelsAccount | None
    findings: list[FindingView]
    as_of: datetime
