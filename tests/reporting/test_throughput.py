"""A tube counts in the stage on the local day the stage happened; what stands, stands at the end of the day or now."""

from dataclasses import fields
from datetime import timedelta
from typing import Any

import pytest

from lims.reporting.daily import daily_report
from lims.reporting.figures import DayLine, Figures, HourLine, LabLine
from lims.reporting.rules import By
from tests.reporting.city import DAY, LATER, NEXT, TOKYO, City, at

SUMMED = [field.name for field in fields(Figures) if field.type in ("int", int)]
YESTERDAY = DAY - timedelta(days=1)


def sums(lines: list[Any]) -> dict[str, int]:
    return {name: sum(getattr(line, name) for line in lines) for name in SUMMED}


@pytest.fixture
def busy(city: City) -> City:
    """Two days of two labs in two zones: every figure has something to count."""
    way = {"dispatched_at": at(10), "dispatched_to": "YH"}
    plain = [city.tube(f"n{number}", (f"Ana {number}",), received_at=at(12 + number), **way) for number in range(3)]
    city.tested(*plain)
    pool = city.tube("pool", ("Ben", "Bob", "Bea"), received_at=at(13), **way)
    city.tested(pool, call="positive", released_at=at(19))
    city.single("s1", "Ben", retest_of=pool, sealed_at=at(20), received_at=at(21))
    city.tested("s1", call="positive", run_at=at(22), released_at=at(3, NEXT))
    city.single("s2", "Bob", retest_of=pool, sealed_at=at(20), received_at=at(21))
    city.tube("tokyo", site="TK-001", sealed_at=at(23.5, YESTERDAY, TOKYO), received_at=at(0.5, zone=TOKYO), lab="JL")
    city.tested("tokyo", call="invalid", run_at=at(23.5, zone=TOKYO), released_at=at(0.5, NEXT, TOKYO))
    city.tube("bad", received_at=at(14), bench_state="rejected", rejected_at=at(14.5), rejected_for="RB", lab="MV")
    city.tube("travelling", dispatched_at=at(23, DAY), dispatched_to="MV")
    city.tube("at the site")
    city.stray("stray")
    back = city.tube("back", received_at=at(12))
    city.send_back(city.run(back, call="inconclusive"), back, when=at(17))
    return city


def test_a_day_adds_up(busy: City) -> None:
    (line,) = busy.ask()
    assert isinstance(line, DayLine)
    seen = {name: getattr(line, name) for name in SUMMED}
    assert seen == {
        "collected_tubes": 10, "collected_people": 16, "dispatched_tubes": 5, "received_tubes": 10, "received_people": 14,
        "tested_tubes": 7, "tested_people": 11, "released_tubes": 4, "released_people": 6, "negative_tubes": 3, "nonnegative_tubes": 1,
        "retest_tubes": 3, "rejected_tubes": 1, "invalid_tubes": 0, "backlog_tubes": 5, "in_transit_tubes": 1, "open_cases": 3,
        "people_verifying": 3, "people_positive": 0,
    }  # fmt: skip


def test_the_next_day_has_what_crossed_midnight(busy: City) -> None:
    (line,) = busy.ask(first=NEXT)
    assert (line.released_tubes, line.nonnegative_tubes, line.invalid_tubes, line.people_positive) == (2, 2, 1, 1)
    assert (line.backlog_tubes, line.in_transit_tubes, line.people_verifying) == (3, 1, 4)  # Ben has his own result; Tokyo's pool is new


@pytest.mark.parametrize("place", [{}, {"lab": "YH"}, {"site": "FY-001"}])
def test_sums_agree_however_the_figures_are_cut(busy: City, place: dict[str, Any]) -> None:
    whole = busy.ask(first=YESTERDAY, last=NEXT, **place)
    for by in (By.LAB, By.SITE, By.AREA):
        assert sums(busy.ask(by, YESTERDAY, NEXT, **place)) == sums(whole)
    hours = busy.ask(By.HOUR, YESTERDAY, NEXT, **place)
    standing = {"backlog_tubes", "in_transit_tubes", "open_cases", "people_verifying"}
    flows = sums(whole).items()
    assert {name: value for name, value in sums(hours).items() if name not in standing} == {n: v for n, v in flows if n not in standing}
    midnight = [line for line in hours if isinstance(line, HourLine) and line.hour == 23]
    assert {name: sums(midnight)[name] for name in standing} == {name: sums(whole)[name] for name in standing}


