"""The daily report in every form, Chinese and English, whatever a place is called."""

import csv
import io
import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from lims.catalog.tables import ExpectedPeople
from lims.kernel.errors import Refused
from lims.reporting.charts import Bands, Bars, Columns
from lims.reporting.daily import WRITERS, DailyReport, daily_report, document_of, write
from lims.reporting.documents import Table
from lims.reporting.wording import Tongue
from tests.reporting.city import DAY, City, at, put

NOW = at(23)


@pytest.fixture
def report(city: City) -> DailyReport:
    """A day with a pool case in it."""
    for number in range(3):
        city.tube(f"n{number}", received_at=at(12))
    city.tested("n0", "n1")
    city.tube("pool", ("Ana", "Ben", "Bob"), received_at=at(13), lab="MV", site="FY-002")
    city.tested("pool", call="positive", released_at=at(19))
    city.single("own", "Ana", retest_of="pool", sealed_at=at(20), received_at=at(20.5))
    return city.as_bench(lambda connection: daily_report(connection, city.catalog, DAY, now=NOW))


def written(report: DailyReport, path: Path) -> bytes:
    write(path, report)
    return path.read_bytes()


def test_json_holds_everything(report: DailyReport, tmp_path: Path) -> None:
    content = json.loads(written(report, tmp_path / "day.json"))
    assert (content["day"], content["lab"], content["made_at"]) == ("2022-02-02", None, "2022-02-02T23:00:00+08:00")
    assert content["total"]["released_tubes"] == sum(lab["released_tubes"] for lab in content["labs"]) == 3
    (case,) = content["cases"]
    assert (case["tube"], case["lab"], case["state"], case["members"], case["settled"]) == ("pool", "MV", "recollecting", 3, 0)


def test_csv_has_a_line_for_each_lab(report: DailyReport, tmp_path: Path) -> None:
    read = list(csv.DictReader(io.StringIO(written(report, tmp_path / "day.csv").decode("utf-8-sig"))))
    assert [(row["lab"], row["received_tubes"], row["backlog_tubes"]) for row in read] == [
        ("JL", "0", "0"),
        ("MV", "1", "0"),
        ("YH", "4", "2"),
    ]


def test_a_workbook_has_sheets(report: DailyReport, tmp_path: Path) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(written(report, tmp_path / "day.xlsx")))
    assert book.sheet_names == [
        "labs", "areas", "total", "rounds", "compared", "hours", "backlog", "legs", "without a result", "cases",
    ]  # fmt: skip
    areas = book.get_sheet_by_name("areas").to_python()
    assert [row[1:5] for row in areas[1:]] == [["330111", "富阳区", 5, 10], ["JP13", "=HYPERLINK(1)", 0, 0]]
    assert book.get_sheet_by_name("cases").to_python()[1][0] == "pool"


def test_a_page_reads_in_both_languages(report: DailyReport, tmp_path: Path) -> None:
    page = written(report, tmp_path / "day.HTML").decode()
    for words in (
        "核酸检测日报 Daily testing report 2022-02-02",
        "YH 实验室 YH",
        "未结案 1 例 Open cases: 1",
        "阳性 positive",
        "2022-02-02 16:00",
        "1.7%",
    ):
        assert words in page
    assert "<script" not in page


def test_each_language_stands_alone_where_it_is_asked_for(report: DailyReport) -> None:
    chinese, english = (WRITERS[".html"](report, tongue).decode() for tongue in (Tongue.CHINESE, Tongue.ENGLISH))
    assert '<html lang="zh-CN">' in chinese
    assert "统计表" in chinese
    assert "Official tables" not in chinese
    assert '<html lang="en">' in english
    assert "统计表" not in english


def test_official_tables_come_first_and_every_chart_has_its_numbers_in_a_table(report: DailyReport) -> None:
    official, reasons = document_of(report, Tongue.ENGLISH).sections
    assert [table.title for table in official.tables] == [
        "Throughput", "Results", "Capacity and backlog", "By area (areas without anything: 1)",
        "Rounds: people sampled of people expected", "Beside yesterday and last week",
    ]  # fmt: skip
    assert not official.charts
    flow, hours, labs, ages = reasons.charts
    assert labs.title == ("3 tubes tested: 1% of the capacity",)
    tables = {table.title: table for table in (*official.tables, *reasons.tables)}
    numbers = tables["Tubes that had passed each stage by then"].rows
    assert isinstance(flow, Bands)
    assert [row[5] for row in numbers] == [str(tubes) for tubes in flow.bands[0].upper]
    assert isinstance(hours, Columns)
    assert [row[7] for row in numbers][: len(hours.values)] == [str(tubes) for tubes in hours.values]
    assert isinstance(labs, Bars)
    assert [bar.label for bar in labs.bars] == [row[0] for row in tables["Capacity and backlog"].rows][: len(labs.bars)]
    assert isinstance(ages, Bars)
    assert [(bar.label, bar.said) for bar in ages.bars] == [row[:2] for row in tables["How long they have been in the labs"].rows]


