"""How queues grow and shrink, when they are empty, when a lab overflows, and how much more it could take."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lims.catalog.capacity import Spell
from lims.reporting.tomorrow.rules import Range, cleared_at, overflow_of, queue_of, queues_of, room_in, room_within, worst

NOON = datetime(2022, 2, 2, 12, tzinfo=UTC)
TUBES = st.integers(0, 200)
HOURS = 12
LISTS = st.lists(TUBES, min_size=HOURS, max_size=HOURS)


def spells(count: int) -> list[Spell]:
    return [(NOON + timedelta(hours=hour), NOON + timedelta(hours=hour + 1)) for hour in range(count)]


def test_a_backlog_of_100_with_40_an_hour_is_gone_after_two_and_a_half_hours() -> None:
    assert queue_of(100, [0] * 4, [40] * 4) == [60, 20, 0, 0]
    assert cleared_at(100, [0] * 4, [40] * 4, spells(4)) == NOON + timedelta(hours=2, minutes=30)
    assert cleared_at(100, [10] * 4, [40] * 4, spells(4)) == NOON + timedelta(hours=3, minutes=20)
    assert cleared_at(100, [40] * 4, [40] * 4, spells(4)) is None
    assert cleared_at(0, [40] * 4, [40] * 4, spells(4)) == NOON


def test_a_lab_overflows_when_what_waits_cannot_be_tested_in_the_time_allowed() -> None:
    found = overflow_of(queue_of(0, [0, 300, 0, 0, 0, 0], [50] * 6), [50] * 6, spells(6), 4)
    assert found is not None
    assert (found.at, found.tubes) == (NOON + timedelta(hours=1), 50)
    assert overflow_of(queue_of(0, [0, 250, 0, 0, 0, 0], [50] * 6), [50] * 6, spells(6), 4) is None


def test_there_is_room_for_what_can_still_be_tested_in_time_and_none_where_every_tube_more_is_late() -> None:
    assert room_in(0, [0] * 6, [50] * 6, 0, 4) == 250  # what comes in an hour is tested in it and the four that follow
    assert room_in(100, [0] * 6, [50] * 6, 0, 4) == 150
    assert room_in(300, [0] * 6, [50] * 6, 0, 4) == 0
    assert room_in(0, [0] * 6, [0] * 6, 0, 4) == 0
    # A flood later on is late with or without what is tested before it comes.
    assert room_in(0, [0, 0, 400, 0, 0, 0], [50] * 6, 0, 3) == 100


@given(TUBES, LISTS, LISTS)
def test_no_tube_is_lost_or_tested_twice(waiting: int, arrivals: list[int], capacity: list[int]) -> None:
    queue = queue_of(waiting, arrivals, capacity)
    before = [waiting, *queue[:-1]]
    tested = [was + comes - stays for was, comes, stays in zip(before, arrivals, queue, strict=True)]
    assert all(0 <= done <= most for done, most in zip(tested, capacity, strict=True))
    assert waiting + sum(arrivals) == queue[-1] + sum(tested)


@given(TUBES, LISTS, LISTS, st.integers(0, 4), st.integers(0, 3))
def test_what_there_is_room_for_makes_nobody_late_and_one_tube_more_does(
    waiting: int, arrivals: list[int], capacity: list[int], allowed: int, slot: int
) -> None:
    room, bar = room_in(waiting, arrivals, capacity, slot, allowed), worst(waiting, arrivals, capacity, allowed)

    def late(more: int) -> float:
        return worst(waiting, [comes + (more if number == slot else 0) for number, comes in enumerate(arrivals)], capacity, allowed)

    assert late(room) <= bar
    assert late(room + 1) > bar or room == sum(capacity)


@given(TUBES, LISTS, LISTS, st.integers(0, 4), st.tuples(TUBES, TUBES, TUBES))
def test_what_there_is_room_for_may_come_in_any_mixture(
    waiting: int, arrivals: list[int], capacity: list[int], allowed: int, shares: tuple[int, int, int]
) -> None:
    room = room_within(waiting, arrivals, capacity, 2, allowed)
    mixture = [room * share / (sum(shares) or 1) for share in shares]
    with_more = [comes + more for comes, more in zip(arrivals, [*mixture, *[0] * (HOURS - 3)], strict=True)]
    assert worst(waiting, with_more, capacity, allowed) <= worst(waiting, arrivals, capacity, allowed) + 1e-6


@given(TUBES, st.lists(st.tuples(TUBES, TUBES, TUBES).map(sorted), min_size=HOURS, max_size=HOURS), LISTS)
def test_the_expected_queue_lies_within_its_band(waiting: int, arrivals: list[list[int]], capacity: list[int]) -> None:
    ranges = [Range(*each) for each in arrivals]
    assert all(each.low <= each.expected <= each.high for each in queues_of(waiting, ranges, capacity))
