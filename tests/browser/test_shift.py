"""A shift against a server that is really gone, really another one, or says no: nobody is lost, nobody doubled."""

import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from lims.kernel.auth import actions as auth
from lims.kernel.barcodes import Kind
from lims.kernel.db import Access
from tests.browser.conftest import PHONE, scan
from tests.browser.servers import Server, other_version, serving
from tests.browser.test_offline import all_sent, network, numbers, on_the_server, sample, sign_in, with_worker
from tests.factories import Somebody, Town, code

pytestmark = pytest.mark.browser
DEATHS = 4


@pytest.fixture
def server(town: Town, data_dir: Path) -> Iterator[Server]:
    """A server of this test alone, on the database of all."""
    assert town.site
    with serving(data_dir) as server:
        yield server


@pytest.fixture
def phone(chromium: Browser, server: Server, town: Town) -> Iterator[Page]:
    """Ana's phone, with the page kept on it."""
    context = chromium.new_context(base_url=server.address, locale="en", viewport=PHONE)  # type: ignore[arg-type]  # a TypedDict
    sign_in(context, Somebody(town.ana.name, town.web, another_token(town)), server.address)
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.goto("/sampling/", wait_until="networkidle")
    yield with_worker(page)
    context.close()


def another_token(town: Town) -> str:
    """A sign-in of Ana's that may end without ending her other one."""
    with town.program.database.transaction(Access.OWNER) as connection:
        return auth.issue_token(connection, datetime.now(UTC), town.ana.name, None, "tests")


def test_a_whole_shift_with_the_server_gone_for_its_middle(town: Town, server: Server, phone: Page) -> None:
    done = sample(phone, 3)
    network(phone, "online · all sent")
    server.shoot()
    done |= sample(phone, 3)
    network(phone, "server does not answer · unsent: 3")
    expect(phone.locator("#warning-network")).to_contain_text("the server does not answer")
    phone.reload()
    done |= sample(phone, 2)
    scan(phone, half := code(Kind.TUBE), *(people := numbers(2)))
    expect(phone.locator("#count")).to_have_text("2 / 10")
    server.start()
    scan(phone, *(later := numbers(1)), half)
    done |= sample(phone, 2) | {half: people + later}
    all_sent(phone)
    on_the_server(town, done)


def test_a_server_killed_while_tubes_are_on_their_way_gets_each_of_them_once(town: Town, server: Server, phone: Page) -> None:
    luck = random.Random(3)
    done: dict[str, list[str]] = {}
    for _ in range(DEATHS):
        done |= sample(phone, luck.randrange(1, 4))
        phone.wait_for_timeout(luck.randrange(200))  # at another moment of the sending each time
        server.shoot()
        done |= sample(phone, luck.randrange(1, 3))
        server.start()
    all_sent(phone)
    on_the_server(town, done)


def test_new_versions_of_the_program_arrive_at_random_points_of_a_shift(town: Town, server: Server, phone: Page, tmp_path: Path) -> None:
    luck = random.Random(4)
    done: dict[str, list[str]] = {}
    for mark in ("second", "third"):
        tube, people = code(Kind.TUBE), numbers(4)
        steps = [tube, *people, tube]
        moment = luck.randrange(1, len(steps))
        scan(phone, *steps[:moment])
        expect(phone.locator("#count")).to_have_text(f"{moment - 1} / 10")
        server.exchange(other_version(tmp_path / mark, mark))
        phone.evaluate("navigator.serviceWorker.getRegistration().then((one) => one.update()).then(() => true)")
        if mark == "third":
            phone.reload()
            expect(phone.locator("#count")).to_have_text(f"{moment - 1} / 10")
        scan(phone, *steps[moment:])
        expect(phone.locator("#said")).to_contain_text(re.compile("is sealed|confirmed"))
        done[tube] = people
        phone.wait_for_function("(mark) => globalThis.program === mark", arg=mark, timeout=60_000)
    done |= sample(phone, 1)
    all_sent(phone)
    on_the_server(town, done)


def test_the_sign_in_ends_in_the_middle_of_a_shift_and_somebody_else_signs_in_by_hand(town: Town, phone: Page) -> None:
    amy, password = town.somebody("amy", "sampler", site=town.site).name, "a long word of Amy's"
    done = sample(phone, 2)
    network(phone, "online · all sent")
    [cookie] = phone.context.cookies()
    with town.program.database.transaction(Access.OWNER) as connection:
        auth.revoke_token(connection, datetime.now(UTC), cookie["value"], town.ana.name)
        auth.add_user(connection, datetime.now(UTC), amy, ["sampler"], site=town.site, password=password)
    done |= sample(phone, 2)
    network(phone, "signed out · unsent: 2")
    phone.get_by_role("link", name="Sign in").click()
    phone.wait_for_url("**/auth/sign-in**")  # with what it is made of: before that a press does nothing
    phone.get_by_label("Name").fill(amy)
    phone.get_by_label("Password").fill(password)
    phone.keyboard.press("Enter")
    expect(phone.locator("#scan")).to_be_focused()
    done |= sample(phone, 1)
    all_sent(phone)
    on_the_server(town, done)


