"""Ben receives boxes in a real browser: by scans and keys alone, on a phone and at a desk, over a reload and a change of shift."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from lims.kernel import clock
from lims.kernel.barcodes import Kind
from tests.bench import another_town, bench_state, dispatch, done, pack, reject
from tests.bench import scan as receive
from tests.browser.conftest import DESK, PHONE, Opener, load, scan
from tests.factories import Town, code

pytestmark = pytest.mark.browser
HEARD = """
window.heard = [];
document.addEventListener("lims:signal", ({ detail }) => window.heard.push(detail));
"""
LIMITS = {"from": "2022-01-01", "hours_at_most": 4, "source": "tests", "coldest_c": 0, "warmest_c": 8, "tube_hours_at_most": 24}


def said(page: Page, sentence: str, signal: str) -> None:
    """What is seen and heard after a scan."""
    expect(page.locator("#said")).to_contain_text(sentence)
    assert page.evaluate("window.heard.at(-1)") == signal


@pytest.mark.parametrize("screen", [PHONE, DESK])
def test_every_scan_is_answered_with_its_exact_reason(town: Town, opened: Opener, screen: dict[str, int]) -> None:
    box, other, before = code(Kind.BOX), code(Kind.BOX), code(Kind.BOX)
    packed, astray, loose, known, broken, theirs = (town.collected(2)["barcode"] for _ in range(6))
    stranger = code(Kind.TUBE)
    done(pack(town, box, packed))
    done(dispatch(town, box))
    done(pack(town, other, astray))
    done(receive(town, before, known, broken))
    done(reject(town, broken))
    another_town(town).received(theirs)
    page = opened(town.ben, "/testing/boxes", screen=screen)
    page.evaluate(HEARD)
    scan(page, packed)
    said(page, f"Scan the box first; {packed} is a tube.", "kind")
    scan(page, box)
    said(page, f"Box {box}: 1 tubes were packed.", "ok")
    scan(page, astray)
    said(page, f"Tube {astray} is registered, but packed in box {other}, sealed at 2022-02-02 09:00 by {town.ana.name}", "unsure")
    scan(page, loose)
    said(page, f"Tube {loose} is registered, but packed in no box", "unsure")
    scan(page, stranger)
    said(page, f"Nobody has registered tube {stranger} yet; it is received and tested", "unsure")
    scan(page, known)
    said(page, f"Tube {known} was received already at 2022-02-02 12:00 by {town.ben.name}, out of box {before}", "again")
    scan(page, broken)
    said(page, f"Tube {broken} was rejected at 2022-02-02 12:00: leaking or no cap.", "problem")
    scan(page, theirs)
    said(page, f"Tube {theirs} was received at 2022-02-02 10:00 by 气膜实验室. Keep it aside", "problem")
    scan(page, packed)
    said(page, f"Box {box} is complete: 1 of 1.", "full")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_tube_is_rejected_by_two_scans_and_a_reason_alone_rejects_nothing(town: Town, opened: Opener) -> None:
    box, leaking, whole = code(Kind.BOX), town.collected(2), town.collected(1)
    done(pack(town, box, leaking["barcode"], whole["barcode"]))
    page = opened(town.ben, "/testing/boxes")
    page.evaluate(HEARD)
    scan(page, box)
    said(page, "2 tubes were packed", "ok")
    scan(page, "REJLEAKING")
    said(page, "Scan the tube first", "kind")
    scan(page, whole["barcode"])
    said(page, f"Tube {whole['barcode']} is here.", "ok")
    scan(page, leaking["barcode"], "rejleaking")
    said(page, f"Tube {leaking['barcode']} is rejected: leaking or no cap. Its people are called back.", "again")
    assert bench_state(town, leaking["barcode"]) == "rejected"
    assert bench_state(town, whole["barcode"]) == "waiting"
    assert set(town.results(leaking).values()) == {"recollect"}


def test_a_released_tube_is_not_rejected_by_a_scan(town: Town, opened: Opener) -> None:
    tube = town.collected(1)["barcode"]
    town.tested(tube)
    page = opened(town.ben, "/testing/boxes")
    page.evaluate(HEARD)
    scan(page, code(Kind.BOX), tube, "REJQS")
    said(page, f"Tube {tube} is released: it cannot be rejected now.", "wrong")
    assert bench_state(town, tube) == "released"


def test_scans_without_a_network_are_kept_over_a_reload_and_a_change_of_shift(town: Town, opened: Opener, address: str) -> None:
    box, first, second = code(Kind.BOX), town.collected()["barcode"], town.collected()["barcode"]
    done(pack(town, box, first, second))
    page = opened(town.ben, "/testing/boxes")
    scan(page, box)
    expect(page.locator("#count")).to_have_text("0 / 2")
    gone = [True]
    page.route("**/receive", lambda route: route.abort() if gone[0] else route.fallback())
    scan(page, first, second)
    expect(page.locator("#unsent")).to_have_text("2 scans unsent")
    scan(page, first)
    expect(page.locator("#log")).to_contain_text("scanned just before")
    page.reload()
    expect(page.locator("#unsent")).to_have_text("2 scans unsent")
    cookie: Any = [{"name": "lims_session", "value": town.bo.token, "url": address, "httpOnly": True, "sameSite": "Strict"}]
    page.context.add_cookies(cookie)
    gone[0] = False
    page.reload()
    expect(page.locator("#count")).to_have_text("2 / 2")
    expect(page.locator("#unsent")).to_be_hidden()
    assert [bench_state(town, each) for each in (first, second)] == ["waiting", "waiting"]
    history = done(town.ben.get(f"/sampling/api/tubes/{second}"))["history"]
    assert [line["actor"] for line in history if line["verb"] == "tube.received"] == [town.bo.name]


def test_an_answer_that_was_lost_on_its_way_doubles_nothing(town: Town, opened: Opener) -> None:
    box, tube = code(Kind.BOX), town.collected()["barcode"]
    done(pack(town, box, tube))
    page = opened(town.ben, "/testing/boxes")
    scan(page, box)
    expect(page.locator("#count")).to_have_text("0 / 1")
    lost: list[str] = []

    def lose(route: Route) -> None:
        if lost or tube not in json.loads(route.request.post_data or "{}").get("tubes", []):
            route.fallback()
            return
        lost.append(str(route.fetch().status))
        route.abort()

    page.route("**/receive", lose)
    scan(page, tube)
    expect(page.locator("#said")).to_contain_text(f"Box {box} is complete")
    assert lost == ["200"]


def test_a_warm_box_and_old_tubes_warn_in_words_and_stay_on_record(town: Town, opened: Opener) -> None:
    load(town.program, {"transport_policy": [LIMITS]})
    box, tube = code(Kind.BOX), town.collected()["barcode"]
    done(pack(town, box, tube))
    left = {"id": code(Kind.BOX)[:8] + "-0000-7000-8000-000000000000", "lab": town.lab, "courier": "carl", "vehicle": ""}
    done(town.carl.post(f"/sampling/api/boxes/{box}/dispatch", left | {"at": (clock.now() - timedelta(hours=5)).isoformat()}))
    page = opened(town.ben, f"/testing/boxes/{box}")
    page.get_by_label("Temperature").fill("12.5")
    page.keyboard.press("Tab")
    expect(page.locator("#said")).to_contain_text(f"Box {box} measures 12.5 °C: noted. It was 5 h 0 min on its way")
    warnings = page.locator("#warnings")
    expect(warnings).to_contain_text("It measured 12.5 °C; allowed is 0 to 8 °C (tests).")
    expect(warnings).to_contain_text("at most 4 h are allowed")
    page.locator("#scan").focus()
    scan(page, tube)
    expect(warnings).to_contain_text("1 tubes came too old")
    expect(page.locator("#log")).to_contain_text(f"Tube {tube} is here. But it was sealed")
    page.reload()
    expect(warnings).to_contain_text("It measured 12.5 °C")
    told = done(town.ben.get(f"/sampling/api/tubes/{tube}"))["history"][-1]["what"]
    assert told["minutes_old"] > 24 * 60


def test_a_late_answer_about_the_box_before_does_not_open_it_again(town: Town, opened: Opener) -> None:
    before, box, tube = code(Kind.BOX), code(Kind.BOX), town.collected()["barcode"]
    done(pack(town, before, town.collected()["barcode"]))
    done(pack(town, box, tube))
    page = opened(town.ben, "/testing/boxes")
    scan(page, before)
    expect(page.locator("#count")).to_have_text("0 / 1")
    late: list[Route] = []
    asked = re.compile(f"/testing/api/boxes/{before}\\?")
    page.route(asked, lambda route: route.continue_() if late else late.append(route))
    with page.expect_request(asked):
        page.reload()
    scan(page, box)
    expect(page.locator("#log")).to_contain_text(f"Box {box}: 1 tubes were packed.")
    with page.expect_response(asked) as answered:
        late[0].continue_()
    answered.value.finished()
    scan(page, tube)
    expect(page.locator("#said")).to_contain_text(f"Box {box} is complete: 1 of 1.")
    expect(page.locator("#box")).to_have_text(box)


def test_a_tube_is_scanned_into_the_box_that_was_open_before_the_server_has_told_of_it(town: Town, opened: Opener) -> None:
    box, tube = code(Kind.BOX), town.collected()["barcode"]
    done(pack(town, box, tube))
    page = opened(town.ben, "/testing/boxes")
    scan(page, box)
    expect(page.locator("#count")).to_have_text("0 / 1")
    late: list[Route] = []
    asked = re.compile(f"/testing/api/boxes/{box}\\?")
    page.route(asked, lambda route: route.continue_() if late else late.append(route))
    with page.expect_request(asked):
        page.reload()
    scan(page, tube)
    expect(page.locator("#said")).to_contain_text(f"Box {box} is complete: 1 of 1.")
    late[0].fulfill(json={"expected": 1, "received": [], "missing": [tube]})  # as it stood before the scan
    scan(page, tube)
    expect(page.locator("#log")).to_contain_text(f"Tube {tube} was received already")
    expect(page.locator("#count")).to_have_text("1 / 1")


def test_paper_is_one_key_away(town: Town, opened: Opener) -> None:
    box, tube = code(Kind.BOX), town.collected()["barcode"]
    done(pack(town, box, tube))
    page = opened(town.ben, "/testing/boxes")
    scan(page, box)
    expect(page.locator("#paper")).to_have_attribute("href", f"/testing/boxes/{box}/discrepancies.pdf")
