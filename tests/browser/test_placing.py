"""Ben places tubes with a scanner and the keyboard alone."""

import pytest
from playwright.sync_api import Route

from lims.kernel.barcodes import Kind
from tests.bench import done, lay_out
from tests.browser.conftest import Opener, scan
from tests.factories import Town, code

pytestmark = pytest.mark.browser


def test_tubes_are_placed_moved_and_refused_without_a_mouse(town: Town, opened: Opener) -> None:
    first, second = sorted(code(Kind.TUBE) for _ in range(2))
    town.received(first, second)
    plate = done(lay_out(town, "manual"))
    free = [f"{row}1" for row in "ABCDEFGH" if f"{row}1" not in plate["wells"]]
    page = opened(town.ben, f"/testing/plates/{plate['barcode']}/move")
    scan(page, first)
    page.wait_for_selector(f"#asks:has-text('{free[0]}')")
    assert page.locator(".proposed").get_attribute("data-well") == free[0]
    page.keyboard.press("Enter")
    page.wait_for_selector(f"[data-well={free[0]}]:has-text('{first[-5:]}')")
    scan(page, second, "H12" if "H12" not in plate["wells"] else "H11")
    page.wait_for_selector(f"td.filled:not(.control):has-text('{second[-5:]}')")
    # The first tube goes where the second stands; they change places.
    there = page.locator(f"td.filled:not(.control):has-text('{second[-5:]}')").get_attribute("data-well")
    assert there is not None
    scan(page, first)
    page.wait_for_selector(f"#asks:has-text('{free[0]}')")
    scan(page, there)
    page.wait_for_selector(f"[data-well={there}]:has-text('{first[-5:]}')")
    assert second[-5:] in page.inner_text(f"[data-well={free[0]}]")
    # Somebody else's tube is refused in words, and the field is ready for the next.
    scan(page, code(Kind.TUBE))
    page.wait_for_selector("#asks:has-text('Enter')")
    page.keyboard.press("Enter")
    page.wait_for_selector("#log [data-tone=bad]")
    assert "Not received" in page.inner_text("#log")
    assert page.evaluate("document.activeElement.id") == "scan"


def test_the_next_tube_is_scanned_while_the_one_before_is_on_its_way(town: Town, opened: Opener) -> None:
    first, second = sorted(code(Kind.TUBE) for _ in range(2))
    town.received(first, second)
    plate = done(lay_out(town, "manual"))
    free = [well for column in (1, 2) for row in "ABCDEFGH" if (well := f"{row}{column}") not in plate["wells"]]
    page = opened(town.ben, f"/testing/plates/{plate['barcode']}/move")
    late = list[Route]()
    page.route("**/moves", lambda route: route.continue_() if late else late.append(route))
    scan(page, first)
    page.wait_for_selector(f"#asks:has-text('{free[0]}')")
    with page.expect_request("**/moves"):
        page.keyboard.press("Enter")
    scan(page, second)
    late[0].continue_()
    page.wait_for_selector(f"[data-well={free[0]}]:has-text('{first[-5:]}')")
    page.wait_for_selector(f"#asks:has-text('{free[1]}')")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"[data-well={free[1]}]:has-text('{second[-5:]}')")


def test_a_plate_is_filled_from_batches_that_are_scanned_on_its_page(town: Town, opened: Opener) -> None:
    town.received(code(Kind.TUBE), code(Kind.TUBE))
    batch, plate = code(Kind.PLATE), code(Kind.PLATE)
    page = opened(town.ben, "/testing/extractions")
    scan(page, batch)
    page.wait_for_url(f"**/testing/extractions/{batch}")
    page.goto("/testing/plates", wait_until="networkidle")
    page.locator("textarea[name=batches]").focus()
    scan(page, batch)
    page.locator("input[name=barcode]").focus()
    scan(page, plate)
    page.wait_for_url(f"**/testing/plates/{plate}")
    assert page.locator(f"a[href='/testing/extractions/{batch}']").count() == 1
