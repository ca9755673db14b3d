"""Ada looks after webhooks in a browser's way: adds, reads the log, stops, resumes, replays, replaces a secret."""

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from standardwebhooks import webhooks
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from lims.apps.delivering import deliver
from lims.kernel import ids
from lims.kernel.program import Program
from tests.bench import done, refused
from tests.factories import Somebody, Town
from tests.interop.receiver import Receiver, clock_ahead
from tests.interop.telling import first_sign, subscribed, told

PATH = "/reporting/api/webhooks"
ADDRESS = "https://8.8.8.8/cases?key=sesame"


@pytest.fixture
def ada(town: Town, sender: Program) -> Somebody:
    """Ada, while nobody else is told; `sender` removes what she adds."""
    assert sender
    return town.ada


def order(who: Somebody, path: str, **content: Any) -> Any:
    """Tell, under an id of its own."""
    return who.post(f"{PATH}{path}", {"id": str(ids.uuid7())} | content)


def shown(who: Somebody, number: int) -> dict[str, Any]:
    """A webhook as the list shows it."""
    return next(one for one in done(who.get(PATH))["items"] if one["number"] == number)


def test_ada_adds_a_webhook_and_sees_its_secret_once(town: Town, ada: Somebody) -> None:
    body: dict[str, Any] = {"id": str(ids.uuid7()), "address": ADDRESS, "kinds": ["member.positive"], "area": town.area}
    made = done(ada.post(PATH, body))
    assert made["secret"].startswith("whsec_")
    assert done(ada.post(PATH, body)) == {"number": made["number"], "secret": None}
    refused(ada.post(PATH, body | {"kinds": []}), 409, "id_reused", body["id"])
    listed = shown(ada, made["number"])
    assert (listed["host"], listed["kinds"], listed["area"], listed["waiting"]) == ("8.8.8.8", ["member.positive"], town.area, 0)
    for text in (ada.get(PATH).text, ada.get("/reporting/webhooks").text, ada.get(f"/reporting/webhooks/{made['number']}").text):
        assert made["secret"] not in text
        assert "sesame" not in text


@pytest.mark.parametrize(
    ("address", "code"),
    [("http://8.8.8.8/", "webhook_address"), ("https://10.0.0.1/", "webhook_private"), ("mailto:duty@health.example", "mail_unconfigured")],
)
def test_an_address_that_cannot_be_told_is_refused_with_a_reason(ada: Somebody, address: str, code: str) -> None:
    refused(order(ada, "", address=address), 422, code)


def test_an_area_that_nobody_knows_is_refused(ada: Somebody) -> None:
    refused(order(ada, "", address=ADDRESS, area="NOWHERE"), 404, "not_found", "NOWHERE")


def test_what_has_arrived_and_what_has_not_stands_in_the_log(town: Town, sender: Program, receiver: Receiver) -> None:
    number = subscribed(sender, receiver, town)
    receiver.status = 500
    pool, _ = first_sign(town)
    told(town)
    deliver(sender, number)
    receiver.status = 204
    deliver(sender, number, lambda: datetime.now(UTC) + timedelta(seconds=10))
    first = done(town.ada.get(f"{PATH}/{number}/log", limit=1))
    (second,) = done(town.ada.get(f"{PATH}/{number}/log", after=first["next"]))["items"]
    assert [(line["status"], line["tube"], line["said"]) for line in (*first["items"], second)] == [
        (204, pool["barcode"], ""), (500, pool["barcode"], "answered 500"),
    ]  # fmt: skip
    page = town.ada.get(f"/reporting/webhooks/{number}", lang="en").text
    assert "answered 500" in page
    assert "everything has arrived" in page


def test_ada_stops_a_webhook_resumes_it_and_nothing_is_lost(town: Town, sender: Program, receiver: Receiver) -> None:
    number = subscribed(sender, receiver, town)
    assert done(order(town.ada, f"/{number}/stop", reason="moves house"))["stopped_for"] == "moves house"
    first_sign(town)
    told(town)
    assert deliver(sender, number) == 0
    page = town.ada.get("/reporting/webhooks", lang="en").text
    assert "stopped: moves house" in page
    assert done(order(town.ada, f"/{number}/resume"))["stopped_at"] is None
    assert deliver(sender, number) == 1


