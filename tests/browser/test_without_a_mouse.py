"""A whole day without a mouse: people into tubes, a box, a hand-over, a plate, its run, its review, a case, the figures of the day.

Scanners type. Everything else is Tab, Enter and the arrows, and wherever they lead, the focus is to be seen.
"""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import FilePayload, Page, expect

from lims.kernel.auth import actions as auth
from lims.kernel.barcodes import Kind
from lims.kernel.db import Access
from tests.bench import bench_state, done, found, recollected
from tests.browser.conftest import PHONE, Opener, scan, until
from tests.browser.sight import Keys
from tests.browser.test_boxes import PASSWORD, VEHICLE
from tests.browser.test_offline import network
from tests.browser.test_sampler import numbers, stored
from tests.factories import Town, code

pytestmark = pytest.mark.browser
CHECKS = {"swapped": "no", "contaminated": "yes", "diluted": "unclear", "wrong_list": "no"}


def said(page: Page, words: str) -> None:
    expect(page.locator("#said")).to_contain_text(words)


def chosen(keys: Keys, field: str, value: str, key: str = "Tab") -> None:
    """Choose in a list as the arrows do: from its first, downwards."""
    keys.to(field, key)
    place = keys.page.evaluate("value => [...document.activeElement.options].findIndex((one) => one.value === value)", value)
    keys.page.keyboard.press("Home")
    for _ in range(place):
        keys.page.keyboard.press("ArrowDown")
    expect(keys.page.locator(field)).to_have_value(value)


def opens(keys: Keys, link: str, path: str, key: str = "Tab") -> None:
    """Follow a link."""
    keys.press(link, key)
    keys.page.wait_for_url(path)
    keys.page.wait_for_load_state("networkidle")


def samples(town: Town, keys: Keys) -> list[str]:
    """Ten people into a tube, the last of them typed in, and one into the next; both are sent."""
    page, people, (full, next_one) = keys.page, numbers(11), (code(Kind.TUBE), code(Kind.TUBE))
    scan(page, full, *people[:9])
    expect(page.locator("#count")).to_have_text("9 / 10")
    keys.type("#people li:nth-child(2) .name", "赵试二")
    page.keyboard.press("Tab")
    said(page, "Name noted for person 2.")
    expect(page.locator("#people li:nth-child(2) .phone")).to_be_focused()
    page.keyboard.type("13800000002")
    page.keyboard.press("Enter")
    said(page, "Phone noted for person 2.")
    expect(page.locator("#scan")).to_be_focused()
    keys.press("#by-hand summary")
    keys.type("#person [name=id_number]", people[9])
    keys.press("#person button")
    said(page, f"Tube {full} is sealed.")
    expect(page.locator("#scan")).to_be_focused()
    scan(page, next_one, people[10])
    expect(page.locator("#count")).to_have_text("1 / 10")
    keys.press("#seal")
    said(page, f"Tube {next_one}: confirmed")  # the badge may still say so of the tube before
    network(page, "online · all sent")
    members = stored(town, full)["members"]
    assert [(member["id_number"], member["phone"]) for member in members] == [
        (number, "13800000002" if place == 2 else "") for place, number in enumerate(people[:10], 1)
    ]
    assert stored(town, next_one)["member_count"] == 1
    return [full, next_one]


def packs(keys: Keys, tubes: list[str]) -> str:
    """The tubes into a box, and the box to the courier; both sign."""
    page, box = keys.page, code(Kind.BOX)
    opens(keys, ".tabs [href='/sampling/boxes']", "**/sampling/boxes", "Shift+Tab")
    scan(page, box)
    said(page, f"Box {box} is open.")
    for count, tube in enumerate(tubes, 1):
        scan(page, tube)
        said(page, f"{count}: tube {tube} is in.")
    keys.press("#seal")
    said(page, f"Box {box} is sealed with 2 tubes.")
    expect(page.locator("#scan")).to_be_focused()
    expect(page.locator("#boxes")).to_contain_text("at the site")
    opens(keys, "#boxes [href='/sampling/handover']", "**/sampling/handover")
    return box


