"""Reading the trail."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, cast, func, literal_column, select
from sqlalchemy.types import Text

from lims.kernel.audit.tables import Event, Seal
from lims.kernel.db import AnyRow

# One event as bytes: every column but its place in a partition, in a fixed order, times as seconds since 1970.
LEAF = func.sha256(
    func.convert_to(
        func.concat_ws(
            "\x1f",
            Event.subject,
            cast(Event.id, Text),
            Event.verb,
            Event.actor,
            cast(func.extract("epoch", Event.at), Text),
            cast(func.extract("epoch", Event.recorded_at), Text),
            cast(Event.what, Text),
            cast(Event.epoch, Text),
            cast(Event.txid, Text),
        ),
        literal_column("'UTF8'"),
    )
)
TXID = cast(cast(Event.txid, Text), BigInteger)


@dataclass(frozen=True)
class HistoryRow:
    """One line of an object's history."""

    verb: str
    actor: str
    at: datetime
    recorded_at: datetime
    what: dict[str, Any]


def history(connection: Connection, subject: str, since: date = date.min) -> list[HistoryRow]:
    """Everything that happened to one object, oldest first; `since`: nothing of it is older, so older UTC days are not read."""
    query = select(Event.verb, Event.actor, Event.at, Event.recorded_at, Event.what).where(Event.subject == subject, Event.day >= since)
    return [HistoryRow(*row) for row in connection.execute(query.order_by(Event.id))]


def newest(connection: Connection, verb: str, subjects: Collection[str]) -> dict[str, HistoryRow]:
    """The last time that this happened to each of these objects."""
    query = select(Event.subject, Event.verb, Event.actor, Event.at, Event.recorded_at, Event.what)
    rows = connection.execute(query.where(Event.subject.in_(subjects), Event.verb == verb).order_by(Event.id))
    return {row[0]: HistoryRow(*row[1:]) for row in rows}


def newest_seal(connection: Connection) -> AnyRow | None:
    """The last link of the chain."""
    return connection.execute(select(Seal.__table__).order_by(Seal.number.desc()).limit(1)).one_or_none()


def outer_seals(connection: Connection) -> tuple[AnyRow | None, Sequence[AnyRow]]:
    """The first link of the chain; and its last two, the last one first."""
    links = select(Seal.__table__)
    first = connection.execute(links.order_by(Seal.number).limit(1)).one_or_none()
    return first, connection.execute(links.order_by(Seal.number.desc()).limit(2)).all()


def seals(connection: Connection) -> Sequence[AnyRow]:
    """The whole chain, first link first."""
    return connection.execute(select(Seal.__table__).order_by(Seal.number)).all()


def horizon(connection: Connection) -> int:
    """The oldest transaction still running: everything below it is committed or gone for good."""
    return int(connection.execute(select(cast(cast(func.pg_snapshot_xmin(func.pg_current_snapshot()), Text), BigInteger))).scalar_one())


def current_epoch(connection: Connection) -> int:
    """The epoch that new events get: the column's default, raised by every restore."""
    default = connection.exec_driver_sql(
        "SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum"
        " WHERE d.adrelid = 'event'::regclass AND a.attname = 'epoch'"
    ).scalar_one()
    return int(str(default).split("::")[0].strip("'()"))


def leaves(connection: Connection, epoch: int, from_txid: int, to_txid: int) -> list[bytes]:
    """The hashes of the events of a range of transactions, in the order in which they are sealed."""
    query = (
        select(LEAF)
        .where(Event.epoch == epoch, Event.txid >= cast(cast(from_txid, Text), Event.txid.type))
        .where(Event.txid < cast(cast(to_txid, Text), Event.txid.type))
        .order_by(Event.txid, Event.id)
    )
    return list(connection.execute(query).scalars())


def leaves_by_seal(connection: Connection, chain: Sequence[AnyRow]) -> Iterator[tuple[AnyRow, list[bytes]]]:
    """Each seal with the hashes of the events that it should cover."""
    for seal in chain:
        yield seal, leaves(connection, seal.epoch, seal.from_txid, seal.to_txid)


def unsealed_before(connection: Connection, epoch: int, txid: int) -> int:
    """How many events lie before a point that the chain has passed, whichever their epoch; all but none of them were sealed."""
    query = select(func.count()).where(
        (Event.epoch < epoch) | ((Event.epoch == epoch) & (Event.txid < cast(cast(txid, Text), Event.txid.type)))
    )
    return int(connection.execute(query).scalar_one())


def waiting(connection: Connection, epoch: int, from_txid: int, before: datetime) -> int:
    """How many events that no seal covers are older than this moment."""
    beyond = Event.txid >= cast(cast(from_txid, Text), Event.txid.type)
    query = select(func.count()).where(Event.epoch == epoch, beyond, Event.recorded_at < before)
    return int(connection.execute(query).scalar_one())
