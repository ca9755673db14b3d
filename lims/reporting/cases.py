"""Cases as reports see them: how long each was open, and how it stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from lims.catalog.rules import Catalog
from lims.deconvolution import queries
from lims.deconvolution.board import Case, cases_of
from lims.deconvolution.queries import Among
from lims.deconvolution.rules import SETTLED
from lims.reporting.lines import Stay
from lims.reporting.rules import By, Question

CHUNK = 500
FIRST = datetime.min.replace(tzinfo=UTC)
EVERY = 1_000_000  # more cases than there will be; the board's own list is read page by page


@dataclass(frozen=True)
class CaseLine:
    """A case in a list: how it stands now, and from when until when it was open."""

    tube: str
    lab: str
    site: str | None
    call: str
    state: str
    preliminary: bool
    opened_at: datetime
    deadline: datetime
    closed_at: datetime | None
    outcome: str | None
    members: int
    settled: int


def cases_between(connection: Connection, catalog: Catalog, question: Question, window: tuple[datetime, datetime]) -> list[Case]:
    """The cases that were open at some time in a window, oldest first."""
    since, until = window
    # Old cases that are over are left to the database; of the others only the board can tell.
    among = Among(question.lab, sites_of(catalog, question), opened=(FIRST, until), not_over_by=since)
    rows = queries.reactive_pools(connection, among, None, EVERY)
    cases = [case for start in range(0, len(rows), CHUNK) for case in cases_of(connection, catalog, rows[start : start + CHUNK])]
    return [case for case in cases if case.standing.closed_at is None or case.standing.closed_at >= since]


def sites_of(catalog: Catalog, question: Question) -> set[str] | None:
    """The sites that are asked about; None is all."""
    if question.site is not None:
        return {question.site}
    return None if question.areas is None else {code for code, site in catalog.sites.items() if site.area in question.areas}


def stays_of(cases: Iterable[Case], catalog: Catalog, question: Question) -> list[Stay]:
    """How long each case was open, in the local time of its lab."""
    found = []
    for case in cases:
        zone = catalog.labs[case.row.lab].timezone if case.row.lab in catalog.labs else question.zone
        first = max(slot_of(case.row.opened_at, zone, question), question.start)
        closed_at = case.standing.closed_at
        last = question.beyond if closed_at is None else min(slot_of(closed_at, zone, question), question.beyond)
        if first < last:
            found.append(Stay(key_of(case, catalog, question.by), zone, first, last, 1, case.row.opened_at))
    return found


def slot_of(at: datetime, zone: str, question: Question) -> datetime:
    """The local day or hour of a moment."""
    local = at.astimezone(ZoneInfo(zone)).replace(minute=0, second=0, microsecond=0, tzinfo=None)
    return local if question.by is By.HOUR else local.replace(hour=0)


def key_of(case: Case, catalog: Catalog, by: By) -> str | None:
    """Where a case belongs: to the lab, or to the site, of its pool."""
    site = catalog.sites.get(case.row.site or "")
    if by is By.LAB:
        return case.row.lab if case.row.lab in catalog.labs else None
    if by is By.SITE:
        return site.code if site else None
    if by is By.AREA:
        return site.area if site else None
    return None


def case_line(case: Case) -> CaseLine:
    """A case in a list."""
    row, standing = case.row, case.standing
    return CaseLine(
        tube=row.barcode,
        lab=row.lab,
        site=row.site,
        call=row.reactive_call,
        state=standing.state.value,
        preliminary=standing.preliminary,
        opened_at=row.opened_at,
        deadline=case.deadline,
        closed_at=standing.closed_at,
        outcome=standing.outcome.value if standing.outcome else None,
        members=len(case.members),
        settled=sum(member.state in SETTLED for member in case.members),
    )
