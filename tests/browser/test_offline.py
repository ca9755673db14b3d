"""The tube screen without network, server or valid sign-in, and with its browser killed: nobody is lost, nobody doubled."""

import random
import re
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from lims.kernel.barcodes import Kind
from tests.browser.conftest import PHONE, Opener, scan, until
from tests.factories import Somebody, Town, code, person

pytestmark = pytest.mark.browser
SYNC = "**/sampling/api/sync"
HTML = {"status": 200, "content_type": "text/html", "body": "<h1>Hotel WLAN</h1>"}


def numbers(count: int) -> list[str]:
    return [person()["id_number"] for _ in range(count)]


def sample(page: Page, count: int = 1, people: int = 2) -> dict[str, list[str]]:
    """Tubes sampled and sealed on the screen: code → its people. The log is too short to wait by: receipts may push a line out of it."""
    done = {}
    for _ in range(count):
        tube, who = code(Kind.TUBE), numbers(people)
        scan(page, tube, *who)
        expect(page.locator("#tube")).to_have_text(tube)
        expect(page.locator("#count")).to_have_text(f"{people} / 10")
        scan(page, tube)
        expect(page.locator("#current")).to_be_hidden()
        done[tube] = who
    return done


def on_the_server(town: Town, tubes: dict[str, list[str]]) -> None:
    """Every tube is stored once, sealed, with exactly its people."""
    for tube, people in tubes.items():
        answer = town.ana.get(f"/sampling/api/tubes/{tube}")
        assert answer.status_code == 200, (tube, answer.text)
        found = answer.json()
        assert (found["state"], [member["id_number"] for member in found["members"]]) == ("sealed", people)
        assert [line["verb"] for line in found["history"]].count("tube.registered") == 1


def kept(page: Page) -> list[dict[str, Any]]:
    """What lies in the device's own database, as it lies there."""
    entries: list[dict[str, Any]] = page.evaluate("""() => new Promise((resolve) => {
      const asked = indexedDB.open("lims");
      asked.onsuccess = () => {
        const entries = asked.result.transaction("tubes").objectStore("tubes").getAll();
        entries.onsuccess = () => {
          asked.result.close();
          resolve(entries.result.map((entry) => ({ fields: Object.keys(entry), text: new TextDecoder("latin1").decode(entry.hidden) })));
        };
      };
    })""")
    return entries


def with_worker(page: Page) -> Page:
    """Wait until the page is on the device."""
    until(page, "navigator.serviceWorker.getRegistration().then((one) => Boolean(one?.active))")
    until(page, "caches.keys().then((names) => names.some((name) => name.startsWith('lims.page.')))")
    page.reload(wait_until="networkidle")
    until(page, "navigator.serviceWorker.controller !== null")
    return page


def network(page: Page, words: str) -> None:
    """What the badge says: when a device has failed often, it rests for up to a minute before it tries again."""
    expect(page.locator("#network")).to_have_text(words, timeout=90_000)


def all_sent(page: Page) -> None:
    """Wait until the server has everything, and hold back no longer: the button may be gone before it is pressed."""
    page.locator("#send").dispatch_event("click")
    network(page, "online · all sent")


def test_ana_reloads_without_any_network_and_works_on(town: Town, opened: Opener) -> None:
    pool = town.collected(2)
    town.tested(pool["barcode"], truth={pool["barcode"]: "positive"})
    page = with_worker(opened(town.ana, "/sampling/", screen=PHONE))
    page.context.set_offline(True)
    page.reload()
    network(page, "no network · all sent")
    tubes = sample(page, 2)
    page.get_by_role("button", name="Single tube").click()
    expect(page.locator("#recollection option")).to_have_count(3)
    page.get_by_role("button", name="Pool of 10").click()
    scan(page, half := code(Kind.TUBE), *(people := numbers(1)))
    expect(page.locator("#count")).to_have_text("1 / 10")
    page.reload()
    network(page, "no network · unsent: 2")
    expect(page.locator("#count")).to_have_text("1 / 10")
    page.get_by_role("link", name="Labels").click()
    expect(page.locator("#said")).to_contain_text("That page needs a network.")
    page.context.set_offline(False)
    network(page, "online · all sent")
    scan(page, half)
    expect(page.locator("#said")).to_contain_text(f"Tube {half}: confirmed")
    on_the_server(town, tubes | {half: people})