def test_a_device_whose_room_is_used_up_refuses_rather_than_loses(town: Town, phone: Page) -> None:
    phone.context.set_offline(True)
    done = sample(phone, 1)
    devtools = phone.context.new_cdp_session(phone)
    origin = phone.evaluate("location.origin")
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": origin, "quotaSize": 1})
    # The browser looks at the room left about twice a minute: until then it lets her go on, and what it took is kept.
    said, full = phone.locator("#said"), re.compile("Not kept: this device has no room left")
    for _ in range(300):
        tube, heard = code(Kind.TUBE), []
        for scanned in (tube, *(people := numbers(10))):
            before = said.inner_text()
            scan(phone, scanned)
            expect(said).not_to_have_text(before)
            if full.search(said.inner_text()):
                break
            heard.append(scanned)
        if len(heard) <= len(people):
            break
        done[tube] = people
    expect(said).to_have_text(full)
    phone.reload()
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": origin})
    if heard:
        scan(phone, *heard[1:2], tube)
    if heard[1:]:
        expect(phone.locator("#log")).to_contain_text(f"Tube {tube} is sealed")
    phone.context.set_offline(False)
    all_sent(phone)
    on_the_server(town, done | ({tube: heard[1:]} if heard[1:] else {}))


def test_a_proxy_that_takes_only_short_messages_gets_shorter_ones(town: Town, phone: Page) -> None:
    sizes: list[int] = []

    def proxy(route: Route) -> None:
        sizes.append(len(json.loads(route.request.post_data or "{}")["tubes"]))
        if sizes[-1] > 3:
            route.fulfill(status=413, content_type="text/html", body="<h1>413 Request Entity Too Large</h1>")
        else:
            route.continue_()

    phone.context.set_offline(True)
    done = sample(phone, 13, 1)
    phone.route("**/sampling/api/sync", proxy)
    phone.context.set_offline(False)
    all_sent(phone)
    on_the_server(town, done)
    refused = [size for size in sizes if size > 3]
    assert refused == [13, 6]
    assert sizes[len(refused) :] == [3, 3, 3, 3, 1]


@pytest.mark.parametrize("days", [-1, 1, -19000])
def test_a_clock_that_jumps_in_the_middle_of_a_tube_loses_nobody(town: Town, phone: Page, days: int) -> None:
    phone.add_init_script("""
      const Real = Date;
      const wrong = () => Number(localStorage.getItem("wrong")) * 86400000;
      globalThis.Date = class extends Real {
        constructor(...given) { super(...(given.length ? given : [Real.now() + wrong()])); }
        static now() { return Real.now() + wrong(); }
      };""")
    phone.reload()
    done = sample(phone, 1)
    network(phone, "online · all sent")
    phone.context.set_offline(True)
    scan(phone, tube := code(Kind.TUBE), *(people := numbers(1)))
    expect(phone.locator("#count")).to_have_text("1 / 10")
    phone.evaluate("(days) => localStorage.setItem('wrong', days)", days)
    scan(phone, *(later := numbers(2)), tube)
    expect(phone.locator("#log")).to_contain_text(f"Tube {tube} is sealed")
    done |= sample(phone, 1) | {tube: people + later}
    phone.reload()
    phone.evaluate("localStorage.setItem('wrong', 0)")
    done |= sample(phone, 1)
    phone.context.set_offline(False)
    all_sent(phone)
    on_the_server(town, done)


def test_a_thousand_devices_that_failed_together_return_spread_out(town: Town, phone: Page) -> None:
    assert town.site
    pauses = phone.evaluate("""async () => {
      const { pause } = await import("/static/sampling/pace.js");
      return [1, 2, 3, 4, 5, 6, 12].map((failures) => Array.from({ length: 1000 }, () => pause(failures)));
    }""")
    for drawn, whole in zip(pauses, (2000, 4000, 8000, 16000, 32000, 60000, 60000), strict=True):
        assert whole / 2 <= min(drawn) <= max(drawn) <= whole
        tenths = Counter(int((pause - whole / 2) // (whole / 20)) for pause in drawn)
        # A hundred are due in each tenth of the span; half as many again would be one chance in a million.
        assert max(tenths[tenth] for tenth in range(10)) < 150
