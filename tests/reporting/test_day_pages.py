"""Olga opens the day; every figure leads to its tubes, and every table is a file."""

import csv
import io
import re
from typing import Any

import pytest
from httpx import Response
from python_calamine import CalamineWorkbook

from lims.reporting.day.behind import BEHIND
from tests.factories import Town

DAY = "2022-02-02"


@pytest.fixture
def lived(town: Town) -> Town:
    """Four tubes of a day: two clean, one not, one turned away; and one that has not left the site."""
    clean = [town.collected(4)["barcode"], town.collected(6)["barcode"]]
    odd, bad = town.collected(5)["barcode"], town.collected(2)["barcode"]
    town.collected(3)
    town.tested(*clean, odd, truth={odd: "positive"})
    town.received(bad, hours=3)
    answer = town.ben.post(
        f"/testing/api/tubes/{bad}/reject",
        {"id": "01850000-0000-7000-8000-" + bad[-12:], "reason": "RB", "note": "", "at": "2022-02-02T11:30:00+08:00"},
    )
    assert answer.status_code == 200, answer.text
    return town


def rows(town: Town, figure: str, **more: Any) -> list[dict[str, Any]]:
    answer = town.olga.get("/reporting/api/rows", **{"figure": figure, "day": DAY, "lab": town.lab} | more)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["rows"]
    return found


def opened(town: Town, address: str) -> Response:
    """A link, as Olga follows it."""
    return town.web.get(address, headers=town.olga.headers)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_day_of_a_lab_says_what_passed_and_names_nobody(lived: Town, language: str) -> None:
    page = lived.olga.get("/reporting/", day=DAY, lab=lived.lab, lang=language)
    assert page.status_code == 200, page.text
    assert "赵试" not in page.text
    assert ("broken container" if language == "en" else "容器破损") in page.text
    assert f"/reporting/rows?day={DAY}&amp;lab={lived.lab}&amp;figure=received" in page.text


def test_every_link_of_the_day_leads_somewhere(lived: Town) -> None:
    page = lived.olga.get("/reporting/", day=DAY, lab=lived.lab)
    links = {link.replace("&amp;", "&") for link in re.findall(r'href="(/reporting/[^"]*)"', page.text)}
    assert len(links) > 30
    broken = {link: answer.status_code for link in links if (answer := opened(lived, link)).status_code != 200}
    assert broken == {}


@pytest.mark.parametrize(
    ("figure", "count"),
    [
        ("received", 4),
        ("tested", 3),
        ("released", 3),
        ("negative", 2),
        ("nonnegative", 1),
        ("rejected", 1),
        ("backlog", 0),
        ("positive", 0),
    ],
)
def test_behind_each_figure_are_as_many_tubes_as_it_says(lived: Town, figure: str, count: int) -> None:
    found = rows(lived, figure)
    assert len(found) == count
    (line,) = lived.olga.get("/reporting/api/throughput", **{"from": DAY, "to": DAY, "lab": lived.lab}).json()["rows"]
    assert line.get(f"{figure}_tubes", count) == count


def test_every_figure_can_be_asked_of_a_site_an_area_and_an_hour(lived: Town) -> None:
    for figure in BEHIND:
        for place in ({"site": lived.site}, {"area": lived.area}, {"hour": 10}):
            assert lived.olga.get("/reporting/api/rows", figure=figure, day=DAY, **place).status_code == 200
    assert len(rows(lived, "collected", lab="", area=lived.area)) == 5
    assert [len(rows(lived, "received", hour=hour)) for hour in (9, 10, 11)] == [0, 3, 1]


def test_fifty_tubes_and_then_more(town: Town) -> None:
    town.received(*[town.collected(1)["barcode"] for _ in range(52)])
    first = town.olga.get("/reporting/rows", figure="received", day=DAY, lab=town.lab)
    assert first.text.count("/testing/tubes/") == 50
    more = re.search(r'href="(/reporting/rows[^"]*after_at=[^"]*)"', first.text)
    assert more is not None
    assert opened(town, more[1].replace("&amp;", "&")).text.count("/testing/tubes/") == 2


