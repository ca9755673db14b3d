"""Files that come one by one, and the curves of a run, in a real browser."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from lims.kernel.barcodes import Kind
from tests.browser.conftest import Opener
from tests.factories import Town, code
from tests.testing.interpretation.test_joining import FILTERS, export
from tests.testing.review import test_curves

pytestmark = pytest.mark.browser
SCREENS = {"phone": (360, 740), "desk": (1280, 800)}


def as_file(content: bytes, name: str = "run.txt") -> FilePayload:
    return FilePayload(name=name, mimeType="text/plain", buffer=content)


def photographed(page: Page, name: str) -> None:
    """Pictures in both sizes, where somebody wants them; nothing runs out of the page in either."""
    page.wait_for_load_state()  # without its styles a page has another width
    for screen, (width, height) in SCREENS.items():
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if folder := os.environ.get("LIMS_PICTURES"):
            page.screenshot(path=Path(folder) / f"{name}-{screen}.png", full_page=True)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_bea_brings_one_curve_out_of_the_many(town: Town, opened: Opener, language: str) -> None:
    _, run, tube = test_curves.imported(town)
    page = opened(town.bea, f"/testing/runs/{run['run']}?lang={language}")
    page.locator("details[data-fragment] summary").click()
    expect(page.locator(".curves figure")).to_have_count(3)
    photographed(page, f"curves-{language}")
    well = next(call["well"] for call in run["calls"] if call["tube"] == tube)
    page.locator("[data-curves]").select_option(well)
    expect(page.locator(".trace.chosen")).to_have_count(3)
    photographed(page, f"curve-{language}")


def test_ben_uploads_the_filters_and_is_told_which_are_missing(town: Town, opened: Opener) -> None:
    tube = code(Kind.TUBE)
    town.received(tube)
    plate = town.plated()
    page = opened(town.ben, f"/testing/plates/{plate['barcode']}?lang=en")
    field = page.get_by_label("The instrument's file")
    field.set_input_files(as_file(export(plate, "VIC")))
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.locator("#said")).to_contain_text("FAM, CY5")
    expect(page.get_by_text(FILTERS["VIC"])).to_be_visible()
    photographed(page, "waiting-en")
    field.set_input_files([as_file(export(plate, "FAM"), "a.txt"), as_file(export(plate, "CY5"), "b.txt")])
    page.get_by_role("button", name="Import", exact=True).click()
    page.wait_for_url("**/testing/runs/*")
    expect(page.locator("#said")).to_contain_text("The run is imported.")
    page.goto(f"/testing/plates/{plate['barcode']}")
    field.set_input_files(as_file(export(plate, "FAM"), "renamed.txt"))
    page.get_by_role("button", name="Import", exact=True).click()
    page.wait_for_url("**/testing/runs/*")
    expect(page.locator("#said")).to_contain_text(f"already known: {town.ben.name} has imported this file before")
