"""The loop at the tube screen: a tube seals itself, the last scan can be undone, and policies decide who may share."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from lims.kernel import ids
from lims.kernel.barcodes import Kind
from tests.browser.conftest import PHONE, Opener, load, scan
from tests.factories import Town, code, person

pytestmark = pytest.mark.browser
GRACE = 60_000  # ms: the ten seconds that a sealed tube stays, and what a busy machine needs at most
RULE = {"from": "2022-01-01", "zone": "controlled", "source": "tests"}


def numbers(count: int) -> list[str]:
    return [person()["id_number"] for _ in range(count)]


def stored(town: Town, tube: str) -> dict[str, Any]:
    answer = town.ana.get(f"/sampling/api/tubes/{tube}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def said(page: Page, sentence: str) -> None:
    expect(page.locator("#said")).to_contain_text(sentence)


def confirmed(page: Page, tube: str) -> None:
    expect(page.locator("#log")).to_contain_text(f"Tube {tube}: confirmed", timeout=GRACE)


def no_time_passes(page: Page) -> None:
    """The page's clock stands until it is moved: however slow this machine is, the ten seconds of a sealed tube do not run out."""
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 30)


def test_a_full_tube_seals_itself_and_goes_out_when_the_next_is_scanned(town: Town, opened: Opener) -> None:
    page, tube, people = opened(town.ana, "/sampling/", screen=PHONE), code(Kind.TUBE), numbers(10)
    no_time_passes(page)
    scan(page, tube, *people)
    said(page, f"Tube {tube} is sealed. It goes out with the next tube, or in 10 seconds.")
    expect(page.locator("#network")).to_have_text("online · unsent: 1")
    assert town.ana.get(f"/sampling/api/tubes/{tube}").status_code == 404
    scan(page, following := code(Kind.TUBE))
    confirmed(page, tube)
    expect(page.locator("#tube")).to_have_text(following)
    found = stored(town, tube)
    assert (found["state"], found["revision"], [member["id_number"] for member in found["members"]]) == ("sealed", 1, people)


def test_a_receipt_never_takes_a_refusal_away_that_is_still_to_be_read(town: Town, opened: Opener) -> None:
    page, tube, people = opened(town.ana, "/sampling/"), code(Kind.TUBE), numbers(3)
    scan(page, tube, *people[:2])
    page.context.set_offline(True)
    expect(page.locator("#network")).to_contain_text("no network")
    page.get_by_role("button", name="Seal and send").click()
    said(page, f"Tube {tube} is sealed")
    scan(page, people[2])
    said(page, refusal := f"{people[2]} is not a tube code. Scan the tube first.")
    page.context.set_offline(False)
    confirmed(page, tube)
    said(page, refusal)


def test_a_tube_that_has_sealed_itself_goes_out_after_a_while_without_another_scan(town: Town, opened: Opener) -> None:
    page, tube = opened(town.ana, "/sampling/"), code(Kind.TUBE)
    scan(page, tube, *numbers(10))
    confirmed(page, tube)
    expect(page.locator("#current")).to_be_hidden()


def test_the_last_scan_of_a_tube_that_has_sealed_itself_is_undone_without_a_conflict(town: Town, opened: Opener) -> None:
    page, tube, people = opened(town.ana, "/sampling/"), code(Kind.TUBE), numbers(11)
    no_time_passes(page)
    scan(page, tube, *people[:10])
    said(page, "is sealed")
    page.get_by_role("button", name="Undo the last person").click()
    expect(page.locator("#count")).to_have_text("9 / 10")
    scan(page, people[10], "王试")
    said(page, "Name noted for person 10.")
    page.get_by_role("button", name="Send now").click()
    confirmed(page, tube)
    found = stored(town, tube)
    assert [member["id_number"] for member in found["members"]] == [*people[:9], people[10]]
    assert (found["members"][9]["name"], found["revision"]) == ("王试", 1)


def test_the_code_of_a_tube_that_has_sealed_itself_is_put_right_before_it_goes_out(town: Town, opened: Opener) -> None:
    page, wrong, right = opened(town.ana, "/sampling/"), code(Kind.TUBE), code(Kind.TUBE)
    no_time_passes(page)
    scan(page, wrong, *numbers(10))
    said(page, "is sealed")
    page.get_by_role("button", name="Wrong tube code").click()
    scan(page, right)
    said(page, f"The people are now in tube {right}.")
    scan(page, code(Kind.TUBE))
    confirmed(page, right)
    assert town.ana.get(f"/sampling/api/tubes/{wrong}").status_code == 404


