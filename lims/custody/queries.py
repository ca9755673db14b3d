"""Reading what both ends share."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import ARRAY, CTE, ColumnElement, Connection, Function, Text, cast, column, func, select

from lims.custody.tables import Message, Tube

Codes = Collection[str] | ColumnElement[str]  # barcodes, or a column of them


def message_digest(connection: Connection, message_id: UUID) -> bytes:
    """What a message taken before said, as its digest."""
    return connection.execute(select(Message.digest).where(Message.id == message_id)).scalar_one()


def pool_members(connection: Connection, pool: str) -> Sequence[str]:
    """The single tubes of an aliquot pool, in the order of their barcodes."""
    return connection.execute(select(Tube.barcode).where(Tube.pool == pool).order_by(Tube.barcode)).scalars().all()


def tubes_above(codes: Codes, *ways: str, singles: bool = False, apart: bool = True) -> CTE:
    """Of each of these tubes (`code`) itself and the tubes that it leads to (`above`) by these columns of a tube, and those in turn.

    `singles`: only single tubes lead on. Not `apart`: of all of them together, each once; `code` says nothing.
    """
    return links(func.tubes_above(listed(codes), cast([*ways], ARRAY(Text)), singles, apart), "above")


def tubes_answering(codes: Codes) -> CTE:
    """Of each of these tubes (`code`) the single tubes that answer it (`answer`), and those that answer these in turn."""
    return links(func.tubes_answering(listed(codes)), "answer")


def listed(codes: Codes) -> ColumnElement[Sequence[str]]:
    """These as one array."""
    if isinstance(codes, ColumnElement):
        return select(func.array_agg(codes)).scalar_subquery()
    return cast([*codes], ARRAY(Text))


def links(walk: Function[object], to: str) -> CTE:
    """The pairs that a walk of the database's finds: by itself first, since a spread database walks on one server."""
    found = walk.table_valued(column("code", Text), column(to, Text))
    return select(found.c.code, found.c[to]).cte("chain").prefix_with("MATERIALIZED")
