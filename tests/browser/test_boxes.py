"""Ana packs boxes on her phone and hands them to Carl; both sign."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from lims.kernel import ids
from lims.kernel.auth import actions as auth
from lims.kernel.barcodes import Kind, own_code
from lims.kernel.db import Access
from tests.browser.conftest import PHONE, Opener, scan
from tests.browser.test_offline import network, with_worker
from tests.factories import Town, at, code, tube

pytestmark = pytest.mark.browser
VEHICLE = own_code(Kind.VEHICLE, 7)
PASSWORD = "carl drives at night"


def said(page: Page, sentence: str) -> None:
    expect(page.locator("#said")).to_contain_text(sentence)


def sealed_box(town: Town, *tubes: str) -> str:
    """A box that Ana has sealed."""
    box = code(Kind.BOX)
    body = {"id": str(ids.uuid7()), "barcode": box, "site": town.site, "tubes": list(tubes), "sealed_at": at(1)}
    assert town.ana.post("/sampling/api/boxes", body).status_code == 200
    return box


def inside(town: Town, box: str) -> list[str]:
    packed: list[str] = town.ana.get(f"/sampling/api/boxes/{box}").json()["packed"]
    return packed


def test_ana_packs_a_box_and_is_answered_at_every_scan(town: Town, opened: Opener) -> None:
    tubes, box = [town.collected(1)["barcode"] for _ in range(3)], code(Kind.BOX)
    page = opened(town.ana, "/sampling/boxes", screen=PHONE)
    expect(page.locator("#waiting .count")).to_have_text("3")
    scan(page, tubes[0])
    said(page, f"{tubes[0]} is a tube code. Scan the box first.")
    scan(page, box, tubes[0])
    said(page, f"1: tube {tubes[0]} is in.")
    scan(page, tubes[0])
    said(page, f"Tube {tubes[0]} is in this box already.")
    scan(page, tubes[1], tubes[2])
    page.get_by_role("button", name="Undo the last tube").click()
    said(page, f"Tube {tubes[2]} was taken out: 2.")
    page.reload(wait_until="networkidle")
    expect(page.locator("#count")).to_have_text("2")
    page.get_by_role("button", name=f"Take out tube {tubes[0]}").click()
    expect(page.locator("#count")).to_have_text("1")
    scan(page, VEHICLE)
    said(page, f"{VEHICLE} is a vehicle code.")
    scan(page, box)
    said(page, f"Box {box} is sealed with 1 tubes.")
    expect(page.locator("#boxes")).to_contain_text("at the site")
    expect(page.locator("#waiting .count")).to_have_text("2")
    assert inside(town, box) == [tubes[1]]


def test_a_tube_that_cannot_go_in_is_told_exactly_why(town: Town, opened: Opener) -> None:
    first, second, third = (town.collected(1)["barcode"] for _ in range(3))
    unsealed = town.collected(1, state="open", sealed_at=None)["barcode"]
    there, gone = sealed_box(town, first), sealed_box(town, second)
    town.carl.post(f"/sampling/api/boxes/{gone}/dispatch", {"id": str(ids.uuid7()), "lab": town.lab, "at": at(2)})
    town.received(third)
    page, box = opened(town.ana, "/sampling/boxes", screen=PHONE), code(Kind.BOX)
    scan(page, box, first)
    said(page, f"Tube {first} is in box {there} since")
    said(page, f"sealed by {town.ana.name}.")
    scan(page, second)
    said(page, f"Tube {second} left with box {gone} at")
    scan(page, third)
    said(page, f"Tube {third} is in lab {town.lab} already.")
    scan(page, unsealed)
    said(page, f"Tube {unsealed} is not sealed yet.")
    expect(page.locator("#count")).to_have_text("0")


def test_a_tube_that_nobody_has_sent_goes_in_at_the_second_scan_and_its_box_waits_for_it(town: Town, opened: Opener) -> None:
    late, box = tube(town.site), code(Kind.BOX)
    page = opened(town.ana, "/sampling/boxes", screen=PHONE)
    scan(page, box, late["barcode"])
    said(page, "is not known at this site")
    scan(page, late["barcode"])
    said(page, f"1: tube {late['barcode']} is in, but not checked")
    scan(page, box)
    said(page, f"Not registered at {town.site} yet: {late['barcode']}")
    town.sync(late)
    scan(page, box)
    said(page, "Its tubes are here again.")
    scan(page, box)
    expect(page.locator("#boxes")).to_contain_text("1 tubes")
    assert inside(town, box) == [late["barcode"]]


def test_a_straggler_goes_into_the_sealed_box_until_it_has_left(town: Town, opened: Opener) -> None:
    first, late, later = (town.collected(1)["barcode"] for _ in range(3))
    box = sealed_box(town, first)
    page = opened(town.ana, "/sampling/boxes", screen=PHONE)
    scan(page, box)
    said(page, f"Box {box} was sealed with 1 tubes and has not left")
    scan(page, late, box)
    said(page, f"Box {box} is sealed again with 2 tubes.")
    expect(page.locator("#boxes")).to_contain_text("2 tubes")
    assert inside(town, box) == sorted([first, late])
    town.carl.post(f"/sampling/api/boxes/{box}/dispatch", {"id": str(ids.uuid7()), "lab": town.lab})
    scan(page, box)
    said(page, f"for {town.lab}; nothing can be put in. Scan the next box.")
    following = code(Kind.BOX)
    scan(page, following, later, following)
    said(page, f"Box {following} is sealed with 1 tubes.")


def test_a_box_sealed_and_sent_without_a_network_is_told_when_there_is_one(town: Town, opened: Opener) -> None:
    made, box = town.collected(1)["barcode"], code(Kind.BOX)
    page = with_worker(opened(town.ana, "/sampling/boxes"))
    page.context.set_offline(True)
    scan(page, box, made, box)
    said(page, f"Box {box} is sealed with 1 tubes.")
    scan(page, box)
    said(page, f"Box {box} was sealed with 1 tubes and has not left")
    scan(page, box)
    said(page, "is closed again, as it was")
    page.get_by_role("link", name="Hand over", exact=True).click()
    expect(page.get_by_role("heading", name="Hand boxes over")).to_be_visible()
    expect(page.locator("#scan")).to_be_focused()
    scan(page, box)
    said(page, f"1: box {box} is on the list; not checked without a network.")
    scan(page, VEHICLE)
    said(page, f"Vehicle {VEHICLE} is noted.")
    page.get_by_text("No network, or nobody to sign").click()
    page.get_by_role("button", name="Note that they have left").click()
    said(page, "1 boxes are noted as gone, not countersigned.")
    network(page, "no network · unsent: 2")
    page.context.set_offline(False)
    network(page, "online · all sent")
    stored = town.ana.get(f"/sampling/api/boxes/{box}").json()
    assert (stored["packed"], stored["countersigned"], stored["lab"] is not None) == ([made], False, True)


def handing(page: Page, town: Town, *boxes: str) -> None:
    """Ana has scanned boxes and vehicle, and chosen the lab."""
    page.locator("#lab").select_option(town.lab)
    page.locator("#scan").focus()
    scan(page, *boxes)
    expect(page.locator("#count")).to_have_text(str(len(boxes)))
    scan(page, VEHICLE)
    said(page, f"Vehicle {VEHICLE} is noted.")
    page.get_by_label("Temperature in °C").fill("5.5")


def test_carl_signs_on_anas_phone(town: Town, opened: Opener) -> None:
    with town.program.database.transaction(Access.OWNER) as connection:
        auth.add_user(connection, datetime.now(UTC), town.carl.name, ["courier"], password=PASSWORD)
    boxes = [sealed_box(town, town.collected(1)["barcode"]) for _ in range(2)]
    page = opened(town.ana, "/sampling/handover", screen=PHONE)
    handing(page, town, *boxes)
    scan(page, boxes[0])
    page.get_by_label("Name of the courier").fill(town.carl.name)
    page.get_by_label("Password").fill("mistyped")
    page.get_by_role("button", name="Both sign: hand over").click()
    said(page, "nothing was handed over")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Both sign: hand over").click()
    expect(page.get_by_role("heading", name="Handed over")).to_be_visible()
    said(page, f"2 boxes are handed over to {town.carl.name}, signed by both.")
    stored = town.ana.get(f"/sampling/api/boxes/{boxes[0]}").json()
    assert (stored["countersigned"], stored["lab"]) == (True, town.lab)


def test_carl_signs_on_his_own_phone_and_sees_what_he_carries(town: Town, opened: Opener) -> None:
    box = sealed_box(town, town.collected(1)["barcode"])
    page = opened(town.ana, "/sampling/handover", screen=PHONE)
    handing(page, town, box)
    page.get_by_role("button", name="Sign on the other phone").click()
    expect(page.get_by_role("heading", name="The other one signs")).to_be_visible()
    his = opened(town.carl, urlsplit(page.url).path, screen=PHONE)
    his.get_by_role("button", name="I take these boxes").click()
    expect(his.get_by_role("heading", name="Handed over")).to_be_visible()
    expect(page.get_by_role("heading", name="Handed over")).to_be_visible()
    his.get_by_role("link", name="Go on").click()
    expect(his.get_by_role("heading", name="What I carry")).to_be_visible()
    expect(his.locator("main")).to_contain_text("1 tubes")
    expect(his.locator("main")).not_to_contain_text(town.ana.name)
    town.ben.post(f"/testing/api/boxes/{box}/receive", {"id": str(ids.uuid7()), "lab": town.lab, "tubes": []})
    his.reload(wait_until="networkidle")
    expect(his.locator("main")).to_contain_text("You carry nothing.")


def test_a_scanned_hand_over_outlives_a_reload_and_a_wrong_scan_is_told(town: Town, opened: Opener) -> None:
    box, gone = sealed_box(town, town.collected(1)["barcode"]), sealed_box(town, town.collected(1)["barcode"])
    town.carl.post(f"/sampling/api/boxes/{gone}/dispatch", {"id": str(ids.uuid7()), "lab": town.lab, "at": at(2)})
    page = opened(town.ana, "/sampling/handover", screen=PHONE)
    handing(page, town, box)
    page.locator("#scan").focus()
    scan(page, box)
    said(page, f"Box {box} is in this hand-over already.")
    scan(page, gone)
    said(page, f"Box {gone} left at")
    scan(page, code(Kind.TUBE))
    said(page, "is a tube code. Scan a box, or the vehicle's tag.")
    page.reload(wait_until="networkidle")
    expect(page.locator("#count")).to_have_text("1")
    expect(page.locator("#vehicle")).to_have_value(VEHICLE)
    expect(page.locator("#lab")).to_have_value(town.lab)
    page.get_by_role("button", name=f"Take out box {box}").click()
    page.get_by_role("button", name="Sign on the other phone").click()
    said(page, "Scan the boxes first.")
