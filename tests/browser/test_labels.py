"""Ana prints labels, looks at them first, and goes on with a job that broke; in a real browser."""

from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from lims.kernel.barcodes import Kind, own_code, serial_of
from tests.browser.conftest import Opener, scan
from tests.factories import Town

pytestmark = pytest.mark.browser


def reserved(town: Town, count: int) -> dict[str, Any]:
    """A range for the town's site."""
    made: dict[str, Any] = town.ana.post("/sampling/api/label-ranges", {"site": town.site, "count": count}).json()
    return made


def broken(town: Town, made: dict[str, Any]) -> str:
    """A job whose printer was stopped in the middle."""
    job: str = town.ana.post("/sampling/api/print-jobs", {"range": made["id"]}).json()["id"]
    for _ in range(2):
        town.ana.post(f"/sampling/api/print-jobs/{job}/take", {"id": str(uuid4()), "printer": "tent", "most": 4})
    return job


def test_labels_go_to_the_usual_printer_as_many_as_were_asked_for(town: Town, opened: Opener) -> None:
    made = reserved(town, 30)
    town.ana.post("/sampling/api/label-printers", {"site": town.site, "name": "tent", "usual": True})
    page = opened(town.ana, "/sampling/labels")
    page.locator("form[data-print] input[name=count]").fill("12")
    page.get_by_role("button", name="Print", exact=True).click()
    expect(page.locator("#said")).to_contain_text("12 labels are waiting for printer tent")
    (job,) = town.ana.get("/sampling/api/print-jobs", site=town.site).json()["items"]
    assert (job["first"], job["count"], job["wanted"]) == (made["first"], 12, "tent")


def test_labels_open_in_the_browser_and_a_second_print_asks_why(town: Town, opened: Opener) -> None:
    reserved(town, 3)
    page = opened(town.ana, "/sampling/labels")
    page.locator("select[name=to]").select_option("browser")
    with page.expect_popup():
        page.get_by_role("button", name="Print", exact=True).click()
    expect(page.locator("form[data-print] .said")).to_contain_text("open in a new window")
    page.get_by_role("button", name="Print", exact=True).click()
    expect(page.locator("form[data-print] .said")).to_contain_text("printed before")


def test_a_broken_job_goes_on_after_the_label_that_is_scanned(town: Town, opened: Opener) -> None:
    made = reserved(town, 10)
    job = broken(town, made)
    page = opened(town.ana, "/sampling/labels/jobs")
    expect(page.get_by_label("Scan the last label that came out")).to_be_focused()
    scan(page, own_code(Kind.TUBE, serial_of(made["first"]) + 1))
    expect(page.locator("#said")).to_contain_text("goes on after this label")
    assert town.ana.get(f"/sampling/api/print-jobs/{job}").json()["printed"] == 2


def test_the_page_follows_a_job_that_is_being_printed(town: Town, opened: Opener) -> None:
    made = reserved(town, 8)
    job = town.ana.post("/sampling/api/print-jobs", {"range": made["id"]}).json()["id"]
    page = opened(town.ana, "/sampling/labels/jobs")
    take = str(uuid4())
    town.ana.post(f"/sampling/api/print-jobs/{job}/take", {"id": take, "printer": "tent", "most": 5})
    town.ana.post(f"/sampling/api/print-jobs/{job}/outcome", {"id": take, "outcome": "printed"})
    expect(page.locator("#jobs")).to_contain_text("5 of 8 labels printed")


def test_the_picture_changes_while_ada_changes_a_stock_and_a_broken_one_is_told_with_its_line(town: Town, opened: Opener) -> None:
    made = reserved(town, 5)
    page = opened(town.ada, f"/sampling/labels/preview?site={town.site}")
    expect(page.locator("#labels canvas")).to_have_count(3)
    expect(page.locator("#labels .found").first).to_have_text(made["first"])
    page.get_by_text("Try a changed stock").click()
    page.get_by_role("button", name="Put the chosen stock in here").click()
    source = page.locator("textarea")
    expect(source).not_to_have_value("")
    good = source.input_value()
    source.fill(good.replace("y_mm = 20.4", "y_mm = 12"))
    expect(page.locator("#look .said")).to_contain_text("stands on the bars (line 33)")
    source.fill(good.replace("width_mm = 35", "width_mm = 50", 1))
    expect(page.locator("#labels canvas").first).to_have_attribute("width", "400")
    expect(page.locator("#look .said")).to_be_empty()
