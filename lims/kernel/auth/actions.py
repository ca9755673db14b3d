"""Adding users, signing in, signing out."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import Connection, delete, insert, update
from sqlalchemy.dialects import postgresql

from lims.kernel.audit.actions import record
from lims.kernel.audit.rules import Happening, audited, unaudited
from lims.kernel.auth import queries
from lims.kernel.auth.rules import Role, Scope
from lims.kernel.auth.tables import Attempt, Token, User
from lims.kernel.errors import Refused

HASHER = PasswordHasher()
# Verified where there is no such user, so that the time of the answer does not tell who exists.
NOBODY = HASHER.hash(secrets.token_hex(16))


def digest_of(token: str) -> bytes:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).digest()


@audited("user.added", "user.changed")
def add_user(
    connection: Connection,
    now: datetime,
    name: str,
    roles: Collection[str],
    *,
    site: str | None = None,
    lab: str | None = None,
    scopes: Collection[str] = (),
    password: str | None = None,
    by: str = "command line",
) -> None:
    """Add a user, or set an existing one's roles and place anew (and the password, where one is given)."""
    if unknown := (set(roles) - set(Role)) | (set(scopes) - set(Scope)):
        raise Refused("user_role_unknown", "There is no role or scope {unknown}.", unknown=", ".join(sorted(unknown)))
    if not name.strip() or not roles:
        raise Refused("user_incomplete", "A user needs a name and at least one role.")
    existed = name in queries.user_names(connection)
    place = {"roles": sorted(roles), "scopes": sorted(scopes), "site": site, "lab": lab}
    secret = {"password_hash": HASHER.hash(password)} if password else {}
    row = postgresql.insert(User).values(name=name, created_at=now, **place, **secret)
    connection.execute(row.on_conflict_do_update(index_elements=["name"], set_=place | secret | {"active": True}))
    record(connection, by, now, [Happening(name, "user.changed" if existed else "user.added", now, place)])


@audited("user.token_issued")
def issue_token(connection: Connection, now: datetime, name: str, expires_at: datetime | None, by: str) -> str:
    """A new bearer token of this user; this is the only time it can be seen."""
    token = f"lims_{secrets.token_urlsafe(32)}"
    connection.execute(insert(Token).values(digest=digest_of(token), user_name=name, created_at=now, expires_at=expires_at))
    record(connection, by, now, [Happening(name, "user.token_issued", now, {"expires_at": expires_at.isoformat() if expires_at else None})])
    return token


@audited("user.signed_out")
def revoke_token(connection: Connection, now: datetime, token: str, name: str) -> None:
    """Make a token worthless at once."""
    connection.execute(delete(Token).where(Token.digest == digest_of(token)))
    record(connection, name, now, [Happening(name, "user.signed_out", now)])


@audited("user.revoked")
def revoke_user(connection: Connection, now: datetime, name: str, by: str) -> None:
    """Make all of a user's tokens worthless at once, and let nobody sign in by that name."""
    connection.execute(delete(Token).where(Token.user_name == name))
    connection.execute(update(User).where(User.name == name).values(active=False))
    record(connection, by, now, [Happening(name, "user.revoked", now)])


@unaudited("a question, not a change")
def password_is_right(connection: Connection, name: str, password: str) -> bool:
    """Whether this is the user's password."""
    stored = queries.password_hash(connection, name)
    try:
        return HASHER.verify(stored or NOBODY, password) and stored is not None
    except VerificationError:
        return False


@unaudited("counted for the rate limit; the log of guesses is the table itself")
def count_failures(connection: Connection, keys: Collection[bytes], now: datetime, window: timedelta) -> None:
    """Remember a failed guess under each of these keys, as often as it stands there; forget those that no longer count."""
    connection.execute(delete(Attempt).where(Attempt.key.in_(keys), Attempt.at < now - window))
    connection.execute(insert(Attempt), [{"key": key, "at": now} for key in keys])
