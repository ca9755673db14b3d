"""Reserving and printing label codes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, func, insert, select, text, update

from lims.kernel import barcodes, ids
from lims.kernel.audit.actions import record
from lims.kernel.audit.rules import Happening, audited, unaudited
from lims.kernel.db import AnyRow
from lims.kernel.errors import Refused
from lims.sampling.labels import queries
from lims.sampling.labels.tables import LabelBlock, LabelRange

MOST = 10_000
BLOCK = 1_000
STORE_LOCK = 7_301_002
SITE_LOCKS = 7_301_003


@audited("labels.reserved")
def reserve(
    connection: Connection,
    site: str,
    count: int,
    by: str,
    now: datetime,
    kind: barcodes.Kind = barcodes.Kind.TUBE,
    range_id: UUID | None = None,
) -> AnyRow:
    """`count` consecutive codes for a site, never given out before.

    They come from the site's own block; only a fresh block is taken from the common sequence, which no rollback turns back.
    """
    if not 1 <= count <= MOST:
        raise Refused("label_count", "Ask for 1 to {most} labels at a time, not {count}.", most=MOST, count=count)
    connection.execute(select(func.pg_advisory_xact_lock(SITE_LOCKS, func.hashtext(site))))
    block = queries.block_for_update(connection, site, count)
    if block is None:
        first = take_from_store(connection, max(count, BLOCK))
        taken = insert(LabelBlock).values(site=site, next_serial=first, last_serial=first + max(count, BLOCK) - 1)
        block = connection.execute(taken.returning(*LabelBlock.__table__.columns)).one()
    first, last = block.next_serial, block.next_serial + count - 1
    connection.execute(update(LabelBlock).where(LabelBlock.id == block.id).values(next_serial=last + 1))
    values = {"id": range_id or ids.uuid7(now), "site": site, "kind": kind.value, "first_serial": first, "last_serial": last}
    row = insert(LabelRange).values(**values, reserved_at=now, reserved_by=by)
    reserved = connection.execute(row.returning(*LabelRange.__table__.columns)).one()
    record(
        connection, by, now, [Happening(f"labels {reserved.id}", "labels.reserved", now, {"site": site, "first": first, "count": count})]
    )
    return reserved


@unaudited("part of `reserve`")
def take_from_store(connection: Connection, count: int) -> int:
    """The first of `count` consecutive serials. The lock makes reading and advancing the sequence one step."""
    connection.execute(select(func.pg_advisory_xact_lock(STORE_LOCK)))
    first = connection.execute(select(func.nextval(text("'label_serial'")))).scalar_one()
    connection.execute(select(func.setval(text("'label_serial'"), first + count - 1)))
    return int(first)


@unaudited("a question")
def range_for_print(connection: Connection, range_id: UUID) -> AnyRow:
    """The range to print, locked."""
    found = queries.range_for_update(connection, range_id)
    if found is None:
        raise Refused("not_found", "{what} is not known at this site.", what="This label range")
    return found
