"""Notices by e-mail, where a mail server is configured."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from lims.apps.delivering import deliver
from lims.interop.subscribers import actions
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.kernel.program import Program
from tests.factories import Town
from tests.interop.telling import attempts, first_sign, told


class Office:
    """The authority's mail server: it keeps what comes, or is full."""

    def __init__(self) -> None:
        self.full = False
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - the library's own name
        """Take an e-mail, or say that there is no room."""
        if self.full:
            return "452 no room"
        made = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(made, EmailMessage)
        self.mails.append(made)
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
    desk = Controller(office, hostname="127.0.0.1", port=port)
    desk.start()
    mail = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_starttls": False, "mail_from": "lims@city.example"}
    yield replace(sender, settings=sender.settings.model_copy(update=mail | {"public_url": "https://lims.city.example"}))
    desk.stop()


def subscribed(mailing: Program, town: Town, address: str = "mailto:duty@health.example") -> int:
    with mailing.database.transaction(Access.OWNER) as connection:
        return actions.add(
            connection, mailing.keys, address, (), (), town.area, "tests", datetime.now(UTC), mailing.settings.smtp_host
        )[0]  # fmt: skip


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
