"""Which tube is tested next, for any number of tubes and limits."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lims.catalog.policies import TimeLimit
from lims.testing.layout.rules import LimitOf, most_urgent_first

MORNING = datetime(2022, 2, 2, tzinfo=UTC)


@dataclass(frozen=True)
class Tube:
    barcode: str
    received_at: datetime
    site: str | None = None
    kind: str = "swab_pool"
    recollection: bool = False
    priority: int = 5

    @property
    def for_a_case(self) -> bool:
        return self.recollection


def limited(hours: dict[str | None, float]) -> LimitOf:
    """A limit for each of these sites, none for others."""
    limits = {site: TimeLimit(date(2022, 1, 1), str(site), allowed, "tests") for site, allowed in hours.items()}
    return lambda _kind, site, _recollection: limits.get(site)


SITES = st.sampled_from([None, "A", "B", "C"])
LIMITS = st.dictionaries(SITES, st.sampled_from([4.0, 6.0, 12.0, 24.0])).map(limited)
MINUTES = st.integers(0, 3 * 24 * 60).map(lambda minutes: MORNING + timedelta(minutes=minutes))
TUBES = st.builds(Tube, st.integers(0, 10**6).map(str), MINUTES, SITES, st.just("swab_pool"), st.booleans(), st.integers(1, 9))
QUEUES = st.lists(TUBES, unique_by=lambda tube: tube.barcode, max_size=30)


@given(QUEUES, LIMITS, st.randoms(use_true_random=False))
def test_the_order_is_the_same_however_the_tubes_come_and_none_is_lost(queue: list[Tube], limit_of: LimitOf, luck: object) -> None:
    shuffled = list(queue)
    luck.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random and calls it an object
    ordered = most_urgent_first(queue, limit_of)
    assert most_urgent_first(shuffled, limit_of) == ordered
    assert sorted(tube.barcode for tube in ordered) == sorted(tube.barcode for tube in queue)


@given(QUEUES, LIMITS)
def test_who_was_called_back_never_waits_behind_anybody_else(queue: list[Tube], limit_of: LimitOf) -> None:
    flags = [tube.recollection for tube in most_urgent_first(queue, limit_of)]
    assert flags == sorted(flags, reverse=True)


@given(QUEUES, LIMITS)
def test_what_is_due_an_hour_earlier_comes_first_and_what_has_no_limit_last(queue: list[Tube], limit_of: LimitOf) -> None:
    for flag in (True, False):
        told = [(tube, limit_of("", tube.site, flag)) for tube in most_urgent_first(queue, limit_of) if tube.recollection is flag]
        assert [limit is None for _, limit in told] == sorted(limit is None for _, limit in told)
        due = [limit.due(tube.received_at) for tube, limit in told if limit is not None]
        assert all(later > earlier - timedelta(hours=1) for place, later in enumerate(due) for earlier in due[:place])


@given(QUEUES.filter(bool), LIMITS, st.integers(0, 10**4), st.data())
def test_a_tube_that_came_earlier_is_never_tested_later_for_it(
    queue: list[Tube], limit_of: LimitOf, minutes: int, data: st.DataObject
) -> None:
    one = data.draw(st.sampled_from(queue))
    older = replace(one, received_at=one.received_at - timedelta(minutes=minutes))
    before = most_urgent_first(queue, limit_of).index(one)
    assert most_urgent_first([older if tube is one else tube for tube in queue], limit_of).index(older) <= before
