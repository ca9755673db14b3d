"""Reading users and tokens."""

from datetime import datetime

from sqlalchemy import Connection, DateTime, bindparam, func, select
from sqlalchemy.dialects.postgresql import BYTEA

from lims.kernel.auth.rules import Caller
from lims.kernel.auth.tables import Attempt, Token, User

# Built once: every request asks this.
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


def attempts_since(connection: Connection, key: bytes, since: datetime) -> int:
    """How many guesses about this key have failed since then."""
    return connection.execute(select(func.count()).where(Attempt.key == key, Attempt.at > since)).scalar_one()


def user_names(connection: Connection) -> set[str]:
    """Everybody there is."""
    return set(connection.execute(select(User.name)).scalars())
