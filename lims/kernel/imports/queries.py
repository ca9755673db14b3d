"""Reading reports of imports."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, func, or_, select, tuple_

from lims.kernel.db import AnyRow
from lims.kernel.imports.rules import Kind
from lims.kernel.imports.tables import ImportReport

AT_ONCE = 50


def report(connection: Connection, report_id: UUID) -> AnyRow | None:
    """One report."""
    return connection.execute(select(ImportReport.__table__).where(ImportReport.id == report_id)).one_or_none()


def reports(
    connection: Connection, kinds: Sequence[Kind], lab: str | None, before: tuple[datetime, UUID] | None = None, *, limit: int = AT_ONCE
) -> Sequence[AnyRow]:
    """The newest reports of a lab, and of files that nobody knew a lab of; of all labs where none is given."""
    query = select(ImportReport.__table__).where(ImportReport.kind.in_(kinds))
    query = query.where(or_(ImportReport.lab == lab, ImportReport.lab.is_(None))) if lab is not None else query
    place = tuple_(ImportReport.at, ImportReport.id)
    query = query.where(place < before) if before is not None else query
    return connection.execute(query.order_by(ImportReport.at.desc(), ImportReport.id.desc()).limit(limit)).all()


def open_reports(connection: Connection, kinds: Sequence[Kind], lab: str) -> Sequence[AnyRow]:
    """The files of a lab of which something was refused and nobody has said that it is settled, newest first."""
    query = select(ImportReport.__table__).where(ImportReport.kind.in_(kinds), or_(ImportReport.lab == lab, ImportReport.lab.is_(None)))
    waiting = query.where(ImportReport.refused > 0, ImportReport.settled_at.is_(None))
    return connection.execute(waiting.order_by(ImportReport.at.desc(), ImportReport.id.desc()).limit(AT_ONCE)).all()


def open_count(connection: Connection, kinds: Sequence[Kind], lab: str) -> int:
    """How many of them there are."""
    query = select(func.count()).where(ImportReport.kind.in_(kinds), or_(ImportReport.lab == lab, ImportReport.lab.is_(None)))
    return connection.execute(query.where(ImportReport.refused > 0, ImportReport.settled_at.is_(None))).scalar_one()
