"""Every table of the reports' pages leaves as a file of each kind, and every figure of a day leads to what is behind it.

The pages are found from the routes of the program and walked as they are shown: a page, a table or a figure that is added without its
way on fails here.
"""

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from lxml import html
from python_calamine import CalamineWorkbook
from sqlalchemy import insert, select

from lims.catalog import actions as catalog
from lims.catalog.forms import CatalogForm
from lims.interop.notices.tables import Notice
from lims.interop.subscribers.tables import DeliveryAttempt
from lims.kernel import clock
from lims.kernel.db import Access
from lims.kernel.ids import uuid7
from lims.reporting.rules import By
from lims.reporting.schedule.tables import ReportSending
from tests.architecture.test_routes import routes_of
from tests.factories import Somebody, Town, at
from tests.interop.telling import told

if TYPE_CHECKING:
    from fastapi import FastAPI

Element = Any  # lxml has no types
FILES = ("csv", "xlsx", "json")
DAY = "2022-02-02"
DAYS = dict.fromkeys(("day", "from", "to", "first", "last"), DAY)
# Pages that have no table to begin with: lists of ways on, forms, full screens. Every other page shows one to the walk.
WITHOUT_TABLES = {
    "/reporting/diversions",
    "/reporting/notices",
    "/reporting/wall",
    "/reporting/wall/{wall_id}/{key}",
    "/reporting/walls",
    "/reporting/webhooks",
}
# What makes another table of the same page.
VARYING = ("by", "part", "what")
PLACES = ("olga in her area", "lena of her lab", "sina of her site")
COUNTED = (f"/reporting/?day={DAY}", *(f"/reporting/range?from=2022-02-02&to=2022-02-02&by={by.value}" for by in By))


@pytest.fixture
def lived(town: Town) -> Town:
    """A town with a day behind it: negative, positive twice, one waiting too long, one turned away, one on its way."""
    limit = {"from": "2022-01-01", "name": town.site, "hours": 5, "source": "tests", "site": town.site}
    with town.program.database.transaction(Access.OWNER) as connection:
        catalog.load(connection, CatalogForm.model_validate({"time_limit": [limit]}), datetime.now(UTC), "tests")
    clean, odd, late, broken = (town.collected(size)["barcode"] for size in (4, 6, 3, 5))
    town.collected(7)
    own = [town.collected(1, size=1)["barcode"] for _ in range(2)]
    town.tested(clean, odd, *own, truth=dict.fromkeys([odd, *own], "positive"))
    town.received(late, broken, hours=6)
    answer = town.ben.post(f"/testing/api/tubes/{broken}/reject", {"id": str(uuid7()), "reason": "RB", "at": at(7)})
    assert answer.status_code == 200, answer.text
    return town


@pytest.fixture
def busy(lived: Town) -> Iterator[Town]:
    """The same, and whatever else the pages of the reports tell of has happened, too."""

    def done(path: str, **content: Any) -> Any:
        answer = chief(lived).post(f"/reporting/api/{path}", {"id": str(uuid7())} | content)
        assert answer.is_success, answer.text
        return answer.json()

    done("diversions")
    done("walls", name="hall")
    done("rounds/expected", **{"round": f"of {lived.site}", "from": DAY, "site": lived.site, "people": 40, "source": "register"})
    number = done("webhooks", address="https://8.8.8.8/cases")["number"]
    told(lived)
    now = clock.now()
    with lived.program.database.transaction(Access.OWNER) as connection:
        notice = connection.execute(select(Notice.number).where(Notice.lab == lived.lab)).scalars().first()
        sent = {"subscriber": number, "notice": notice, "at": now, "status": 200, "milliseconds": 12, "said": ""}
        connection.execute(insert(DeliveryAttempt).values(**sent))
        connection.execute(
            insert(ReportSending).values(day=date(2022, 2, 2), recipient=f"{lived.site}@health.example", arrived_at=now, attempts=1)
        )
    yield lived
    done(f"webhooks/{number}/remove")


def chief(town: Town) -> Somebody:
    """Who may open every page of the reports."""
    return town.somebody("otto", "official", "admin")


class Walk:
    """Every page of the reports, from the routes of the program and by the links of the pages; one of a kind."""

    def __init__(self, town: Town, who: Somebody) -> None:
        self.town, self.who = town, who
        self.routes = {
            route.path: route.path_regex
            for name, route in routes_of(cast("FastAPI", town.web.app)).items()
            # A path with a dot is a file's.
            if name.startswith("GET /reporting/") and not route.include_in_schema and "." not in route.path
        }
        self.pages: dict[tuple[str, ...], tuple[str, Element]] = {}
        self.waiting = [f"{path}?{urlencode(DAYS | more)}" for path in self.routes if "{" not in path for more in self.cuts(path)]
        while self.waiting:
            self.visit(self.waiting.pop(0))

    @staticmethod
    def cuts(path: str) -> list[dict[str, str]]:
        """What a form of a page lets choose that makes another table of it."""
        return [{"by": by.value} for by in By] if path == "/reporting/range" else [{}]

    def kind(self, address: str) -> tuple[str, ...] | None:
        """Of which kind a page is; None of what is no page of the reports."""
        split = urlsplit(address)
        for path, pattern in self.routes.items():
            if (found := pattern.match(split.path)) is not None:
                said = parse_qs(split.query) | {name: [word] for name, word in found.groupdict().items()}
                return (path, *(said.get(name, [""])[0] for name in VARYING))
        return None

    def visit(self, address: str) -> None:
        """Look at a page, if it is the first of its kind."""
        kind = self.kind(address)
        if kind is None or kind in self.pages:
            return
        answer = self.town.web.get(urlsplit(address)._replace(scheme="", netloc="").geturl(), headers=browser(self.who))
        if answer.status_code == 422:
            return  # It is asked for with more words than a day: a link leads there.
        assert answer.status_code == 200, (address, answer.text)
        page = html.fromstring(answer.text)
        self.pages[kind] = address, page
        self.waiting += [link.get("href") or "" for link in page.iter("a")]

    def tables(self) -> Iterator[tuple[str, str, Element]]:
        """Every table with its route and address."""
        for (path, *_), (address, page) in self.pages.items():
            for table in page.iter("table"):
                yield path, address, table