def test_each_place_counts_by_its_own_clock(city: City) -> None:
    # Half past midnight in Tokyo is half past eleven of the day before in Hangzhou, and the other way round.
    city.tube("east", site="TK-001", sealed_at=at(0.5, NEXT, TOKYO), received_at=at(0.75, NEXT, TOKYO), lab="YH")
    east = {line.day: line for line in city.ask(By.SITE, DAY, NEXT) if line.site == "TK-001"}
    assert (east[DAY].collected_tubes, east[NEXT].collected_tubes) == (0, 1)
    assert (east[DAY].received_tubes, east[NEXT].received_tubes) == (1, 0)
    assert east[DAY].backlog_tubes == east[NEXT].backlog_tubes == 1


def test_every_lab_and_day_has_a_line_even_where_nothing_happened(city: City) -> None:
    lines = city.ask(By.LAB, DAY, NEXT)
    assert [(line.day, line.lab) for line in lines if isinstance(line, LabLine)] == [
        (d, lab) for d in (DAY, NEXT) for lab in ("JL", "MV", "YH")
    ]
    assert not any(sums(lines).values())
    assert len(city.ask(By.HOUR)) == 24


def test_tubes_of_no_known_lab_or_site_have_a_line_of_their_own(city: City) -> None:
    city.tube("at the site")
    city.stray("stray", lab="MV")
    assert (city.of(None).collected_tubes, city.of(None).name) == (1, None)
    assert (city.of(None, By.SITE).received_tubes, city.of(None, By.AREA).received_tubes) == (1, 1)
    assert city.of("MV").received_tubes == 1


def test_what_is_no_tube_yet_or_counts_already_is_not_counted(city: City) -> None:
    city.stray("only packed", lab=None, received_at=None, bench_state=None, dispatched_at=at(9), dispatched_to="YH")
    city.tube("void", field_state="void")
    city.tube("received void", field_state="void", received_at=at(12))
    city.tube("open", field_state="open")
    one, two = (city.single(f"member {person}", person, received_at=at(12), pool="liquid") for person in ("Ana", "Ben"))
    pool = city.tube(
        "liquid", (), kind="aliquot_pool", site=None, received_at=at(12.5), field_state=None, collected_on=None, member_count=2
    )
    city.send_back(city.run(pool), pool, when=at(17))
    line = city.ask()[0]
    assert (line.collected_tubes, line.dispatched_tubes, line.received_tubes, line.in_transit_tubes) == (2, 0, 3, 0)
    assert line.retest_tubes == len([one, two])  # with the pool its two tubes go back


def test_backlog_is_what_stands_at_midnight_and_its_age_then(city: City) -> None:
    city.tube("late", received_at=at(22))
    city.tested("late", run_at=at(3, NEXT), released_at=at(5, NEXT))
    city.tube("waiting", received_at=at(23))
    line = city.of("YH")
    assert (line.backlog_tubes, line.oldest_backlog_minutes, line.received_tubes) == (2, 120.0, 2)
    line = city.of("YH", first=NEXT)
    assert (line.backlog_tubes, line.oldest_backlog_minutes) == (1, 25 * 60.0)
    assert city.of("MV").oldest_backlog_minutes is None


def test_today_the_backlog_is_as_old_as_it_is_now(city: City) -> None:
    city.tube("waiting", received_at=at(10))
    assert city.of("YH", now=at(11.5)).oldest_backlog_minutes == 90.0


def test_a_range_long_past_still_knows_its_backlog(city: City) -> None:
    city.tube("old", received_at=at(12))
    city.tested("old", run_at=at(3, NEXT), released_at=at(5, NEXT + timedelta(days=20)))
    assert [line.backlog_tubes for line in city.ask(By.DAY, NEXT, NEXT + timedelta(days=21))] == [1] * 20 + [0] * 2