def table(report: DailyReport, title: str) -> Table:
    """The official table whose title begins so."""
    (found,) = (one for one in document_of(report, Tongue.ENGLISH).sections[0].tables if one.title.startswith(title))
    return found


def test_areas_stand_below_each_other_with_their_sum(city: City, report: DailyReport) -> None:
    city.tested(city.tube("far", ("Zoe",), site="TK-001", received_at=at(12), lab="JL"))
    city.stray("stray")
    wide = city.as_bench(lambda connection: daily_report(connection, city.catalog, DAY, now=NOW))
    areas = table(wide, "By area")
    assert [row[:3] for row in areas.rows] == [
        ("330111 富阳区", "5", "10"), ("JP13 =HYPERLINK(1)", "1", "1"), ("not registered yet", "0", "0"), ("Together", "6", "11"),
    ]  # fmt: skip
    columns = [[int(str(row[number])) for row in areas.rows] for number in (1, 2, 3, 4, 5, 9, 10)]
    assert all(sum(column[:-1]) == column[-1] for column in columns)


def test_a_round_says_how_many_of_the_people_expected_were_sampled(city: City, report: DailyReport) -> None:
    city.tube("of a round", ("Zoe", "Yan", "Xia"), round="first")
    expected = {"round": "first", "version": 1, "first_day": DAY, "declared_by": "ada", "declared_at": NOW}
    put(city.connection, ExpectedPeople, **expected, kind="area", place="330100", people=12, source="census")
    put(city.connection, ExpectedPeople, **expected, kind="site", place="FY-001", people=6, source="the site")
    asked = [(None, None), (None, "FY-001"), ("YH", None)]
    made = [city.as_bench(partial(daily_report, catalog=city.catalog, day=DAY, lab=lab, site=site, now=NOW)) for lab, site in asked]
    of_city, of_site = (table(one, "Rounds").rows for one in made[:2])
    assert [row for row in of_city if row[0] == "first"] == [
        ("first", "Together", "—", "3", "3", "12", "25.0%"), ("first", "330100 杭州市", "census", "3", "3", "12", "25.0%"),
    ]  # fmt: skip
    assert ("first", "FY-001 采样点 FY-001", "the site", "3", "3", "6", "50.0%") in of_site
    titles = [[one.title for one in document_of(one_made, Tongue.ENGLISH).sections[0].tables] for one_made in made]
    assert ["Rounds: people sampled of people expected" in one for one in titles] == [True, True, False]
    assert [any(title.startswith("By area") for title in one) for one in titles] == [True, False, True]


def test_paper_is_a_pdf(report: DailyReport, tmp_path: Path) -> None:
    assert written(report, tmp_path / "day.pdf").startswith(b"%PDF-")


def test_a_name_is_a_name_and_not_markup(report: DailyReport, tmp_path: Path) -> None:
    name = '<b>"#panic()[*_'
    odd = replace(report, shown=replace(report.shown, labs=[replace(lab, name=name) for lab in report.shown.labs]))
    assert "&lt;b&gt;" in written(odd, tmp_path / "day.html").decode()
    assert written(odd, tmp_path / "day.pdf").startswith(b"%PDF-")


def test_a_lab_alone(city: City, report: DailyReport) -> None:
    alone = city.as_bench(lambda connection: daily_report(connection, city.catalog, DAY, "MV", now=NOW))
    assert ([line.lab for line in alone.shown.labs], alone.shown.total.received_tubes, len(alone.shown.cases)) == (["MV"], 1, 1)
    assert alone.shown.total.capacity_tubes == 60
    assert document_of(alone, Tongue.ENGLISH).about[0] == "Lab: MV 实验室 MV"
    assert report.shown.total.received_tubes == 5


def test_a_day_without_cases_says_so(city: City, tmp_path: Path) -> None:
    quiet = city.as_bench(lambda connection: daily_report(connection, city.catalog, DAY, now=NOW))
    assert "<p>无 None</p>" in written(quiet, tmp_path / "day.html").decode()
    assert written(quiet, tmp_path / "day.pdf").startswith(b"%PDF-")


def test_an_unknown_lab_or_ending_is_refused(city: City, report: DailyReport, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no lab XX"):
        daily_report(city.connection, city.catalog, DAY, "XX")
    with pytest.raises(Refused, match=r"does not come as day\.docx; name it \.html, \.pdf"):
        write(tmp_path / "day.docx", report)
