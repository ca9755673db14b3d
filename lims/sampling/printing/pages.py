"""The pages of printing: reserve codes and print them; what the printers do; what became of every label."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from lims.catalog import queries as catalog
from lims.kernel import barcodes, clock
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access, AnyRow
from lims.sampling.labels import queries as stock
from lims.sampling.labels.formats import FORMATS
from lims.sampling.labels.pages import stocks
from lims.sampling.labels.stock import Template
from lims.sampling.printing import queries
from lims.sampling.printing.answers import ends_of, job_answer
from lims.sampling.printing.ledger import COUNTS, ledger, total, window
from lims.sampling.printing.rules import JobState, Run, first_unprinted
from lims.web.places import Place, place_of
from lims.web.render import page

router = APIRouter(include_in_schema=False)
Labeller = Annotated[Work, allow(Role.SAMPLER, Role.ADMIN, using=Access.FIELD)]
# An agent asks every two seconds, and a long take takes it half a minute.
SILENT_AFTER = timedelta(minutes=2)
AT_WORK = (JobState.WAITING, JobState.PRINTING)


@router.get("/sampling/labels")
def labels(request: Request, work: Labeller) -> Response:
    """What a site has reserved, the way to more, and to a printer."""
    place, zone = where(request, work)
    rows = stock.ranges_of_site(work.connection, place.code)
    sent = defaultdict[UUID, list[Run]](list)
    for job in queries.jobs_of_ranges(work.connection, [row.id for row in rows]):
        sent[job.range_id].append(Run(job.first_serial, job.sent_through))
    facts = {
        "ranges": [shown(row, sent[row.id]) for row in rows], "zone": zone, "stocks": stocks(work), "formats": sorted(FORMATS),
        "printers": printers(work, place),
    }  # fmt: skip
    return page(request, "labels/labels.html", facts, caller=work.caller, place=place)


@router.get("/sampling/labels/jobs")
def jobs(request: Request, work: Labeller) -> Response:
    """Print jobs, those that wait for an operator first; and the printers of the site."""
    place, zone = where(request, work)
    rows = queries.jobs_to_show(work.connection, place.code)
    told = [(job_answer(row, row.kind), row) for row in rows]
    facts = {
        "jobs": told, "printers": printers(work, place), "zone": zone, "stocks": rolls(work),
        "open": any(row.state in AT_WORK for row in rows),
    }  # fmt: skip
    return page(request, "labels/jobs.html", facts, caller=work.caller, place=place)


@router.get("/sampling/labels/ledger")
def ledger_page(
    request: Request,
    work: Labeller,
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
) -> Response:
    """What became of every label of the blocks of some days, so that a gap in the numbers has a name."""
    place, zone = where(request, work)
    days = window(first, last, clock.local_day(work.now, zone))
    lines = ledger(work.connection, place.code, zone, *days)
    facts = {"lines": lines, "days": days, "zone": zone, "totals": {name: total(lines, name) for name in ("count", *COUNTS)}}
    return page(request, "labels/ledger.html", facts, caller=work.caller, place=place)


def where(request: Request, work: Work) -> tuple[Place, str]:
    """The site that a page is about, and its time zone."""
    known = catalog.current(work.connection)
    place = place_of(request, "site", work.caller.site, {code: site.name for code, site in known.sites.items()})
    return place, known.sites[place.code].timezone if place.code in known.sites else work.program.settings.timezone


def shown(row: AnyRow, sent: Sequence[Run]) -> dict[str, object]:
    """A range with what is left to print of it."""
    block = Run(row.first_serial, row.last_serial)
    following = first_unprinted(block, sent)
    first, last = ends_of(row.kind, block)
    start = block.first if following is None else following
    return {
        "id": row.id, "kind": row.kind, "first": first, "last": last, "count": len(block), "reserved_at": row.reserved_at,
        "start": barcodes.own_code(barcodes.Kind(row.kind), start), "left": block.last - start + 1,
        "printed": following is None, "touched": bool(sent),
    }  # fmt: skip


def rolls(work: Work) -> list[Template]:
    """The stocks that a label printer takes."""
    return [one for one in stocks(work) if one.sheet is None]


def printers(work: Work, place: Place) -> list[dict[str, object]]:
    """The printers of a site, and whether each was heard of late."""
    return [{**row._asdict(), "alive": alive(row.heard_at, work.now)} for row in queries.printers_of_site(work.connection, place.code)]


def alive(heard_at: datetime | None, now: datetime) -> bool:
    """Whether a printer's agent has asked for work of late."""
    return heard_at is not None and now - heard_at < SILENT_AFTER
