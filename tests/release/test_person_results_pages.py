"""The authority's computer fetches results page by page, and as CSV."""

import csv
import io
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lims.release import api
from tests.bench import done, found
from tests.factories import Town, person

PATH = "/reporting/api/person-results"
UNTOUCHED = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@pytest.fixture
def crowded(town: Town) -> tuple[Town, list[tuple[str, int]]]:
    """A town with seven tubes of one to six people; everybody's tube and place, in order."""
    pools = [town.collected(people) for people in (1, 6, 2, 5, 3, 4, 1)]
    found(town, {pools[0]["barcode"]: "positive", pools[1]["barcode"]: "negative"}, hours=1)
    return town, sorted((pool["barcode"], member["position"]) for pool in pools for member in pool["members"])


def pages(town: Town, limit: int, **params: Any) -> list[list[tuple[str, int]]]:
    """Tube and place of the rows on each page."""
    found_rows: list[list[tuple[str, int]]] = []
    after: dict[str, str] = {}
    while True:
        page = done(town.authority.get(PATH, date="2022-02-02", site=town.site, limit=limit, **params, **after))
        found_rows.append([(row["tube"], row["position"]) for row in page["items"]])
        if page["next"] is None:
            return found_rows
        after = {"after": page["next"]}


@UNTOUCHED
@given(limit=st.integers(1, 25))
def test_pages_of_any_size_hold_everybody_once_in_order(crowded: tuple[Town, list[tuple[str, int]]], limit: int) -> None:
    town, everybody = crowded
    found_rows = pages(town, limit)
    assert [row for page in found_rows for row in page] == everybody
    assert {len(page) for page in found_rows[:-1]} <= {limit}
    assert 0 < len(found_rows[-1]) <= limit


@UNTOUCHED
@given(limit=st.integers(1, 25), state=st.sampled_from(["pending", "negative", "verifying", "positive"]))
def test_pages_of_one_state_hold_everybody_of_it_once(crowded: tuple[Town, list[tuple[str, int]]], limit: int, state: str) -> None:
    town, _ = crowded
    whole = done(town.authority.get(PATH, date="2022-02-02", site=town.site))["items"]
    of_state = [(row["tube"], row["position"]) for row in whole if row["state"] == state]
    assert [row for page in pages(town, limit, state=state) for row in page] == of_state


def test_a_page_goes_on_where_the_last_ended_although_more_people_came_meanwhile(crowded: tuple[Town, list[tuple[str, int]]]) -> None:
    town, everybody = crowded
    first = done(town.authority.get(PATH, date="2022-02-02", site=town.site, limit=10))
    town.collected(3)
    rest = done(town.authority.get(PATH, date="2022-02-02", site=town.site, limit=5000, after=first["next"]))
    seen = [(row["tube"], row["position"]) for row in [*first["items"], *rest["items"]]]
    assert len(seen) == len(set(seen))
    assert set(everybody) <= set(seen)


def table(content: bytes) -> list[dict[str, str]]:
    """The rows of a CSV answer."""
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_csv_says_the_same_as_json_page_by_page(crowded: tuple[Town, list[tuple[str, int]]]) -> None:
    town, _ = crowded
    after: dict[str, str] = {}
    while True:
        params = {"date": "2022-02-02", "site": town.site, "limit": 4, **after}
        page, answer = done(town.authority.get(PATH, **params)), town.authority.get(PATH, format="csv", **params)
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        shown = [{name: "" if value is None else str(value) for name, value in row.items()} for row in page["items"]]
        assert table(answer.content) == shown
        assert answer.headers["x-next"] == (page["next"] or "")
        if page["next"] is None:
            return
        after = {"after": page["next"]}


@pytest.mark.parametrize("at_once", [1, 4, 11, 22, 23])
def test_a_csv_file_without_a_limit_holds_everybody(
    crowded: tuple[Town, list[tuple[str, int]]], monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    town, everybody = crowded
    assert len(everybody) == 22
    monkeypatch.setattr(api, "AT_ONCE", at_once)
    monkeypatch.setattr(api, "ON_A_PAGE", 3)
    statistics = town.somebody("statistics", "integration")
    for asker in (town.authority, statistics):
        answer = asker.get(PATH, date="2022-02-02", site=town.site, format="csv")
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        rows = table(answer.content)
        assert [(row["tube"], int(row["position"])) for row in rows] == everybody
        assert any("*" in row["name"] for row in rows) is (asker is statistics)
    first = done(town.authority.get(PATH, date="2022-02-02", site=town.site))
    rest = table(town.authority.get(PATH, date="2022-02-02", site=town.site, format="csv", after=first["next"]).content)
    assert [(row["tube"], int(row["position"])) for row in rest] == everybody[3:]


def test_a_name_in_csv_is_never_a_formula(town: Town) -> None:
    names = ["=1+1", "+86", "-1", "@SUM(A1)", "李=四", '=HYPERLINK("http://x","y")', 'a"b,c', "O'Neil"]
    town.collected([person(name=name) for name in names])
    answer = town.authority.get(PATH, date="2022-02-02", site=town.site, format="csv")
    shown = [row["name"] for row in table(answer.content)]
    assert shown == [f"'{name}" if name[0] in "=+-@" else name for name in names]
    assert not any(cell[:1] in "=+-@\t\r" for row in table(answer.content) for cell in row.values() if cell)


def test_a_day_without_anybody_is_a_header(town: Town) -> None:
    answer = town.authority.get(PATH, date="2021-01-01", site=town.site, format="csv")
    header = "id_type,id_number,name,tube,position,site,collected_at,state,pooled,released_at,amended_at"
    assert answer.content.decode("utf-8-sig").split() == [header]
