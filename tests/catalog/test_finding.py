"""Finding a site among thousands while its name is typed."""

import pytest

from lims.catalog.finding import sites_like
from lims.catalog.rules import Site
from tests.bench import another_town, done, refused
from tests.factories import Town
from tests.web.test_pages import look

SITES = [Site(code, name, "FY", "Asia/Shanghai") for code, name in (("FY02", "二号采样点"), ("FY01", "一号采样点"), ("XFY1", "School fy"))]


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("", ["FY01", "FY02", "XFY1"]), ("fy", ["FY01", "FY02", "XFY1"]), ("FY02", ["FY02"]), (" 二号 ", ["FY02"]), ("school", ["XFY1"]),
        ("nowhere", []), ("%", []),
    ],
)  # fmt: skip
def test_a_site_is_found_by_a_piece_of_its_code_or_of_its_name(words: str, codes: list[str]) -> None:
    assert [site.code for site in sites_like(SITES, words, 10)] == codes


def test_no_more_are_offered_than_can_be_looked_through() -> None:
    assert [site.code for site in sites_like(SITES, "", 2)] == ["FY01", "FY02"]


def test_olga_is_offered_every_site_and_otto_his_own(town: Town) -> None:
    other, otto = another_town(town), town.somebody("otto", "official", site=town.site)
    for who, site, expected in ((town.olga, town.site, 1), (town.olga, other.site, 1), (otto, town.site, 1), (otto, other.site, 0)):
        offered = done(who.get("/testing/api/sites", q=site.lower()))["items"]
        assert offered == [{"code": site, "name": "一号采样点"}] * expected
    refused(town.ana.get("/testing/api/sites"), 403, "role_missing")


@pytest.mark.parametrize("path", ["/testing/cases", "/testing/cases/{pool}", "/reporting/cases"])
def test_no_page_of_cases_carries_the_list_of_all_sites(town: Town, path: str) -> None:
    pool, other = str(town.collected(2)["barcode"]), another_town(town)
    town.tested(pool, truth={pool: "positive"})
    shown = look(town.bo, path.format(pool=pool)).text
    assert "/testing/api/sites" in shown
    assert other.site not in shown


def test_a_site_that_there_is_not_is_said_on_the_board(town: Town) -> None:
    assert "There is no site NOWHERE." in look(town.olga, "/testing/cases?site=NOWHERE").text
