"""What was sent by itself, for programs and spreadsheets."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Response

from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.reporting.downloads import table
from lims.reporting.forms import Form
from lims.reporting.rules import Format
from lims.reporting.schedule import queries
from lims.reporting.schedule.rules import shown

router = APIRouter(prefix="/reporting/api", tags=["reports"])
Official = Annotated[Work, allow(Role.OFFICIAL, using=Access.REPORTS)]
MOST = 10_000


@dataclass(frozen=True)
class SendingRow:
    """The report of a day for one recipient: it has arrived, is tried at `next_at`, or (neither) is not tried any more."""

    day: date
    to: str
    attempts: int
    arrived_at: datetime | None
    next_at: datetime | None
    failure: str | None


@router.get("/daily/sendings", response_model=None)
def sendings(work: Official, form: Form = Format.JSON) -> dict[str, Any] | Response:
    """Which daily reports were sent where, the newest day first; for those who see everything."""
    if work.caller.lab is not None or work.caller.site is not None:
        raise Refused("not_found", "{what} is not known here.", what="What was sent of the whole")
    rows = queries.sendings(work.connection, MOST)
    found = [SendingRow(row.day, shown(row.recipient), row.attempts, row.arrived_at, row.next_at, row.failure) for row in rows]
    return table(SendingRow, found, form, "sendings")
