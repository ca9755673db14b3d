"""When the report of a day is due, as which files, and when it is tried again. Pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from lims.kernel.errors import Refused
from lims.kernel.settings import Settings
from lims.reporting.rules import DAY, Ending
from lims.reporting.wording import Tongue

FOLDER = "folder"
# Pauses after each failure: over most of a day, so that somebody can mend what is in the way.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 240, 480))
# Whoever has a report in hand has this long for it; then somebody else may try.
LEASE = timedelta(minutes=10)
MOST_MISSED = 7  # days that are made up for after a standstill
MAILBOX = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,255}")
SPEAKING = (Ending.PDF, Ending.HTML)


@dataclass(frozen=True)
class Plan:
    """At which local time the report of the day before is made, in which forms, and where it goes."""

    at: time
    tongues: tuple[Tongue, ...]
    endings: tuple[Ending, ...]
    folder: Path | None
    addresses: tuple[str, ...]

    @property
    def recipients(self) -> tuple[str, ...]:
        """The folder, and every address."""
        return (*((FOLDER,) if self.folder else ()), *self.addresses)

    def files(self, day: date) -> list[tuple[str, Tongue]]:
        """The files of a report and in which language each is; tables without words are made once."""
        named = len(self.tongues) > 1
        return [
            (f"daily-{day}{f'-{tongue.value}' if named and ending in SPEAKING else ''}.{ending.value}", tongue)
            for ending in self.endings
            for tongue in (self.tongues if ending in SPEAKING else self.tongues[:1])
        ]

    def newest(self, now: datetime, zone: str) -> date:
        """The last day whose report is due by now. A day has one report, also where clocks are changed."""
        local = now.astimezone(ZoneInfo(zone))
        return local.date() - (DAY if local.time() >= self.at else 2 * DAY)


def plan_of(settings: Settings) -> Plan | None:
    """What the settings plan; None where they plan nothing; Refused where they cannot be kept."""
    if not settings.report_at:
        return None
    try:
        at = time.fromisoformat(settings.report_at)
        tongues = tuple(Tongue(word) for word in words(settings.report_languages))
        endings = tuple(Ending(word) for word in words(settings.report_files))
    except ValueError as wrong:
        raise Refused("report_schedule", "The daily report is not sent by itself: {wrong}.", wrong=wrong) from None
    addresses = words(settings.report_mail)
    odd = [address for address in addresses if not MAILBOX.fullmatch(address)]
    problem = (
        f"LIMS_REPORT_MAIL: {odd[0]} is no address" if odd
        else "LIMS_REPORT_MAIL needs LIMS_SMTP_HOST" if addresses and not settings.smtp_host
        else "LIMS_REPORT_AT needs LIMS_REPORT_FOLDER or LIMS_REPORT_MAIL" if not addresses and settings.report_folder is None
        else "LIMS_REPORT_LANGUAGES and LIMS_REPORT_FILES name nothing" if not tongues or not endings
        else None
    )  # fmt: skip
    if problem:
        raise Refused("report_schedule", "The daily report is not sent by itself: {wrong}.", wrong=problem)
    return Plan(at.replace(tzinfo=None), tongues, endings, settings.report_folder, addresses)


def words(text: str) -> tuple[str, ...]:
    """What stands between commas, each once."""
    return tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))


def days_due(newest: date, last: date | None) -> list[date]:
    """The days whose reports a recipient is to get: the newest, and those missed since its last one, the most recent week of them."""
    if last is None:
        return [newest]
    missed = (newest - last).days
    return [newest - number * DAY for number in range(min(missed, MOST_MISSED))][::-1]


@dataclass(frozen=True)
class Taken:
    """A report that somebody has in hand, for the so-manieth time, until the lease is over."""

    day: date
    recipient: str
    attempt: int
    edition: int
    until: datetime


@dataclass(frozen=True)
class Outcome:
    """What came of an attempt: why it failed (None: it arrived), and whether it may have arrived all the same."""

    failure: str | None = None
    in_doubt: bool = False


def pause_after(failures: int) -> timedelta | None:
    """How long to wait after so many failures; None where it was tried often enough."""
    return PAUSES[failures - 1] if failures <= len(PAUSES) else None


def shown(recipient: str) -> str:
    """A recipient as pages show it: of an address the part that names nobody."""
    return recipient if recipient == FOLDER else f"…@{recipient.rpartition('@')[2]}"
