"""A morning of two plates, one with a failed control, one swapped, reviewed without a mouse."""

import pytest
from playwright.sync_api import FilePayload, Page, expect

from lims.kernel.barcodes import Kind
from tests.bench import bench_state, tubes_in
from tests.browser.conftest import PHONE, Opener
from tests.factories import Town, code

pytestmark = pytest.mark.browser
MOST_TABS = 60


def uploaded(page: Page, plate: str, content: bytes) -> None:
    """Ben uploads a file on the page of a plate."""
    page.goto(f"/testing/plates/{plate}", wait_until="networkidle")
    page.get_by_label("The instrument's file").set_input_files(FilePayload(name="run.csv", mimeType="text/csv", buffer=content))
    page.get_by_role("button", name="Import", exact=True).press("Enter")


def tab_to(page: Page, what: str) -> None:
    """Press Tab until the focus is on a button or field of this name."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if what in page.evaluate("(document.activeElement.labels?.[0] ?? document.activeElement).innerText ?? ''"):
            return
    raise AssertionError(f"no way to {what} by Tab")


def said(page: Page, words: str) -> None:
    expect(page.locator("#said")).to_contain_text(words)


def test_bea_reviews_a_swapped_plate_and_a_failed_control_by_keyboard_alone(town: Town, opened: Opener) -> None:
    town.received(*(code(Kind.TUBE) for _ in range(184)))
    first, second = town.plated(), town.plated()
    tubes = tubes_in(second)
    odd, other, clean = tubes[3], tubes[50], [tube for number, tube in enumerate(tubes) if number not in (3, 50)]
    bench = opened(town.ben, "/testing/")
    uploaded(bench, first["barcode"], town.run_file(second))
    expect(bench.get_by_text(f"The file is of plate {second['barcode']}")).to_be_visible()
    uploaded(bench, first["barcode"], town.run_file(first, spoiled="negative"))
    bench.wait_for_url("**/testing/runs/*")
    failed = bench.url
    uploaded(bench, second["barcode"], town.run_file(second, {odd: "positive", other: "single_target"}))
    bench.wait_for_url(lambda url: "/runs/" in url and url != failed)

    page = opened(town.bea, failed)
    expect(page.get_by_role("alert")).to_contain_text("out of control")
    expect(page.get_by_role("button", name="Release")).to_have_count(0)
    tab_to(page, "Why")
    page.keyboard.type("negative control amplified")
    page.keyboard.press("Enter")
    said(page, "back in the queue")
    assert {bench_state(town, tube) for tube in tubes_in(first)[:3]} == {"waiting"}

    page.goto(bench.url, wait_until="networkidle")
    tab_to(page, "Release 90 clean negatives")
    page.keyboard.press("Enter")
    said(page, "90 clean negatives are released")
    assert {bench_state(town, tube) for tube in (clean[0], clean[-1])} == {"released"}
    assert {bench_state(town, tube) for tube in (odd, other)} == {"called"}

    expect(page.locator("td.here")).to_be_visible()  # the page that came after the release listens
    page.keyboard.press("ArrowRight")  # onto the plate, where it begins: the first that is not negative
    expect(page.locator("td.here")).to_be_focused()
    well = next(well for well, what in second["wells"].items() if what.get("tube") == odd)
    expect(page.locator("#well")).to_contain_text(well)
    expect(page.locator("#well dt").first).to_have_text("Well")
    page.keyboard.press("Enter")
    page.keyboard.type(other)
    page.keyboard.press("Enter")
    said(page, f"this decision is about tube {odd}")
    assert bench_state(town, odd) == bench_state(town, other) == "called"
    page.keyboard.type(odd)
    page.keyboard.press("Enter")
    said(page, f"Tube {odd} is released")
    expect(page.locator(f"[data-confirm='{other}']")).to_be_focused()
    page.keyboard.type(other)
    page.keyboard.press("Enter")
    said(page, f"Tube {other} is released")
    expect(page.get_by_text("Everything of this run is decided.")).to_be_visible()
    assert {bench_state(town, tube) for tube in (odd, other)} == {"released"}


def test_a_plate_is_run_again_after_its_control_failed_and_one_press_releases_all_92(town: Town, opened: Opener) -> None:
    town.received(*(code(Kind.TUBE) for _ in range(92)))
    plate = town.plated()
    bench = opened(town.ben, "/testing/")
    uploaded(bench, plate["barcode"], town.run_file(plate, spoiled="blank"))
    bench.wait_for_url("**/testing/runs/*")
    failed = bench.url
    expect(bench.get_by_role("alert")).to_contain_text("The blank in")
    page = opened(town.bea, "/testing/")
    expect(page.locator("[data-group=failed] .count")).to_have_text("92")
    expect(page.locator("[data-group=to_review] .count")).to_have_text("0")

    uploaded(bench, plate["barcode"], town.run_file(plate))
    bench.wait_for_url(lambda url: "/runs/" in url and url != failed)
    page.reload()
    expect(page.locator("[data-group=failed] .count")).to_have_text("0")
    page.locator("[data-group=to_review] a.button.next").press("Enter")
    page.wait_for_url(bench.url)
    page.wait_for_load_state("networkidle")
    release = page.get_by_role("button", name="Release 92 clean negatives")
    release.press("Enter")
    said(page, "92 clean negatives are released")
    expect(page.get_by_text("Everything of this run is decided.")).to_be_visible()
    assert {bench_state(town, tube) for tube in tubes_in(plate)} == {"released"}
    page.goto(failed)
    expect(page.get_by_role("button", name="Release")).to_have_count(0)


def test_the_arrows_walk_the_plate_and_n_finds_what_is_not_negative(town: Town, opened: Opener) -> None:
    town.received(*(code(Kind.TUBE) for _ in range(20)))
    plate = town.plated()
    layout = {well: what.get("tube") for well, what in plate["wells"].items()}
    odd = [layout[well] for well in layout if layout[well]][5:7]
    run = town.imported(plate, {odd[0]: "invalid", odd[1]: "positive"}).json()["run"]
    page = opened(town.bea, f"/testing/runs/{run}")
    page.keyboard.press("ArrowDown")
    seen = set()
    for _ in range(2):
        seen.add(page.locator("td.here").get_attribute("data-well"))
        page.keyboard.press("n")
    assert {layout[str(well)] for well in seen} == set(odd)
    before = page.locator("td.here").get_attribute("data-well")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    assert page.locator("td.here").get_attribute("data-well") == before
    page.keyboard.press("Enter")
    expect(page.locator(f"form[data-well='{before}'] [data-confirm]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("td.here")).to_be_focused()


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_bea_amends_a_result_on_her_phone(town: Town, opened: Opener, language: str) -> None:
    tube = code(Kind.TUBE)
    town.received(tube)
    plate = town.plated()
    town.reviewed(town.imported(plate).json()["run"])
    again = town.imported(plate, {tube: "positive"}, hours=6).json()["run"]
    page = opened(town.bea, f"/testing/runs/{again}", language=language, screen=PHONE)
    page.locator(f"a[href='/testing/results/{tube}']").first.click()
    page.wait_for_url(f"**/testing/results/{tube}")
    page.wait_for_load_state("networkidle")
    page.locator("input[name=reason]").fill("the plate was turned round")
    page.locator("form[data-api$='/amend'] button").click()
    expect(page.locator(".mark.positive").first).to_be_visible()
    said(page, tube)
    officials = opened(town.olga, "/testing/amendments", language=language, screen=PHONE)
    expect(officials.locator(f"a[href='/testing/results/{tube}']")).to_be_visible()
    assert officials.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
