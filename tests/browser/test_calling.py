"""Ana calls people back, with and without a network."""

import pytest
from playwright.sync_api import Locator, Page, expect

from lims.kernel.barcodes import Kind
from tests.bench import found, note, reject
from tests.browser.conftest import PHONE, Opener, scan
from tests.browser.test_offline import network, with_worker
from tests.browser.test_sampler import said, stored
from tests.factories import Somebody, Town, code

pytestmark = pytest.mark.browser


def reactive(town: Town, people: int = 2) -> list[dict[str, str]]:
    """The people of a pool that was positive, with their tube."""
    pool = town.collected(people)
    town.tested(pool["barcode"], truth={pool["barcode"]: "positive"})
    return [member | {"tube": pool["barcode"]} for member in pool["members"]]


def card(page: Page, who: dict[str, str]) -> Locator:
    return page.locator(".callback", has=page.get_by_role("heading", name=who["name"], exact=True))


def press(page: Page, who: dict[str, str], event: str) -> None:
    card(page, who).get_by_role("button", name=event).click()
    said(page, f"{who['name']}: {event}.")


def states(who: Somebody) -> dict[str, tuple[str, list[str]]]:
    """By name, how each stands on the server and what was tried."""
    items = who.get("/sampling/api/recollections").json()["items"]
    return {item["name"]: (item["state"], [one["event"] for one in item["tried"]]) for item in items}


def test_ana_sees_whom_to_call_why_until_when_and_what_was_tried(town: Town, opened: Opener) -> None:
    first, second = reactive(town)
    assert note(town, first["tube"], 1, "unreachable").status_code == 200
    page = opened(town.ana, "/sampling/recollections", screen=PHONE)
    expect(page.get_by_role("heading", name="2 people to call back, 2 overdue")).to_be_visible()
    expect(card(page, first).locator(".why")).to_contain_text("The pool was not negative. Known since 2022-02-02 13:00.")
    expect(card(page, first).locator(".due")).to_contain_text("overdue by")
    expect(card(page, first).locator(".tried li")).to_contain_text("not reached")
    expect(card(page, first).locator(".tried .by")).to_have_text(town.ana.name)
    expect(card(page, first).locator("a.phone")).to_have_attribute("href", f"tel:{first['phone']}")
    expect(card(page, second).locator(".tried li")).to_have_count(0)
    press(page, second, "notified")
    network(page, "online · all sent")
    expect(card(page, second).locator(".tried .by")).to_have_text(town.ana.name)
    assert states(town.ana) == {first["name"]: ("unreachable", ["unreachable"]), second["name"]: ("notified", ["notified"])}


def test_what_came_of_calls_without_a_network_is_sent_later_and_the_last_word_counts(town: Town, opened: Opener) -> None:
    first, second = reactive(town)
    page = with_worker(opened(town.ana, "/sampling/recollections", screen=PHONE))
    page.context.set_offline(True)
    page.reload()
    network(page, "no network · all sent")
    press(page, first, "not reached")
    press(page, first, "notified")
    press(page, second, "refused")
    network(page, "no network · unsent: 3")
    page.reload()
    network(page, "no network · unsent: 3")
    expect(card(page, first).get_by_role("button", name="notified")).to_have_attribute("aria-pressed", "true")
    expect(card(page, first).locator(".tried .what")).to_have_text(["notified", "not reached"])
    page.context.set_offline(False)
    network(page, "online · all sent")
    assert states(town.ana) == {first["name"]: ("notified", ["unreachable", "notified"]), second["name"]: ("refused", ["refused"])}


def test_an_answer_that_was_lost_on_the_way_doubles_nothing(town: Town, opened: Opener) -> None:
    first, _ = reactive(town)
    page = opened(town.ana, "/sampling/recollections")
    address = "**/members/*"
    page.route(address, lambda route: (route.fetch(), route.abort()))
    with page.expect_event("requestfailed", lambda request: "/members/" in request.url):
        press(page, first, "notified")
    network(page, "server does not answer · unsent: 1")
    page.unroute(address)
    network(page, "online · all sent")
    assert states(town.ana)[first["name"]] == ("notified", ["notified"])


def test_ana_samples_somebody_again_without_a_network(town: Town, opened: Opener) -> None:
    first, second = reactive(town)
    page = with_worker(opened(town.ana, "/sampling/recollections", screen=PHONE))
    page.context.set_offline(True)
    page.reload()
    card(page, second).get_by_role("link", name="Sample now").click()
    said(page, f"{second['name']}: scan a new tube")
    single = code(Kind.TUBE)
    scan(page, single)
    network(page, "no network · unsent: 1")
    page.get_by_role("link", name="Call back").click()
    expect(card(page, second).locator(".sampled")).to_contain_text(f"in tube {single}, on this device")
    expect(page.locator(".callback h2")).to_have_text([first["name"], second["name"]])
    page.context.set_offline(False)
    network(page, "online · all sent")
    expect(card(page, second)).to_have_count(0)
    tube = stored(town, single)
    assert (tube["kind"], tube["retest_of"], tube["members"][0]["id_number"]) == ("single", second["tube"], second["id_number"])


def test_a_rejected_tube_says_its_reason_and_has_nothing_to_note(town: Town, opened: Opener) -> None:
    rejected, own = town.collected(1), town.collected(1, size=1)
    town.received(rejected["barcode"])
    reject(town, rejected["barcode"])
    found(town, {own["barcode"]: "single_target"})
    page = opened(town.ana, "/sampling/recollections")
    spoiled, doubtful = card(page, rejected["members"][0]), card(page, own["members"][0])
    expect(spoiled.locator(".why")).to_contain_text("The lab rejected the tube:")
    expect(spoiled.locator(".no-case")).to_be_visible()
    expect(spoiled.locator("[data-event]").first).to_be_hidden()
    expect(doubtful.locator(".why")).to_contain_text("inconclusive")


def test_the_list_on_the_device_names_nobody_in_clear_and_goes_with_its_reader(town: Town, opened: Opener) -> None:
    first, _ = reactive(town)
    page = with_worker(opened(town.ana, "/sampling/recollections"))
    expect(card(page, first)).to_be_visible()
    lies = """async () => {
      const texts = [];
      for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const one of await cache.keys()) texts.push(await (await cache.match(one)).text());
      }
      const notes = await new Promise((resolve) => {
        const asked = indexedDB.open("lims");
        asked.onsuccess = () => {
          const all = asked.result.transaction("notes").objectStore("notes").getAll();
          all.onsuccess = () => (asked.result.close(), resolve(all.result));
        };
      });
      for (const note of notes) texts.push(note?.hidden ? new TextDecoder("latin1").decode(note.hidden) : JSON.stringify(note) ?? "");
      return [texts.join(" "), notes.filter((note) => note?.id === "recollections").length];
    }"""
    text, lists = page.evaluate(lies)
    assert lists == 1
    assert not any(first[word] in text for word in ("name", "id_number", "phone"))
    page.locator(".menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/auth/sign-in")
    assert page.evaluate(lies)[1] == 0


def test_what_people_typed_is_shown_as_text(town: Town, opened: Opener) -> None:
    name = "<script>alert(1)</script>"
    pool = town.collected([{"id_type": "passport", "id_number": "E12345678", "name": name, "phone": "", "group": "*"}])
    town.tested(pool["barcode"], truth={pool["barcode"]: "positive"})
    page = opened(town.ana, "/sampling/recollections")
    expect(card(page, pool["members"][0])).to_contain_text(name)
    expect(page.locator(".callback script")).to_have_count(0)
