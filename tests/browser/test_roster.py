"""Whom the site expects: a list on the device, and the code with which one scan says who somebody is."""

import codecs
import csv
import io
from typing import Any

import pytest
import xlsxwriter
from playwright.sync_api import Page, expect

from lims.kernel.barcodes import Kind
from lims.sampling.people.rules import Identity, person_code
from tests.browser.conftest import PHONE, Opener, scan
from tests.browser.test_offline import network, with_worker
from tests.factories import Town, code, person

pytestmark = pytest.mark.browser


def stored(town: Town, tube: str) -> list[dict[str, Any]]:
    answer = town.ana.get(f"/sampling/api/tubes/{tube}")
    assert answer.status_code == 200, answer.text
    members: list[dict[str, Any]] = answer.json()["members"]
    return members


def own_code(one: dict[str, Any]) -> str:
    return person_code(Identity(one["id_type"], one["id_number"], one["name"], one["phone"]), one["group"])


def give(page: Page, name: str, content: bytes) -> None:
    """Load a list."""
    if page.locator("#roster").get_attribute("open") is None:
        page.locator("#roster > summary").click()
    page.locator("#roster-file").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})


def listing(people: list[dict[str, Any]]) -> str:
    rows = [f"居民身份证,{one['id_number']},{one['name']},{one['phone']},{one['group']}" for one in people]
    return "\r\n".join(["证件类型,证件号码,姓名,电话,人群", *rows])


def junk(text: str) -> str:
    """As an input method in full width under caps lock delivers it."""
    return "".join(chr(ord(letter) + 0xFEE0) for letter in text.lower())


@pytest.mark.parametrize("delivered", [str, str.lower, lambda text: f"]Q1{text}", junk], ids=["plain", "caps lock", "AIM prefix", "wide"])
def test_one_scan_of_the_own_code_says_who_somebody_is(town: Town, opened: Opener, delivered: Any) -> None:
    who = person(id_type="hk_macau_permit", id_number="H1234567(8)", name="Jane 陈: O'Neill", phone="+852 5555", group="key staff")
    page, tube = opened(town.ana, "/sampling/"), code(Kind.TUBE)
    scan(page, delivered(own_code(who)))
    expect(page.locator("#said")).to_contain_text("Scan the tube first.")
    scan(page, tube, delivered(own_code(who)), tube)
    expect(page.locator("#log")).to_contain_text(f"Tube {tube}: confirmed", timeout=20_000)
    [member] = stored(town, tube)
    assert {name: member[name] for name in who} == who


def test_a_damaged_code_and_a_misread_number_in_one_are_refused(town: Town, opened: Opener) -> None:
    page = opened(town.ana, "/sampling/")
    scan(page, code(Kind.TUBE), "LIMS:P1:PASSPORT:%E8%B")
    expect(page.locator("#said")).to_contain_text("damaged or incomplete")
    scan(page, "LIMS:P1:RESIDENT-ID:360426199101010072:%E8%B5%B5::")
    expect(page.locator("#said")).to_contain_text("its check character is wrong")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_a_list_fills_in_who_somebody_is_without_a_network(town: Town, opened: Opener, encoding: str) -> None:
    people, tube = [person() for _ in range(3)], code(Kind.TUBE)
    page = with_worker(opened(town.ana, "/sampling/", screen=PHONE))
    page.context.set_offline(True)
    give(page, "名单.csv", listing(people).encode(encoding))
    expect(page.locator("#roster-said")).to_have_text("3 people are on this device now.")
    expect(page.locator("#roster-count")).to_have_text("List of people: sampled 0 of 3")
    page.reload()
    scan(page, tube, *(one["id_number"] for one in people[:2]))
    expect(page.locator("#roster-count")).to_have_text("List of people: sampled 2 of 3")
    scan(page, tube)
    expect(page.locator("#network")).to_contain_text("unsent: 1")
    page.context.set_offline(False)
    network(page, "online · all sent")
    members = stored(town, tube)
    assert [{name: member[name] for name in people[0]} for member in members] == people[:2]
    page.reload(wait_until="networkidle")
    expect(page.locator("#roster-count")).to_have_text("List of people: sampled 2 of 3")
    page.locator("#roster > summary").click()
    expect(page.locator("#roster-missing li")).to_have_count(1)
    page.get_by_role("button", name="Take the list off this device").click()
    expect(page.locator("#roster-count")).to_have_text("List of people: none on this device")


