"""The most that a lab has tested within 24 hours: by whole hours, the same whether days are kept or counted."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.reporting.capacity.board import best_days
from lims.reporting.capacity.rules import Best, best_of
from tests.reporting.city import City
from tests.reporting.random_days import Crowd
from tests.reporting.recount import Raw
from tests.reporting.test_independent_counts import PLAIN, SPRING, followed, keep, last_moment, wide

__all__ = ["followed", "wide"]
MIDNIGHT, HOUR, DAY = datetime(2022, 2, 2, tzinfo=UTC), timedelta(hours=1), timedelta(days=1)


@given(st.dictionaries(st.integers(0, 80), st.integers(1, 50)))
def test_no_24_hours_hold_more_than_the_best(hours: dict[int, int]) -> None:
    found = best_of((MIDNIGHT + hour * HOUR, tubes) for hour, tubes in hours.items())
    sums = {last: sum(hours.get(hour, 0) for hour in range(last - 23, last + 1)) for last in range(81)}
    most = max(sums.values())
    first = next(last for last, tubes in sums.items() if tubes == most)
    assert found == (Best(most, MIDNIGHT + (first + 1) * HOUR) if hours else None)


@pytest.mark.parametrize("day", [SPRING, PLAIN])
def test_the_best_of_random_days_is_that_of_a_slow_count_kept_or_not(followed: City, day: date) -> None:
    Crowd(followed, random.Random(f"best {day}")).live_through(day, 80)
    now = last_moment(followed)
    tested: dict[str, Counter[datetime]] = {}
    for row in Raw(followed).every.values():
        if row.tested_at and row.lab and row.kind != "aliquot_pool":
            tested.setdefault(row.lab, Counter())[row.tested_at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)] += 1
    most = {lab: max(sum(tubes for at, tubes in hours.items() if end - DAY < at <= end) for end in hours) for lab, hours in tested.items()}

    def seen() -> dict[str, int]:
        found = followed.as_bench(partial(best_days, catalog=followed.catalog, now=now))
        return {lab: best.tubes for lab, best in found.items()}

    assert seen() == most
    assert {ZoneInfo(followed.catalog.labs[lab].timezone).key for lab in most} == {"Asia/Shanghai", "America/New_York"}
    keep(followed, now, day, day + DAY)
    assert seen() == most