def test_ada_has_a_day_sent_once_more_under_the_same_ids(town: Town, sender: Program, receiver: Receiver) -> None:
    number = subscribed(sender, receiver, town)
    first_sign(town)
    told(town)
    deliver(sender, number)
    body = {"id": str(ids.uuid7()), "since": (datetime.now(UTC) - timedelta(hours=1)).isoformat()}
    for _ in range(2):
        assert done(town.ada.post(f"{PATH}/{number}/replay", body)) == {"notices": 1}
    assert deliver(sender, number) == 1
    assert receiver.ids[0] == receiver.ids[1]


def test_a_removed_webhook_leaves_the_list_and_is_told_nothing_more(town: Town, sender: Program, receiver: Receiver) -> None:
    number = subscribed(sender, receiver, town)
    done(order(town.ada, f"/{number}/remove"))
    first_sign(town)
    told(town)
    assert deliver(sender, number) == 0
    assert shown(town.ada, number)["waiting"] == 0
    assert f'data-webhook="{number}"' not in town.ada.get("/reporting/webhooks").text
    assert "removed" in town.ada.get(f"/reporting/webhooks/{number}", lang="en").text


def test_a_new_secret_signs_at_once_and_the_old_one_beside_it_for_a_day(town: Town, sender: Program, receiver: Receiver) -> None:
    number = subscribed(sender, receiver, town)
    old = receiver.secret
    new = done(order(town.ada, f"/{number}/rotate"))["secret"]
    first_sign(town)
    told(town)
    assert deliver(sender, number) == 1, "the receiver still has the old secret"
    ((_, headers, body),) = receiver.posts
    assert Webhook(new).verify(body, headers)["type"] == "case.preliminary"
    receiver.secret, receiver.ahead = new, timedelta(hours=25)
    first_sign(town)
    told(town)
    assert deliver(sender, number, lambda: datetime.now(UTC) + timedelta(hours=25)) == 1
    _, headers, body = receiver.posts[-1]
    with patch.object(webhooks, "datetime", clock_ahead(timedelta(hours=25))), pytest.raises(WebhookVerificationError):
        Webhook(old).verify(body, headers)


def test_what_somebody_has_recorded_and_sends_again_tomorrow_is_not_believed(town: Town, sender: Program, receiver: Receiver) -> None:
    number = subscribed(sender, receiver, town)
    first_sign(town)
    told(town)
    deliver(sender, number)
    ((_, headers, body),) = receiver.posts
    with patch.object(webhooks, "datetime", clock_ahead(timedelta(hours=24))), pytest.raises(WebhookVerificationError):
        Webhook(receiver.secret).verify(body, headers)


def test_nobody_else_sees_or_changes_whom_the_program_tells(town: Town, ada: Somebody) -> None:
    number = done(order(ada, "", address=ADDRESS))["number"]
    for who in (town.ana, town.ben, town.bea, town.olga, town.authority):
        for path in (PATH, f"{PATH}/{number}/log", "/reporting/webhooks", f"/reporting/webhooks/{number}"):
            assert who.get(path).status_code == 403, path
        for what in ("", f"/{number}/stop", f"/{number}/rotate", f"/{number}/remove", f"/{number}/replay", f"/{number}/resume"):
            refused(order(who, what, address=ADDRESS, reason="why", since="2022-02-02T00:00:00Z"), 403, "role_missing", "admin")
    bound = town.somebody("abe", "admin", site=town.site)
    refused(bound.get(PATH), 404, "not_found")
    refused(order(bound, f"/{number}/rotate"), 404, "not_found")


def test_a_webhook_that_nobody_knows_is_refused(ada: Somebody) -> None:
    for number in (2_000_000_000, 2**62):
        refused(ada.get(f"{PATH}/{number}/log"), 404, "not_found", str(number))
        refused(order(ada, f"/{number}/rotate"), 404, "not_found", str(number))