def test_scanning_a_tube_that_has_sealed_itself_opens_it_and_the_next_tube_seals_it(town: Town, opened: Opener) -> None:
    page, tube, people = opened(town.ana, "/sampling/"), code(Kind.TUBE), numbers(11)
    scan(page, tube, *people[:10], tube)
    said(page, f"Tube {tube} is open again (10 of 10).")
    scan(page, people[10])
    said(page, f"Tube {tube} is full (10 of 10). Scan a new tube.")
    scan(page, code(Kind.TUBE))
    confirmed(page, tube)
    assert stored(town, tube)["member_count"] == 10


def test_a_reload_in_the_middle_of_the_while_sends_the_sealed_tube(town: Town, opened: Opener) -> None:
    page, tube = opened(town.ana, "/sampling/"), code(Kind.TUBE)
    no_time_passes(page)
    scan(page, tube, *numbers(10))
    said(page, "is sealed")
    page.reload(wait_until="networkidle")
    confirmed(page, tube)


def test_a_tube_is_not_sent_while_somebody_writes_into_it(town: Town, opened: Opener) -> None:
    page, tube = opened(town.ana, "/sampling/"), code(Kind.TUBE)
    no_time_passes(page)
    scan(page, tube, *numbers(10))
    said(page, "is sealed")
    page.locator("#people .name").last.focus()
    page.clock.fast_forward(12_000)
    page.keyboard.type("李试")
    page.keyboard.press("Enter")
    said(page, "Name noted for person 10.")
    assert town.ana.get(f"/sampling/api/tubes/{tube}").status_code == 404
    page.clock.fast_forward(11_000)
    confirmed(page, tube)
    assert stored(town, tube)["members"][9]["name"] == "李试"


def test_the_last_person_is_shown_masked(town: Town, opened: Opener) -> None:
    page, [number] = opened(town.ana, "/sampling/"), numbers(1)
    scan(page, code(Kind.TUBE), number)
    expect(page.locator("#last")).to_have_text(f"{number[:2]}{'*' * 14}{number[-2:]}")
    scan(page, "欧阳试")
    expect(page.locator("#last")).to_have_text("欧**")


@pytest.fixture
def quarantined(town: Town) -> Town:
    """The town's area is a quarantine zone, where everybody is alone in a tube."""
    zone = {"code": town.area, "name": "富阳区", "zone": "quarantine"}
    load(town.program, {"area": [zone], "pooling_policy": [RULE | {"zone": "quarantine", "pool_max": 1}]})
    return town


def test_in_a_quarantine_zone_the_screen_makes_single_tubes_and_says_why(quarantined: Town, opened: Opener) -> None:
    page, tube, people = opened(quarantined.ana, "/sampling/", screen=PHONE), code(Kind.TUBE), numbers(2)
    expect(page.locator("#why")).to_have_text("Quarantine zone: one person a tube.")
    expect(page.get_by_role("button", name="Pool of")).to_be_hidden()
    no_time_passes(page)
    scan(page, tube, people[0])
    expect(page.locator("#count")).to_have_text("1 / 1")
    scan(page, people[1])
    said(page, f"Tube {tube} is full (1 of 1). Scan a new tube.")
    page.get_by_role("button", name="Send now").click()
    confirmed(page, tube)
    assert (stored(quarantined, tube)["kind"], stored(quarantined, tube)["pool_size"]) == ("single", 1)


def test_a_group_that_its_policy_keeps_alone_is_sampled_alone_and_sent_with_its_name(town: Town, opened: Opener) -> None:
    load(town.program, {"pooling_policy": [RULE | {"group": "key", "pool_max": 1}, RULE | {"group": "school", "pool_max": 5}]})
    page, tubes, people = opened(town.ana, "/sampling/"), [code(Kind.TUBE) for _ in range(3)], numbers(7)
    page.get_by_label("Group of the next people").select_option("school")
    expect(page.get_by_role("button", name="Pool of 5")).to_be_visible()
    scan(page, tubes[0], *people[:5])
    said(page, "5 of 5")
    scan(page, tubes[1], people[5])
    page.get_by_label("Group of the next people").select_option("key")
    scan(page, people[6])
    said(page, "Not added: people of group key share a tube with at most 1, and 1 are in this one.")
    expect(page.locator("#why")).to_have_text("Group key: one person a tube.")
    page.get_by_role("button", name="Seal and send").click()
    confirmed(page, tubes[1])
    page.reload(wait_until="networkidle")
    expect(page.locator("#why")).to_have_text("Group key: one person a tube.")
    scan(page, tubes[2], people[6])
    page.get_by_role("button", name="Send now").click()
    confirmed(page, tubes[2])
    groups = [{member["group"] for member in stored(town, tube)["members"]} for tube in tubes]
    assert groups == [{"school"}, {"school"}, {"key"}]
    assert stored(town, tubes[2])["kind"] == "single"


