"""Figures are counted behind the requests: days that are over once, a running day that takes long to count now and then."""

import threading
from datetime import date, datetime, timedelta
from time import monotonic

from lims.apps.troubles import Trouble
from lims.catalog import queries as catalog
from lims.kernel import clock
from lims.kernel.db import Access
from lims.kernel.program import Program
from lims.reporting.balances import actions as balances
from lims.reporting.balances.queries import next_to_count as next_account
from lims.reporting.keeping import actions, queries
from lims.reporting.keeping.rules import QUIET, REST, places_digest
from lims.reporting.measures import zones_of
from lims.reporting.pools import actions as pools
from lims.reporting.pools.queries import next_to_count

DAYS_KEPT = 400
PAUSE_SECONDS = 20.0


class Keeper:
    """Counts at most one day at a time, on a thread of its own, so that no seal waits for it; and rests nine tenths of the time."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._thread: threading.Thread | None = None
        self._rest_until = 0.0
        self._accounts_rest_until = 0.0
        self._late_at = datetime.min.replace(tzinfo=clock.now().tzinfo)
        self._news = True
        self._is_large = False
        self._trouble = Trouble("keeping figures")

    def look(self) -> None:
        """Read on, and count where there is something to count; return at once."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._work, daemon=True)
            self._thread.start()

    def wait(self) -> None:
        """Let what is under way come to its end; what takes longer is counted again another time."""
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _work(self) -> None:
        try:
            self.once(clock.now())
            self._trouble.over()
        except Exception as failure:  # noqa: BLE001 - figures that are not kept are counted when they are asked for
            self._trouble.seen(failure)
            self._rest_until = self._accounts_rest_until = monotonic() + PAUSE_SECONDS

    def once(self, now: datetime) -> date | None:
        """Read on, and count one day if it is time to; the day that was kept."""
        today = clock.local_day(now, self._program.settings.timezone)
        if (first := self.read_on()) is not None:
            self._news = True
            self._late_at = now if first < today - timedelta(days=1) else self._late_at
        if monotonic() >= self._accounts_rest_until:
            self.count_account(now)
        if monotonic() < self._rest_until:
            return None
        self.count_pools(today)
        with self._program.database.transaction(Access.OWNER) as connection:
            if not queries.try_to_keep(connection):
                return None
            known, zone = catalog.current(connection), self._program.settings.timezone
            is_quiet = now - self._late_at >= QUIET
            day = actions.next_to_keep(connection, known, zone, now, DAYS_KEPT) if is_quiet else None
            if day is None and not self._news and not self._is_large:
                return None
            found = actions.counted(connection, known, day or today, zone, now)
            if is_kept := found.is_over or found.is_large:
                actions.keep(connection, known, found, now)
        # Only now that it is kept: what could not be written is counted again.
        self._news = self._news and day is not None
        self._rest_until = monotonic() + (REST * found.seconds if found.is_over else max(REST * found.seconds, PAUSE_SECONDS))
        self._is_large = self._is_large if found.is_over else found.is_large
        return found.day if is_kept else None

    def count_account(self, now: datetime) -> date | None:
        """Count the account of one large day that has none, or of which something was told since; that day. It rests by itself."""
        began = monotonic()
        with self._program.database.transaction(Access.OWNER) as connection:
            if not queries.try_to_keep(connection):
                return None
            known, zone = catalog.current(connection), self._program.settings.timezone
            day = next_account(connection, places_digest(known), now)
            if day is not None:
                balances.keep(connection, known, day, zone, now)
        self._accounts_rest_until = monotonic() + REST * (monotonic() - began)
        return day

    def count_pools(self, today: date) -> None:
        """Count the results of one day of collection that is not kept; those that come later are added when the trail is read."""
        began = monotonic()
        with self._program.database.transaction(Access.OWNER) as connection:
            if queries.try_to_keep(connection) and (day := next_to_count(connection, today + timedelta(days=1), DAYS_KEPT)):
                pools.count(connection, day)
                self._rest_until = monotonic() + REST * (monotonic() - began)

    def read_on(self) -> date | None:
        """Forget what the trail has changed; the first day of it."""
        with self._program.database.transaction(Access.OWNER) as connection:
            if not queries.try_to_keep(connection):
                return None
            return actions.read_on(connection, zones_of(catalog.current(connection)))
