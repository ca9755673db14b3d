"""One notice as an e-mail, in Chinese and English, by codes alone."""

import smtplib
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from lims.interop.notices.wording import sentence
from lims.interop.subscribers.rules import Tried, mailbox
from lims.kernel.settings import Settings
from lims.web.language import LANGUAGES

SECONDS = 8.0
TAKEN = 250
END = b"\r\n.\r\n"


def letter(to: str, message: str, kind: str, at: datetime, data: Mapping[str, Any], settings: Settings) -> EmailMessage:
    """The e-mail of a notice; its Message-ID is the notice's, so that a second copy is known as one."""
    said = [sentence(kind, data, language) for language in reversed(LANGUAGES)]
    tube = data["case"] or data["tube"]
    mail = EmailMessage()
    mail["Subject"] = f"[LIMS] {said[0]} · {tube}"
    mail["From"], mail["To"] = settings.mail_from, mailbox(to)
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{message}@{settings.mail_from.rpartition('@')[2] or 'lims'}>"
    lines = [*said, "", f"{tube} · {data['lab']} · {data['site'] or '-'} · {at.isoformat(timespec='minutes')}"]
    if settings.public_url:
        lines.append(f"{settings.public_url.rstrip('/')}/reporting/notices")
    mail.set_content("\n".join(lines) + "\n")
    return mail


@dataclass
class Handover:
    """How far an e-mail has come.

    `before` is called when nothing of it was said yet; after it was said, its answer is waited for so many seconds.
    """

    before: Callable[[], None]
    patience: float
    is_said: bool = False
    is_taken: bool = False


class Office(smtplib.SMTP):
    """A mail server that an e-mail is handed over to."""

    def __init__(self, settings: Settings, handover: Handover) -> None:
        self.handover = handover
        super().__init__(settings.smtp_host, settings.smtp_port, timeout=SECONDS)

    def data(self, msg: Any) -> tuple[int, bytes]:  # noqa: ANN401 - the library takes text and every kind of bytes
        """Say the e-mail."""
        self.handover.before()
        if self.sock is not None:
            self.sock.settimeout(self.handover.patience)
        return super().data(msg)

    def send(self, s: Any) -> None:  # noqa: ANN401 - as above
        """Say something. A dot on a line of its own ends an e-mail: before that has gone out it cannot have arrived."""
        super().send(s)
        self.handover.is_said = self.handover.is_said or (isinstance(s, bytes) and s.endswith(END))


def post(mail: EmailMessage, settings: Settings, before: Callable[[], None] = lambda: None, patience: float = SECONDS) -> Tried:
    """Hand an e-mail to the mail server, and say what came of it."""
    began, handover = time.monotonic(), Handover(before, patience)
    try:
        with Office(settings, handover) as office:
            if settings.smtp_starttls:
                office.starttls(context=ssl.create_default_context())
            if settings.smtp_user:
                office.login(settings.smtp_user, settings.smtp_password)
            office.send_message(mail)
            handover.is_taken = True
    except (OSError, smtplib.SMTPException) as failure:
        # A server that has taken it may say goodbye as it likes. What it answers may repeat the address, never more: a notice names nobody.
        if not handover.is_taken:
            in_doubt = handover.is_said and not isinstance(failure, smtplib.SMTPResponseException)
            return Tried(None, round((time.monotonic() - began) * 1000), type(failure).__name__, in_doubt)
    return Tried(TAKEN, round((time.monotonic() - began) * 1000))
