"""What arrives where and when, by plan or as in the last days."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.catalog.capacity import Hours, LabPlan, Opening, Point, Resources
from lims.catalog.rules import Catalog, Lab, Site
from lims.reporting.tomorrow.arrivals import Arrivals, ComingBox, Known, Way, spread
from lims.reporting.tomorrow.charts import chart_of
from lims.reporting.tomorrow.habits import Habits, habits_of
from lims.reporting.tomorrow.outlook import Facts, Outlook, Pools, outlook_of
from lims.reporting.tomorrow.rules import Range
from lims.reporting.tomorrow.slots import capacity_of, slots_until_tomorrow

CHINA = "Asia/Shanghai"
TODAY, TOMORROW = date(2022, 2, 2), date(2022, 2, 3)
NOW = datetime(2022, 2, 2, 4, 20, tzinfo=UTC)  # 12:20 in Shanghai
SLOTS = slots_until_tomorrow(NOW, CHINA, 24)
CATALOG = Catalog(
    1,
    sites={"S": Site("S", "一", "A", CHINA, 5, 30.0, 120.0), "T": Site("T", "二", "A", CHINA)},
    labs={"L": Lab("L", "近", "fixed", CHINA), "M": Lab("M", "远", "fixed", CHINA)},
    lab_plans={"L": LabPlan(Point(30.1, 120.0)), "M": LabPlan(Point(31.0, 120.0))},
)


def slot_at(hour: float, day: date = TODAY) -> int:
    """The slot of a local hour."""
    found = SLOTS.at(datetime.combine(day, time(), UTC) + timedelta(hours=hour - 8))
    assert found is not None
    return found


def tubes(known: Known, lab: str) -> dict[int, float]:
    return {slot: each.expected for slot, each in enumerate(Arrivals(known, CATALOG, SLOTS).of(lab)) if each.expected}


def facts(known: Known | None = None, *, waiting: int = 0, pools: Pools | None = None, declared: int = 240) -> Facts:
    days = {TODAY + timedelta(days=number): declared for number in range(-2, 14)}
    return Facts({"L": waiting}, {"L": days, "M": days}, known or Known(labs_by_size=("L", "M")), pools or Pools(0, 0, 0))


def outlook(**how: Any) -> Outlook:
    return outlook_of(CATALOG, facts(**how), NOW, CHINA)


def test_the_first_slot_is_what_is_left_of_the_hour_and_the_last_ends_with_tomorrow() -> None:
    begin, end = SLOTS.spells[0]
    assert (begin, end) == (NOW, datetime(2022, 2, 2, 5, tzinfo=UTC))
    assert SLOTS.spells[SLOTS.shown - 1][1] == SLOTS.until == datetime(2022, 2, 3, 16, tzinfo=UTC)
    assert SLOTS.at(NOW - timedelta(days=1)) == 0
    assert SLOTS.at(begin) == 0
    assert SLOTS.at(end) == 1
    assert SLOTS.at(SLOTS.spells[-1][1]) is None


def test_boxes_come_as_soon_as_others_did_and_what_should_be_here_comes_now() -> None:
    ways = {"S": {"L": Way(10, 90, 40)}}
    left = ComingBox("B1", "S", 30, None, NOW, "L")
    long_ago = ComingBox("B2", "S", 20, None, NOW - timedelta(hours=9), "L")
    at_site = ComingBox("B3", "S", 10, NOW, None, None)
    assert tubes(Known(boxes=(left, long_ago, at_site), ways=ways), "L") == {0: 20.0, slot_at(13): 40.0}


def test_a_site_is_collected_from_by_its_plan_and_what_is_gone_of_today_is_gone() -> None:
    plan = [0] * 24
    plan[11], plan[12], plan[15] = 99, 60, 30
    ways = {"S": {"L": Way(3, 60, 30), "M": Way(1, 120, 30)}}
    known = Known(plans={("S", TODAY): plan}, ways=ways)
    # Two thirds of the hour from twelve are left: 40 tubes, three of four of them to L within an hour.
    assert tubes(known, "L") == pytest.approx({slot_at(13.5): 30.0, slot_at(16.5): 22.5})
    assert tubes(known, "M") == pytest.approx({slot_at(14.5): 10.0, slot_at(17.5): 7.5})


def test_without_a_plan_it_is_as_in_the_last_days_within_their_least_and_most() -> None:
    known = Known(hours={"S": [0] * 20 + [40, 0, 0, 0]}, days=(30, 0, 10), ways={"S": {"L": Way(1, 60, 30)}})
    found = Arrivals(known, CATALOG, SLOTS).of("L")
    assert found[slot_at(21.5)] == Range(10.0, 20.0, 30.0)
    assert found[slot_at(21.5, TOMORROW)] == Range(10.0, 20.0, 30.0)
    assert spread(()) == (1.0, 1.0)


def test_some_days_together_are_as_usual_as_their_tubes_are_many() -> None:
    days: list[dict[str, list[int]]] = [{"S": [1] * 24}, {}, {"S": [2] * 24, "T": [0] * 23 + [4]}]
    ways = [[["S", "L", 3, 60.0, 40.0]], [], [["S", "L", 1, 100.0, None], ["S", "M", 2, 30.0, -5.0], ["T", "M", 1, 20.0, None]]]
    found = habits_of(days, ways, [[4, 1, 40], [0, 0, 0], [2, 0, 20]])
    assert (found.hours, found.days) == ({"S": [3] * 24, "T": [0] * 23 + [4]}, [24, 0, 52])
    assert found.ways == {"S": {"L": Way(4, 70.0, 40.0), "M": Way(2, 30.0, 0.0)}, "T": {"M": Way(1, 20.0)}}
    assert found.pools == Pools(6, 1, 60)
    assert habits_of([], [], []) == Habits({}, [], {}, Pools(0, 0, 0))


@given(st.lists(st.integers(0, 30), min_size=24, max_size=24), st.floats(0, 3000), st.integers(1, 9))
def test_every_hour_of_a_plan_comes_when_its_middle_does(plan: list[int], minutes: float, to_l: int) -> None:
    known = Known(plans={("S", TODAY): plan}, ways={"S": {"L": Way(to_l, minutes), "M": Way(1, minutes)}})
    expected: dict[int, float] = {}
    for hour, planned in enumerate(plan):
        begins = datetime.combine(TODAY, time(hour), UTC) - timedelta(hours=8)
        left = min(max((begins + timedelta(hours=1) - NOW) / timedelta(hours=1), 0.0), 1.0)
        slot = SLOTS.at(max(begins + timedelta(minutes=30), NOW) + timedelta(minutes=minutes))
        if planned and left and slot is not None:
            expected[slot] = expected.get(slot, 0.0) + planned * left * to_l / (to_l + 1)
    assert tubes(known, "L") == pytest.approx(expected)


def test_a_plan_for_nothing_is_a_plan() -> None:
    known = Known(hours={"S": [0] * 20 + [30, 0, 0, 0]}, days=(30,), ways={"S": {"L": Way(1)}}, plans={("S", TOMORROW): [0] * 24})
    assert set(tubes(known, "L")) == {slot_at(20.5 + 2)}


def test_a_site_that_has_sent_nothing_yet_sends_to_the_nearest_lab_and_one_that_nobody_has_placed_to_the_largest() -> None:
    assert set(tubes(Known(unboxed={"S": 5}, labs_by_size=("M", "L")), "L").values()) == {5.0}
    assert set(tubes(Known(unboxed={"T": 5}, labs_by_size=("M", "L")), "M").values()) == {5.0}
    assert tubes(Known(unboxed={"T": 5}), "M") == {}


@given(st.integers(0, 500), st.integers(0, 500), st.integers(1, 9), st.integers(0, 9))
def test_every_tube_of_a_plan_arrives_somewhere_once(today: int, tomorrow: int, to_l: int, to_m: int) -> None:
    plans = {("S", TODAY): [0] * 20 + [today] + [0] * 3, ("S", TOMORROW): [0] * 8 + [tomorrow] + [0] * 15}
    ways = {"S": {"L": Way(to_l)} | ({"M": Way(to_m)} if to_m else {})}
    known = Known(plans=plans, ways=ways)
    assert sum(tubes(known, "L").values()) + sum(tubes(known, "M").values()) == pytest.approx(today + tomorrow)


def test_a_days_capacity_is_tested_within_the_hours_the_lab_is_open() -> None:
    eight_to_six = LabPlan(openings=(Opening(date(2022, 1, 1), (Hours((1, 2, 3, 4, 5, 6, 7), time(8), time(18)),)),))
    days = {TODAY + timedelta(days=number): 200 for number in range(-2, 14)}
    found = capacity_of(eight_to_six, days, CHINA, SLOTS)
    assert found is not None
    assert found[slot_at(14)] == pytest.approx(20)
    assert found[0] == pytest.approx(20 * 2 / 3)
    assert found[slot_at(18)] == 0
    assert sum(found[slot_at(0, TOMORROW) : SLOTS.shown]) == pytest.approx(200)
    assert capacity_of(LabPlan(), {}, CHINA, SLOTS) is None
    few = Resources(date(2022, 1, 1), None, 96, 60, 1, 96, 600, 4, 650, (), "tests")
    narrow = capacity_of(LabPlan(resources=(few,)), days, CHINA, SLOTS)
    assert narrow is not None
    assert sum(narrow[slot_at(0, TOMORROW) : SLOTS.shown]) == pytest.approx(2 * 92)


def test_an_outlook_tells_when_the_backlog_is_gone_and_warns_hours_before_a_lab_overflows() -> None:
    calm = outlook(waiting=40)
    (lab,) = (each for each in calm.labs if each.lab.code == "L")
    assert lab.clears == NOW + timedelta(hours=4)
    assert calm.warnings == []
    plan = [0] * 24
    plan[20] = 400
    flood = outlook(waiting=40, known=Known(plans={("S", TODAY): plan}, ways={"S": {"L": Way(1, 60, 30)}}))
    (warned,) = flood.warnings
    assert warned.lab.code == "L"
    assert warned.overflow is not None
    assert warned.overflow.at - NOW > timedelta(hours=8)
    assert round(warned.overflow.tubes) == 150  # 400 come, ten are tested in their hour and 240 in the day that follows


def test_retests_are_a_band_by_what_was_seen_and_go_where_tomorrows_tubes_go() -> None:
    plan = [0] * 8 + [100] + [0] * 15
    known = Known(plans={("S", TOMORROW): plan}, ways={"S": {"L": Way(1, 60, 30)}})
    found = outlook(known=known, pools=Pools(200, 10, 2000), declared=2400)
    assert found.pools_tomorrow == 100
    assert found.positive.expected == pytest.approx(100 * 10.5 / 201)
    assert found.retests.expected == pytest.approx(found.positive.expected * 10)
    assert found.retests.low < found.retests.expected < found.retests.high
    (lab,) = (each for each in found.labs if each.lab.code == "L")
    assert lab.coming.expected == pytest.approx(100 + found.retests.expected)
    assert (lab.pools_tomorrow, lab.positive, lab.retests) == (100, found.positive, found.retests)  # all of tomorrow's tubes come here
    (idle,) = (each for each in found.labs if each.lab.code == "M")
    assert (idle.pools_tomorrow, idle.retests) == (0, Range(0, 0, 0))
    # C = 2,400 wells, D = 1,000 people in tens: retests never eat all; with 200 wells they do at 1 - 0.9^(1/10).
    assert lab.headroom == 1.0
    (tight,) = (each for each in outlook(known=known, pools=Pools(200, 10, 2000), declared=200).labs if each.lab.code == "L")
    assert tight.headroom == pytest.approx(1 - 0.9**0.1)


def test_of_a_lab_whose_capacity_nobody_knows_nothing_is_promised() -> None:
    found = outlook_of(CATALOG, Facts({"L": 10}, {}, Known(), Pools(0, 0, 0)), NOW, CHINA)
    (lab,) = (each for each in found.labs if each.lab.code == "L")
    assert (lab.capacity, lab.clears, lab.overflow, lab.headroom) == (None, None, None, None)
    assert found.headroom is None


def test_a_chart_runs_from_now_to_the_end_of_tomorrow() -> None:
    spells = SLOTS.spells[: SLOTS.shown]
    flat = [Range(1, 2, 3)] * len(spells)
    chart = chart_of(spells, 2, flat, flat, [4.0] * len(spells), CHINA)
    assert chart.width == (35 * 60 + 40)
    assert [at for _, at in chart.ticks] == ["18:00", "00:00", "06:00", "12:00", "18:00"]
    assert (chart.bar_top, chart.queue_top) == (4.0 * 1.08, 3 * 1.08)
    assert len(chart.line.split()) == len(spells) + 1
    assert len(chart.band.split()) == 2 * (len(spells) + 1)
