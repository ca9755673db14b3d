"""Reading a tube with its people and its history."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, select

from lims.custody.tables import Tube, TubeMember
from lims.kernel.db import AnyRow


def tube(connection: Connection, barcode: str) -> AnyRow | None:
    """Everything known of one tube."""
    return connection.execute(select(Tube.__table__).where(Tube.barcode == barcode)).one_or_none()


def members(connection: Connection, barcode: str, day: date | None) -> Sequence[AnyRow]:
    """Who is in a tube, by position."""
    query = select(TubeMember.position, TubeMember.person_id, TubeMember.member_group, TubeMember.collected_at)
    return connection.execute(query.where(TubeMember.barcode == barcode, TubeMember.day == day).order_by(TubeMember.position)).all()