def hands_over(town: Town, keys: Keys, box: str) -> None:
    page = keys.page
    scan(page, box)
    said(page, f"1: box {box} with 2 tubes is on the list.")
    scan(page, VEHICLE)
    said(page, f"Vehicle {VEHICLE} is noted.")
    chosen(keys, "#lab", town.lab)
    keys.type("#temperature", "5.5")
    page.keyboard.press("Enter")
    expect(page.locator("#scan")).to_be_focused()
    keys.type("#here [name=name]", town.carl.name)
    keys.type("#here [name=password]", PASSWORD)
    page.keyboard.press("Enter")
    said(page, f"1 boxes are handed over to {town.carl.name}, signed by both.")


def receives(keys: Keys, box: str, tubes: list[str]) -> None:
    """The box is opened by its code alone; its temperature, then its tubes."""
    page = keys.page
    scan(page, box)
    page.wait_for_url(f"**/testing/boxes/{box}")
    expect(page.locator("#count")).to_have_text("0 / 2")
    keys.type("#temperature", "6.5", "Shift+Tab")
    page.keyboard.press("Enter")
    said(page, f"Box {box} measures 6.5 °C: noted.")
    expect(page.locator("#scan")).to_be_focused()
    scan(page, tubes[0])
    expect(page.locator("#count")).to_have_text("1 / 2")
    scan(page, tubes[1])
    said(page, f"Box {box} is complete: 2 of 2.")


def runs(town: Town, keys: Keys, truth: dict[str, str]) -> str:
    """The plate, its sample sheet, and the instrument's file; where its run stands."""
    page, plate = keys.page, code(Kind.PLATE)
    opens(keys, ".tabs [href='/testing/plates']", "**/testing/plates", "Shift+Tab")
    expect(page.locator("[name=barcode]")).to_be_focused()
    chosen(keys, "select[name=assay]", "ncov2")
    keys.type("[name=barcode]", plate, "Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/testing/plates/{plate}")
    page.wait_for_load_state("networkidle")
    with page.expect_download():
        keys.press("form[data-download] button")
    expect(page.locator("form[data-download] .said")).to_contain_text("is in your downloads")
    file = town.run_file(done(town.ben.get(f"/testing/api/plates/{plate}")), truth)
    page.on("filechooser", lambda asked: asked.set_files(FilePayload(name="run.csv", mimeType="text/csv", buffer=file)))
    keys.press("input[type=file]")
    expect(page.locator("[data-chosen]")).to_have_text("run.csv")
    keys.press("form[data-api$='/runs'] button")
    page.wait_for_url("**/testing/runs/*")
    return page.url


def reviews(town: Town, keys: Keys, run: str, clean: str, odd: str) -> None:
    """What is clean in one press; what is not, by its own code."""
    page = keys.page
    opens(keys, f"[data-group=to_review] a[href='{run}']", f"**{run}")
    keys.press("button.next.large")
    said(page, "1 clean negatives are released.")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("ArrowRight")
    expect(page.locator("td.here")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(f"[data-confirm='{odd}']")).to_be_focused()
    scan(page, odd)
    said(page, f"Tube {odd} is released.")
    assert [bench_state(town, tube) for tube in (clean, odd)] == ["released", "released"]


def calls_back(town: Town, keys: Keys, pool: str) -> str:
    """The first of the list is called, and sampled again into a tube of her own."""
    page, single = keys.page, code(Kind.TUBE)
    first = "#people .callback:first-child"
    expect(page.locator(first)).to_be_visible()
    keys.press(f"{first} [data-event=notified]")
    said(page, "notified. Noted at")
    network(page, "online · all sent")
    expect(page.locator(f"{first} [data-event=notified]")).to_be_focused()
    keys.press(f"{first} .sample")
    said(page, "scan a new tube")
    scan(page, single)
    said(page, f"Tube {single} is for")
    keys.press("#seal")
    said(page, f"Tube {single}: confirmed by the server, 1 people.")
    assert stored(town, single)["retest_of"] == pool
    return single


def closes(keys: Keys, pool: str) -> None:
    """Everybody was negative: what was looked into, and why the case is closed. What is missing is said, and the place kept."""
    page = keys.page
    opens(keys, f"a[href='/testing/cases/{pool}']", f"**/testing/cases/{pool}")
    for check, finding in CHECKS.items():
        chosen(keys, f"select[name={check}]", finding)
    keys.type("textarea[name=reason]", "a strong positive stood in the next well")
    keys.press("form[data-api$='/close'] button")
    said(page, "The case is closed.")


