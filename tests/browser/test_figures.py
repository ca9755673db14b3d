"""Olga reads the figures of the city in a browser: prevalence, what if, several days, whether all adds up, the wall, the daily report."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener
from tests.factories import Town

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 740}
BIG = {"width": 1920, "height": 1080}


@pytest.fixture
def lived(town: Town) -> Town:
    """A town with a day behind it."""
    clean, odd = town.collected(4)["barcode"], town.collected(6)["barcode"]
    town.tested(clean, odd, truth={odd: "positive"})
    return town


def fits(page: Page) -> bool:
    """Whether nothing hangs over the edge of the screen, once the page has its looks."""
    page.wait_for_load_state()
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.parametrize(
    ("language", "area", "shown"),
    [("en", "The highest prevalence", "What is assumed of the tests"), ("zh-CN", "流行率最高", "对检测的假设")],
)
def test_olga_reads_the_prevalence_with_its_interval_and_assumes_a_worse_test(
    lived: Town, opened: Opener, language: str, area: str, shown: str
) -> None:
    path = f"/reporting/prevalence?first=2022-02-01&last=2022-02-03&area={lived.area}"
    page = opened(lived.olga, path, language=language, screen=PHONE)
    expect(page.get_by_role("heading", name=area)).to_be_visible()
    expect(page.locator("svg.interval-row").first).to_be_visible()
    expect(page.locator("table").first).to_contain_text(re.compile(r"\d\s%"))
    page.get_by_text(shown).click()
    page.locator("input[name=sensitivity]").fill("90")
    page.locator("form button.next").click()
    page.wait_for_url("**sensitivity=90**")
    expect(page.locator("input[name=sensitivity]")).to_have_value("90")
    assert fits(page)


def test_olga_asks_what_pools_of_five_would_mean(lived: Town, opened: Opener) -> None:
    page = opened(lived.olga, "/reporting/what-if", screen=PHONE)
    page.get_by_label("Pool size").fill("5")
    page.get_by_label("People", exact=True).fill("1000")
    page.get_by_role("button", name="Reckon").click()
    expect(page.locator("h1")).to_contain_text("people in pools of 5")
    expect(page.get_by_role("table", name="By pool size").locator("tbody tr")).to_have_count(5)
    assert fits(page)


def test_olga_puts_days_beside_each_other_and_opens_one_of_their_figures(lived: Town, opened: Opener) -> None:
    page = opened(lived.olga, f"/reporting/range?from=2022-02-01&to=2022-02-03&lab={lived.lab}")
    expect(page.locator("h1")).to_have_text("2 tubes tested from 2022-02-01 to 2022-02-03")
    page.locator("select[name=by]").select_option("lab")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**by=lab**")
    page.locator("tfoot a[href*='figure=tested']").click()
    expect(page.locator("h1")).to_contain_text("2 tubes, 10 people: tested")
    assert fits(page)


def test_olga_sees_that_everything_adds_up(lived: Town, opened: Opener) -> None:
    page = opened(lived.olga, "/reporting/reconciliation?day=2022-02-02", screen=PHONE)
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("section.card", has_text="People").first).to_contain_text("sampled")
    assert fits(page)
    page.get_by_label("The day before").click()
    expect(page.locator("input[type=date]")).to_have_value("2022-02-01")


def test_olga_takes_the_daily_report_along(lived: Town, opened: Opener) -> None:
    page = opened(lived.olga, "/reporting/daily?day=2022-02-02", screen=PHONE)
    expect(page.locator("h1")).to_have_text("Report of 2022-02-02")
    for ending in ("HTML", "XLSX"):
        with page.expect_download() as taken:
            page.get_by_role("link", name=ending).first.click()
        assert taken.value.suggested_filename == f"daily-2022-02-02.{ending.lower()}"
    assert fits(page)


def made(opened: Opener, town: Town, name: str) -> tuple[Page, str]:
    """The page of walls after Olga has made a link for a new one, and where the link leads on this server."""
    page = opened(town.olga, "/reporting/walls")
    page.get_by_label("Where it hangs").fill(name)
    page.get_by_role("button", name="Make a link").click()
    wall = page.locator("section.card", has_text=name)
    expect(wall.locator("code")).to_contain_text("/reporting/wall/")
    return page, urlsplit(wall.locator("code").inner_text()).path


@pytest.mark.parametrize(("language", "words"), [("en", "tubes tested"), ("zh-CN", "已检测")])
def test_a_wall_is_opened_by_its_link_in_light_and_dark_and_closed_by_revoking_it(
    lived: Town, opened: Opener, language: str, words: str
) -> None:
    keeper, link = made(opened, lived, f"hall {language}")
    wall = opened(None, f"{link}?theme=light", language=language, screen=BIG)
    expect(wall.locator("h1")).to_contain_text(words)
    light = wall.evaluate("getComputedStyle(document.body).backgroundColor")
    assert wall.evaluate("document.documentElement.scrollHeight <= window.innerHeight"), "a wall is one screen"
    wall.goto(f"{link}?theme=dark")
    expect(wall.locator("h1")).to_contain_text(words)
    assert wall.evaluate("getComputedStyle(document.body).backgroundColor") != light
    keeper.locator("section.card", has_text=f"hall {language}").get_by_role("button", name="Revoke").click()
    expect(keeper.locator("section.card", has_text=f"hall {language}")).to_contain_text("revoked by")
    answer = wall.goto(link)
    assert answer is not None
    assert answer.status == 404
    expect(wall.locator("main")).to_contain_text("opens no wall" if language == "en" else "此链接打不开大屏")


def test_a_screen_that_hangs_shows_no_figures_once_its_link_is_revoked(lived: Town, opened: Opener) -> None:
    keeper, link = made(opened, lived, "stairs")
    wall = opened(None, link, screen=BIG)
    wall.clock.install()
    wall.reload()
    expect(wall.locator("h1")).to_contain_text("tubes tested")
    keeper.locator("section.card", has_text="stairs").get_by_role("button", name="Revoke").click()
    expect(keeper.locator("section.card", has_text="stairs")).to_contain_text("revoked by")
    wall.clock.fast_forward(31_000)
    expect(wall.locator("main")).to_contain_text("opens no wall")
    expect(wall.locator("h1")).not_to_contain_text("tubes tested")


def test_a_wall_takes_new_figures_without_a_flicker(lived: Town, opened: Opener) -> None:
    _, link = made(opened, lived, "lobby")
    wall = opened(None, link, screen=BIG)
    expect(wall.locator("#stale")).to_be_hidden()
    # A page that was loaded anew, or was ever without its figures, would tell.
    wall.evaluate("""() => {
      window.stays = true;
      window.empty = 0;
      document.querySelector("h1").textContent = "old";
      new MutationObserver(() => { if (!document.querySelector("main h1")) window.empty += 1; }).observe(document.body, {childList: true});
    }""")
    expect(wall.locator("h1")).to_contain_text("tubes tested", timeout=60_000)
    assert wall.evaluate("[window.stays, window.empty]") == [True, 0]