def test_bad_lines_are_named_with_the_reason_and_the_good_ones_are_taken(town: Town, opened: Opener) -> None:
    good = person()
    lines = [
        "id_number;id_type;name",
        f'{good["id_number"]};resident_id;"Zhao; ""A"""',
        "360426199101010072;resident_id;misread",
        "3.60426E+17;;spreadsheet",
        "E123;driving licence;unknown",
        "",
        f"'{good['id_number']};身份证;again",
    ]
    page = opened(town.ana, "/sampling/")
    give(page, "list.csv", "\n".join(lines).encode())
    expect(page.locator("#roster-said")).to_have_text("1 people are on this device now; 4 lines were left out.")
    faults = page.locator("#roster-faults li")
    expect(faults.nth(0)).to_contain_text("Line 3: 360426199101010072 is misread")
    expect(faults.nth(1)).to_contain_text("Line 4: 3.60426E+17 is not a resident ID")
    expect(faults.nth(2)).to_contain_text("Line 5: “driving licence” is no document type.")
    expect(faults.nth(3)).to_contain_text("Line 7: The same person stands in line 2 already.")
    with page.expect_download() as fetched:
        page.locator("#roster-refused").click()
    rows = [*csv.reader(fetched.value.path().read_text("utf-8-sig").splitlines())]
    assert rows[0] == ["id_number", "id_type", "name", "line", "reason"]
    assert rows[1][:4] == ["360426199101010072", "resident_id", "misread", "3"]
    assert rows[2][:4] == ["3.60426E+17", "", "spreadsheet", "4"]
    assert "is misread" in rows[1][4]
    scan(page, code(Kind.TUBE), good["id_number"])
    expect(page.locator("#people .name")).to_have_value('Zhao; "A"')


def test_a_list_of_excel_is_read_with_a_network_and_printed_with_codes(town: Town, opened: Opener) -> None:
    who, content = person(id_type="passport", id_number="E7654321"), io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["证件类型", "证件号码", "姓名", "手机号", "人群"])
        sheet.write_row(1, 0, ["护照", who["id_number"], who["name"], who["phone"], who["group"]])
    page = opened(town.ana, "/sampling/")
    give(page, "list.xlsx", content.getvalue())
    expect(page.locator("#roster-count")).to_have_text("List of people: sampled 0 of 1")
    with page.expect_download() as fetched:
        page.get_by_role("button", name="Print the list").click()
    assert fetched.value.suggested_filename == "roster.pdf"
    page.context.set_offline(True)
    give(page, "again.xlsx", content.getvalue())
    expect(page.locator("#roster-said")).to_contain_text("An Excel file needs a network")
    expect(page.locator("#roster-count")).to_have_text("List of people: sampled 0 of 1")
    scan(page, code(Kind.TUBE), who["id_number"])
    expect(page.locator("#people .name")).to_have_value(who["name"])


def test_the_list_cannot_be_read_on_the_device(town: Town, opened: Opener) -> None:
    who, page = person(), opened(town.ana, "/sampling/")
    give(page, "list.csv", codecs.BOM_UTF8 + listing([who]).encode())
    expect(page.locator("#roster-count")).to_contain_text("0 of 1")
    fields = page.evaluate("import('/static/sampling/store.js').then(({ read }) => read('notes', 'roster')).then(Object.keys)")
    assert sorted(fields) == ["hidden", "id", "iv"]


def test_a_clinic_makes_the_code_of_one_person(town: Town, opened: Opener) -> None:
    page = opened(town.ana, "/sampling/person-code", screen=PHONE)
    page.get_by_label("Number").fill("360426199101010071")
    page.get_by_label("Name").fill("赵试")
    page.get_by_role("button", name="Make the code").click()
    made = "LIMS:P1:RESIDENT-ID:360426199101010071:%E8%B5%B5%E8%AF%95::"
    expect(page.locator("#code")).to_have_attribute("data-code", made)
    assert "360426" not in page.url