def test_a_household_shares_a_tube_where_the_policy_lets_it(town: Town, opened: Opener) -> None:
    zone = {"code": town.area, "name": "富阳区", "zone": "sealed"}
    load(town.program, {"area": [zone], "pooling_policy": [RULE | {"zone": "sealed", "pool_max": 1, "household": True}]})
    page, tube = opened(town.ana, "/sampling/"), code(Kind.TUBE)
    expect(page.locator("#why")).to_have_text("Sealed area: one person, or one household, a tube.")
    page.get_by_role("button", name="Household").click()
    scan(page, tube, *numbers(3), tube)
    confirmed(page, tube)
    found = stored(town, tube)
    assert (found["kind"], found["member_count"]) == ("swab_pool", 3)


def test_somebody_who_is_called_back_gets_a_tube_alone_by_the_card_alone(town: Town, opened: Opener) -> None:
    pool = town.collected(2)
    town.tested(pool["barcode"], truth={pool["barcode"]: "positive"})
    number = pool["members"][0]["id_number"]
    page, shared, single = opened(town.ana, "/sampling/"), code(Kind.TUBE), code(Kind.TUBE)
    expect(page.locator("#recollection option")).to_have_count(3)
    scan(page, shared, *numbers(1), number)
    said(page, f"this person is called back (tube {pool['barcode']}) and needs a tube alone")
    scan(page, shared)
    confirmed(page, shared)
    scan(page, single, number)
    expect(page.locator("#count")).to_have_text("1 / 1")
    page.get_by_role("button", name="Send now").click()
    confirmed(page, single)
    found = stored(town, single)
    assert (found["kind"], found["retest_of"], found["member_count"]) == ("single", pool["barcode"], 1)


def test_a_device_that_was_set_up_sends_under_the_name_that_the_supervisor_knows(town: Town, opened: Opener, address: str) -> None:
    made = town.ada.post("/sampling/api/devices", {"id": str(ids.uuid7()), "name": "Phone 7", "site": town.site}).json()
    page = opened(None, urlsplit(made["link"])._replace(scheme="", netloc="").geturl())
    page.get_by_role("button", name="Set up").click()
    page.wait_for_url("**/auth/sign-in**")
    page.context.add_cookies([{"name": "lims_session", "value": town.ana.token, "url": address, "httpOnly": True, "sameSite": "Strict"}])
    page.goto("/sampling/", wait_until="networkidle")
    scan(page, tube := code(Kind.TUBE), *numbers(1), tube)
    confirmed(page, tube)
    assert stored(town, tube)["device"] == made["device"]


def test_a_label_of_another_site_is_taken_and_said(town: Town, opened: Opener) -> None:
    reserved = town.ana.post("/sampling/api/label-ranges", {"site": town.site, "count": 5}).json()
    page = opened(town.ana, "/sampling/")
    scan(page, foreign := code(Kind.TUBE))
    said(page, f"Tube {foreign} is open, but its label was printed for another site.")
    page.get_by_role("button", name="Discard this tube").click()
    scan(page, reserved["last"])
    said(page, f"Tube {reserved['last']} is open. Now the first person.")


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_where_i_am_stands_in_one_line_on_a_phone_and_the_count_in_the_screen(town: Town, opened: Opener, language: str) -> None:
    page = opened(town.ana, "/sampling/", language=language, screen={"width": 360, "height": 740})
    scan(page, code(Kind.TUBE), *numbers(10))
    expect(page.locator("#count")).to_have_text("10 / 10")
    target = 48
    top, count = page.locator(".top").bounding_box(), page.locator("#count").bounding_box()
    assert top
    assert count
    assert top["height"] < 2 * target
    assert count["x"] + count["width"] <= 360
    page.goto("/sampling/labels")
    top = page.locator(".top").bounding_box()
    assert top
    assert top["height"] < 2 * target
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
