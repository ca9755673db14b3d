"""Bea asks what a newer version says of released results; Bo sees before and after, and decides; in a real browser."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Opener
from tests.browser.test_runs import photographed
from tests.factories import Town
from tests.testing.kits import version
from tests.testing.rejudging import test_rejudging as again

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", ["en", "zh"])
def test_bea_asks_and_bo_decides(town: Town, opened: Opener, language: str) -> None:
    tubes = again.released_by_version_1(town)
    version(town, 2, 39.7, 41)
    page = opened(town.bea, f"/testing/rejudge?lang={language}")
    page.locator("select[name=assay]").select_option(f"kit-{town.lab}")
    for name, value in {"from_version": "1", "to_version": "2", "since": "2022-02-01", "until": "2022-02-03", "reason": "letter"}.items():
        page.locator(f"input[name={name}]").fill(value)
    photographed(page, f"rejudge-{language}")
    page.locator("form[data-api='/testing/api/rejudgements'] button.next").click()
    page.wait_for_url("**/testing/rejudge/*-*")
    # Who asked sees before and after, but decides on nothing.
    expect(page.locator(".mark.doubtful").first).to_be_visible()
    expect(page.locator(".mark.positive").first).to_be_visible()
    expect(page.locator("form[data-api$='/decide']")).to_have_count(0)
    bo = opened(town.bo, f"{page.url.partition('?')[0]}?lang={language}")
    asked = bo.locator(f"form[aria-label='{tubes[0]}']")
    expect(asked).to_be_visible()
    photographed(bo, f"rejudged-{language}")
    asked.locator("input[name=reason]").fill("as the letter says")
    asked.locator("button[value=apply]").click()
    expect(asked).to_have_count(0)
    expect(bo.locator("#said")).to_contain_text(tubes[0])
    bo.locator("a[href='?show=decided']").click()
    expect(bo.get_by_text("as the letter says")).to_be_visible()
    photographed(bo, f"rejudged-decided-{language}")
    assert again.call_of(town, tubes[0]) == "positive"
