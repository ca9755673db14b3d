"""The daily report leaves by itself: made once it is due, put into a folder or sent by e-mail, tried again until it arrives."""

import hashlib
import logging
import threading
from datetime import date, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from functools import partial
from pathlib import Path
from time import monotonic

from lims.apps.troubles import Trouble, written
from lims.catalog import queries as catalog
from lims.interop.subscribers import mailing
from lims.kernel import clock
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.kernel.program import Program
from lims.kernel.settings import Settings
from lims.reporting.rules import Ending
from lims.reporting.schedule import actions
from lims.reporting.schedule.rules import FOLDER, Outcome, Plan, Taken, plan_of

log = logging.getLogger("lims.worker")
PAUSE_SECONDS = 20.0
# A mail server that looks into attachments answers late, and without an answer nobody knows whether it has the report.
PATIENCE_SECONDS = 120.0
SUBJECT = "核酸检测日报 Daily testing report"
File = tuple[str, bytes]


class TakenByAnotherError(Exception):
    """Making the files took longer than the lease, and somebody else has the report in hand by now."""


class Reporter:
    """Sends at most one report at a time, on a thread of its own, so that no seal waits for it."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._thread: threading.Thread | None = None
        self._rest_until = 0.0
        self._trouble = Trouble("the daily report")
        try:
            self._plan = plan_of(program.settings)
        except Refused as wrong:
            log.warning("%s", wrong.detail)
            self._plan = None

    def look(self) -> None:
        """See from time to time whether something is due; return at once."""
        if self._plan is None or monotonic() < self._rest_until or (self._thread is not None and self._thread.is_alive()):
            return
        self._rest_until = monotonic() + PAUSE_SECONDS
        self._thread = threading.Thread(target=self._work, args=(self._plan,), daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Let what is under way come to its end; what takes longer is tried again when its lease is over."""
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _work(self, plan: Plan) -> None:
        try:
            while send_one(self._program, plan, clock.now()):
                pass
            self._trouble.over()
        except Exception as failure:  # noqa: BLE001 - what it had in its hands is tried again when its lease is over
            self._trouble.seen(failure)


def send_one(program: Program, plan: Plan, now: datetime) -> bool:
    """Send one report that is due; whether there was one. No transaction is open while files are made and sent."""
    with program.database.transaction(Access.OWNER) as connection:
        actions.plan_days(connection, plan, now, program.settings.timezone)
        taken = actions.claim(connection, plan, now)
    if taken is None:
        return False
    came = tried(program, plan, taken, now)
    written(program.database, partial(actions.note, taken=taken, came=came, now=now))
    if came.failure is not None:
        log.warning(
            "the daily report of %s %s (%s)", taken.day, "may not have arrived" if came.in_doubt else "did not arrive", came.failure
        )
    return True


def tried(program: Program, plan: Plan, taken: Taken, now: datetime) -> Outcome:
    """Make the files and send them; why it failed, in a word that names nobody."""

    def before() -> None:
        with program.database.transaction(Access.OWNER) as connection:
            if not actions.hand_over(connection, taken, now):
                raise TakenByAnotherError

    try:
        files = made(program, plan, taken.day, now)
        if taken.recipient == FOLDER and plan.folder is not None:
            put(plan.folder, files)
            return Outcome()
        answer = mailing.post(letter(taken, files, now, program.settings), program.settings, before, PATIENCE_SECONDS)
    except Exception as trouble:  # noqa: BLE001 - whatever it is, it is noted, and the report is tried again
        return Outcome(type(trouble).__name__)
    return Outcome() if answer.arrived else Outcome(answer.said or "not taken", answer.in_doubt)


def made(program: Program, plan: Plan, day: date, now: datetime) -> list[File]:
    """The files of a report."""
    from lims.reporting.daily import daily_report, form_of  # noqa: PLC0415 - typst is slow to load

    with program.database.transaction(Access.REPORTS) as connection:
        report = daily_report(connection, catalog.current(connection), day, now=now)
    return [(name, form_of(name)(report, tongue)) for name, tongue in plan.files(day)]


def put(folder: Path, files: list[File]) -> None:
    """Put files into a folder. Each is written aside and moved into place: whoever watches the folder never sees half of one."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files:
        aside = folder / f".{name}.new"
        aside.write_bytes(content)
        aside.replace(folder / name)


def letter(taken: Taken, files: list[File], now: datetime, settings: Settings) -> EmailMessage:
    """The e-mail with the files. Its Message-ID is the same however often it is tried, so that a second copy is known as one.

    What had arrived and is sent once more on purpose has another: a mail server that drops second copies shall not drop it.
    """
    mail, to, day = EmailMessage(), taken.recipient, taken.day
    mail["Subject"], mail["From"], mail["To"], mail["Date"] = f"{SUBJECT} {day}", settings.mail_from, to, format_datetime(now)
    own = hashlib.sha256(to.encode()).hexdigest()[:16] + (f"-{taken.edition}" if taken.edition else "")
    mail["Message-ID"] = f"<daily-{day}-{own}@{settings.mail_from.rpartition('@')[2] or 'lims'}>"
    lines = [f"{SUBJECT} {day}", *([f"{settings.public_url.rstrip('/')}/reporting/?day={day}"] if settings.public_url else [])]
    mail.set_content("\n".join(lines) + "\n")
    for name, content in files:
        main, _, sub = Ending(name.rpartition(".")[2]).media.split(";")[0].partition("/")
        mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return mail