def test_capacity_is_what_was_in_force(busy: City) -> None:
    assert [busy.of("YH", first=day).capacity_tubes for day in (DAY, NEXT)] == [240, 480]
    assert busy.of("JL").capacity_tubes is None
    assert busy.of("JL").utilisation is None
    assert busy.of("YH").utilisation == round(6 / 240, 4)
    assert busy.ask()[0].capacity_tubes == 300
    assert busy.ask(By.HOUR)[0].capacity_tubes == round(300 / 24)
    assert busy.ask(lab="MV")[0].capacity_tubes == 60
    assert {line.capacity_tubes for line in [*busy.ask(By.SITE), *busy.ask(By.AREA), *busy.ask(site="FY-001")]} == {None}


def test_turnaround_runs_from_sealing_to_release(city: City) -> None:
    codes = [city.tube(f"t{hours}", sealed_at=at(8), received_at=at(9)) for hours in range(1, 6)]
    run = city.run(*codes, when=at(8.5))
    for hours, code in enumerate(codes, 1):
        city.release(run, code, when=at(8 + hours))
    line = city.of("YH")
    assert (line.turnaround_minutes_p50, line.turnaround_minutes_p90, line.turnaround_minutes_p99) == (180.0, 276.0, 297.6)
    assert city.of("MV").turnaround_minutes_p50 is None


def test_fill_rate_is_people_to_places(city: City) -> None:
    city.tube("short", ("Ana",), pool_size=5)
    city.tube("full", ("Ben", "Bob"), pool_size=3)
    assert city.ask()[0].fill_rate == 0.375
    assert city.ask(first=NEXT)[0].fill_rate is None


def test_somebody_positive_in_two_tubes_of_a_day_is_one_person(city: City) -> None:
    for code, lab, hour in (("a", "YH", 18), ("b", "MV", 19)):
        city.single(code, "Ana", received_at=at(12), lab=lab)
        city.tested(code, call="positive", released_at=at(hour))
    assert [(line.lab, line.people_positive) for line in city.ask(By.LAB)] == [("JL", 0), ("MV", 0), ("YH", 1)]


def test_people_verify_until_their_own_tube_says_anything(city: City) -> None:
    pool = city.tube("pool", ("Ana", "Ben", "Bob"), received_at=at(12))
    city.tested(pool, call="inconclusive", released_at=at(18))
    for code, person, call, day in (("a", "Ana", "negative", NEXT), ("b", "Ben", "invalid", NEXT + timedelta(days=1))):
        city.single(code, person, retest_of=pool, sealed_at=at(20), received_at=at(21))
        city.tested(code, call=call, run_at=at(3, day), released_at=at(5, day))
    lines = city.ask(By.HOUR, DAY, NEXT + timedelta(days=1))
    assert [line.people_verifying for line in (lines[17], lines[18], lines[28], lines[29], lines[-1])] == [0, 3, 3, 2, 1]


def test_a_case_is_open_until_it_closes(city: City) -> None:
    pool = city.tube("pool", ("Ana",), received_at=at(12))
    city.tested(pool, call="positive", released_at=at(18))
    city.single("a", "Ana", retest_of=pool, sealed_at=at(20), received_at=at(21))
    city.tested("a", call="positive", run_at=at(3, NEXT), released_at=at(5, NEXT))
    hours = city.ask(By.HOUR, DAY, NEXT)
    assert [line.open_cases for line in (hours[15], hours[16], hours[28], hours[29])] == [0, 1, 1, 0]
    assert [city.of("FY-001", By.SITE, first=day).open_cases for day in (DAY, NEXT)] == [1, 0]
    assert not any(line.open_cases for line in city.ask(By.LAB, NEXT + timedelta(days=1)))


def test_the_day_of_the_dashboard_is_the_day_of_the_report(busy: City) -> None:
    day = busy.as_bench(lambda connection: daily_report(connection, busy.catalog, DAY, now=LATER)).shown
    assert [day.total] == busy.ask()
    assert list(day.labs) == busy.ask(By.LAB)
    assert [case.tube for case in day.cases] == ["back", "pool", "tokyo"]