def test_what_waits_on_the_device_cannot_be_read_there(town: Town, opened: Opener) -> None:
    page = opened(town.ana, "/sampling/")
    page.context.set_offline(True)
    [(_, people)] = sample(page, 1, 3).items()
    [entry] = kept(page)
    assert sorted(entry["fields"]) == ["hidden", "id", "iv"]
    assert not any(number in entry["text"] for number in people)
    assert not page.evaluate(f"JSON.stringify({{ ...localStorage, ...sessionStorage }}).includes('{people[0]}')")
    page.context.set_offline(False)
    network(page, "online · all sent")
    assert kept(page) == []


def test_tubes_that_the_earlier_version_has_left_go_out(town: Town, opened: Opener) -> None:
    page = opened(town.ana, "/sampling/")
    [number], tube = numbers(1), code(Kind.TUBE)
    page.evaluate(
        """([id, tube, site, number]) => {
          const at = new Date().toISOString();
          const member = { position: 1, id_type: "resident_id", id_number: number, name: "", phone: "", collected_at: at };
          const record = { tube: { id, revision: 1, barcode: tube, site, round: null, kind: "swab_pool", pool_size: 10, state: "sealed",
            opened_at: at, sealed_at: at, retest_of: null, members: [member] }, standing: "waiting", detail: "" };
          localStorage.setItem(`lims.tube.${id}`, JSON.stringify(record));
        }""",
        ["0194c9a0-0000-7000-8000-" + f"{random.randrange(16**12):012x}", tube, town.site, number],
    )
    page.reload(wait_until="networkidle")
    expect(page.locator("#said")).to_contain_text(f"Tube {tube}: confirmed by the server, 1 people.")
    on_the_server(town, {tube: [number]})
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('lims.tube.')).length") == 0


@pytest.mark.parametrize(
    ("answer", "badge", "sentence"),
    [
        (HTML, "network asks to sign in", "the login page of this network"),
        ({"status": 302, "headers": {"Location": "/static/icon.svg"}}, "network asks to sign in", "the login page of this network"),
        ({"status": 200, "json": {"status": "welcome"}}, "network asks to sign in", "the login page of this network"),
        ({"status": 401, "json": {"code": "not_signed_in", "detail": "x"}}, "signed out", "The sign-in has expired."),
        ({"status": 502, "content_type": "text/html", "body": "<h1>Bad Gateway</h1>"}, "server fails", "a fault of its own"),
        ({"status": 403, "json": {"code": "role", "detail": "Only samplers."}}, "server says no", "The server says no: Only samplers."),
        ({"status": 503, "json": {"detail": "later"}, "headers": {"Retry-After": "1"}}, "server is busy", "has asked us to wait"),
        (None, "server does not answer", "the server does not answer"),
    ],
)
def test_what_the_network_does_is_said_and_sampling_goes_on(
    town: Town, opened: Opener, answer: dict[str, Any] | None, badge: str, sentence: str
) -> None:
    page = opened(town.ana, "/sampling/", screen=PHONE)
    page.route(SYNC, lambda route: route.abort() if answer is None else route.fulfill(**answer))
    tubes = sample(page, 2)
    network(page, f"{badge} · unsent: 2")
    expect(page.locator("#warning-network")).to_contain_text(sentence)
    expect(page.locator("#sign-in")).to_be_visible(visible=badge == "signed out")
    tubes |= sample(page)
    page.unroute(SYNC)
    network(page, "online · all sent")
    expect(page.locator("#warning-network")).to_be_hidden()
    on_the_server(town, tubes)


def test_a_login_page_before_every_address_does_not_take_the_page_away(town: Town, opened: Opener) -> None:
    page = with_worker(opened(town.ana, "/sampling/"))
    page.context.route("**/*", lambda route: route.fulfill(**HTML))
    page.reload(wait_until="networkidle")
    tubes = sample(page)
    network(page, "network asks to sign in · unsent: 1")
    page.context.unroute_all()
    all_sent(page)
    on_the_server(town, tubes)


