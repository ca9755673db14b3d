"""One notice as an e-mail, in Chinese and English, by codes alone."""

import smtplib
import ssl
import time
from collections.abc import Mapping
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


def post(mail: EmailMessage, settings: Settings) -> Tried:
    """Hand an e-mail to the mail server, and say what came of it."""
    began = time.monotonic()
    try:
        with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=SECONDS) as server:
            if settings.smtp_starttls:
                server.starttls(context=ssl.create_default_context())
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password)
            server.send_message(mail)
    except (OSError, smtplib.SMTPException) as failure:
        # What a server answers may repeat the address, never more: a notice names nobody.
        return Tried(None, round((time.monotonic() - began) * 1000), type(failure).__name__)
    return Tried(TAKEN, round((time.monotonic() - began) * 1000))
