"""Declaring a capacity anew."""

from datetime import date, datetime

from sqlalchemy import Connection, insert

from lims.catalog.rules import Lab
from lims.catalog.tables import LabCapacity
from lims.kernel.audit.actions import record
from lims.kernel.audit.rules import Happening, audited
from lims.kernel.clock import local_day
from lims.kernel.errors import Refused
from lims.reporting.capacity import queries


@audited("capacity.declared")
def declare(connection: Connection, lab: Lab, valid_from: date, tubes_per_day: int, why: str, by: str, now: datetime) -> None:
    """Add a version of what a lab declares; of days gone by nothing is said anew, because their figures are told already."""
    today = local_day(now, lab.timezone)
    if valid_from < today:
        raise Refused(
            "capacity_past", "{day} is gone: what {lab} declares anew holds from {today} on at the earliest.",
            day=valid_from, lab=lab.code, today=today,
        )  # fmt: skip
    version = queries.newest_version(connection, lab.code, valid_from) + 1
    row = {"lab": lab.code, "valid_from": valid_from, "version": version, "tubes_per_day": tubes_per_day}
    connection.execute(insert(LabCapacity).values(**row, declared_by=by, declared_at=now, why=why))
    what = {"from": valid_from.isoformat(), "version": version, "tubes_per_day": tubes_per_day, "why": why}
    record(connection, by, now, [Happening(lab.code, "capacity.declared", now, what)])
