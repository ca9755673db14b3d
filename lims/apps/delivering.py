"""Notices leave for their subscribers, each subscriber on a thread of its own: a slow one holds up nobody else, and no seal."""

import threading
from collections.abc import Callable
from datetime import datetime
from functools import partial
from time import monotonic

from lims.apps.troubles import Trouble, written
from lims.interop.subscribers import actions, mailing, queries
from lims.interop.subscribers.rules import MAIL, Tried, body_of, networks_of, signed
from lims.interop.subscribers.sending import DEADLINE_SECONDS, post
from lims.kernel import clock
from lims.kernel.db import Access, AnyRow
from lims.kernel.program import Program

AT_ONCE = 8
HEADERS = {"Content-Type": "application/json", "User-Agent": "lims"}


def deliver(program: Program, subscriber: int, time: Callable[[], datetime] = clock.now) -> int:
    """Send what is due to a subscriber, until nothing is or one fails; how many have arrived.

    No transaction is open while we wait for the receiver: it would hold back the seals.
    """
    arrived = 0
    while True:
        with program.database.transaction(Access.OWNER) as connection:
            notice = actions.claim(connection, subscriber, time())
            if notice is None:
                return arrived
            to, message = queries.receiver(connection, subscriber), queries.message(connection, notice)
        at = time()
        tried = send(program, to, message, at)
        written(program.database, partial(actions.note, subscriber=subscriber, notice=notice, tried=tried, at=at))
        if not tried.arrived:
            return arrived
        arrived += 1


def send(program: Program, to: AnyRow, message: AnyRow, at: datetime) -> Tried:
    """A notice to a subscriber, by e-mail or signed webhook."""
    if to.address.startswith(MAIL):
        return mailing.post(
            mailing.letter(to.address, str(message.id), message.kind, message.at, message.data, program.settings), program.settings
        )
    body = body_of(message.number, message.kind, message.at, message.data)
    hidden = [to.secret, *([to.old_secret] if to.old_secret_until and at < to.old_secret_until else [])]
    headers = HEADERS | signed([program.keys.show(one) for one in hidden], str(message.id), at, body)
    return post(to.address, headers, body, networks_of(program.settings.webhook_networks))


class Couriers:
    """The threads that are under way, at most one a subscriber."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._under_way: dict[int, threading.Thread] = {}
        self._troubles: dict[int, Trouble] = {}

    def look(self) -> None:
        """Send somebody to each subscriber for which something is due and to whom nobody is under way."""
        self._under_way = {number: thread for number, thread in self._under_way.items() if thread.is_alive()}
        with self._program.database.transaction(Access.OWNER) as connection:
            numbers = queries.due(connection, clock.now())
        for number in [number for number in numbers if number not in self._under_way][: AT_ONCE - len(self._under_way)]:
            thread = threading.Thread(target=self._go, args=(number,), daemon=True)
            self._under_way[number] = thread
            thread.start()

    def _go(self, number: int) -> None:
        trouble = self._troubles.setdefault(number, Trouble(f"webhook {number}"))
        try:
            deliver(self._program, number)
            trouble.over()
        except Exception as failure:  # noqa: BLE001 - what it had in its hands is tried again when its lease is over
            trouble.seen(failure)

    def wait(self) -> None:
        """Let those who are under way come back; they have a deadline."""
        end = monotonic() + DEADLINE_SECONDS
        for thread in self._under_way.values():
            thread.join(max(0, end - monotonic()))
