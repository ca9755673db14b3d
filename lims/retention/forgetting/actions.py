"""Forgetting a day."""

from datetime import date, datetime

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from lims.catalog.rules import Catalog
from lims.kernel import clock
from lims.kernel.audit.actions import record
from lims.kernel.audit.rules import Happening, audited
from lims.retention.forgetting import queries
from lims.retention.forgetting.rules import due
from lims.retention.forgetting.tables import ForgottenDay

ACTOR = "worker"


@audited("day.forgotten")
def forget_one(connection: Connection, catalog: Catalog, zone: str, now: datetime) -> date | None:
    """Forget the oldest day that is due: its piece of the table goes as a whole. That day; None where none is due, or none can go now.

    Somebody may be reading the table: then nobody who writes is kept waiting, and it is tried another time.
    """
    policy = catalog.retention(clock.local_day(now, zone))
    if policy is None or (day := due(policy, queries.days_with_people(connection), clock.local_day(now, zone))) is None:
        return None
    stayed = connection.execute(select(func.forget_people(day))).scalar_one()
    if stayed is None:
        return None
    row = {"day": day, "forgotten_at": now, "stayed": stayed, "source": policy.source}
    connection.execute(insert(ForgottenDay).values(row).on_conflict_do_update(index_elements=["day"], set_=row))
    said = {"day": day.isoformat(), "people_days": policy.people_days, "stayed": stayed, "source": policy.source}
    record(connection, ACTOR, now, [Happening(f"day {day}", "day.forgotten", now, said)])
    return day
