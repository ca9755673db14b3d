"""Olga sees the day; everybody can sign in, read it in their language, and sign out."""

import pytest
from playwright.sync_api import expect

from lims.kernel import clock
from lims.kernel.auth.actions import add_user
from lims.kernel.db import Access
from tests.browser.conftest import Opener
from tests.factories import Town

pytestmark = pytest.mark.browser


def test_olga_sees_the_day_of_her_labs(town: Town, opened: Opener) -> None:
    clean, odd = town.collected(4)["barcode"], town.collected(6)["barcode"]
    town.tested(clean, odd, truth={odd: "positive"})
    page = opened(town.olga, "/reporting/?day=2022-02-02")
    expect(page.locator("h1")).to_contain_text("of the capacity")
    assert page.locator("svg.bar-row").count() >= 1
    assert page.locator("svg.bar-row line.limit").count() >= 1
    expect(page.locator("table", has_text="Together").locator("tfoot")).to_be_visible()
    expect(page.locator(f"a[href='/testing/cases/{odd}']")).to_be_visible()
    assert "赵试" not in page.content()
    page.get_by_label("The day before").click()
    expect(page.locator("input[type=date]")).to_have_value("2022-02-01")


def test_a_figure_leads_olga_to_its_tubes_and_on_to_one_of_them(town: Town, opened: Opener) -> None:
    clean = town.collected(4)["barcode"]
    town.tested(clean)
    page = opened(town.olga, f"/reporting/?day=2022-02-02&lab={town.lab}")
    page.locator("dl.figures a[href*='figure=received']").first.click()
    expect(page.locator("h1")).to_contain_text("1 tubes, 4 people")
    page.locator(f"a[href='/testing/tubes/{clean}']").click()
    expect(page.locator("h1")).to_contain_text(clean[-4:])


def test_the_wall_refreshes_itself_and_says_when_it_cannot(town: Town, opened: Opener) -> None:
    page = opened(town.olga, "/reporting/wall")
    expect(page.locator("#stale")).to_be_hidden()
    page.context.set_offline(True)
    expect(page.locator("#stale")).to_be_visible(timeout=45_000)


@pytest.mark.parametrize(
    ("language", "button", "greeting"),
    [("en", "Sign in", "What would you like to do"), ("zh-CN", "登录", "您好")],
)
def test_olga_signs_in_and_out_in_her_language(town: Town, opened: Opener, language: str, button: str, greeting: str) -> None:
    with town.program.database.transaction(Access.OWNER) as connection:
        add_user(connection, clock.now(), town.olga.name, ["official"], password="a long day")
    page = opened(None, "/reporting/", language=language)
    assert "/auth/sign-in?next=" in page.url
    page.fill("input[name=name]", town.olga.name)
    page.fill("input[name=password]", "a long day")
    page.get_by_role("button", name=button).click()
    page.wait_for_url("**/reporting/")
    page.goto("/")
    expect(page.locator("h1")).to_contain_text(greeting)
    page.locator(".menu summary").click()
    page.get_by_role("banner").get_by_role("button").click()
    page.wait_for_url("**/auth/sign-in")
    page.goto("/")
    assert "/auth/sign-in" in page.url


def test_the_other_language_is_one_press_away(town: Town, opened: Opener) -> None:
    page = opened(town.ben, "/testing/")
    page.get_by_role("link", name="中文").click()
    expect(page.locator("h1")).to_have_text("今日检测")
    page.goto("/testing/plates")
    expect(page.locator("h1")).to_have_text("排板")
    page.get_by_role("link", name="English").click()
    expect(page.locator("h1")).to_have_text("Lay out a plate")
