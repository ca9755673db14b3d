"""Local days, slots and windows."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.kernel.errors import Refused
from lims.reporting.day.paging import old_enough
from lims.reporting.keeping.rules import missing
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


def test_the_oldest_of_what_stood_are_looked_for_among_the_oldest() -> None:
    end, ages = datetime(2022, 2, 3, tzinfo=UTC), {0.0: 40, 2.0: 30, 4.0: 5, 6.0: 1}
    bands = [{"from": edge, "to": to, "tubes": tubes} for (edge, tubes), to in zip(ages.items(), (2.0, 4.0, 6.0, None), strict=True)]

    def hours(most: int, after: float | None = None, *ends: datetime) -> float | None:
        until = old_enough(bands, "tubes", ends or (end,), end - timedelta(hours=after) if after is not None else None, most)
        return (end - until) / timedelta(hours=1) if until else None

    assert [hours(1), hours(2), hours(6), hours(7), hours(76), hours(77)] == [6, 4, 4, 2, 0, None]
    # After one that is five hours old it is not told how many of the others of its age come after it.
    assert [hours(1, 5), hours(30, 5), hours(31, 5), hours(1, 1)] == [2, 2, 0, None]
    # Elsewhere the day ended an hour later: what is two hours old there came an hour later, too.
    assert hours(7, None, end, end + timedelta(hours=1)) == 1


@given(st.sets(st.integers(0, 12)), st.integers(0, 12))
def test_of_days_that_are_not_kept_no_more_are_counted_than_two_questions_need(held: set[int], last: int) -> None:
    days = [DAY + timedelta(days=number) for number in range(last + 1)]
    kept = {day: None for number, day in enumerate(days) if number in held}
    absent = [day for day in days if day not in kept]
    asked = [[day for day in days if first <= day <= last] for first, last in missing(days, kept)]
    counted = [day for part in asked for day in part]
    assert len(counted) == len({*counted})
    assert {*absent} <= {*counted}
    assert len(asked) <= 2

    def days_in_all(*parts: list[date]) -> int:
        return sum((part[-1] - part[0]).days + 1 for part in parts if part)

    assert len(counted) == min(days_in_all(absent[:cut], absent[cut:]) for cut in range(len(absent) + 1))
