"""Several days: beside as many before them and the same weekdays earlier, and what of them came to no result."""

import random
from collections import Counter
from datetime import date, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from lims.kernel import clock
from lims.kernel.ids import uuid7
from lims.reporting.day.asking import Asked
from lims.reporting.rules import By, Question
from lims.reporting.several import board
from lims.reporting.several.rules import FIGURES, Days, spells_of
from tests.factories import Town, at
from tests.reporting.city import CHINA, City
from tests.reporting.random_days import Crowd
from tests.reporting.recount import Raw, Slow
from tests.reporting.test_independent_counts import PLACES, SPRING, followed, keep, last_moment, wide

__all__ = ["followed", "wide"]
DAY = timedelta(days=1)
TODAY = date(2022, 6, 1)
DATES = st.dates(date(2022, 1, 1), date(2022, 7, 1))
ADDRESS = "/reporting/api/compared"


@given(DATES, DATES)
def test_spells_are_as_long_over_and_apart(one: date, other: date) -> None:
    first, last = sorted((one, other))
    spells = spells_of(first, last, TODAY)
    if first >= TODAY:
        assert spells is None
        return
    assert spells is not None
    assert (spells.now.first, spells.now.last) == (first, min(last, TODAY - DAY))
    assert {spells.now.count, spells.before.count, spells.weeks_before.count} == {spells.now.count}
    assert spells.before.last == first - DAY
    assert spells.weeks_before.last < first
    assert spells.weeks_before.first.weekday() == first.weekday()
    assert first - spells.weeks_before.first == timedelta(weeks=spells.weeks)
    assert first - spells.weeks_before.first < spells.now.count * DAY + timedelta(weeks=1)


def test_yesterday_is_held_against_the_day_before_and_last_week() -> None:
    spells = spells_of(TODAY - DAY, TODAY, TODAY)
    assert spells is not None
    assert (spells.before, spells.weeks_before) == (Days(date(2022, 5, 30), date(2022, 5, 30)), Days(date(2022, 5, 24), date(2022, 5, 24)))


@pytest.fixture
def lived(town: Town) -> Town:
    """A town with tubes on 2 February 2022: negative, positive, one that waits."""
    clean, odd, late = (town.collected(size)["barcode"] for size in (4, 6, 3))
    town.tested(clean, odd, truth={odd: "positive"})
    town.received(late, hours=6)
    return town


def rows(town: Town, first: str, last: str, **place: str) -> dict[str, dict[str, Any]]:
    answer = town.olga.get(ADDRESS, **{"from": first, "to": last, **place})
    assert answer.status_code == 200, answer.text
    return {row["figure"]: row for row in answer.json()["rows"]}


def seen(town: Town, address: str, language: str = "en") -> str:
    """A page as Olga has it."""
    return town.web.get(address, headers={**town.olga.headers, "Accept-Language": language}).text


def summed(town: Town, first: str, last: str, **place: str) -> dict[str, int]:
    """The same from the table of throughput."""
    answer = town.olga.get("/reporting/api/throughput", **{"from": first, "to": last, **place})
    return {name: sum(row[name] for row in answer.json()["rows"]) for name in FIGURES}


@pytest.mark.parametrize("of", ["site", "lab", "area"])
def test_each_spell_is_the_sum_of_its_days(lived: Town, of: str) -> None:
    place = {of: getattr(lived, of)}
    found = rows(lived, "2022-02-03", "2022-02-05", **place)
    assert {name: row["before"] for name, row in found.items()} == summed(lived, "2022-01-31", "2022-02-02", **place)
    assert (found["collected_tubes"]["before"], found["collected_people"]["before"]) == (3, 13)
    assert {name: row["now"] for name, row in found.items()} == summed(lived, "2022-02-03", "2022-02-05", **place)
    later = rows(lived, "2022-02-08", "2022-02-10", **place)
    assert {name: row["weeks_before"] for name, row in later.items()} == summed(lived, "2022-02-01", "2022-02-03", **place)
    assert later["collected_tubes"]["weeks_before_first"] == "2022-02-01"


def test_the_page_of_several_days_shows_them_and_leads_to_their_tubes(lived: Town) -> None:
    address = f"/reporting/range?from=2022-02-08&to=2022-02-10&lab={lived.lab}"
    for language, words in (("en", "Beside earlier days"), ("zh-CN", "与更早的日期对比")):
        shown = html.fromstring(seen(lived, address, language))
        (card,) = (one for one in shown.iter("section") if one.findtext("h2") == words)
        links = {link.text_content(): link.get("href") for link in card.iter("a") if "figure=collected" in link.get("href")}
        assert links["3"] == f"/reporting/rows?day=2022-02-01&lab={lived.lab}&to=2022-02-03&figure=collected"


