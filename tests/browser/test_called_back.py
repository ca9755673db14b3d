"""A member's way back: from Ana's list into a single tube of the case to a result, and from one site to another."""

import pytest
from playwright.sync_api import expect

from lims.kernel.barcodes import Kind
from tests.bench import another_town, close, done, found, members
from tests.browser.conftest import PHONE, Opener, scan
from tests.browser.test_calling import card, press, reactive
from tests.browser.test_offline import network
from tests.browser.test_sampler import said, stored
from tests.factories import Town, code

pytestmark = pytest.mark.browser


def test_ana_brings_a_member_back_from_her_list_to_a_result_that_olga_sees(town: Town, opened: Opener) -> None:
    first, second = reactive(town)
    official = opened(town.olga, f"/testing/cases?lab={town.lab}")
    marks = official.locator(f"[data-tube='{first['tube']}'] .members li")
    page = opened(town.ana, "/sampling/recollections", screen=PHONE)
    expect(page.get_by_role("heading", name="2 people to call back, 2 overdue")).to_be_visible()
    press(page, first, "notified")
    network(page, "online · all sent")
    expect(marks.nth(0)).to_contain_text("notified")
    card(page, first).get_by_role("link", name="Sample now").click()
    said(page, f"{first['name']}: scan a new tube")
    single = code(Kind.TUBE)
    scan(page, single)
    said(page, f"Tube {single} is for")
    page.get_by_role("button", name="Send now").click()
    said(page, f"Tube {single}: confirmed by the server, 1 people.")
    expect(marks.nth(0)).to_contain_text("sampled again")
    page.get_by_role("link", name="Call back").click()
    expect(card(page, second)).to_be_visible()
    expect(card(page, first)).to_have_count(0)
    assert stored(town, single)["retest_of"] == first["tube"]
    found(town, {single: "positive"}, hours=7)
    expect(marks.nth(0)).to_contain_text("positive")
    assert members(town, first["tube"]) == ["positive", "to_recollect"]
    done(close(town, first["tube"], "unresolved", "in hospital"))
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    said(page, "1 people are off the list: sampled again, taken over, or their case is closed.")
    expect(page.locator("#nobody")).to_be_visible()


def test_ana_hands_a_member_over_and_the_other_site_takes_over(town: Town, opened: Opener) -> None:
    (moved, _), other = reactive(town), another_town(town)
    page = opened(town.ana, "/sampling/recollections", screen=PHONE)
    card(page, moved).get_by_role("button", name="moved away").click()
    card(page, moved).get_by_role("button", name="Hand over").click()
    said(page, f"Say where {moved['name']} has moved to")
    card(page, moved).get_by_label("Where to?").fill(other.site)
    page.keyboard.press("Enter")
    said(page, f"{moved['name']}: moved away → 一号采样点.")
    network(page, "online · all sent")
    expect(card(page, moved).locator(".tried .what")).to_have_text("moved away → 一号采样点")
    there = opened(other.ana, "/sampling/recollections", screen=PHONE)
    expect(card(there, moved).locator(".from")).to_contain_text(f"{town.ana.name} of 一号采样点 has handed this person over to you")
    card(there, moved).get_by_role("button", name="Take over").click()
    said(there, f"{moved['name']}: taken over.")
    network(there, "online · all sent")
    expect(card(there, moved).locator(".take-over")).to_be_hidden()
    expect(card(there, moved).locator(".state")).to_have_text("to call back")
    page.reload()
    expect(page.locator(".callback")).to_have_count(1)


def test_what_is_typed_of_a_move_stays_when_the_list_is_drawn_anew(town: Town, opened: Opener) -> None:
    first, second = reactive(town)
    page = opened(town.ana, "/sampling/recollections")
    card(page, first).get_by_role("button", name="moved away").click()
    card(page, first).get_by_label("Where to?").fill("杭州市疾控中心")
    press(page, second, "notified")
    network(page, "online · all sent")
    expect(card(page, first).get_by_label("Where to?")).to_have_value("杭州市疾控中心")
    card(page, first).get_by_role("button", name="Hand over").click()
    said(page, "moved away → 杭州市疾控中心.")
    network(page, "online · all sent")
    assert members(town, first["tube"])[0] == "transferred"
