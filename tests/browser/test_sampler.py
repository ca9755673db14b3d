"""Ana at the site: the tube screen in a real browser."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from lims.kernel.barcodes import Kind
from tests.browser.conftest import PHONE, Opener, scan
from tests.factories import Town, code, person

pytestmark = pytest.mark.browser


def numbers(count: int) -> list[str]:
    """Resident IDs of people who come to be sampled."""
    return [person()["id_number"] for _ in range(count)]


def stored(town: Town, tube: str) -> dict[str, Any]:
    """A tube as the server has it."""
    answer = town.ana.get(f"/sampling/api/tubes/{tube}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def said(page: Page, sentence: str) -> None:
    """Wait until the page says this at its bottom."""
    expect(page.locator("#said")).to_contain_text(sentence)


def kept(page: Page) -> int:
    """How many tubes lie in the device's own database."""
    count = """() => new Promise((resolve) => {
      const asked = indexedDB.open("lims");
      asked.onsuccess = () => {
        const entries = asked.result.transaction("tubes").objectStore("tubes").count();
        entries.onsuccess = () => (asked.result.close(), resolve(entries.result));
      };
    })"""
    return int(page.evaluate(count))


def test_ana_scans_a_tube_with_three_people_and_the_server_has_it(town: Town, opened: Opener) -> None:
    page, tube, people = opened(town.ana, "/sampling/", screen=PHONE), code(Kind.TUBE), numbers(3)
    scan(page, tube, people[0], "赵试一", "13800000001", *people[1:])
    expect(page.locator("#count")).to_have_text("3 / 10")
    page.get_by_role("button", name="Seal and send").click()
    said(page, f"Tube {tube}: confirmed by the server, 3 people.")
    expect(page.locator("#network")).to_contain_text("all sent")
    found = stored(town, tube)
    assert [member["id_number"] for member in found["members"]] == people
    assert (found["members"][0]["name"], found["members"][0]["phone"]) == ("赵试一", "13800000001")
    assert (found["state"], found["kind"], found["pool_size"], found["site"]) == ("sealed", "swab_pool", 10, town.site)
    assert kept(page) == 0


def test_a_second_scan_of_the_tube_seals_it(town: Town, opened: Opener) -> None:
    page, tube = opened(town.ana, "/sampling/"), code(Kind.TUBE)
    scan(page, tube, *numbers(9), tube)
    said(page, "confirmed by the server, 9 people")


def test_a_reload_loses_nobody(town: Town, opened: Opener) -> None:
    page, tube, people = opened(town.ana, "/sampling/"), code(Kind.TUBE), numbers(2)
    scan(page, tube, *people)
    # What was not confirmed to her yet, she would scan again.
    expect(page.locator("#count")).to_have_text("2 / 10")
    page.reload(wait_until="networkidle")
    expect(page.locator("#count")).to_have_text("2 / 10")
    page.get_by_role("button", name="Seal and send").click()
    said(page, "confirmed by the server, 2 people")
    assert [member["id_number"] for member in stored(town, tube)["members"]] == people


def test_without_a_network_the_tube_waits_on_the_device_and_then_goes_out(town: Town, opened: Opener) -> None:
    page, tube = opened(town.ana, "/sampling/"), code(Kind.TUBE)
    page.context.set_offline(True)
    scan(page, tube, *numbers(1), tube)
    expect(page.locator("#network")).to_have_text("no network · unsent: 1")
    assert town.ana.get(f"/sampling/api/tubes/{tube}").status_code == 404
    page.context.set_offline(False)
    said(page, "confirmed by the server, 1 people")
    assert stored(town, tube)["state"] == "sealed"


def test_a_misread_number_a_repeat_and_an_eleventh_person_are_refused_with_the_reason(town: Town, opened: Opener) -> None:
    page, tube, people = opened(town.ana, "/sampling/"), code(Kind.TUBE), numbers(11)
    scan(page, people[0])
    said(page, f"{people[0]} is not a tube code. Scan the tube first.")
    scan(page, tube[:-1] + str((int(tube[-1]) + 1) % 10))
    said(page, "is misread: its check digit is wrong")
    scan(page, code(Kind.BOX))
    said(page, "is a box code. Scan a tube or an ID card.")
    scan(page, tube, "360426199101010072")
    said(page, "360426199101010072 is misread: its check character is wrong. Read the card again.")
    scan(page, people[0], people[0])
    said(page, "This person is number 1 of this tube already.")
    scan(page, *people[1:])
    said(page, f"Tube {tube} is full (10 of 10). Scan a new tube.")
    expect(page.locator("#log li")).to_have_count(5)


