"""A file that fits no plate, in a real browser: Ben sees why, scans the plate it is of, and it is the plate's run."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from lims.apps import watching
from tests.bench import another_town, bench_state
from tests.browser.conftest import Opener, scan
from tests.browser.test_runs import photographed
from tests.factories import Town
from tests.testing.imports.test_import_reports import cfx, plated

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", ["en", "zh"])
def test_ben_brings_a_stray_file_to_its_plate(town: Town, opened: Opener, tmp_path: Path, language: str) -> None:
    plate, tube = plated(town)
    elsewhere, _ = plated(another_town(town))
    (tmp_path / f"{elsewhere['barcode']}.csv").write_bytes(cfx(plate, town))
    (tmp_path / "lunch.csv").write_bytes(b"soup\n")
    watch = watching.Watch(tmp_path)
    watching.look(town.program, watch, town.lab)
    watching.look(town.program, watch, town.lab)
    page = opened(town.ben, f"/testing/?lang={language}")
    page.locator(".notice a[href='/testing/imports']").click()
    page.wait_for_url("**/testing/imports")
    page.wait_for_load_state("networkidle")  # a form does nothing before its module is there
    stray = page.locator(f"section[aria-label='{elsewhere['barcode']}.csv']")
    expect(stray).to_contain_text(f"{elsewhere['barcode']}.csv")
    photographed(page, f"imports-{language}")
    stray.locator("input[name=plate]").focus()
    expect(stray.locator("input[name=plate]")).to_be_focused()
    scan(page, plate["barcode"])
    page.wait_for_url(f"**/testing/plates/{plate['barcode']}")
    expect(page.locator("a[href^='/testing/runs/']")).to_have_count(1)
    assert bench_state(town, tube) == "called"
    page.goto("/testing/imports", wait_until="networkidle")
    expect(page.locator("section[aria-label='lunch.csv']")).to_be_visible()
    expect(stray).to_have_count(0)
    page.locator("section[aria-label='lunch.csv'] form[data-api$='/settle'] button").click()
    expect(page.locator("section[aria-label='lunch.csv']")).to_have_count(0)
    expect(page.locator(".empty").first).to_be_visible()
    photographed(page, f"imports-settled-{language}")
