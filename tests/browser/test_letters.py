"""What a device has to tell beside tubes, without a network: kept, sent later, once."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from lims.kernel import ids
from lims.kernel.barcodes import Kind
from tests.browser.conftest import Opener, scan
from tests.browser.test_offline import network, numbers, with_worker
from tests.factories import Town, at, code, tube

pytestmark = pytest.mark.browser
WRITE = "async (letter) => (await import('/static/sampling/carrier.js')).tell(letter)"


def sealed(town: Town, box: str, *tubes: str) -> dict[str, Any]:
    """A letter that tells of a sealed box."""
    body = {"id": str(ids.uuid7()), "barcode": box, "site": town.site, "tubes": list(tubes), "sealed_at": at(1)}
    return {"path": "/sampling/api/boxes", "body": body, "site": town.site, "says": f"Box {box}", "proof": {"barcode": box}}


def boxed(town: Town, barcode: str) -> str | None:
    answer = town.ana.get(f"/sampling/api/tubes/{barcode}").json()
    box: str | None = answer["box"]
    return box


def letters(page: Page, *says: str) -> None:
    """What waits beside tubes; one that came too early is tried again within half a minute."""
    expect(page.locator("#letters .what")).to_have_text(list(says), timeout=90_000)


def test_a_box_sealed_without_a_network_goes_out_after_its_tubes(town: Town, opened: Opener) -> None:
    page = with_worker(opened(town.ana, "/sampling/"))
    page.context.set_offline(True)
    made, box = code(Kind.TUBE), code(Kind.BOX)
    scan(page, made, *numbers(2), made)
    network(page, "no network · unsent: 1")
    page.get_by_role("link", name="Boxes").click()
    expect(page.get_by_role("heading", name="Pack a box")).to_be_visible()
    network(page, "no network · unsent: 1")
    expect(page.get_by_role("heading", name="Waiting to be sent")).to_be_hidden()
    page.evaluate(WRITE, sealed(town, box, made))
    network(page, "no network · unsent: 2")
    page.reload()
    letters(page, f"Box {box}")
    page.get_by_role("link", name="Tube", exact=True).click()
    letters(page, f"Box {box}")
    page.context.set_offline(False)
    network(page, "online · all sent")
    letters(page)
    assert boxed(town, made) == box


def test_a_letter_that_the_server_refuses_stays_with_the_reason_and_spoils_no_other(town: Town, opened: Opener) -> None:
    page = opened(town.ana, "/sampling/boxes")
    late, sent, wrong, right = code(Kind.TUBE), town.collected(1)["barcode"], code(Kind.BOX), code(Kind.BOX)
    page.evaluate(WRITE, sealed(town, wrong, late))
    page.evaluate(WRITE, sealed(town, right, sent))
    letters(page, f"Box {wrong}")
    expect(page.locator("#letters .reason")).to_contain_text(f"Not registered at {town.site} yet: {late}")
    assert boxed(town, sent) == right
    page.reload(wait_until="networkidle")
    page.get_by_role("button", name="Take it off this device").click()
    letters(page)
    network(page, "online · all sent")


def test_a_refused_letter_is_sent_again_when_its_reason_is_gone(town: Town, opened: Opener) -> None:
    page = opened(town.ana, "/sampling/boxes")
    wanted, other = (town.collected(1)["barcode"] for _ in range(2))
    box, first = code(Kind.BOX), sealed(town, code(Kind.BOX), wanted, other)["body"]
    town.ana.post("/sampling/api/boxes", first)
    page.evaluate(WRITE, sealed(town, box, wanted))
    expect(page.locator("#letters .reason")).to_contain_text("A tube is in one box")
    town.ana.post(f"/sampling/api/boxes/{first['barcode']}/changes", {"id": str(ids.uuid7()), "removed": [wanted]})
    page.get_by_role("button", name="Send again").click()
    letters(page)
    assert boxed(town, wanted) == box


def test_a_box_that_came_before_its_tubes_goes_out_by_itself_when_another_device_has_sent_them(town: Town, opened: Opener) -> None:
    page = opened(town.ana, "/sampling/boxes")
    late, box = tube(town.site), code(Kind.BOX)
    page.evaluate(WRITE, sealed(town, box, late["barcode"]))
    expect(page.locator("#letters .reason")).to_contain_text("Not registered")
    town.sync(late)
    letters(page)
    assert boxed(town, late["barcode"]) == box


@pytest.mark.parametrize("answer", [
    {"status": 200, "json": {"status": "welcome"}}, {"status": 404, "json": {"detail": "no such page"}},
    {"status": 503, "json": {"code": "overloaded", "detail": "later"}}, {"status": 401, "json": {"code": "not_signed_in", "detail": "x"}},
])  # fmt: skip
def test_only_our_servers_own_word_takes_a_letter_away(town: Town, opened: Opener, answer: dict[str, Any]) -> None:
    page = opened(town.ana, "/sampling/boxes")
    sent, box = town.collected(1)["barcode"], code(Kind.BOX)
    page.route("**/sampling/api/boxes", lambda route: route.fulfill(**answer))
    with page.expect_response("**/sampling/api/boxes"):
        page.evaluate(WRITE, sealed(town, box, sent))
    expect(page.locator("#network")).to_contain_text("unsent: 1")
    expect(page.locator("#letters .reason")).to_be_empty()
    page.unroute("**/sampling/api/boxes")
    network(page, "online · all sent")
    assert boxed(town, sent) == box
