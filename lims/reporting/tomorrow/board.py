"""The outlook, put together from what was read."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from lims.catalog.capacity import DAY
from lims.catalog.rules import Catalog
from lims.kernel.clock import local_day
from lims.reporting.tomorrow import queries
from lims.reporting.tomorrow.arrivals import Known
from lims.reporting.tomorrow.outlook import Facts, Outlook, outlook_of

DAYS_BEFORE = timedelta(days=7)
# A box or tube that was sealed longer ago than this and is in no lab is looked for, not waited for.
NOT_LOST = timedelta(days=2)


def outlook(connection: Connection, catalog: Catalog, now: datetime, zone: str) -> Outlook:
    """What comes until the end of tomorrow, by the clock of `zone`."""
    return outlook_of(catalog, facts_of(connection, catalog, now, zone), now, zone)


def facts_of(connection: Connection, catalog: Catalog, now: datetime, zone: str) -> Facts:
    """Everything it is made of."""
    today = local_day(now, zone)
    midnight, since = datetime.combine(today, time(), ZoneInfo(zone)), now - NOT_LOST
    # Until long after tomorrow: a tube that comes tomorrow may be tested as late as its limit allows, at most ten days.
    declared = queries.declared(connection, today - 2 * DAY, today + 13 * DAY)
    by_size = sorted(declared, key=lambda lab: (-declared[lab].get(today, 0), lab))
    known = Known(
        boxes=queries.coming_boxes(connection, since, now),
        unboxed=queries.unboxed(connection, since, now),
        collected=queries.collected(connection, midnight - DAYS_BEFORE, midnight),
        ways=queries.ways(connection, now - DAYS_BEFORE, now),
        plans=queries.plans(connection, today - DAY, today + 2 * DAY),
        labs_by_size=[lab for lab in by_size if lab in catalog.labs],
    )
    return Facts(queries.waiting(connection), declared, known, queries.pools(connection, now - DAYS_BEFORE, now))
