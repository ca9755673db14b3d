"""Which messages can wait a little, told before anybody has read them."""

import json
from typing import Any

import pytest

from lims.sampling.sync.lateness import is_late

NOON = "2022-02-02T12:00:00+08:00"


def message(*sealed: str | None, sent: Any = NOON) -> bytes:
    return json.dumps({"device": "dev-1", "sent_at": sent, "tubes": [{"sealed_at": at, "members": []} for at in sealed]}).encode()


def test_a_tube_that_was_sealed_a_moment_ago_cannot_wait() -> None:
    assert not is_late(message("2022-02-02T11:58:00+08:00"), whole=True)


def test_tubes_of_the_last_hour_can_wait_though_the_newest_is_of_this_moment() -> None:
    assert is_late(message("2022-02-02T11:59:59+08:00", "2022-02-02T11:02:00+08:00"), whole=True)


def test_times_are_compared_whatever_the_zone_they_are_written_in() -> None:
    assert not is_late(message("2022-02-02T03:59:00Z"), whole=True)
    assert is_late(message("2022-02-02T02:59:00.123Z"), whole=True)


def test_a_device_whose_clock_was_never_set_is_as_punctual_as_others() -> None:
    assert not is_late(message("1970-01-01T00:00:10Z", sent="1970-01-01T00:00:20Z"), whole=True)


def test_what_does_not_come_in_one_piece_can_wait() -> None:
    assert is_late(message(NOON)[:40], whole=False)


@pytest.mark.parametrize(
    "start",
    [b"", b"[]", b"\xff\xfe", message(), message(None), message("yesterday"), message("2022-02-02T11:00:00"), message(NOON, sent=None),
     message(NOON, sent=7), message("１２時")],
)  # fmt: skip
def test_what_nobody_can_make_sense_of_is_read_by_the_sync_itself(start: bytes) -> None:
    assert not is_late(start, whole=True)
