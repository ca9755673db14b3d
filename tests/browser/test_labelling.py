"""Ben labels what came without a label, on his phone beside the box."""

import pytest
from playwright.sync_api import Page, expect

from lims.kernel.barcodes import Kind
from tests.bench import bench_state, done, pack
from tests.browser.conftest import PHONE, Opener, scan
from tests.factories import Town, code

pytestmark = pytest.mark.browser


def printed(page: Page, button: str) -> str:
    """The name of the file that a press of this button puts into the downloads."""
    with page.expect_download() as fetched:
        page.get_by_role("button", name=button, exact=True).click()
    return fetched.value.suggested_filename


def test_a_tube_without_a_code_is_labelled_beside_its_box_and_scanned_like_the_others(town: Town, opened: Opener) -> None:
    box, packed = code(Kind.BOX), town.collected()["barcode"]
    done(pack(town, box, packed))
    page = opened(town.ben, "/testing/boxes", screen=PHONE)
    scan(page, box)
    expect(page.locator("#count")).to_have_text("0 / 1")
    page.get_by_role("link", name="A tube without a code").click()
    page.wait_for_url("**/testing/labels")
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("heading", name="New codes")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Reserve").click()
    expect(page.locator("#said")).to_contain_text("1 codes are reserved")
    page.wait_for_load_state("networkidle")
    new = page.locator("main details summary .code").first.inner_text().replace(" ", "").strip()
    assert printed(page, "Print") == f"labels-{new}.pdf"

    page.goto("/testing/boxes", wait_until="networkidle")
    expect(page.locator("#count")).to_have_text("0 / 1")  # the box that was open is gone on with
    scan(page, new)
    expect(page.locator("#said")).to_contain_text(f"Nobody has registered tube {new} yet; it is received and tested")
    scan(page, packed)
    expect(page.locator("#said")).to_contain_text(f"Box {box} is complete")
    assert bench_state(town, new) == "waiting"


def test_a_label_that_cannot_be_read_is_printed_again_from_the_page_of_its_tube(town: Town, opened: Opener) -> None:
    tube = town.collected()["barcode"]
    town.received(tube)
    page = opened(town.ben, f"/testing/tubes/{tube}")
    page.get_by_role("link", name="Print a label for it").click()
    page.wait_for_url("**/testing/labels?tube=*")
    page.wait_for_load_state("networkidle")
    expect(page.get_by_label("Tube", exact=True)).to_have_value(tube)
    assert printed(page, "Print its label") == f"labels-{tube}.pdf"
    page.goto(f"/testing/tubes/{tube}")
    expect(page.get_by_text("label printed again")).to_be_visible()


def test_a_tube_that_is_not_here_gets_no_label_and_the_page_says_why(town: Town, opened: Opener) -> None:
    stranger = code(Kind.TUBE)
    page = opened(town.ben, "/testing/labels", language="zh-CN")
    page.get_by_label("采样管", exact=True).fill(stranger)
    page.get_by_role("button", name="打印该管标签").click()
    expect(page.locator("form .said[data-tone=bad]")).to_contain_text(stranger)
