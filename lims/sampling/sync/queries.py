"""What the sync needs to know, and what a supervisor sees."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Connection, and_, func, or_, select

from lims.custody.tables import Tube, TubeMember
from lims.kernel.db import AnyRow
from lims.kernel.locking import locked
from lims.sampling.sync.rules import Stored
from lims.sampling.sync.tables import Inbox

STORED = (
    Tube.barcode,
    Tube.record_id,
    Tube.revision,
    Tube.content_digest,
    Tube.field_state,
    Tube.device,
    Tube.registered_at,
    Tube.received_at,
    Tube.collected_on,
)


def stored_for_update(connection: Connection, codes: Collection[str], ids: Collection[UUID]) -> list[Stored]:
    """The tubes under these barcodes or record ids, locked in the order of their barcodes."""
    query = select(*STORED).where(or_(Tube.barcode.in_(codes), Tube.record_id.in_(ids))).order_by(Tube.barcode)
    return [Stored(*row) for row in locked(connection, query)]


def registered_for_update(connection: Connection, codes: Collection[str]) -> set[str]:
    """Which of these tubes have their people, locked so that nobody registers one meanwhile."""
    query = select(Tube.barcode, Tube.registered_at).where(Tube.barcode.in_(codes)).order_by(Tube.barcode)
    return {row.barcode for row in locked(connection, query) if row.registered_at is not None}


def waiting_for(connection: Connection, codes: Collection[str]) -> Sequence[AnyRow]:
    """The held entries that these tubes free."""
    query = (
        select(Inbox.id, Inbox.barcode, Inbox.digest, Inbox.device, Inbox.sent_by, Inbox.raw)
        .where(Inbox.waits_for.in_(codes), Inbox.resolved_at.is_(None))
        .order_by(Inbox.received_at, Inbox.id)
    )
    return locked(connection, query)


def conflicts(connection: Connection, site: str | None, after: UUID | None, limit: int) -> Sequence[AnyRow]:
    """Open conflicts of a site (or of all), oldest first, with the stored tube beside each."""
    query = (
        select(
            Inbox.id,
            Inbox.barcode,
            Inbox.record_id,
            Inbox.revision,
            Inbox.device,
            Inbox.site,
            Inbox.sent_by,
            Inbox.code,
            Inbox.detail,
            Inbox.received_at,
            Inbox.raw,
            Tube.record_id.label("stored_record"),
            Tube.revision.label("stored_revision"),
            Tube.device.label("stored_device"),
            Tube.site.label("stored_site"),
            Tube.field_state.label("stored_state"),
            Tube.member_count.label("stored_count"),
            Tube.registered_at.label("stored_at"),
        )
        .outerjoin(Tube, Tube.barcode == Inbox.barcode)
        .where(Inbox.outcome == "conflict", Inbox.resolved_at.is_(None))
        .order_by(Inbox.id)
        .limit(limit)
    )
    if site is not None:
        query = query.where(Inbox.site == site)
    if after is not None:
        query = query.where(Inbox.id > after)
    return connection.execute(query).all()


def conflicts_by_site(connection: Connection) -> dict[str, int]:
    """How many conflicts are open at each site that has any."""
    query = select(Inbox.site, func.count()).where(Inbox.outcome == "conflict", Inbox.resolved_at.is_(None), Inbox.site.is_not(None))
    return {str(site): int(count) for site, count in connection.execute(query.group_by(Inbox.site).order_by(Inbox.site))}


def told_of(connection: Connection, codes: Collection[str], ids: Collection[UUID]) -> Sequence[AnyRow]:
    """What devices have told of the tubes under these barcodes or record ids."""
    columns = (Tube.barcode, Tube.record_id, Tube.revision, Tube.device, Tube.registered_at, Tube.site, Tube.round, Tube.kind)
    more = (Tube.pool_size, Tube.field_state, Tube.opened_at, Tube.sealed_at, Tube.retest_of, Tube.collected_on)
    return connection.execute(select(*columns, *more).where(or_(Tube.barcode.in_(codes), Tube.record_id.in_(ids)))).all()


def people_in(connection: Connection, tubes: Collection[AnyRow]) -> Sequence[AnyRow]:
    """Who is in these tubes, tube by tube and position by position."""
    columns = (TubeMember.barcode, TubeMember.position, TubeMember.person_id, TubeMember.member_group, TubeMember.collected_at)
    mine = and_(TubeMember.barcode.in_({tube.barcode for tube in tubes}), TubeMember.day.in_({tube.collected_on for tube in tubes}))
    return connection.execute(select(*columns).where(mine).order_by(TubeMember.barcode, TubeMember.position)).all()


def conflict_for_update(connection: Connection, conflict_id: UUID) -> AnyRow | None:
    """One conflict, locked."""
    query = select(Inbox.__table__).where(Inbox.id == conflict_id, Inbox.outcome == "conflict")
    return next(iter(locked(connection, query)), None)
