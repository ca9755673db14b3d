"""Local days, slots and windows."""

from datetime import UTC, date, datetime

import pytest

from lims.kernel.errors import Refused
from lims.reporting.rules import By, Question, refuse_unreasonable
from tests.reporting.city import CHINA, DAY, NEXT, TOKYO


def test_a_day_by_hours_has_24_slots() -> None:
    slots = Question(DAY, NEXT, By.HOUR, CHINA).slots()
    assert (len(slots), slots[0], slots[-1]) == (48, datetime(2022, 2, 2), datetime(2022, 2, 3, 23))  # noqa: DTZ001 - local wall-clock time


def test_the_window_reaches_from_the_first_midnight_anywhere_to_the_last() -> None:
    since, until = Question(DAY, DAY, By.DAY, CHINA).window({CHINA, TOKYO, "America/Lima"})
    assert since == datetime(2022, 2, 1, 15, tzinfo=UTC)
    assert until == datetime(2022, 2, 3, 5, tzinfo=UTC)


def test_a_leap_year_is_a_year() -> None:
    refuse_unreasonable(Question(date(2024, 1, 1), date(2024, 12, 31), By.LAB, CHINA), 3)


def test_more_rows_than_anybody_reads_are_refused() -> None:
    with pytest.raises(Refused, match="260000 rows are more than a report holds") as refused:
        refuse_unreasonable(Question(date(2024, 1, 1), date(2024, 1, 10), By.SITE, CHINA), 26_000)
    assert refused.value.code == "report_too_large"
