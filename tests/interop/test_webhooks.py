"""Signed webhooks: every notice at least once, in order for each case, verified, however the receiver behaves."""

import json
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from lims.apps.delivering import Couriers, deliver
from lims.interop.subscribers import actions, queries
from lims.kernel.db import Access
from lims.kernel.program import Program
from tests.factories import Town
from tests.interop.receiver import Receiver
from tests.interop.telling import answered, attempts, first_sign, standing, subscribed, told

WHOLE = ["case.preliminary", "case.firm", "member.positive", "case.closed"]


def whole_case(town: Town) -> dict[str, Any]:
    """A case from its first sign to its closing."""
    pool, run = first_sign(town)
    town.reviewed(run, tubes=[pool["barcode"]])
    answered(town, pool, ["negative", "positive"])
    return pool


def by_case(receiver: Receiver) -> dict[str, list[str]]:
    """What was taken of each case, in the order in which it came."""
    found = defaultdict(list)
    for one in receiver.taken:
        found[one["data"]["case"]].append(one["type"])
    return dict(found)


def in_a_while(**pause: float) -> Callable[[], datetime]:
    """A clock that stands, so much later than now."""
    moment = datetime.now(UTC) + timedelta(**pause)
    return lambda: moment


def test_the_authority_is_told_a_whole_case_and_verifies_each_signature(town: Town, sender: Program, receiver: Receiver) -> None:
    webhook = subscribed(sender, receiver, town)
    pool = whole_case(town)
    notices = told(town)
    assert deliver(sender, webhook) == 4
    assert by_case(receiver) == {pool["barcode"]: WHOLE}
    assert receiver.ids == [notice["id"] for notice in notices]
    assert [one["data"]["number"] for one in receiver.taken] == [notice["number"] for notice in notices]
    assert attempts(sender, webhook) == [(204, "")] * 4
    assert deliver(sender, webhook) == 0


def test_what_was_altered_or_signed_by_another_is_not_believed(town: Town, sender: Program, receiver: Receiver) -> None:
    webhook = subscribed(sender, receiver, town)
    first_sign(town)
    told(town)
    deliver(sender, webhook)
    ((_, headers, body),) = receiver.posts
    with pytest.raises(WebhookVerificationError):
        Webhook(receiver.secret).verify(body.replace(b"positive", b"negative"), headers)
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "A" * 44).verify(body, headers)


def test_no_webhook_names_anybody(town: Town, sender: Program, receiver: Receiver) -> None:
    webhook = subscribed(sender, receiver, town)
    pool = whole_case(town)
    told(town)
    deliver(sender, webhook)
    said = json.dumps(receiver.taken, ensure_ascii=False)
    assert [word for one in pool["members"] for word in (one["name"], one["id_number"], one["phone"]) if word in said] == []


@pytest.mark.parametrize("status", [500, 503, 404, 302])
def test_a_receiver_that_is_down_for_a_day_gets_everything_in_order(town: Town, sender: Program, receiver: Receiver, status: int) -> None:
    webhook = subscribed(sender, receiver, town)
    receiver.status = status
    first, second = whole_case(town), whole_case(town)
    told(town)
    for minutes in range(0, 24 * 60, 15):
        assert deliver(sender, webhook, in_a_while(minutes=minutes)) == 0
    assert standing(sender, webhook) == (8, None)
    # Only the first notice of a case is tried while it has not arrived: at 0 s, then after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h.
    tried = [json.loads(body)["type"] for _, _, body in receiver.posts]
    assert set(tried) == {"case.preliminary"}
    assert 12 <= len(tried) <= 14
    receiver.status, receiver.ahead = 204, timedelta(hours=48)
    assert deliver(sender, webhook, in_a_while(hours=48)) == 8
    assert by_case(receiver) == {first["barcode"]: WHOLE, second["barcode"]: WHOLE}


def test_one_case_that_is_refused_holds_up_no_other(town: Town, sender: Program, receiver: Receiver) -> None:
    webhook = subscribed(sender, receiver, town)
    receiver.status = 500
    bad, _ = first_sign(town)
    told(town)
    assert deliver(sender, webhook) == 0
    receiver.status = 204
    good = whole_case(town)
    told(town)
    assert deliver(sender, webhook) == 4
    assert by_case(receiver) == {good["barcode"]: WHOLE}
    assert deliver(sender, webhook, in_a_while(seconds=10)) == 1
    assert by_case(receiver)[bad["barcode"]] == ["case.preliminary"]