@pytest.mark.parametrize("name", ["legs", "ages", "refused", "hours", "compared"])
def test_every_table_is_a_file_for_spreadsheets_and_programs(lived: Town, name: str) -> None:
    path, asked = f"/reporting/api/day/{name}", {"day": DAY, "lab": lived.lab}
    table = lived.olga.get(path, **asked).json()["rows"]
    text = lived.olga.get(path, **asked, format="csv")
    assert text.content.startswith(b"\xef\xbb\xbf")
    assert len(list(csv.DictReader(io.StringIO(text.content.decode("utf-8-sig"))))) == len(table) > 0
    book = CalamineWorkbook.from_filelike(io.BytesIO(lived.olga.get(path, **asked, format="xlsx").content))
    head, first, *_ = book.get_sheet_by_index(0).to_python()
    assert head == list(table[0])
    assert {type(cell) for cell in first} <= {str, float}


def test_codes_in_a_workbook_are_text(lived: Town) -> None:
    answer = lived.olga.get("/reporting/api/rows", figure="received", day=DAY, lab=lived.lab, format="xlsx")
    _, first, *_ = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert first[0] in {row["barcode"] for row in rows(lived, "received")}
    assert answer.headers["content-disposition"] == f'attachment; filename="received-{DAY}.xlsx"'


def test_olga_opens_the_tube_that_waits_longest(town: Town) -> None:
    old, new = town.collected(1)["barcode"], town.collected(1)["barcode"]
    town.received(old, hours=2)
    town.received(new, hours=5)
    page = town.olga.get("/reporting/", day=DAY, lab=town.lab)
    first = re.search(r'href="/testing/tubes/(\d+)"', page.text)
    assert first is not None
    assert first[1] == old
    assert town.olga.get(f"/testing/tubes/{old}").status_code == 200


def test_who_is_bound_to_a_place_sees_nothing_of_another(lived: Town) -> None:
    other = Town.build(lived.program, lived.web)
    (tube, *_) = rows(lived, "received")
    for bound in (
        other.somebody("lea", "official", lab=other.lab),
        other.somebody("sam", "official", site=other.site),
    ):
        for path in ("/reporting/", "/reporting/range", "/reporting/api/rows", "/reporting/rows"):
            answer = bound.get(path, day=DAY, figure="received", lab=lived.lab)
            assert answer.status_code == 404 or tube["barcode"] not in answer.text, (path, bound.name)
        assert bound.get("/reporting/api/rows", figure="received", day=DAY).json()["rows"] == []
        assert bound.get(f"/testing/tubes/{tube['barcode']}").status_code == 404


@pytest.mark.parametrize(
    ("path", "asked", "status", "code"),
    [
        ("/reporting/api/rows", {"figure": "happiness", "day": DAY}, 404, "figure_unknown"),
        ("/reporting/api/day/happiness", {"day": DAY}, 404, "figure_unknown"),
        ("/reporting/api/rows", {"figure": "received", "day": DAY, "area": "nowhere"}, 404, "area_unknown"),
        ("/reporting/api/rows", {"figure": "received", "day": DAY, "hour": 24}, 422, "request_malformed"),
        ("/reporting/api/throughput", {"from": DAY, "to": DAY, "area": "nowhere"}, 404, "area_unknown"),
    ],
)
def test_what_there_is_not_is_refused(town: Town, path: str, asked: dict[str, Any], status: int, code: str) -> None:
    answer = town.olga.get(path, **asked)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_sampler_sees_no_figures(town: Town) -> None:
    for path in ("/reporting/range", "/reporting/api/rows", "/reporting/api/day/legs"):
        assert town.ana.get(path, day=DAY, figure="received").status_code == 403


@pytest.mark.parametrize(
    "path", ["/reporting/", "/reporting/range", "/reporting/prevalence", "/reporting/tomorrow", "/reporting/daily", "/reporting/cases"]
)
def test_a_form_that_is_sent_with_nothing_chosen_asks_for_everything(town: Town, path: str) -> None:
    asked = dict.fromkeys(("lab", "area", "floor", "day", "from", "to", "first", "last"), "")
    answer = town.web.get(path, params=asked, headers={"Accept": "text/html", **town.olga.headers})
    assert answer.status_code == 200, answer.text
