"""Reading what was released, and what could replace it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, and_, func, select, tuple_
from sqlalchemy.orm import aliased

from lims.custody.tables import Tube
from lims.kernel.db import AnyRow
from lims.testing.instruments.tables import Run
from lims.testing.interpretation.tables import CallRow
from lims.testing.plates.tables import Plate
from lims.testing.review.tables import Release


def tube(connection: Connection, barcode: str) -> AnyRow | None:
    """A tube with its result."""
    query = select(Tube.barcode, Tube.lab, Tube.site, Tube.kind, Tube.bench_state, Tube.released_call, Tube.released_at, Tube.amended_at)
    return connection.execute(query.where(Tube.barcode == barcode)).one_or_none()


def releases(connection: Connection, barcode: str) -> Sequence[AnyRow]:
    """What was released of a tube, the newest first."""
    query = select(Release.__table__, Run.plate).join(Run, Run.id == Release.run).where(Release.barcode == barcode)
    return connection.execute(query.order_by(Release.revision.desc())).all()


def evidence(connection: Connection, barcode: str) -> Sequence[AnyRow]:
    """What every run said of a tube itself, the newest first; `newest`: the last run of its plate in control."""
    later = aliased(Run)
    newest = (
        select(later.id)
        .where(later.plate == Run.plate, later.controls_passed, later.rejudges.is_(None))
        .order_by(later.imported_at.desc(), later.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(
            CallRow.run, CallRow.call, CallRow.reasons, CallRow.well, CallRow.assay, CallRow.assay_version, CallRow.controls_passed,
            CallRow.imported_by, Run.plate, Run.imported_at, Run.rejudges, Plate.lab, newest.label("newest"),
        )
        .join(Run, Run.id == CallRow.run)
        .join(Plate, Plate.barcode == Run.plate)
        .where(CallRow.barcode == barcode, CallRow.pooled_in.is_(None))
    )  # fmt: skip
    return connection.execute(query.order_by(Run.imported_at.desc(), Run.id.desc())).all()


def supersede(connection: Connection, barcode: str, revision: int) -> bool:
    """Take its standing from a release, which the program may not do by itself: see the migration of amended results."""
    return bool(connection.execute(select(func.supersede_release(barcode, revision))).scalar_one())


def amendments(
    connection: Connection,
    lab: str | None,
    after: tuple[datetime, str, int] | None,
    limit: int,
    *,
    site: str | None = None,
    message: UUID | None = None,
) -> Sequence[AnyRow]:
    """Results that were replaced, the newest first; all labs' and sites' where none is given."""
    before = aliased(Release)
    query = (
        select(Release.__table__, before.call.label("was"), Tube.lab, Tube.site)
        .join(before, and_(before.barcode == Release.barcode, before.revision == Release.supersedes))
        .join(Tube, Tube.barcode == Release.barcode)
        .where(Release.revision > 1)
        .order_by(Release.released_at.desc(), Release.barcode.desc(), Release.revision.desc())
        .limit(limit)
    )
    if lab is not None:
        query = query.where(Tube.lab == lab)
    if site is not None:
        query = query.where(Tube.site == site)
    if message is not None:
        query = query.where(Release.review == message)
    if after is not None:
        query = query.where(tuple_(Release.released_at, Release.barcode, Release.revision) < after)
    return connection.execute(query).all()
