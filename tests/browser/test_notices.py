"""Olga's list of notices in a browser: what comes while it is open is seen and heard, and she puts her name to it."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Opener, until
from tests.factories import Town
from tests.interop.telling import first_sign

pytestmark = pytest.mark.browser
HEARD = "window.heard = []; document.addEventListener('lims:signal', (event) => window.heard.push(event.detail))"


def test_a_notice_comes_while_the_list_is_open_and_sounds(town: Town, opened: Opener) -> None:
    lina = town.somebody("lina", "official", lab=town.lab)
    page = opened(lina, "/reporting/notices", screen=PHONE)
    page.get_by_text("Nothing to tell yet").wait_for()
    page.evaluate(HEARD)
    pool, _ = first_sign(town)
    page.get_by_text("First sign: positive, not signed off yet").wait_for()
    assert page.evaluate("window.heard") == ["notice"]
    assert page.get_by_role("heading", level=1).inner_text() == "Not seen by anybody yet: 1"
    link = page.get_by_role("link", name="Case").last
    assert link.get_attribute("href") == f"/testing/cases/{pool['barcode']}"


def test_lina_turns_the_sound_on_and_puts_her_name_to_a_notice(town: Town, opened: Opener) -> None:
    lina = town.somebody("lina", "official", lab=town.lab)
    page = opened(lina, "/reporting/notices")
    first_sign(town)
    page.get_by_text("First sign").wait_for()
    page.get_by_role("button", name="Turn the sound on").click()
    page.get_by_text("Sounds when a notice comes").wait_for()
    page.get_by_role("button", name="I have seen it").click()
    page.get_by_text(f"seen by {lina.name}").wait_for()
    assert page.get_by_role("heading", level=1).inner_text() == "Every notice was seen"
    assert page.get_by_role("button", name="I have seen it").count() == 0


def test_the_list_says_that_it_is_not_refreshed_where_the_server_is_away(town: Town, opened: Opener) -> None:
    page = opened(town.somebody("lina", "official", lab=town.lab), "/reporting/notices")
    page.context.set_offline(offline=True)
    page.get_by_text("not refreshed").wait_for()
    page.context.set_offline(offline=False)
    page.get_by_text("not refreshed").wait_for(state="hidden")


def test_the_wall_sounds_when_a_notice_comes(town: Town, opened: Opener) -> None:
    lina = town.somebody("lina", "official", lab=town.lab)
    with_first = opened(lina, "/reporting/notices")
    page = opened(lina, "/reporting/wall")
    # First: what a script asks of a page counts as touching it, and after that a notice turns the sound on by itself.
    page.get_by_role("button", name="Turn the sound on").click()
    page.get_by_text("Sounds when a notice comes").wait_for()
    page.evaluate(HEARD)
    first_sign(town)
    with_first.get_by_text("First sign: positive, not signed off yet").wait_for()
    until(page, "window.heard.includes('notice')")


def test_whoever_stands_at_a_notice_stays_there_when_another_comes(town: Town, opened: Opener) -> None:
    lina = town.somebody("lina", "official", lab=town.lab)
    first, _ = first_sign(town)
    page = opened(lina, "/reporting/notices")
    mine = page.get_by_role("button", name=first["barcode"])
    mine.focus()
    first_sign(town)
    expect(page.get_by_role("heading", level=1)).to_have_text("Not seen by anybody yet: 2")
    expect(mine).to_be_focused()