def test_after_an_expired_login_another_sampler_of_the_site_sends_the_outbox(town: Town, opened: Opener, address: str) -> None:
    page = with_worker(opened(town.ana, "/sampling/"))
    page.context.clear_cookies()
    tubes = sample(page, 12, 1)
    network(page, "signed out · unsent: 12")
    page.reload()
    network(page, "signed out · unsent: 12")
    tubes |= sample(page, 1, 1)
    sign_in(page.context, town.somebody("amy", "sampler", site=town.site), address)
    page.goto("/sampling/")
    expect(page.locator(".person")).to_contain_text("amy")
    network(page, "online · all sent")
    on_the_server(town, tubes)


def test_a_sampler_of_another_site_neither_sends_nor_loses_the_outbox(town: Town, opened: Opener, address: str) -> None:
    page = with_worker(opened(town.ana, "/sampling/"))
    page.context.set_offline(True)
    tubes = sample(page, 3, 1)
    page.route(SYNC, lambda route: route.abort())
    page.context.set_offline(False)
    page.context.clear_cookies()
    cleo = Town.build(town.program, town.web)
    sign_in(page.context, cleo.ana, address)
    page.goto("/sampling/")
    page.unroute(SYNC)
    expect(page.locator("#outbox li").first).to_contain_text(f"Belongs to site {town.site}")
    own = sample(page, 1, 1)
    network(page, "online · unsent: 3")
    on_the_server(cleo, own)
    page.context.clear_cookies()
    sign_in(page.context, town.ana, address)
    page.goto("/sampling/")
    network(page, "online · all sent")
    on_the_server(town, tubes)


def test_signing_out_keeps_the_outbox_and_takes_the_page_away(town: Town, opened: Opener, address: str) -> None:
    page = with_worker(opened(town.ana, "/sampling/"))
    page.route(SYNC, lambda route: route.abort())
    tubes = sample(page, 2, 1)
    amy = town.somebody("amy", "sampler", site=town.site)
    page.context.clear_cookies()
    sign_in(page.context, amy, address)  # so that Ana's own token stays good for the check at the end
    page.locator(".menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/auth/sign-in")
    page.goto("/sampling/")
    expect(page).to_have_url(re.compile("/auth/sign-in"))
    sign_in(page.context, town.ana, address)
    page.unroute(SYNC)
    page.goto("/sampling/")
    network(page, "online · all sent")
    on_the_server(town, tubes)


def test_the_language_is_changed_without_a_network_and_stays(town: Town, opened: Opener) -> None:
    page = with_worker(opened(town.ana, "/sampling/", screen=PHONE))
    until(page, "caches.match('/sampling/?lang=zh').then(Boolean)")
    page.context.set_offline(True)
    scan(page, code(Kind.TUBE), *numbers(1))
    expect(page.locator("#count")).to_have_text("1 / 10")
    page.locator(".menu summary").click()
    page.get_by_role("link", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.locator("#count")).to_have_text("1 / 10")
    page.goto("/sampling/")
    expect(page.locator("#asks")).to_contain_text("扫")


def sign_in(context: BrowserContext, who: Somebody, address: str) -> None:
    context.add_cookies([{"name": "lims_session", "value": who.token, "url": address, "httpOnly": True, "sameSite": "Strict"}])


def test_two_devices_with_the_same_tube_one_owner_and_the_other_is_told(town: Town, opened: Opener) -> None:
    first, second = opened(town.ana, "/sampling/"), opened(town.ana, "/sampling/", screen=PHONE)
    tube, people = code(Kind.TUBE), numbers(2)
    for page, who in ((first, people[0]), (second, people[1])):
        page.context.set_offline(True)
        scan(page, tube, who, tube)
        network(page, "no network · unsent: 1")
    first.context.set_offline(False)
    network(first, "online · all sent")
    second.context.set_offline(False)
    network(second, "online · unsent: 1")
    expect(second.locator("#outbox li")).to_contain_text("call your supervisor")
    second.reload(wait_until="networkidle")
    expect(second.locator("#outbox li")).to_contain_text("call your supervisor")
    on_the_server(town, {tube: people[:1]})


