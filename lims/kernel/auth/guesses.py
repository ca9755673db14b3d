"""Whether a password is right, wherever one is typed: every wrong one is counted, and too many close the door for a while."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from lims.kernel.auth import actions, queries
from lims.kernel.auth.rules import Caller
from lims.kernel.errors import Refused
from lims.kernel.program import Program
from lims.kernel.secrets import keyed

# From one address more people than one may mistype.
PEOPLE_BEHIND_AN_ADDRESS = 10


@dataclass(frozen=True)
class Guess:
    """A try to be somebody: counted by name and by address, each with its limit."""

    name: str
    keys: tuple[bytes, bytes]
    limits: tuple[int, int]
    window: timedelta

    @classmethod
    def of(cls, program: Program, name: str, host: str) -> "Guess":
        """The guess of somebody at this address to be `name`."""
        settings = program.settings
        keys = (keyed(program.keys.code, "sign-in", name), keyed(program.keys.code, "sign-in from", host))
        limits = (settings.sign_in_failures, settings.sign_in_failures * PEOPLE_BEHIND_AN_ADDRESS)
        return cls(name, keys, limits, timedelta(minutes=settings.sign_in_window_minutes))

    def refuse_too_many(self, connection: Connection, now: datetime) -> None:
        """Refused where too many guesses were wrong of late."""
        failures = [*queries.attempts_since(connection, self.keys, now - self.window).values()]
        if any(count >= limit for count, limit in zip(failures, self.limits, strict=True)):
            minutes = int(self.window.total_seconds() // 60)
            raise Refused("sign_in_limited", "Too many wrong passwords; try again in {minutes} minutes.", minutes=minutes)

    def is_right(self, connection: Connection, password: str, now: datetime) -> bool:
        """Whether this is the password. A wrong one is counted in this transaction, which must be committed."""
        if actions.password_is_right(connection, self.name, password):
            return True
        actions.count_failures(connection, self.keys, now, self.window)
        return False

    def caller(self, connection: Connection, password: str, now: datetime) -> Caller | None:
        """Who it is where the password is right; None, counted, where it is wrong."""
        self.refuse_too_many(connection, now)
        return queries.caller_named(connection, self.name) if self.is_right(connection, password, now) else None