def test_a_receiver_that_drips_its_answer_is_broken_off_and_tried_again(
    town: Town, sender: Program, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook = subscribed(sender, receiver, town)
    receiver.dripping = True
    first_sign(town)
    told(town)
    with monkeypatch.context() as hurried:
        hurried.setattr("lims.interop.subscribers.sending.DEADLINE_SECONDS", 1)
        assert deliver(sender, webhook) == 0
    ((status, said),) = attempts(sender, webhook)
    assert (status, said) == (None, "TimeoutError: no whole answer within 1 s")
    receiver.dripping = False
    assert deliver(sender, webhook, in_a_while(seconds=10)) == 1
    assert receiver.ids[0] == receiver.ids[1], "the same id, so that the receiver knows it has it already"


def test_a_redirect_is_not_followed(town: Town, sender: Program, receiver: Receiver) -> None:
    webhook = subscribed(sender, receiver, town)
    receiver.status = 307
    first_sign(town)
    told(town)
    assert deliver(sender, webhook) == 0
    assert len(receiver.posts) == 1
    assert attempts(sender, webhook) == [(307, "answered 307")]


def test_after_three_days_without_an_answer_it_is_stopped_said_on_the_page_and_resumed_with_nothing_lost(
    town: Town, sender: Program, receiver: Receiver
) -> None:
    webhook = subscribed(sender, receiver, town)
    receiver.status = 500
    pool = whole_case(town)
    told(town)
    for hours in range(90):
        deliver(sender, webhook, in_a_while(hours=hours))
    assert standing(sender, webhook) == (4, "given up")
    assert len(receiver.posts) == 10
    page = town.olga.get("/reporting/notices", lang="en").text
    assert "127.0.0.1 is not told any more" in page
    receiver.status = 204
    with sender.database.transaction(Access.OWNER) as connection:
        actions.resume(connection, webhook, "tests", datetime.now(UTC))
    assert deliver(sender, webhook) == 4
    assert by_case(receiver) == {pool["barcode"]: WHOLE}
    assert "is not told any more" not in town.olga.get("/reporting/notices", lang="en").text


def test_a_receiver_that_answers_gone_is_stopped_at_once(town: Town, sender: Program, receiver: Receiver) -> None:
    webhook = subscribed(sender, receiver, town)
    receiver.status = 410
    first_sign(town)
    told(town)
    deliver(sender, webhook)
    assert standing(sender, webhook) == (1, "not wanted (410)")


def test_a_replay_sends_the_same_ids_once_more_in_order(town: Town, sender: Program, receiver: Receiver) -> None:
    webhook = subscribed(sender, receiver, town)
    before = datetime.now(UTC)
    pool = whole_case(town)
    told(town)
    deliver(sender, webhook)
    with sender.database.transaction(Access.OWNER) as connection:
        row = queries.subscriber(connection, webhook)
        assert actions.replay(connection, row, before, "tests", datetime.now(UTC)) == 4
    assert deliver(sender, webhook) == 4
    assert by_case(receiver) == {pool["barcode"]: WHOLE * 2}
    assert receiver.ids[:4] == receiver.ids[4:]


def test_what_a_dead_worker_had_in_its_hands_is_sent_after_its_lease_and_nothing_overtakes_it(
    town: Town, sender: Program, receiver: Receiver
) -> None:
    webhook = subscribed(sender, receiver, town)
    pool = whole_case(town)
    told(town)
    with sender.database.transaction(Access.OWNER) as connection:
        assert actions.claim(connection, webhook, datetime.now(UTC)) is not None
    assert deliver(sender, webhook) == 0
    assert deliver(sender, webhook, in_a_while(minutes=3)) == 4
    assert by_case(receiver) == {pool["barcode"]: WHOLE}


def test_only_the_kinds_and_the_area_that_were_asked_for_are_told(town: Town, sender: Program, receiver: Receiver) -> None:
    other = Town.build(town.program, town.web)
    webhook = subscribed(sender, receiver, town, kinds=["member.positive"])
    whole_case(other)
    pool = whole_case(town)
    told(town)
    deliver(sender, webhook)
    assert by_case(receiver) == {pool["barcode"]: ["member.positive"]}


def test_couriers_go_by_themselves_and_one_at_a_time(town: Town, sender: Program, receiver: Receiver) -> None:
    webhook = subscribed(sender, receiver, town)
    pool = whole_case(town)
    told(town)
    couriers = Couriers(sender)
    couriers.look()
    couriers.look()
    couriers.wait()
    assert standing(sender, webhook) == (0, None)
    assert by_case(receiver) == {pool["barcode"]: WHOLE}
    assert len(set(receiver.ids)) == len(receiver.ids) == 4
