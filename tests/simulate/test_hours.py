"""The simulated day's clock."""

from datetime import UTC, date, datetime

import pytest

from lims.simulate.hours import SimulatedDay

DAY = date(2022, 2, 2)


def test_hours_are_local_times_with_their_offset() -> None:
    day = SimulatedDay.of(DAY, "Asia/Shanghai", datetime(2022, 2, 5, tzinfo=UTC))
    assert day.at(9.5) == "2022-02-02T09:30:00+08:00"


def test_no_hour_leaves_the_day() -> None:
    day = SimulatedDay.of(DAY, "Asia/Shanghai", datetime(2022, 2, 5, tzinfo=UTC))
    assert day.at(30) == "2022-02-02T23:54:00+08:00"


def test_a_day_that_is_not_over_is_squeezed_into_what_has_passed() -> None:
    noon = datetime(2022, 2, 2, 4, tzinfo=UTC)
    day = SimulatedDay.of(DAY, "Asia/Shanghai", noon)
    assert day.at(20) == "2022-02-02T10:00:00+08:00"


def test_a_day_that_has_not_begun_is_refused() -> None:
    with pytest.raises(ValueError, match="has not begun"):
        SimulatedDay.of(DAY, "Asia/Shanghai", datetime(2022, 2, 1, 12, tzinfo=UTC))