def test_undo_takes_the_last_person_out_and_a_wrong_tube_code_can_be_put_right(town: Town, opened: Opener) -> None:
    page, wrong, right, people = opened(town.ana, "/sampling/"), code(Kind.TUBE), code(Kind.TUBE), numbers(2)
    scan(page, wrong, *people)
    page.get_by_role("button", name="Undo the last person").click()
    expect(page.locator("#count")).to_have_text("1 / 10")
    page.get_by_role("button", name="Wrong tube code").click()
    scan(page, right)
    said(page, f"The people are now in tube {right}.")
    page.get_by_role("button", name="Seal and send").click()
    said(page, f"Tube {right}: confirmed")
    assert [member["id_number"] for member in stored(town, right)["members"]] == people[:1]
    assert town.ana.get(f"/sampling/api/tubes/{wrong}").status_code == 404


@pytest.mark.parametrize(
    ("language", "sentence"), [("en", "keep this tube aside and call your supervisor"), ("zh-CN", "请把这支管单独放好并联系主管")]
)
def test_a_tube_of_another_device_stays_on_this_one_with_the_servers_reason(
    town: Town, opened: Opener, language: str, sentence: str
) -> None:
    taken = town.collected(2)["barcode"]
    page = opened(town.ana, "/sampling/", language=language)
    scan(page, taken, *numbers(1), taken)
    said(page, sentence)
    expect(page.locator("#outbox li")).to_contain_text(sentence)
    page.reload(wait_until="networkidle")
    page.locator("#outbox .aside").click()
    expect(page.locator("#outbox li")).to_have_count(0)


def test_a_person_without_a_resident_id_is_typed_in(town: Town, opened: Opener) -> None:
    page, tube = opened(town.ana, "/sampling/"), code(Kind.TUBE)
    scan(page, tube)
    page.get_by_text("Enter a person by hand").click()
    form = page.locator("#person")
    form.get_by_label("Document").select_option("passport")
    form.get_by_label("Number").fill("e 1234-5678")
    form.get_by_label("Name").fill("Jane Doe")
    form.get_by_role("button", name="Add this person").click()
    expect(page.locator("#count")).to_have_text("1 / 10")
    page.get_by_role("button", name="Seal and send").click()
    said(page, "confirmed by the server, 1 people")
    [member] = stored(town, tube)["members"]
    assert (member["id_type"], member["id_number"], member["name"]) == ("passport", "E12345678", "Jane Doe")


def test_ana_samples_somebody_again_from_the_list(town: Town, opened: Opener) -> None:
    pool = town.collected(2)
    town.tested(pool["barcode"], truth={pool["barcode"]: "positive"})
    page = opened(town.ana, "/sampling/recollections")
    first = pool["members"][0]
    page.locator(".callback", has_text=first["name"]).get_by_role("link", name="Sample now").click()
    single = code(Kind.TUBE)
    expect(page.locator("#why")).to_have_text(f"Recollection of tube {pool['barcode']}: one person a tube.")
    scan(page, single)
    page.get_by_role("button", name="Send now").click()
    said(page, f"Tube {single}: confirmed by the server, 1 people.")
    found = stored(town, single)
    assert (found["kind"], found["retest_of"]) == ("single", pool["barcode"])
    assert found["members"][0]["id_number"] == first["id_number"]


def test_ana_reserves_labels_and_a_second_print_asks_why(town: Town, opened: Opener) -> None:
    page = opened(town.ana, "/sampling/labels")
    page.get_by_label("How many labels").fill("12")
    page.get_by_role("button", name="Reserve").click()
    said(page, "12 codes are reserved")
    page.get_by_label("Where to").first.select_option(label="File: PDF")
    with page.expect_download() as fetched:
        page.get_by_role("button", name="Print").first.click()
    assert fetched.value.suggested_filename.endswith(".pdf")
    page.reload(wait_until="networkidle")
    expect(page.get_by_label("Why again")).to_be_visible()


def test_ana_samples_somebody_and_seals_with_the_tab_key_alone(town: Town, opened: Opener) -> None:
    page, tube, [number] = opened(town.ana, "/sampling/", screen=PHONE), code(Kind.TUBE), numbers(1)
    scan(page, tube)
    expect(page.locator("#tube")).to_have_text(tube)
    tab_to(page, "Enter a person by hand")
    page.keyboard.press("Enter")
    tab_to(page, "Number")
    page.keyboard.type(number)
    page.keyboard.press("Tab")
    page.keyboard.type("赵试手")
    tab_to(page, "Add this person")
    page.keyboard.press("Enter")
    expect(page.locator("#count")).to_have_text("1 / 10")
    tab_to(page, "Seal and send")
    page.keyboard.press("Enter")
    said(page, f"Tube {tube}: confirmed by the server, 1 people.")
    expect(page.locator("#scan")).to_be_focused()
    assert [(member["id_number"], member["name"]) for member in stored(town, tube)["members"]] == [(number, "赵试手")]


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what is called so has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(
            "(name) => (document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim().startsWith(name)", name
        ):
            return
    raise AssertionError(f"the Tab key does not lead to {name}")
