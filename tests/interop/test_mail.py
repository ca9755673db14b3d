"""Notices by e-mail, where a mail server is configured."""

import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from lims.apps.delivering import deliver
from lims.apps.tls.authority import Place, kept
from lims.interop.subscribers import actions
from lims.interop.subscribers.rules import Wish
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.kernel.program import Program
from tests.factories import Town
from tests.interop.telling import attempts, first_sign, told


class Office:
    """The authority's mail server: it keeps what comes, or is full, or keeps it and hangs up without a word."""

    def __init__(self) -> None:
        self.full = False
        self.dumb = False
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - the library's own name
        """Take an e-mail, or say that there is no room."""
        if self.full:
            return "452 no room"
        made = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(made, EmailMessage)
        self.mails.append(made)
        if self.dumb:
            server.transport.close()
        return "250 taken"


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def mailing(sender: Program, office: Office) -> Iterator[Program]:
    """The program where this mail server is configured."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    desk = Controller(office, hostname="127.0.0.1", port=port, ready_timeout=60)
    desk.start()
    mail = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_starttls": False, "mail_from": "lims@city.example"}
    yield replace(sender, settings=sender.settings.model_copy(update=mail | {"public_url": "https://lims.city.example"}))
    desk.stop()


def subscribed(mailing: Program, town: Town, address: str = "mailto:duty@health.example") -> int:
    with mailing.database.transaction(Access.OWNER) as connection:
        return actions.add(connection, mailing, address, Wish(area=town.area), "tests", datetime.now(UTC))[0]


def test_the_duty_officer_gets_an_e_mail_in_both_languages_that_names_nobody(town: Town, mailing: Program, office: Office) -> None:
    number = subscribed(mailing, town)
    pool, _ = first_sign(town)
    (notice,) = told(town)
    assert deliver(mailing, number) == 1
    (mail,) = office.mails
    text = mail.get_content()
    assert (mail["To"], mail["From"]) == ("duty@health.example", "lims@city.example")
    assert mail["Message-ID"] == f"<{notice['id']}@city.example>"
    assert pool["barcode"] in mail["Subject"]
    assert "First sign: positive, not signed off yet" in text
    assert "初筛提示：阳性，尚未审核签发" in text  # noqa: RUF001 - Chinese punctuation
    assert "https://lims.city.example/reporting/notices" in text
    assert [word for one in pool["members"] for word in (one["name"], one["id_number"], one["phone"]) if word in str(mail) + text] == []


def test_an_e_mail_that_is_not_taken_is_tried_again(town: Town, mailing: Program, office: Office) -> None:
    number = subscribed(mailing, town)
    office.full = True
    first_sign(town)
    told(town)
    assert deliver(mailing, number) == 0
    assert attempts(mailing, number) == [(None, "SMTPDataError")]
    office.full = False
    later = datetime.now(UTC) + timedelta(seconds=10)
    assert deliver(mailing, number, lambda: later) == 1


@pytest.mark.parametrize("address", ["mailto:", "mailto:nobody", "mailto:a@b\r\nBcc: c@d", "mailto:a@b,c@d", "mailto:a@b?bcc=c@d"])
def test_what_is_no_mailbox_is_refused(town: Town, mailing: Program, address: str) -> None:
    with pytest.raises(Refused) as refused:
        subscribed(mailing, town, address)
    assert refused.value.code == "webhook_address"


def test_without_a_mail_server_no_address_is_taken(town: Town, sender: Program) -> None:
    with pytest.raises(Refused) as refused:
        subscribed(sender, town)
    assert refused.value.code == "mail_unconfigured"


@pytest.fixture
def guarded(sender: Program, office: Office, tmp_path: Path) -> Iterator[tuple[Program, Path]]:
    """The same with a mail server that takes e-mails by TLS alone, and the certificate of its authority."""
    place = Place(tmp_path)
    kept(place, {"127.0.0.1"}, datetime.now(UTC))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(place.server)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    desk = Controller(office, hostname="127.0.0.1", port=port, tls_context=context, require_starttls=True, ready_timeout=60)
    desk.start()
    mail = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_starttls": True, "mail_from": "lims@city.example"}
    yield replace(sender, settings=sender.settings.model_copy(update=mail)), place.authority
    desk.stop()


def test_an_e_mail_goes_by_tls_to_a_server_whose_certificate_is_trusted(
    town: Town, guarded: tuple[Program, Path], office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, authority = guarded
    number = subscribed(program, town)
    first_sign(town)
    told(town)
    assert deliver(program, number) == 0
    assert attempts(program, number) == [(None, "SSLCertVerificationError")]
    assert office.mails == []
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    later = datetime.now(UTC) + timedelta(seconds=10)
    assert deliver(program, number, lambda: later) == 1
    assert len(office.mails) == 1


def test_no_e_mail_goes_in_clear_where_tls_is_asked_for(town: Town, mailing: Program, office: Office) -> None:
    asking = replace(mailing, settings=mailing.settings.model_copy(update={"smtp_starttls": True}))
    number = subscribed(asking, town)
    first_sign(town)
    told(town)
    assert deliver(asking, number) == 0
    assert attempts(asking, number) == [(None, "SMTPNotSupportedError")]
    assert office.mails == []
