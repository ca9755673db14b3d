"""Ben mixes pools, puts tubes away and throws them away with a scanner."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from lims.kernel.barcodes import Kind
from tests.bench import done, message
from tests.browser.conftest import Opener, load, scan
from tests.factories import Town, code

pytestmark = pytest.mark.browser


def singles(town: Town, count: int) -> list[str]:
    """Single tubes that wait in the lab."""
    codes = [str(town.collected(1, size=1)["barcode"]) for _ in range(count)]
    town.received(*codes)
    return codes


def test_a_pool_is_scanned_together_and_made_by_enter(town: Town, opened: Opener) -> None:
    first, second, third = singles(town, 3)
    swabs, pool = town.collected(2)["barcode"], code(Kind.TUBE)
    town.received(swabs)
    page = opened(town.ben, "/testing/pools")
    scan(page, pool)
    page.wait_for_selector("#current:not([hidden])")
    scan(page, first, first, swabs, second, third)
    page.wait_for_selector("#count:has-text('3')")
    said = page.inner_text("#log")
    assert "scanned already" in said
    assert "a pool itself" in said
    page.keyboard.press("Enter")
    page.wait_for_selector("#log :has-text('3 tubes is made')")
    assert done(town.ben.get(f"/testing/api/pools/{pool}"))["members"] == sorted([first, second, third])
    assert page.evaluate("document.activeElement.id") == "scan"
    assert pool in (page.get_attribute("#list", "href") or "")


def test_a_tube_scanned_just_before_a_pool_is_given_up_is_in_no_other_pool(town: Town, opened: Opener) -> None:
    first, second, third = singles(town, 3)
    pool, late = code(Kind.TUBE), list[Route]()
    page = opened(town.ben, "/testing/pools")
    scan(page, code(Kind.TUBE))
    page.wait_for_selector("#current:not([hidden])")
    page.route(f"**/candidates/{first}?*", lambda route: route.continue_() if late else late.append(route))
    with page.expect_request(f"**/candidates/{first}?*"):
        scan(page, first)
    page.click("#drop")
    late[0].continue_()
    scan(page, pool, second, third)
    page.wait_for_selector("#members li:nth-child(2)")
    page.keyboard.press("Enter")
    page.wait_for_selector("#log :has-text('2 tubes is made')")
    assert done(town.ben.get(f"/testing/api/pools/{pool}"))["members"] == sorted([second, third])


def test_what_waits_fills_a_tube_at_a_press(town: Town, opened: Opener) -> None:
    tubes, pool = singles(town, 5), code(Kind.TUBE)
    page = opened(town.ben, "/testing/pools")
    page.wait_for_selector("#sums:has-text('5 single tubes wait. Pools: 1')")
    page.fill("#size", "4")
    page.keyboard.press("Tab")
    page.wait_for_selector("#proposed:has-text('Pool of 4')")
    page.locator("#scan").focus()
    scan(page, pool)
    page.wait_for_selector("#current:not([hidden])")
    page.click("#auto")
    page.wait_for_selector("#sums:has-text('1 single tubes wait')")
    assert len(set(done(town.ben.get(f"/testing/api/pools/{pool}"))["members"]) & set(tubes)) == 4


def test_tubes_are_put_away_found_and_taken_out_by_scan(town: Town, opened: Opener) -> None:
    (first, second), rack = singles(town, 2), code(Kind.PLACE)
    body = message(barcode=rack, lab=town.lab, rows=2, columns=2, kept="cold", place="冰箱一")
    done(town.ben.post("/testing/api/racks", body))
    page = opened(town.ben, "/testing/storage")
    scan(page, rack, first, "b2", second)
    page.wait_for_selector("#count:has-text('2')")
    assert done(town.ben.get(f"/testing/api/racks/{rack}"))["positions"] == {"A1": first, "B2": second}
    page.click("#done")
    scan(page, first)
    page.wait_for_selector(f"#log :has-text('冰箱一, rack {rack}, A1')")
    page.click("#out")
    scan(page, first)
    page.wait_for_selector("#log :has-text('is taken out')")
    assert done(town.ben.get(f"/testing/api/racks/{rack}"))["positions"] == {"B2": second}


def test_what_was_scanned_before_a_rack_is_left_still_goes_into_it(town: Town, opened: Opener) -> None:
    (first, second), rack, late = singles(town, 2), code(Kind.PLACE), list[Route]()
    done(town.ben.post("/testing/api/racks", message(barcode=rack, lab=town.lab, rows=2, columns=2, kept="cold", place="冰箱一")))
    page = opened(town.ben, "/testing/storage")
    scan(page, rack)
    page.wait_for_selector("#current:not([hidden])")
    page.route(f"**/racks/{rack}/tubes", lambda route: route.continue_() if late else late.append(route))
    with page.expect_request(f"**/racks/{rack}/tubes"):
        scan(page, first, second)
    page.click("#done")
    late[0].continue_()
    expect(page.locator("#current")).to_be_hidden()
    assert done(town.ben.get(f"/testing/api/racks/{rack}"))["positions"] == {"A1": first, "A2": second}
    scan(page, second)
    page.wait_for_selector(f"#log :has-text('冰箱一, rack {rack}, A2')")


def load_retention(town: Town) -> None:
    """It is said how long tubes are kept."""
    policy = {"from": "2022-01-01", "negative_days": 3, "other_days": 30, "rejected_days": 7, "source": "tests"}
    load(town.program, {"retention_policy": [policy]})


def rack_of(town: Town, *tubes: str) -> str:
    """A rack in which these tubes lie."""
    rack = code(Kind.PLACE)
    done(town.ben.post("/testing/api/racks", message(barcode=rack, lab=town.lab, rows=9, columns=9, kept="deep_frozen", place="冰箱一")))
    done(town.ben.post(f"/testing/api/racks/{rack}/tubes", message(tubes=list(tubes))))
    return rack


def test_a_rack_is_emptied_of_what_may_go_and_says_what_stays(town: Town, opened: Opener) -> None:
    load_retention(town)
    old = str(town.collected()["barcode"])
    town.tested(old)
    (waiting,) = singles(town, 1)
    rack = rack_of(town, old, waiting)
    page = opened(town.ben, "/testing/discards")
    expect(page.locator("details table tbody tr")).to_have_count(1)
    page.locator("#scan").focus()
    scan(page, rack)
    page.wait_for_selector("#log :has-text('1 tubes are discarded, 1 stay')")
    assert waiting in page.inner_text("#stay")
    scan(page, old)
    page.wait_for_selector("#log :has-text('was discarded on')")
    assert done(town.ben.get(f"/testing/api/racks/{rack}"))["positions"] == {"A2": waiting}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_is_wider_than_its_screen(town: Town, opened: Opener, language: str, width: int) -> None:
    load_retention(town)
    gone = str(town.collected()["barcode"])
    town.tested(gone, hours=1)
    tubes, pool = singles(town, 4), code(Kind.TUBE)
    rack = rack_of(town, *tubes[:3], gone)
    made = message(barcode=pool, lab=town.lab, members=tubes[:2], assay="ncov2")
    done(town.ben.post("/testing/api/pools", made))
    for path in ("/testing/pools", f"/testing/pools/{pool}", "/testing/storage", f"/testing/storage/{rack}", "/testing/discards"):
        page = opened(town.ben, path, language=language, screen={"width": width, "height": 740 if width < 500 else 800})
        if path == "/testing/pools":
            scan(page, code(Kind.TUBE), tubes[2], tubes[0])
            page.wait_for_selector("#log li:nth-child(3)")
        if path == "/testing/storage":
            scan(page, rack, tubes[3])
            page.wait_for_selector("#log li:nth-child(2)")
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        if folder := os.environ.get("LIMS_SHOTS"):
            page.screenshot(path=str(Path(folder) / f"{path.split('/')[2]}{len(path.split('/'))}-{language}-{width}.png"), full_page=True)
