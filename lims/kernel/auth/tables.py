"""Users, their tokens, and failed attempts to sign in."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, CheckConstraint, DateTime, ForeignKey, Identity, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA
from sqlalchemy.orm import Mapped, mapped_column

from lims.kernel.db import Base


class User(Base):
    """Somebody, or a program, that may sign in."""

    __tablename__ = "app_user"
    __table_args__ = (
        CheckConstraint(
            "roles <@ ARRAY['sampler','courier','technician','reviewer','official','admin','integration'] AND cardinality(roles) > 0",
            name="roles",
        ),
        CheckConstraint("scopes <@ ARRAY['identity']", name="scopes"),
    )

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    password_hash: Mapped[str | None] = mapped_column(Text, comment="argon2id; null for programs that only have tokens")
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    site: Mapped[str | None] = mapped_column(Text)
    lab: Mapped[str | None] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Token(Base):
    """A bearer token, kept only as its SHA-256: deleting the row revokes it at once."""

    __tablename__ = "token"
    __table_args__ = (Index("token_user_name_idx", "user_name"),)

    digest: Mapped[bytes] = mapped_column(BYTEA, primary_key=True)
    user_name: Mapped[str] = mapped_column(Text, ForeignKey("app_user.name", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Attempt(Base):
    """A guess that failed: at a password, or at a look-up code. `key` is a keyed hash of whom it was about, or of where it came from."""

    __tablename__ = "attempt"
    __table_args__ = (Index("attempt_key_at_idx", "key", "at"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    key: Mapped[bytes] = mapped_column(BYTEA)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
