"""What pools of a few days say of areas, weeks and pool sizes, read as reports are read."""

import csv
import io
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from lxml import html

from lims.catalog.policies import PoolingPolicy
from lims.deconvolution.schemes.rules import Assay
from lims.kernel.db import Access
from lims.reporting.pooling_math import prevalence, retests
from lims.reporting.pooling_math.pool_size import Limit, Why
from lims.reporting.pooling_math.pools import Group
from lims.reporting.pooling_math.retests import Retested
from lims.reporting.prevalence.board import Board, board_of
from lims.reporting.prevalence.queries import Asked, begun
from lims.reporting.prevalence.rules import DILUTION, AreaPools, Assumed, Found, groups_of, retested_of
from tests.factories import Town
from tests.reporting.city import DAY, City, at

NOON = at(12)
WEEK = timedelta(days=7)


@pytest.fixture
def lived(town: Town) -> Town:
    """A town with two pools that have a result."""
    clean, odd = town.collected(4)["barcode"], town.collected(6)["barcode"]
    town.tested(clean, odd, truth={odd: "positive"})
    return town


def board(city: City, assumed: Assumed | None = None, **asked: str | None) -> Board:
    """Read with the role that reports have: it sees no name and writes nothing."""
    city.connection.exec_driver_sql(f"SET LOCAL ROLE {Access.REPORTS}")
    area = asked.pop("area", None)
    try:
        days = Asked(DAY - 2 * WEEK, DAY, asked.get("lab"), asked.get("site"))
        return board_of(city.connection, city.catalog, days, assumed or Assumed(), area)
    finally:
        city.connection.exec_driver_sql("RESET ROLE")


def pool(city: City, code: str, call: str, size: int = 5, **values: object) -> str:
    people = tuple(f"{code} {number}" for number in range(size))
    received = city.tube(code, people, **{"received_at": NOON} | values)
    city.tested(code, call=call)
    return received


def of(found: Board, area: str) -> AreaPools:
    return next(line for line in found.areas if line.area == area)


def test_an_area_has_the_prevalence_of_its_pools_and_no_other_area_has(city: City) -> None:
    for number in range(6):
        pool(city, f"n{number}", "negative")
    pool(city, "p", "positive")
    pool(city, "u", "inconclusive")
    pool(city, "t", "negative", site="TK-001", lab="JL")
    found = board(city)
    line = of(found, "330111")
    assert (line.pools, line.positive, line.undecided, line.people) == (7, 1, 1, 35)
    assert line.estimate == prevalence.estimate([Group(5, 7, 1)])
    tokyo = of(found, "JP13")
    assert tokyo.estimate is not None
    assert tokyo.estimate.prevalence == 0
    assert tokyo.estimate.interval.high == pytest.approx(3.8415 / (5 + 3.8415), abs=1e-4)
    assert found.total == prevalence.estimate([Group(5, 8, 1)])
    assert [area.area for area in found.areas] == ["330111", "JP13"]


def test_single_tests_after_a_pool_sharpen_its_prevalence_and_count_nobody_twice(city: City) -> None:
    for number in range(6):
        pool(city, f"n{number}", "negative")
    pool(city, "p", "positive", size=3)
    for number, call in enumerate(("positive", "negative", "negative")):
        city.single(f"s{number}", f"p {number}", received_at=NOON, retest_of="p")
        city.tested(f"s{number}", call=call)
    line = of(board(city), "330111")
    assert line.people == 33
    assert line.retested == retests.estimate([Retested(3, 0, 0, {1: 1}), Retested(5, 6)])


def test_a_pool_that_waits_for_one_of_its_people_is_not_resolved(city: City) -> None:
    pool(city, "n", "negative")
    pool(city, "p", "positive", size=2)
    city.single("s0", "p 0", received_at=NOON, retest_of="p")
    city.tested("s0", call="negative")
    assert of(board(city), "330111").retested == retests.estimate([Retested(2, 0, 1), Retested(5, 1)])


def test_a_pool_nobody_of_which_was_positive_is_named_and_with_a_perfect_assay_counts_as_negative(city: City) -> None:
    pool(city, "n", "negative")
    pool(city, "p", "positive", size=2)
    for number in range(2):
        city.single(f"s{number}", f"p {number}", received_at=NOON, retest_of="p")
        city.tested(f"s{number}", call="negative")
    line = of(board(city), "330111")
    assert line.contradicted == 1
    assert line.retested is not None
    assert line.retested.prevalence == 0
    doubted = of(board(city, Assumed(Assay(0.95, 0.99))), "330111")
    assert doubted.retested is not None
    assert doubted.retested.positive == 1


def test_each_week_has_its_own_estimate(city: City) -> None:
    pool(city, "now", "positive")
    pool(city, "then", "negative", collected_on=DAY - WEEK)
    weeks = board(city).weeks
    assert [(week.isoformat(), of.positive, of.pools) for week, of in weeks.items()] == [("2022-01-24", 0, 1), ("2022-01-31", 1, 1)]


def test_pooling_began_in_each_lab_with_its_first_pool_that_has_a_result(city: City) -> None:
    city.tube("no result", received_at=NOON, collected_on=DAY - 2 * WEEK)
    pool(city, "second", "negative")
    pool(city, "first", "positive", collected_on=DAY - WEEK)
    pool(city, "theirs", "negative", site="TK-001", lab="JL")
    for lab, days in {None: {"YH": DAY - WEEK, "JL": DAY}, "JL": {"JL": DAY}, "MV": {}}.items():
        assert city.as_reports(partial(begun, lab=lab)) == days


