"""Every table of the officials' pages leaves as a file of each kind, and every figure of a day leads to what is behind it.

The pages are walked as they are shown; a table or a figure that is added without its way on fails here.
"""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from lxml import html
from python_calamine import CalamineWorkbook

from lims.kernel.ids import uuid7
from tests.factories import Town, at

Element = Any  # lxml has no types
FILES = ("csv", "xlsx", "json")
PAGES = (
    "/reporting/?day=2022-02-02",
    "/reporting/range?from=2022-02-01&to=2022-02-03",
    "/reporting/range?from=2022-02-02&to=2022-02-02&by=lab",
    "/reporting/range?from=2022-02-02&to=2022-02-02&by=hour",
    "/reporting/rows?figure=received&day=2022-02-02",
    "/reporting/tomorrow",
    "/reporting/capacity",
    "/reporting/prevalence?first=2022-01-20&last=2022-02-03",
    "/reporting/what-if",
    "/reporting/rounds?day=2022-02-02",
    "/reporting/reconciliation/rows?part=people&reason=with_result&day=2022-02-02",
)
# Pages whose figures are reckoned or forecast: no row stands behind them. Their tables leave as files all the same.
COUNTED = tuple(page for page in PAGES if page.startswith(("/reporting/?", "/reporting/range")))


@pytest.fixture
def lived(town: Town) -> Town:
    """A town with a day behind it: negative, positive, one still waiting, one turned away, one on its way."""
    clean, odd, late, broken = (town.collected(size)["barcode"] for size in (4, 6, 3, 5))
    town.collected(7)
    town.tested(clean, odd, truth={odd: "positive"})
    town.received(late, broken, hours=6)
    answer = town.ben.post(f"/testing/api/tubes/{broken}/reject", {"id": str(uuid7()), "reason": "RB", "at": at(7)})
    assert answer.status_code == 200, answer.text
    return town


def main(town: Town, address: str) -> Element:
    """The page as Olga sees it."""
    answer = town.web.get(address, headers={**town.olga.headers, "Accept": "text/html", "Accept-Language": "en"})
    assert answer.status_code == 200, answer.text
    return html.fromstring(answer.text).find(".//main")


def around(table: Element) -> Element:
    """What a table and its files stand in."""
    return next(one for one in table.iterancestors() if one.tag in ("details", "section"))


def files_of(place: Element) -> dict[str, str]:
    """The ways out of a place by kind of file."""
    links = [link.get("href") or "" for link in place.iter("a")]
    return {form: link for form in FILES for link in links if f"format={form}" in link}


def figures(page: Element) -> Iterator[Element]:
    """Cells and large figures that hold a number other than zero; a chart's numbers as a table are the chart, and are left out."""
    for cell in page.xpath(".//td[contains(@class, 'number')] | .//dl[contains(@class, 'figures')]//dd"):
        if any(one.tag == "details" for one in cell.iterancestors()):
            continue
        if re.search(r"[1-9]", cell.text_content()):
            yield cell


@pytest.mark.parametrize("address", PAGES)
def test_every_table_leaves_as_a_file_of_each_kind(lived: Town, address: str) -> None:
    tables = main(lived, address).findall(".//table")
    assert tables
    without = {table.findtext(".//th"): sorted(files_of(around(table))) for table in tables if set(files_of(around(table))) != set(FILES)}
    assert without == {}


@pytest.mark.parametrize("address", PAGES)
def test_the_files_are_what_spreadsheets_and_programs_take(lived: Town, address: str) -> None:
    for table in main(lived, address).findall(".//table"):
        links = files_of(around(table))
        answers = {form: lived.web.get(links[form], headers=lived.olga.headers) for form in FILES}
        assert {form: answer.status_code for form, answer in answers.items()} == dict.fromkeys(FILES, 200), links
        assert answers["csv"].content.startswith(b"\xef\xbb\xbf")
        heads, *lines = csv.reader(io.StringIO(answers["csv"].content.decode("utf-8-sig")))
        sheet, *_ = CalamineWorkbook.from_filelike(io.BytesIO(answers["xlsx"].content)).sheet_names
        book = CalamineWorkbook.from_filelike(io.BytesIO(answers["xlsx"].content)).get_sheet_by_name(sheet).to_python()
        assert book[0] == heads
        assert len(book) - 1 == len(lines)
        for line in book[1:]:
            cells = dict(zip(heads, line, strict=True))
            assert all(isinstance(value, str) for name, value in cells.items() if name in ("barcode", "tube", "box", "lab", "site"))
            assert all(not isinstance(value, str) or not value for name, value in cells.items() if name in ("tubes", "people", "pools"))


@pytest.mark.parametrize("address", COUNTED)
def test_every_figure_of_a_day_leads_on(lived: Town, address: str) -> None:
    page = main(lived, address)
    found = [*figures(page)]
    assert len(found) > 5
    rows_of_their_own = page.xpath(".//tr[td[a[starts-with(@href, '/testing/cases/')]]]//td")
    without = [one.text_content().strip() for one in found if one.find(".//a") is None and one not in rows_of_their_own]
    # Where a tube is in no lab yet, there is no place to ask of.
    nowhere = page.xpath(".//tr[td='not known yet']/td[contains(@class, 'number')]")
    assert without == [one.text_content().strip() for one in found if one in nowhere]


@pytest.mark.parametrize("address", COUNTED)
def test_a_count_leads_to_so_many_tubes_and_no_others(lived: Town, address: str) -> None:
    followed = 0
    # Of this town alone: other tests leave people with two single tubes, who are one positive person, and tubes that skipped a leg.
    for link in main(lived, f"{address}&area={lived.area}").xpath(".//a[contains(@href, '/reporting/rows?')]"):
        shown = re.findall(r"\d+", link.text_content())
        if re.fullmatch(r"\d+(\s*\(\d+\))?", link.text_content().strip()) is None:
            continue
        head = main(lived, link.get("href")).findtext(".//h1") or ""
        tubes_and_people = re.findall(r"\d+", head) if not head.startswith("No tubes") else ["0", "0"]
        assert set(shown) <= set(tubes_and_people[:2]), (link.get("href"), shown, head)
        followed += 1
    assert followed > 10