def reads(keys: Keys) -> None:
    """Another day, a figure of it, its rows as a file, the cases, and tomorrow."""
    page = keys.page
    keys.type("input[type=date]", "02022022")
    page.keyboard.press("Enter")
    page.wait_for_url("**day=2022-02-02**")
    page.wait_for_load_state("networkidle")
    opens(keys, "dl.figures a[href*='figure=received']", "**/reporting/rows**")
    with page.expect_download() as taken:
        keys.press("a[href*='format=xlsx']")
    assert taken.value.suggested_filename.endswith(".xlsx")
    opens(keys, ".tabs [href='/reporting/tomorrow']", "**/reporting/tomorrow", "Shift+Tab")
    expect(page.locator("h1")).to_be_visible()
    opens(keys, ".tabs [href='/testing/cases']", "**/testing/cases")
    opens(keys, "a[href='/reporting/cases']", "**/reporting/cases")
    with page.expect_download() as taken:
        keys.press("a[href*='format=csv']")
    assert taken.value.suggested_filename.endswith(".csv")


def test_a_day_is_worked_by_keyboard_and_scanner_alone(town: Town, opened: Opener) -> None:
    with town.program.database.transaction(Access.OWNER) as connection:
        auth.add_user(connection, datetime.now(UTC), town.carl.name, ["courier"], password=PASSWORD)
    ana = Keys(opened(town.ana, "/sampling/", screen=PHONE))
    tubes = samples(town, ana)
    box = packs(ana, tubes)
    hands_over(town, ana, box)
    ben = Keys(opened(town.ben, "/testing/"))
    receives(ben, box, tubes)
    run = runs(town, ben, {tubes[0]: "positive"})
    bea = Keys(opened(town.bea, "/testing/"))
    reviews(town, bea, run[run.index("/testing/") :], tubes[1], tubes[0])
    again = Keys(opened(town.ana, "/sampling/recollections", screen=PHONE))
    members, single = stored(town, tubes[0])["members"], calls_back(town, again, tubes[0])
    [called] = stored(town, single)["members"]
    others = [member for member in members if member["id_number"] != called["id_number"]]
    singles = [single, *(recollected(town, member, tubes[0]) for member in others)]
    found(town, dict.fromkeys(singles, "negative"))
    board = Keys(opened(town.bea, "/testing/cases"))
    closes(board, tubes[0])
    olga = Keys(opened(town.olga, "/reporting/"))
    reads(olga)
    assert [fault for keys in (ana, ben, bea, again, board, olga) for fault in keys.lost] == []


def test_a_button_that_was_refused_keeps_the_focus(town: Town, opened: Opener) -> None:
    page = opened(town.ben, "/testing/plates")
    page.keyboard.type(code(Kind.TUBE))
    held = "window.held = new Promise((go) => (window.release = go))"  # a slow answer: the button rests for a while
    page.evaluate(f"() => {{ {held}; const real = fetch; window.fetch = (...all) => held.then(() => real(...all)); }}")
    Keys(page).press("form.card button.next")
    expect(page.locator("form.card button.next")).to_be_disabled()
    until(page, "document.activeElement === document.body")
    page.evaluate("release()")
    expect(page.locator("form.card .said")).to_have_attribute("data-tone", "bad")
    expect(page.locator("form.card button.next")).to_be_focused()


def test_the_menu_closes_when_somebody_goes_on_and_at_escape(town: Town, opened: Opener) -> None:
    page = opened(town.ben, "/testing/")
    keys, menu = Keys(page), page.locator("details.menu")
    keys.press(".menu summary")
    expect(menu).to_have_attribute("open", "")
    keys.to(".menu button")
    page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(page.locator(".menu summary")).to_be_focused()
    page.keyboard.press("Enter")
    expect(menu).to_have_attribute("open", "")
    keys.to(".tabs a")
    expect(menu).not_to_have_attribute("open", "")
    assert keys.lost == []


@pytest.mark.parametrize("path", ["/testing/boxes", "/sampling/handover"])
def test_what_is_scanned_after_a_temperature_is_a_scan(town: Town, opened: Opener, path: str) -> None:
    page, box = opened(town.ben if path.startswith("/testing") else town.ana, path), code(Kind.BOX)
    page.locator("#temperature").focus()
    scan(page, "6.5", box)
    expect(page.locator("#temperature")).to_have_value("6.5")
    said(page, f"ox {box}")
