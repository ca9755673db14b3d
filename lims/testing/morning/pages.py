"""The morning screen, and the life of one tube."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Request, Response

from lims.catalog import queries as catalog
from lims.catalog.policies import TimeLimit
from lims.catalog.rules import Catalog
from lims.custody.rules import REJECTION_REASONS, TURNED_AWAY_FOR, BenchEvent, ready_for, trail_begins
from lims.kernel import barcodes
from lims.kernel.audit import queries as audit
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role, own_site
from lims.kernel.clock import local_day
from lims.kernel.db import Access, AnyRow
from lims.kernel.imports import queries as imports
from lims.testing.accession.rules import CODE_OF_REASON
from lims.testing.imports.lookup import KINDS
from lims.testing.layout import queries as layout
from lims.testing.layout.rules import limits_on
from lims.testing.morning import alarms, queries
from lims.testing.morning.lookup import own_tube
from lims.testing.morning.rules import Bench, Stage, by_run, late_before, plates_of, queue_of
from lims.testing.qc.discordance import DAYS, LEAST, MOST_POOLS
from lims.testing.storage import queries as storage
from lims.web.places import place_of
from lims.web.render import page

router = APIRouter(include_in_schema=False)
BenchReader = Annotated[Work, allow(Role.TECHNICIAN, Role.REVIEWER, using=Access.BENCH)]
TubeReader = Annotated[Work, allow(Role.TECHNICIAN, Role.REVIEWER, Role.OFFICIAL, using=Access.BENCH)]


@router.get("/testing/")
def bench(request: Request, work: BenchReader) -> Response:
    """What waits by its time limit, what is on plates, what ran, what is to be reviewed, what failed; and what is on its way."""
    known = catalog.current(work.connection)
    place = place_of(request, "lab", work.caller.lab, {code: lab.name for code, lab in known.labs.items()})
    zone = known.labs[place.code].timezone if place.code in known.labs else work.program.settings.timezone
    coming, on_the_way = queries.coming(work.connection, place.code)
    facts = {
        "bench": standing_bench(work, known, place.code, zone),
        "coming": coming,
        "on_the_way": on_the_way,
        "transport": known.transport_policy(local_day(work.now, zone)),
        "gaps": queries.boxes_with_gaps(work.connection, place.code, work.now),
        "alarms": alarms.alarms(work, known, place.code),
        "files": imports.open_count(work.connection, KINDS, place.code),
        "again": layout.waiting_again(work.connection, place.code),
        "racks": storage.room_in_racks(work.connection, place.code),
        "discards": old_enough(work, known, place.code, zone),
        "kits": {code: [other.code for other in known.verifying(known.assay(code))] for code, _ in known.assays},
        "stages": Stage,
        "zone": zone,
        "now": work.now,
    }
    return page(request, "morning/bench.html", facts, caller=work.caller, place=place)


def standing_bench(work: Work, known: Catalog, lab: str, zone: str) -> Bench:
    """What the lab has begun and not finished, against the limits in force today."""
    limit = limits_on(known, local_day(work.now, zone))

    def limit_of(group: AnyRow) -> TimeLimit | None:
        return limit(group.kind, group.site, group.recollection)

    groups = queries.waiting(work.connection, lab)
    late = queries.late(work.connection, lab, late_before(groups, limit_of, work.now))
    plated = queries.on_plates(work.connection, lab)
    runs = queries.runs_of(work.connection, {group.plate for group in plated})
    return Bench(queue_of(groups, limit_of, late, work.now), plates_of(plated, limit_of, runs, work.now))


def old_enough(work: Work, known: Catalog, lab: str, zone: str) -> Sequence[AnyRow]:
    """The racks of a lab with tubes that nobody has to keep any longer; none where nobody has said how long they are kept."""
    policy = known.retention(local_day(work.now, zone))
    return storage.racks_over_time(work.connection, lab, policy.moments(work.now)) if policy else []


@router.get("/testing/discordant")
def discordant(request: Request, work: BenchReader) -> Response:
    """The pools whose members are settled, the discordant ones marked, against what is expected of them."""
    known = catalog.current(work.connection)
    place = place_of(request, "lab", work.caller.lab, {code: lab.name for code, lab in known.labs.items()})
    found = alarms.pools(work, known, place.code)
    facts = {
        "rows": found.rows,
        "finding": found.finding,
        "discordant": {row.barcode for row in found.rows if alarms.is_discordant(row)},
        "days": DAYS,
        "most": MOST_POOLS,
        "least": LEAST,
        "zone": known.labs[place.code].timezone if place.code in known.labs else work.program.settings.timezone,
    }
    return page(request, "morning/discordant.html", facts, caller=work.caller, place=place)


@router.get("/testing/tubes/{barcode}")
def tube(request: Request, barcode: str, work: TubeReader) -> Response:
    """The whole life of a tube at the bench; nobody's name."""
    row = own_tube(work, barcodes.normalise(barcode))
    if work.caller.site is not None:
        own_site(work.caller, row.site, f"Tube {row.barcode}")
    known = catalog.current(work.connection)
    lab = known.labs.get(row.lab or row.dispatched_to or row.box_to)
    zone = lab.timezone if lab else work.program.settings.timezone
    limit = known.time_limit(row.kind, row.site, local_day(work.now, zone), recollection=row.retest_of is not None)
    facts = {
        "tube": row,
        "site": known.sites.get(row.site) if row.site else None,
        "related": queries.related(work.connection, row.barcode),
        "calls": by_run(queries.calls(work.connection, row.barcode)),
        "history": audit.history(work.connection, row.barcode, trail_begins(row.sealed_at, row.received_at, row.dispatched_at)),
        "lies": storage.places_of(work.connection, [row.barcode]).get(row.barcode),
        "limit": limit,
        "due": limit.due(row.received_at) if limit and row.received_at else None,
        "rejectable": row.bench_state in ready_for(BenchEvent.REJECT) and work.caller.has(Role.TECHNICIAN),
        "rejections": REJECTION_REASONS,
        "turned_away_for": TURNED_AWAY_FOR,
        "reason_codes": CODE_OF_REASON,
        "labs": known.labs,
        "zone": zone,
        "now": work.now,
    }
    code = row.lab or work.caller.lab
    place = place_of(request, "lab", code, {code: known.labs[code].name if code in known.labs else code}) if code else None
    return page(request, "morning/tube.html", facts, caller=work.caller, place=place)
