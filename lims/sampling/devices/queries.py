"""Reading devices."""

from dataclasses import fields
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, select

from lims.sampling.devices.rules import Known
from lims.sampling.devices.tables import Device

COLUMNS = tuple(getattr(Device, field.name) for field in fields(Known))


def one(connection: Connection, where: ColumnElement[bool], *, lock: bool = False) -> Known | None:
    """The device of which this holds."""
    query = select(*COLUMNS).where(where)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return Known(*row) if row else None


def device(connection: Connection, device_id: UUID) -> Known | None:
    """The device of this id."""
    return one(connection, Device.id == device_id)


def device_for_update(connection: Connection, device_id: UUID) -> Known | None:
    """The device of this id, locked."""
    return one(connection, Device.id == device_id, lock=True)


def device_by_code(connection: Connection, code: str) -> Known | None:
    """The device of this name in messages."""
    return one(connection, Device.code == code)


def device_by_token(connection: Connection, digest: bytes) -> Known | None:
    """The device that carries this token."""
    return one(connection, Device.token_digest == digest)


def devices(connection: Connection, site: str | None, after: UUID | None = None, limit: int = 500) -> list[Known]:
    """The devices of a site, or of all, newest first."""
    query = select(*COLUMNS).order_by(Device.id.desc()).limit(limit)
    if site is not None:
        query = query.where(Device.site == site)
    if after is not None:
        query = query.where(Device.id < after)
    return [Known(*row) for row in connection.execute(query)]
