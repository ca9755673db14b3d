"""Clocks lie: the server's time rules, a skew is on record, and nothing but the future is refused for it (promise 12)."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from lims.kernel.barcodes import Kind
from tests.factories import Town, code, tube


def moment(**ahead: float) -> datetime:
    """The time on a device whose clock is ahead by so much."""
    return datetime.now(UTC) + timedelta(**ahead)


def told_by(town: Town, made: dict[str, Any], sent_at: str) -> dict[str, Any]:
    """The outcome of a tube in a message that says it was sent then."""
    answer = town.ana.post("/sampling/api/sync", {"device": "dev-1", "sent_at": sent_at, "tubes": [made]})
    assert answer.status_code == 202, answer.text
    outcome: dict[str, Any] = answer.json()["tubes"][0]
    return outcome


def collected_by_a_clock_that_is(town: Town, **ahead: float) -> tuple[dict[str, Any], dict[str, Any]]:
    """The outcome of a tube collected this minute by a device whose clock is ahead by so much, and the tube."""
    now = moment(**ahead)
    made = tube(town.site, opened_at=(now - timedelta(minutes=1)).isoformat(), sealed_at=now.isoformat())
    made["members"][0]["collected_at"] = now.isoformat()
    return told_by(town, made, now.isoformat()), made


def first_event(town: Town, made: dict[str, Any]) -> dict[str, Any]:
    """The registration of a tube in its history."""
    line: dict[str, Any] = town.ana.get(f"/sampling/api/tubes/{made['barcode']}").json()["history"][0]
    return line


@pytest.mark.parametrize(
    "ahead",
    [{"minutes": 10}, {"minutes": -10}, {"days": -1}, {"days": -18000}],
    ids=["10 minutes ahead", "10 minutes late", "a day late", "1970"],
)
def test_a_wrong_clock_is_no_reason_to_refuse_and_its_skew_is_on_record(town: Town, ahead: dict[str, float]) -> None:
    before = datetime.now(UTC)
    outcome, made = collected_by_a_clock_that_is(town, **ahead)
    assert outcome["outcome"] == "accepted", outcome
    event = first_event(town, made)
    assert abs(event["what"]["skew_seconds"] - timedelta(**ahead).total_seconds()) < 60
    assert before <= datetime.fromisoformat(event["recorded_at"]) <= datetime.now(UTC)


def test_a_clock_that_is_right_leaves_no_skew_on_record(town: Town) -> None:
    _, made = collected_by_a_clock_that_is(town, seconds=0)
    assert "skew_seconds" not in first_event(town, made)["what"]


def test_a_clock_a_day_ahead_is_refused_and_what_it_said_is_kept(town: Town) -> None:
    outcome, _ = collected_by_a_clock_that_is(town, days=1)
    assert (outcome["outcome"], outcome["code"]) == ("refused", "time_in_future")


def test_a_clock_that_goes_backwards_in_mid_shift_is_no_reason_to_refuse(town: Town) -> None:
    made = tube(town.site, 2, opened_at=moment(hours=-1).isoformat(), sealed_at=moment(hours=-3).isoformat())
    assert told_by(town, made, moment(hours=-3).isoformat())["outcome"] == "accepted"


@pytest.mark.parametrize(
    "sent_at", ["1970-01-01T00:00:00Z", "2199-01-01T00:00:00+08:00", "0001-01-01T00:00:00+14:00", "2022-02-02T08:00:00"]
)
def test_when_a_message_says_it_was_sent_is_only_noted(town: Town, sent_at: str) -> None:
    assert told_by(town, tube(town.site), sent_at)["outcome"] == "accepted"


def test_a_time_before_every_clock_is_refused(town: Town) -> None:
    outcome = told_by(town, tube(town.site, sealed_at="0001-01-01T00:00:00+08:00"), moment().isoformat())
    assert (outcome["outcome"], outcome["code"]) == ("refused", "time_impossible")


def test_a_time_without_an_offset_is_refused(town: Town) -> None:
    outcome = told_by(town, tube(town.site, sealed_at="2022-02-02T08:00:00"), moment().isoformat())
    assert (outcome["outcome"], outcome["code"]) == ("refused", "record_malformed")
    assert "sealed_at" in outcome["detail"]


@pytest.mark.parametrize("number", [0, 1643765465, 1643765465000, 1643765465.5, "1643765465", True], ids=repr)
@pytest.mark.parametrize("field", ["opened_at", "sealed_at"])
def test_a_number_is_no_time_for_nobody_knows_what_it_counts(town: Town, field: str, number: Any) -> None:
    (outcome,) = town.sync(tube(town.site) | {field: number})
    assert (outcome["outcome"], outcome["code"]) == ("refused", "record_malformed")
    assert "write a time like 2022-02-02T09:31:05+08:00" in outcome["detail"]


def test_a_box_is_not_sealed_at_a_number_either(town: Town) -> None:
    made = town.collected()
    body = {"id": str(uuid4()), "barcode": code(Kind.BOX), "site": town.site, "tubes": [made["barcode"]], "sealed_at": 1643765465}
    answer = town.ana.post("/sampling/api/boxes", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "request_malformed")


def test_a_message_is_not_sent_at_a_number_either(town: Town) -> None:
    answer = town.ana.post("/sampling/api/sync", {"device": "dev-1", "sent_at": 0, "tubes": [tube(town.site)]})
    assert (answer.status_code, answer.json()["code"]) == (422, "request_malformed")