def test_of_whole_weeks_the_days_before_are_the_same_weekdays_and_stand_once(lived: Town) -> None:
    address = f"/reporting/range?from=2022-02-07&to=2022-02-13&lab={lived.lab}"
    shown = seen(lived, address)
    assert "as many days before" in shown
    assert "the same weekdays" not in shown


def test_a_day_that_runs_is_compared_with_nothing(lived: Town) -> None:
    today = clock.local_day(clock.now(), "Asia/Shanghai").isoformat()
    assert rows(lived, today, today, lab=lived.lab) == {}
    shown = lived.web.get(
        f"/reporting/range?from={today}&to={today}&lab={lived.lab}", headers={**lived.olga.headers, "Accept-Language": "en"}
    )
    assert "Beside earlier days" not in shown.text


def test_days_that_run_backwards_are_refused_and_a_lab_sees_its_own(lived: Town) -> None:
    backwards = {"from": "2022-02-05", "to": "2022-02-03"}
    assert lived.olga.get(ADDRESS, **backwards).json()["code"] == "report_days_reversed"
    assert lived.olga.get(ADDRESS, **{"from": "2020-01-01", "to": "2022-02-03"}).json()["code"] == "report_too_long"
    days = {"from": "2022-02-01", "to": "2022-02-03"}
    other, bound = lived.somebody("otto", "official", lab="somewhere-else"), lived.somebody("oli", "official", site=lived.site)
    assert other.get(ADDRESS, **days, lab=lived.lab).status_code == 404
    assert {row["figure"]: row["now"] for row in bound.get(ADDRESS, **days).json()["rows"]}["collected_tubes"] == 3
    for stranger in (lived.ana, lived.ben, lived.carl):
        assert stranger.get(ADDRESS, **days).status_code == 403


@pytest.mark.parametrize("place", PLACES)
def test_tubes_without_a_result_are_those_of_a_slow_count_kept_or_not(followed: City, place: dict[str, Any]) -> None:
    Crowd(followed, random.Random("several")).live_through(SPRING, 80)
    first, last, now = SPRING - DAY, SPRING + 2 * DAY, last_moment(followed)
    slow = Slow(Raw(followed), By.DAY, now, place.get("lab"), place.get("site"), place.get("areas"))
    expected = Counter[tuple[str | None, str]]()
    for number in range(4):
        for key, (tubes, _) in slow.refused(first + number * DAY).items():
            expected[key] += tubes
    about = Asked(followed.catalog, Question(first, last, By.DAY, CHINA, **place), None, last + DAY, now)

    def seen() -> dict[tuple[str | None, str], int]:
        found = followed.as_bench(partial(board.refused, asked=about))
        assert found is not None
        return {(one.site, one.reason): one.tubes for one in found}

    assert seen() == expected
    assert place or expected
    keep(followed, now, SPRING - DAY, SPRING)
    assert seen() == expected
    keep(followed, now, SPRING + DAY, SPRING + 2 * DAY)
    assert seen() == expected


def test_reasons_of_a_few_days_are_shown_and_of_a_year_refused(lived: Town) -> None:
    broken = lived.collected(5)["barcode"]
    lived.received(broken, hours=6)
    answer = lived.ben.post(f"/testing/api/tubes/{broken}/reject", {"id": str(uuid7()), "reason": "RB", "at": at(7)})
    assert answer.status_code == 200, answer.text
    days = {"from": "2022-02-01", "to": "2022-02-05", "lab": lived.lab}
    assert lived.olga.get("/reporting/api/refused", **days).json()["rows"] == [
        {"site": lived.site, "reason": "RB", "tubes": 1, "people": 5}
    ]
    assert "Tubes without a result, by site and reason" in seen(lived, f"/reporting/range?{urlencode(days)}")
    assert lived.olga.get("/reporting/api/refused", **days | {"to": "2022-05-05"}).json()["code"] == "report_too_long"
    assert "Tubes without a result" not in seen(lived, f"/reporting/range?{urlencode(days | {'to': '2022-05-05'})}")
    assert lived.ana.get("/reporting/api/refused", **days).status_code == 403
