"""The figures of cases: from the board to a number, from the number to its rows, and from a row to its case."""

import pytest
from playwright.sync_api import expect

from tests.bench import found, recollected
from tests.browser.conftest import Opener
from tests.factories import Town

pytestmark = pytest.mark.browser


def test_olga_goes_from_the_board_to_a_number_to_its_rows_and_to_a_case(town: Town, opened: Opener) -> None:
    pool = town.collected(2)
    town.tested(pool["barcode"], truth={pool["barcode"]: "positive"}, hours=1)
    found(town, {recollected(town, member, pool["barcode"]): "negative" for member in pool["members"]})
    page = opened(town.olga, f"/testing/cases?lab={town.lab}")
    page.get_by_role("link", name="Figures of cases").click()
    expect(page.locator("h1")).to_contain_text("of them open")
    page.locator("summary", has_text="all areas and sites").click()
    page.get_by_label("From", exact=True).fill("2022-02-02")
    page.get_by_label("To, included").fill("2022-02-02")
    page.get_by_label("Lab").select_option(town.lab)
    page.get_by_role("button", name="Show").click()
    expect(page.locator("h1")).to_have_text("1 cases, 1 of them open")
    row = page.get_by_role("row").filter(has_text="a member was sampled again")
    expect(row).to_contain_text("2")
    row.get_by_role("link").first.click()
    expect(page.locator("h1")).to_have_text("Members to be sampled again: has happened")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.locator("tbody a").first.click()
    expect(page).to_have_url(f"/testing/cases/{pool['barcode']}")
