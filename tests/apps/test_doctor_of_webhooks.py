"""`lims doctor` looks at where notices go."""

from datetime import UTC, datetime, timedelta

import pytest

from lims.apps.commands import doctor
from lims.apps.delivering import deliver
from lims.interop.subscribers import actions
from lims.kernel import ids
from lims.kernel.db import Access
from lims.kernel.program import Program
from tests.deconvolution.plans.at_work import load_policy
from tests.factories import Town
from tests.interop.conftest import receiver, sender
from tests.interop.receiver import Receiver
from tests.interop.telling import first_sign, subscribed, told

__all__ = ["receiver", "sender"]


def test_the_doctor_names_a_webhook_that_was_stopped_and_how_to_resume_it(town: Town, sender: Program, receiver: Receiver) -> None:
    number = subscribed(sender, receiver, town)
    assert doctor.webhooks(sender).remedy is None
    receiver.status = 410
    first_sign(town)
    told(town)
    deliver(sender, number)
    finding = doctor.webhooks(sender)
    assert finding.seen == "1, of which 1 stopped or more than an hour behind"
    assert finding.remedy == f"`lims webhook log {number}` says why; then `lims webhook resume {number}`."
    with sender.database.transaction(Access.OWNER) as connection:
        actions.resume(connection, number, "tests", datetime.now(UTC))
    receiver.status = 204
    deliver(sender, number)
    assert doctor.webhooks(sender).remedy is None


def test_the_doctor_names_a_webhook_that_is_behind(
    town: Town, sender: Program, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = subscribed(sender, receiver, town)
    first_sign(town)
    told(town)
    assert doctor.webhooks(sender).remedy is None
    later = datetime.now(UTC) + timedelta(minutes=61)
    monkeypatch.setattr("lims.apps.commands.doctor.clock.now", lambda: later)
    assert str(number) in (doctor.webhooks(sender).remedy or "")


def test_the_doctor_says_where_cases_are_told_to_nobody(town: Town, sender: Program, receiver: Receiver) -> None:
    cdc, hospital = f"CDC {ids.uuid7()}", f"hospital {ids.uuid7()}"
    load_policy(town, group=cdc, tell=[cdc])
    load_policy(town, group=hospital, tell=[hospital])
    subscribed(sender, receiver, town, audience=cdc)
    finding = doctor.webhooks(sender)
    assert "told to nobody" in finding.seen
    assert hospital in (finding.remedy or "")
    subscribed(sender, receiver, town)
    assert doctor.webhooks(sender).remedy is None
