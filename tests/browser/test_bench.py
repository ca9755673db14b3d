"""Ben and Bea at the bench, in a real browser: receive, lay out, import, review."""

import pytest
from playwright.sync_api import FilePayload, expect

from lims.kernel.barcodes import Kind
from tests.browser.conftest import Opener, scan
from tests.factories import Town, code

pytestmark = pytest.mark.browser


def as_file(content: bytes) -> FilePayload:
    """The instrument's file, as somebody chooses it in the browser."""
    return FilePayload(name="run.csv", mimeType="text/csv", buffer=content)


def test_ben_receives_plates_and_imports_and_bea_releases(town: Town, opened: Opener) -> None:
    clean, odd, stranger, box = town.collected(2)["barcode"], town.collected(10)["barcode"], code(Kind.TUBE), code(Kind.BOX)
    page = opened(town.ben, "/testing/boxes")
    scan(page, clean)
    expect(page.locator("#said")).to_contain_text(f"Scan the box first; {clean} is a tube.")
    scan(page, box, clean, odd, stranger)
    expect(page.locator("#said")).to_contain_text(f"Nobody has registered tube {stranger} yet")
    expect(page.locator("[data-list=unexpected] .codes li")).to_have_count(2)
    expect(page.locator("[data-list=unregistered] .codes li")).to_have_text([stranger])

    page.goto("/testing/plates", wait_until="networkidle")
    plate = code(Kind.PLATE)
    page.get_by_label("Assay").select_option("ncov2")
    page.get_by_label("Scan the plate").fill(plate)
    page.get_by_label("Scan the plate").press("Enter")
    page.wait_for_url(f"**/testing/plates/{plate}")
    expect(page.locator("td.filled:not(.control)")).to_have_count(3)
    expect(page.locator("td.control")).to_have_count(4)
    with page.expect_download() as sheet:
        page.get_by_role("button", name="Fetch the sample sheet").click()
    assert plate in sheet.value.suggested_filename

    layout = town.ben.get(f"/testing/api/plates/{plate}").json()
    page.get_by_label("The instrument's file").set_input_files(as_file(town.run_file(layout, {odd: "positive"})))
    page.get_by_role("button", name="Import").click()
    page.wait_for_url("**/testing/runs/*")
    expect(page.locator("h1 + .mark")).to_have_text("in control")
    expect(page.locator("td.filled.positive")).to_have_count(1)
    assert page.get_by_role("button", name="Release").count() == 0

    page = opened(town.bea, page.url)
    page.get_by_role("button", name="Release 2 clean negatives").click()
    expect(page.locator("#said")).to_have_text("2 clean negatives are released.")
    page.get_by_role("form", name=odd).get_by_label("Scan or type this tube").fill(odd)
    page.get_by_role("form", name=odd).get_by_role("button", name="Release this tube").click()
    expect(page.locator("#said")).to_have_text(f"Tube {odd} is released.")
    case = town.case(odd)
    assert case is not None
    assert not case["preliminary"]

    page.goto("/testing/cases?state=open", wait_until="networkidle")
    row = page.locator("article", has_text=odd)
    expect(row.locator(".members li")).to_have_count(10)
    row.get_by_role("link").click()
    page.wait_for_url("**/testing/cases/*")
    page.wait_for_load_state("networkidle")  # a form does nothing before its module is there
    page.get_by_label("Reason").fill("all ten have left the district")
    page.get_by_role("button", name="Close the case as unresolved").click()
    expect(page.locator("#said")).to_have_text("The case is closed.")


def test_controls_out_of_control_are_named_and_nothing_can_be_released(town: Town, opened: Opener) -> None:
    town.received(town.collected(1)["barcode"])
    plate = town.plated()
    run = town.imported(plate, spoiled="negative").json()["run"]
    page = opened(town.bea, f"/testing/runs/{run}", language="zh-CN")
    wells = [well for well, what in plate["wells"].items() if what.get("control") == "negative"]
    for well in wells:
        expect(page.get_by_role("alert")).to_contain_text(f"{well} 孔的阴性质控出现扩增。")
    assert page.locator("button", has_text="发布").count() == 0
    expect(page.locator("td.control.problem")).to_have_count(len(wells))
    expect(page.locator("#well")).to_contain_text("不计入结果")


def test_a_file_of_another_plate_is_refused_with_the_reason(town: Town, opened: Opener) -> None:
    town.received(town.collected(1)["barcode"], town.collected(1)["barcode"])
    plate, other = town.plated(), code(Kind.PLATE)
    page = opened(town.ben, f"/testing/plates/{plate['barcode']}")
    wrong = town.run_file(plate | {"barcode": other})
    page.get_by_label("The instrument's file").set_input_files(as_file(wrong))
    page.get_by_role("button", name="Import").click()
    expect(page.locator("form .said[data-tone=bad]")).to_contain_text(f"The file is of plate {other}, not of plate {plate['barcode']}.")


def test_bea_sends_a_doubtful_tube_back(town: Town, opened: Opener) -> None:
    odd = town.collected(3)["barcode"]
    town.received(odd)
    run = town.imported(town.plated(), {odd: "single_target"}).json()["run"]
    page = opened(town.bea, "/testing/")
    page.locator(f"a[href='/testing/runs/{run}']").click()
    page.wait_for_url(f"**/testing/runs/{run}")
    page.wait_for_load_state("networkidle")  # a form does nothing before its module is there
    page.get_by_role("form", name=odd).get_by_role("button", name="Send back for a repeat").click()
    expect(page.locator("#said")).to_have_text(f"Tube {odd} is back in the queue for a repeat.")


def test_ben_rejects_a_leaking_tube_and_its_people_are_called_back(town: Town, opened: Opener) -> None:
    tube = town.collected(2)["barcode"]
    town.received(tube)
    page = opened(town.ben, "/testing/")
    scan(page, tube)
    page.wait_for_url(f"**/testing/tubes/{tube}")
    expect(page.locator("h1")).to_contain_text(tube)
    scan(page, "REJLEAKING")
    expect(page.locator("#said")).to_have_text(f"Tube {tube} is rejected; its people are called back.")
    expect(page.locator("h1 + .mark")).to_have_text("rejected")
    page = opened(town.ana, "/sampling/recollections")
    expect(page.locator("#people .callback")).to_have_count(2)