def test_a_lab_sees_its_own_pools_and_a_city_those_of_its_districts(city: City) -> None:
    pool(city, "mine", "negative")
    pool(city, "theirs", "positive", lab="MV")
    assert of(board(city, lab="YH"), "330111").positive == 0
    assert of(board(city, lab="MV"), "330111").pools == 1
    assert [line.area for line in board(city, area="330100").areas] == ["330111"]
    assert board(city, area="JP13").areas == []


def test_where_many_are_positive_smaller_pools_are_advised(city: City) -> None:
    city.catalog = replace(city.catalog, policies=(PoolingPolicy(DAY, "normal", "*", 10, household=False, source="tests"),))
    for number in range(4):
        pool(city, f"p{number}", "positive", size=10)
        pool(city, f"n{number}", "negative", size=10)
    line = of(board(city), "330111")
    assert line.advice is not None
    assert (line.size_now, line.advice.size, line.advice.why) == (10, 5, Why.PREVALENCE_ROSE)


def test_whole_households_in_a_tube_are_held_against_strangers(city: City) -> None:
    city.catalog = replace(city.catalog, policies=(PoolingPolicy(DAY, "normal", "*", 5, household=True, source="tests"),))
    for number in range(9):
        pool(city, f"n{number}", "negative")
    pool(city, "p", "positive")
    for number in range(5):
        city.single(f"s{number}", f"p {number}", received_at=NOON, retest_of="p")
        city.tested(f"s{number}", call="positive")
    line = of(board(city), "330111")
    assert line.household is not None
    # Five of fifty are positive: strangers would have made 10·(1 - 0.9⁵) = 4.1 positive pools.
    assert (line.household.positive, round(line.household.expected_of_strangers, 1)) == (1, 4.1)
    assert round(line.household.tests_saved) == 15


def test_a_positive_single_tube_is_its_own_answer() -> None:
    groups = [Group(1, 10, 2), Group(5, 4, 1)]
    made = retested_of(groups, [], Assay())
    assert made == [Retested(1, 8, 0, {1: 2}), Retested(5, 3, 1)]


def test_found_lines_of_several_weeks_are_one_group_of_a_size() -> None:
    lines = [Found("A", DAY, 5, 3, 1, 0), Found("A", DAY - WEEK, 5, 2, 0, 4), Found("A", DAY, 10, 0, 0, 1)]
    assert groups_of(lines) == [Group(5, 6, 1)]


def test_the_policys_floor_keeps_large_pools_away_until_somebody_assumes_another(city: City) -> None:
    for number in range(9):
        pool(city, f"n{number}", "negative", size=10)
    pool(city, "p", "positive", size=10)

    def advised(floor: float | None, assumed: float | None = None) -> tuple[int, Limit | None]:
        city.catalog = replace(
            city.catalog, policies=(PoolingPolicy(DAY, "normal", "*", 5, household=False, source="tests", sensitivity_floor=floor),)
        )
        found = of(board(city, assumed=Assumed(sensitivity_floor=assumed)), "330111").advice
        assert found is not None
        return found.size, found.limit

    sees = DILUTION.sensitivity
    most = max(sees(size) for size in (3, 5, 10, 20))
    assert advised(None)[1] is None
    assert advised(most + 0.01) == (1, Limit.SENSITIVITY)
    assert advised(most + 0.01, assumed=0.01) == advised(None)


def test_what_the_page_of_prevalences_shows_leaves_as_a_file_with_its_rows(lived: Town) -> None:
    shown = lived.olga.get("/reporting/prevalence", first="2022-02-01", last="2022-02-03", floor="80", lang="en").text
    table = html.fromstring(shown).find(".//main").findall(".//table")[0]
    (link,) = {link.get("href") for link in table.getparent().getparent().iter("a") if "format=csv" in (link.get("href") or "")}
    assert "floor=80" in link
    rows = [*csv.DictReader(io.StringIO(lived.web.get(link, headers=lived.olga.headers).content.decode("utf-8-sig")))]
    assert len(rows) == len(table.findall(".//tbody/tr")) > 0
    assert {"prevalence_with_retests", "contradicted", "household_tests_saved"} <= {*rows[0]}
    unknown = lived.olga.get("/reporting/api/prevalence", **{"from": "2022-02-01", "to": "2022-02-03", "area": "nowhere"})
    assert unknown.json()["code"] == "area_unknown"


def test_an_official_asks_for_prevalences_and_others_do_not(town: Town) -> None:
    days = {"from": "2022-01-01", "to": "2022-02-02"}
    answer = town.olga.get("/reporting/api/prevalence", **days)
    assert answer.status_code == 200, answer.text
    assert set(answer.json()) == {"total", "areas", "weeks", "labs"}
    assert town.ana.get("/reporting/api/prevalence", **days).status_code == 403
    assert town.olga.get("/reporting/api/prevalence", **days | {"from": "2022-03-01"}).json()["code"] == "report_days_reversed"
    assert town.olga.get("/reporting/api/prevalence", **days | {"from": "2020-01-01"}).json()["code"] == "report_too_long"
    useless = town.olga.get("/reporting/api/prevalence", **days | {"sensitivity": "40", "specificity": "60"})
    assert useless.json()["code"] == "assay_tells_nothing"
    sheet = town.olga.get("/reporting/api/prevalence", **days | {"format": "csv"})
    assert sheet.content.startswith(b"\xef\xbb\xbfarea,pools,positive")


@pytest.mark.parametrize("address", ["/reporting/prevalence", "/reporting/what-if"])
def test_pages_answer_officials_and_administrators_in_both_languages(town: Town, address: str) -> None:
    for reader in (town.olga, town.ada):
        for language in ("en", "zh-CN"):
            assert reader.get(address, lang=language).status_code == 200
    assert town.ana.get(address).status_code == 403
