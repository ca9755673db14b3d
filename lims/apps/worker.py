"""The work behind the requests: a process of its own that seals the audit trail about once a second, tells of it, and counts days."""

import logging
import os
import signal
import threading
from collections.abc import Callable
from datetime import datetime
from types import FrameType

from lims.apps.delivering import AT_ONCE, Couriers
from lims.apps.ending import ANSWER_SECONDS, end_for_certain, ended_in_order
from lims.apps.keeping import Keeper
from lims.apps.posting import Reporter
from lims.apps.troubles import Trouble, is_held
from lims.catalog import queries as catalog
from lims.interop.notices.actions import PORTION, late, look_back, remind, tell
from lims.interop.subscribers.actions import enqueue
from lims.kernel import clock, partitions
from lims.kernel.audit.actions import seal
from lims.kernel.audit.verify import begun_with
from lims.kernel.db import Access
from lims.kernel.embedded import EmbeddedServerError
from lims.kernel.program import Program, running
from lims.kernel.secrets import UnknownKeyError
from lims.kernel.settings import settings
from lims.retention.forgetting.actions import forget_one

log = logging.getLogger("lims.worker")
PAUSE_SECONDS = 1.0
END_SECONDS = ANSWER_SECONDS
REMIND_EVERY = 60  # turns
Helpers = tuple[Couriers, Keeper, Reporter]
HEAD_FILE = "audit-head"
OTHER_KEY = (
    "This database was made with another secret key: without it names and numbers cannot be read, and the audit trail does not verify. "
    "Set LIMS_SECRET_KEY, or put the `secret.key` of the data folder it came from in the place of this one's."
)


def seal_once(program: Program) -> None:
    """Seal what there is, and remember the newest seal's number outside the database too; nothing under another key's seals."""
    with program.database.transaction(Access.OWNER) as connection:
        if not begun_with(connection, program.keys.seal):
            raise UnknownKeyError(OTHER_KEY)
        fresh = seal(connection, program.keys.seal, clock.now())
    if fresh is not None:
        aside = program.settings.data_dir / f"{HEAD_FILE}.new"
        aside.write_text(str(fresh.number))
        aside.replace(program.settings.data_dir / HEAD_FILE)


def tell_some(program: Program) -> bool:
    """Draw the notices of a portion of what was sealed since last time, due to whoever is told of them; whether there may be more."""
    now = clock.now()
    with program.database.transaction(Access.OWNER) as connection:
        new = tell(connection, catalog.current(connection), now)
        enqueue(connection, new or (), now)
    return new is not None


def tell_once(program: Program) -> None:
    """Draw the notices of everything that was sealed since last time, a transaction a portion."""
    while tell_some(program):
        pass


def look_back_some(program: Program, after: str) -> str | None:
    """Keep aside what was over before we began, of a portion of tubes behind this one; where to go on, None at the end."""
    with program.database.transaction(Access.OWNER) as connection:
        return look_back(connection, catalog.current(connection), after)


def remind_once(program: Program, time: Callable[[], datetime] = clock.now) -> None:
    """Draw the notices of cases whose time is over, due to whoever is told of them, a transaction a portion."""
    now = time()
    with program.database.transaction(Access.OWNER) as connection:
        told_at = sorted(late(connection, catalog.current(connection), now).items())
    for start in range(0, len(told_at), PORTION):
        with program.database.transaction(Access.OWNER) as connection:
            enqueue(connection, remind(connection, catalog.current(connection), dict(told_at[start : start + PORTION]), now), now)


def days_once(program: Program) -> None:
    """Make the pieces of the coming days, and forget who was in the negative tubes of one day whose time is over."""
    now = clock.now()
    partitions.ahead(program.database, now)
    with program.database.transaction(Access.OWNER) as connection:
        forget_one(connection, catalog.current(connection), program.settings.timezone, now)


def known_head(program: Program) -> int:
    """The newest seal that this machine has seen."""
    path = program.settings.data_dir / HEAD_FILE
    return int(path.read_text()) if path.exists() else 0


def main() -> None:
    """Work until told to stop, or until the process that started us is gone."""
    stop = threading.Event()

    def stopped(_number: int, _frame: FrameType | None) -> None:
        end_for_certain(END_SECONDS)
        stop.set()

    signal.signal(signal.SIGTERM, stopped)
    signal.signal(signal.SIGINT, stopped)
    parent, trouble = os.getppid(), Trouble("sealing, telling and sending")
    while not stop.is_set() and os.getppid() == parent:
        try:
            # Joining starts the embedded server where it has died: so the whole program comes back after a crash of it.
            with running(settings(), connections=AT_ONCE + 3, owner_waits=False) as program:
                helpers = (Couriers(program), Keeper(program), Reporter(program))
                work_until_trouble(Rounds(program, helpers), trouble, stop, parent)
                for helper in helpers:
                    helper.wait()
                ended_in_order()
        except EmbeddedServerError as failure:
            log.warning("the database does not start: %s", failure)
            stop.wait(PAUSE_SECONDS)


class Rounds:
    """What is done about once a second, and how far it has come: what one round could not do is left for the next."""

    def __init__(self, program: Program, helpers: Helpers) -> None:
        self._program = program
        self._helpers = helpers
        self._past: str | None = ""
        self._turns = 0
        # After a day away there are many portions to tell: they follow each other without a pause, and sealing and sending go on between.
        self.has_more = False

    def go(self) -> None:
        """Seal, tell, send and count, remind about once a minute. What is due is sent even where nothing can be told."""
        seal_once(self._program)
        try:
            self._tell()
        finally:
            for helper in self._helpers:
                helper.look()

    def _tell(self) -> None:
        self.has_more = False
        self.has_more = tell_some(self._program)
        if self._past is not None and not self.has_more:
            self._past = look_back_some(self._program, self._past)
        if self._turns % REMIND_EVERY == 0:
            remind_once(self._program)
            days_once(self._program)
        self._turns += 1


def work_until_trouble(rounds: Rounds, trouble: Trouble, stop: threading.Event, parent: int) -> None:
    """Go round after round; return when told to, or when the database is gone. Whoever holds a table will let go of it: no reason to."""
    while not stop.wait(0 if rounds.has_more else PAUSE_SECONDS) and os.getppid() == parent:
        try:
            rounds.go()
            trouble.over()
        except Exception as failure:  # noqa: BLE001 - a worker that dies of one failure seals nothing any more
            trouble.seen(failure)
            if not is_held(failure):
                return


if __name__ == "__main__":
    main()