def browser(who: Somebody) -> dict[str, str]:
    """How somebody's browser asks."""
    return {**who.headers, "Accept": "text/html", "Accept-Language": "en"}


def main(town: Town, address: str, who: Somebody) -> Element:
    """A page as somebody sees it."""
    answer = town.web.get(address, headers=browser(who))
    assert answer.status_code == 200, answer.text
    return html.fromstring(answer.text).find(".//main")


def files_of(table: Element) -> dict[str, str]:
    """The ways out of the place in which a table stands, by kind of file."""
    for place in table.iterancestors("details", "section"):
        links = [link.get("href") or "" for link in place.iter("a")]
        found = {form: link for form in FILES for link in links if f"format={form}" in link}
        if found:
            return found
    return {}


def figures(page: Element) -> Iterator[Element]:
    """Cells and large figures that hold a number other than zero."""
    for cell in page.xpath(".//td[contains(@class, 'number')] | .//dl[contains(@class, 'figures')]//dd"):
        if re.search(r"[1-9]", cell.text_content()):
            yield cell


def test_every_table_of_every_page_leaves_as_a_file_of_each_kind(busy: Town) -> None:
    walk = Walk(busy, chief(busy))
    assert {path for path, *_ in walk.pages} == {*walk.routes}
    assert {*walk.routes} - {path for path, _, _ in walk.tables()} == WITHOUT_TABLES
    without = {address: table.findtext(".//th") for _, address, table in walk.tables() if set(files_of(table)) != set(FILES)}
    assert without == {}
    for links in {tuple(files_of(table).values()): files_of(table) for _, _, table in walk.tables()}.values():
        what_spreadsheets_and_programs_take({form: busy.web.get(link, headers=walk.who.headers) for form, link in links.items()})


def what_spreadsheets_and_programs_take(answers: dict[str, Any]) -> None:
    """CSV with a byte order mark, a workbook with the same rows in which codes are text and numbers numbers, and JSON."""
    assert {form: answer.status_code for form, answer in answers.items()} == dict.fromkeys(FILES, 200), answers["csv"].url
    assert answers["csv"].content.startswith(b"\xef\xbb\xbf")
    assert answers["json"].json()
    heads, *lines = csv.reader(io.StringIO(answers["csv"].content.decode("utf-8-sig")))
    sheet, *_ = CalamineWorkbook.from_filelike(io.BytesIO(answers["xlsx"].content)).sheet_names
    book = CalamineWorkbook.from_filelike(io.BytesIO(answers["xlsx"].content)).get_sheet_by_name(sheet).to_python()
    assert book[0] == heads
    assert len(book) - 1 == len(lines)
    for line in book[1:]:
        cells = dict(zip(heads, line, strict=True))
        assert all(isinstance(value, str) for name, value in cells.items() if name in ("barcode", "tube", "box", "lab", "site"))
        assert all(not isinstance(value, str) or not value for name, value in cells.items() if name in ("tubes", "people", "pools"))


def onlooker(town: Town, place: str) -> tuple[Somebody, str]:
    """An official who asks of her area, or is bound to a lab or a site; and what she adds to an address."""
    if place == "lena of her lab":
        return town.somebody("lena", "official", lab=town.lab), ""
    if place == "sina of her site":
        return town.somebody("sina", "official", site=town.site), ""
    return town.olga, f"&area={town.area}"


@pytest.mark.parametrize("address", COUNTED)
def test_every_figure_of_a_day_leads_on(lived: Town, address: str) -> None:
    page = main(lived, address, lived.olga)
    found = [*figures(page)]
    assert len(found) > 5
    rows_of_their_own = page.xpath(".//tr[td[a[starts-with(@href, '/testing/cases/')]]]//td")
    assert [one.text_content().strip() for one in found if one.find(".//a") is None and one not in rows_of_their_own] == []


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("address", COUNTED)
def test_a_count_leads_to_so_many_tubes_or_people_and_no_others(lived: Town, address: str, place: str) -> None:
    who, more = onlooker(lived, place)
    followed = 0
    for link in main(lived, address + more, who).xpath(".//a[contains(@href, '/reporting/rows?')]"):
        said = re.fullmatch(r"(\d+)(?:\s*\((\d+)\)| people verifying| are over their time limit)?", link.text_content().strip())
        if said is None:
            continue
        head = main(lived, link.get("href"), who).findtext(".//h1") or ""
        tubes_and_people = re.findall(r"\d+", head)[:2] if not head.startswith("No tubes") else ["0", "0"]
        assert {one for one in said.groups() if one is not None} <= {*tubes_and_people}, (link.get("href"), said[0], head)
        followed += 1
    assert followed > 5


@pytest.mark.parametrize("place", PLACES)
def test_two_people_who_are_positive_are_two_rows_for_whoever_may_see_them(lived: Town, place: str) -> None:
    who, more = onlooker(lived, place)
    figure = main(lived, f"/reporting/?day={DAY}{more}", who).xpath(".//dd[a[contains(@href, 'figure=positive')]]/a")[0]
    assert figure.text_content() == "2"
    rows = main(lived, figure.get("href"), who).xpath(".//tbody/tr/td[1]")
    assert [row.text_content() for row in rows] == ["1", "1"]
