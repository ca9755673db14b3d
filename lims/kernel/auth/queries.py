"""Reading users and tokens."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Connection, DateTime, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import BYTEA

from lims.kernel.auth.rules import Caller
from lims.kernel.auth.tables import Attempt, Token, User

# Built once: every request asks this, and everybody who looks a result up the other.
FAILED = (
    select(Attempt.key, func.count().label("failed"))
    .where(Attempt.key == any_(bindparam("keys", type_=ARRAY(BYTEA))), Attempt.at > bindparam("since", type_=DateTime(timezone=True)))
    .group_by(Attempt.key)
)
HOLDER = (
    select(User.name, User.roles, User.site, User.lab, User.scopes)
    .join(Token, Token.user_name == User.name)
    .where(Token.digest == bindparam("digest", type_=BYTEA), User.active)
    .where(Token.expires_at.is_(None) | (Token.expires_at > bindparam("now", type_=DateTime(timezone=True))))
)


def caller_of(connection: Connection, digest: bytes, now: datetime) -> Caller | None:
    """Whose token this is; None where it was revoked, has expired, or its user was switched off."""
    row = connection.execute(HOLDER, {"digest": digest, "now": now}).one_or_none()
    return Caller(row.name, frozenset(row.roles), row.site, row.lab, frozenset(row.scopes)) if row else None


def caller_named(connection: Connection, name: str) -> Caller | None:
    """An active user by name."""
    query = select(User.name, User.roles, User.site, User.lab, User.scopes).where(User.name == name, User.active)
    row = connection.execute(query).one_or_none()
    return Caller(row.name, frozenset(row.roles), row.site, row.lab, frozenset(row.scopes)) if row else None


def password_hash(connection: Connection, name: str) -> str | None:
    """The password hash of an active user."""
    return connection.execute(select(User.password_hash).where(User.name == name, User.active)).scalar_one_or_none()


def attempts_since(connection: Connection, keys: Collection[bytes], since: datetime) -> dict[bytes, int]:
    """How many guesses about each of these keys have failed since then."""
    failed: dict[bytes, int] = {row.key: row.failed for row in connection.execute(FAILED, {"keys": [*keys], "since": since})}
    return {key: failed.get(key, 0) for key in keys}


def place_of(connection: Connection, name: str) -> dict[str, Any] | None:
    """What somebody may do, and where; None where there is nobody of this name."""
    query = select(User.roles, User.scopes, User.site, User.lab, User.active).where(User.name == name)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else {**row}


def user_names(connection: Connection) -> set[str]:
    """Everybody there is."""
    return set(connection.execute(select(User.name)).scalars())
