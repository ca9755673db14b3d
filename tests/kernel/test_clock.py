"""When something happened, and on which day of its place."""

from datetime import UTC, datetime, timedelta

import pytest

from lims.kernel import clock
from lims.kernel.errors import Refused

NOW = datetime(2022, 2, 2, 8, 0, tzinfo=UTC)


def test_what_nobody_dates_happened_now() -> None:
    assert clock.happened(None, NOW) == NOW


@pytest.mark.parametrize("ago", [timedelta(0), timedelta(days=19000), -clock.TOLERATED_SKEW])
def test_the_past_and_a_clock_a_little_ahead_are_believed(ago: timedelta) -> None:
    assert clock.happened(NOW - ago, NOW) == NOW - ago


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (NOW + clock.TOLERATED_SKEW + timedelta(seconds=1), "time_in_future"),
        (datetime.max.replace(tzinfo=UTC), "time_in_future"),
        (datetime.min.replace(tzinfo=UTC), "time_impossible"),
        (datetime(2022, 2, 2), "time_without_offset"),  # noqa: DTZ001 - the point
    ],
)
def test_what_cannot_be_when_it_happened_is_refused_with_what_to_do(at: datetime, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        clock.happened(at, NOW)
    assert refusal.value.code == code
    assert any(word in refusal.value.detail for word in ("check", "write it like"))


@pytest.mark.parametrize(("timezone", "day"), [("Asia/Shanghai", 3), ("UTC", 2), ("America/New_York", 2), ("Asia/Urumqi", 2)])
def test_the_day_of_a_moment_is_the_calendars_where_it_happened(timezone: str, day: int) -> None:
    assert clock.local_day(datetime(2022, 2, 2, 17, 0, tzinfo=UTC), timezone).day == day
