"""Events and seals."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Date, DateTime, Index, Integer, PrimaryKeyConstraint, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import BYTEA, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from lims.kernel.db import Base


class Xid8(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction number."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """The type's name in SQL."""
        return "xid8"


class Event(Base):
    """One change of state. `subject` is the code of what changed (a tube's barcode for tubes); never a person's."""

    __tablename__ = "event"
    __table_args__ = (
        PrimaryKeyConstraint("subject", "id", "day"),
        Index("event_epoch_txid_idx", "epoch", "txid"),
        {"postgresql_partition_by": "RANGE (day)"},
    )

    day: Mapped[date] = mapped_column(Date, comment="UTC day of recorded_at")
    subject: Mapped[str] = mapped_column(Text)
    id: Mapped[int] = mapped_column(BigInteger, server_default=text("nextval('event_id_seq')"))
    verb: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), comment="when it happened, as told")
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), comment="server time")
    what: Mapped[dict[str, Any]] = mapped_column(JSONB)
    # A restored database counts transactions from another number: `epoch` goes up with every restore, so that
    # (epoch, txid) still grows and the sealer misses nothing.
    epoch: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    txid: Mapped[int] = mapped_column(Xid8, server_default=text("pg_current_xact_id()"))


class Seal(Base):
    """One link of the chain: what was sealed (events of epoch, txid in [from_txid, to_txid)), signed together with its predecessor."""

    __tablename__ = "seal"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    epoch: Mapped[int] = mapped_column(SmallInteger)
    from_txid: Mapped[int] = mapped_column(BigInteger)
    to_txid: Mapped[int] = mapped_column(BigInteger)
    events: Mapped[int] = mapped_column(Integer)
    root: Mapped[bytes] = mapped_column(BYTEA, comment="Merkle root of the events' SHA-256")
    signature: Mapped[bytes] = mapped_column(BYTEA, comment="HMAC-SHA256 over number, range, count, root, time and the previous signature")
    sealed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