@pytest.mark.parametrize("fault", ["QuotaExceededError", "UnknownError"])
def test_a_device_that_cannot_write_refuses_rather_than_loses(town: Town, opened: Opener, fault: str) -> None:
    page = opened(town.ana, "/sampling/")
    page.context.set_offline(True)
    scan(page, tube := code(Kind.TUBE), *(people := numbers(2)))
    expect(page.locator("#count")).to_have_text("2 / 10")
    page.evaluate(
        """(name) => {
          window.put = IDBObjectStore.prototype.put;
          IDBObjectStore.prototype.put = function () { this.transaction.abort(); throw new DOMException("full", name); };
        }""",
        fault,
    )
    scan(page, numbers(1)[0])
    refusals = page.locator("#log li", has_text="Not kept: this device")
    expect(refusals).to_have_count(1)
    expect(page.locator("#count")).to_have_text("2 / 10")
    scan(page, tube)
    expect(refusals).to_have_count(2)
    expect(page.locator("#seal")).to_be_visible()
    page.evaluate("() => { IDBObjectStore.prototype.put = window.put; }")
    scan(page, tube)
    expect(page.locator("#log")).to_contain_text(f"Tube {tube} is sealed")
    page.context.set_offline(False)
    network(page, "online · all sent")
    on_the_server(town, {tube: people})


@pytest.mark.parametrize("days", [1, -1, -19000])
def test_a_device_with_a_wrong_clock_is_believed_about_the_order_only(town: Town, opened: Opener, days: int) -> None:
    page = opened(town.ana, "/auth/sign-in")
    page.add_init_script(f"""
      const Real = Date, wrong = {days} * 86400000;
      globalThis.Date = class extends Real {{
        constructor(...given) {{ super(...(given.length ? given : [Real.now() + wrong])); }}
        static now() {{ return Real.now() + wrong; }}
      }};""")
    page.goto("/sampling/", wait_until="networkidle")
    page.context.set_offline(True)
    tubes = sample(page, 2)
    page.context.set_offline(False)
    network(page, "online · all sent")
    tubes |= sample(page, 1)
    network(page, "online · all sent")
    on_the_server(town, tubes)


def test_an_open_page_rests_when_another_window_takes_over(town: Town, opened: Opener) -> None:
    page = opened(town.ana, "/sampling/")
    scan(page, tube := code(Kind.TUBE), *(people := numbers(1)))
    expect(page.locator("#count")).to_have_text("1 / 10")
    other = page.context.new_page()
    other.goto("/sampling/")
    expect(other.locator("#count")).to_have_text("1 / 10")
    expect(page.locator("#scan")).to_be_disabled()
    scan(other, tube)
    expect(other.locator("#said")).to_contain_text(f"Tube {tube}: confirmed")
    on_the_server(town, {tube: people})


def test_a_new_version_of_the_page_waits_until_no_tube_is_open(town: Town, opened: Opener) -> None:
    page = with_worker(opened(town.ana, "/sampling/"))
    scan(page, tube := code(Kind.TUBE), *(people := numbers(2)))
    expect(page.locator("#count")).to_have_text("2 / 10")
    page.evaluate("window.before = true; navigator.serviceWorker.register('/sampling/worker.js?new').then(() => true)")
    until(page, "navigator.serviceWorker.getRegistration().then((one) => Boolean(one.waiting))")
    page.wait_for_timeout(6000)
    assert page.evaluate("window.before === true"), "the page was loaded anew while a tube was open"
    with page.expect_event("load", timeout=30_000):
        scan(page, tube)
    network(page, "online · all sent")
    on_the_server(town, {tube: people})


def test_a_courier_keeps_the_page_he_may_see(town: Town, opened: Opener) -> None:
    page = with_worker(opened(town.carl, "/sampling/handover", screen=PHONE))
    kept_pages = """async () => {
      const name = (await caches.keys()).find((one) => one.startsWith("lims.page."));
      return (await (await caches.open(name)).keys()).map((one) => new URL(one.url).pathname);
    }"""
    assert set(page.evaluate(kept_pages)) == {"/sampling/handover"}
    page.context.set_offline(True)
    page.reload()
    network(page, "no network · all sent")
    page.get_by_role("link", name="I carry").click()
    expect(page.locator("#said")).to_have_text("That page needs a network. This one works without.")
    assert page.url.endswith("/sampling/handover?needs_network=1")
    expect(page.locator("#scan")).to_be_focused()


def test_nothing_is_kept_for_somebody_who_may_see_none_of_the_pages(town: Town, opened: Opener) -> None:
    page = opened(town.ben, "/testing/boxes")
    install = """navigator.serviceWorker.register("/sampling/worker.js").then((one) => new Promise((resolve) => {
      one.installing.addEventListener("statechange", ({ target }) => resolve(target.state));
    }))"""
    assert page.evaluate(install) == "redundant"
