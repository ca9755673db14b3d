"""Ben's morning in a real browser: what is due, and every code one scan away, without a mouse."""

import pytest
from playwright.sync_api import Route, expect

from lims.kernel.barcodes import Kind
from tests.browser.conftest import DESK, PHONE, Opener, scan
from tests.factories import Town, code

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("screen", [PHONE, DESK])
def test_whatever_ben_scans_opens_without_a_mouse(town: Town, opened: Opener, screen: dict[str, int]) -> None:
    tube = town.collected(3)["barcode"]
    box = town.received(tube)
    plate = town.plated()["barcode"]
    page = opened(town.ben, "/testing/", screen=screen)
    expect(page.locator("[data-group=to_run] .count")).to_have_text("1")
    scan(page, tube)
    page.wait_for_url(f"**/testing/tubes/{tube}")
    expect(page.locator("main")).to_contain_text("3 of 10 people")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    scan(page, plate)
    page.wait_for_url(f"**/testing/plates/{plate}")
    page.locator("#find input").focus()
    scan(page, box)
    page.wait_for_url(f"**/testing/boxes/{box}")
    expect(page.locator("#box")).to_have_text(box)
    page.goto("/testing/", wait_until="networkidle")
    scan(page, "hello")
    expect(page.locator("#said")).to_contain_text("This is no code of a tube, box or plate")
    scan(page, "REJQS")
    expect(page.locator("#said")).to_contain_text("Scan the tube first, then the reason.")
    scan(page, tube)
    page.wait_for_url(f"**/testing/tubes/{tube}")


def test_no_address_keeps_what_was_scanned_by_mistake(town: Town, opened: Opener) -> None:
    page = opened(town.ben, "/testing/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    scan(page, "360426199101010071")
    expect(page.locator("#said")).to_contain_text("This is no code")
    assert not [address for address in asked if "360426199101010071" in address]


def test_the_screen_refreshes_itself_and_says_so_where_it_cannot(town: Town, opened: Opener) -> None:
    page = opened(town.bea, "/testing/")
    expect(page.locator("[data-group=waiting] .count")).to_have_text("0")
    page.clock.install()
    page.reload(wait_until="networkidle")
    town.received(code(Kind.TUBE))
    page.clock.run_for(31_000)
    expect(page.locator("[data-group=waiting] .count")).to_have_text("1")
    page.route("**/testing/", lambda route: route.abort())
    page.clock.run_for(31_000)
    expect(page.locator("#stale")).to_be_visible()


def test_a_slow_answer_does_not_throw_ben_off_what_he_has_gone_to_meanwhile(town: Town, opened: Opener) -> None:
    town.received(code(Kind.TUBE))
    page, late = opened(town.ben, "/testing/"), list[Route]()
    page.clock.install()
    page.reload(wait_until="networkidle")
    page.route("**/testing/", lambda route: route.continue_() if late else late.append(route))
    with page.expect_request("**/testing/"):
        page.clock.run_for(31_000)
    link = page.locator("main a:visible").first
    link.focus()
    with page.expect_response("**/testing/") as answered:
        late[0].continue_()
    answered.value.finished()
    page.evaluate("fetch('/readyz').then(() => true)")  # by then the page has done with the answer before it
    expect(link).to_be_focused()


def test_a_reviewer_is_led_to_the_run_of_a_plate(town: Town, opened: Opener) -> None:
    town.received(town.collected()["barcode"])
    plate = town.plated()
    run = town.imported(plate).json()["run"]
    page = opened(town.bea, "/testing/", language="zh-CN")
    scan(page, plate["barcode"])
    page.wait_for_url(f"**/testing/runs/{run}")
