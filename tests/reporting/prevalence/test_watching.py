"""Which days of a lab are held against which, and what is found."""

from datetime import date, timedelta

from lims.reporting.pooling_math.monitoring import Day, Finding
from lims.reporting.prevalence.watching import Spell, spells_of, watched

BEGUN, TODAY = date(2022, 1, 1), date(2022, 2, 28)


def days(first: date, count: int, people: int, positive: int, *, alone: bool = False) -> list[tuple[str, bool, date, Day]]:
    return [("YH", alone, first + timedelta(days=number), Day(people, positive)) for number in range(count)]


def test_the_last_ten_days_are_held_against_the_first_ten() -> None:
    spells = spells_of({"YH": BEGUN}, TODAY)
    assert spells == [
        Spell("YH", alone=False, first=date(2022, 2, 19), last=TODAY),
        Spell("YH", alone=True, first=date(2021, 12, 2), last=date(2021, 12, 31)),
        Spell("YH", alone=False, first=BEGUN, last=date(2022, 1, 10)),
    ]
    (line,) = watched({"YH": BEGUN}, TODAY, [*days(BEGUN, 10, 1000, 20), *days(date(2022, 2, 19), 10, 1000, 10)])
    assert line.watch.findings == (Finding.BELOW_ITS_BEGINNING,)
    assert (line.watch.rate, line.first_rate) == (0.01, 0.02)


def test_no_day_belongs_to_two_spells_of_a_lab_that_has_just_begun() -> None:
    for age in range(30):
        spells = [spell for spell in spells_of({"YH": TODAY - timedelta(days=age)}, TODAY) if not spell.alone]
        covered = [spell.first + timedelta(days=n) for spell in spells for n in range((spell.last - spell.first).days + 1)]
        assert len(covered) == len(set(covered))


def test_single_tests_from_before_count_more_than_the_beginning() -> None:
    rows = [*days(date(2021, 12, 10), 5, 100, 2, alone=True), *days(BEGUN, 10, 1000, 20), *days(date(2022, 2, 19), 10, 1000, 19)]
    (line,) = watched({"YH": BEGUN}, TODAY, rows)
    assert (line.watch.findings, line.single_rate) == ((), 0.02)


def test_days_without_anybody_are_no_days_of_pooling() -> None:
    (line,) = watched({"YH": BEGUN}, TODAY, days(date(2022, 2, 20), 6, 1000, 300))
    assert (line.watch.days, line.watch.findings) == (6, ())
    assert line.first_rate is None
