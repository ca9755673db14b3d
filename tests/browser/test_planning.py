"""Olga plans: she declares a capacity anew, is warned of a lab that overflows, and sends boxes elsewhere."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import insert

from lims.custody.tables import Box
from lims.kernel import barcodes, clock
from lims.kernel.db import Access
from tests.browser.conftest import Opener, load, scan
from tests.factories import Town, code

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 740}


def placed(town: Town, name: str, latitude: float, capacity: int) -> None:
    """A town's site and lab stand somewhere, and the lab has a name and so much capacity."""
    at = {"latitude": latitude, "longitude": 60.0}
    declared = [{"from": "2022-01-01", "tubes_per_day": capacity}]
    resources = [{"from": "2022-01-01", "extraction_lines": 1, "cyclers": 9, "source": "tests"}]
    site = {"code": town.site, "name": "一号采样点", "area": town.area} | at
    lab = {"code": town.lab, "name": name, "kind": "fixed", "capacity": declared, "resources": resources} | at
    load(town.program, {"site": [site], "lab": [lab]})


def on_its_way(town: Town, tubes: int) -> str:
    """A box that left the town's site for its lab a while ago."""
    box, soon = code(barcodes.Kind.BOX), clock.now() - timedelta(minutes=10)
    with town.program.database.transaction(Access.OWNER) as connection:
        left = {"dispatched_at": soon, "dispatched_to": town.lab, "carried_by": town.carl.name}
        connection.execute(insert(Box).values(barcode=box, site=town.site, packed_tubes=tubes, sealed_at=soon, **left))
    return box


def test_olga_sees_the_bottleneck_and_declares_anew(town: Town, opened: Opener) -> None:
    placed(town, "瓶颈实验室", 40.0, 400)
    page = opened(town.somebody("oscar", "official", lab=town.lab), "/reporting/capacity", screen=PHONE)
    lab = page.locator(f"section[id='{town.lab}']")
    expect(lab.locator(".bar-words", has_text="bottleneck")).to_contain_text("extraction")
    page.get_by_label("Tubes a day").fill("350")
    page.get_by_label("Why").fill("one line is being repaired")
    page.get_by_role("button", name="Declare").click()
    expect(page.locator("#said")).to_contain_text("瓶颈实验室 tests 350 tubes a day")
    expect(page.locator("h1")).to_have_text("The labs declare 350 tubes a day")
    lab.get_by_text("Declared so far").click()
    expect(lab.locator("tbody tr").first).to_contain_text("one line is being repaired")
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "the page is wider than the screen"


def test_olga_is_warned_and_sends_a_box_elsewhere_and_carl_sees_where(town: Town, opened: Opener) -> None:
    near = Town.build(town.program, town.web)
    placed(town, "小实验室", 50.0, 24)
    placed(near, "近处实验室", 50.05, 900)
    box = on_its_way(town, 90)
    page = opened(town.olga, f"/reporting/?lab={town.lab}")
    expect(page.locator("#warnings .notice")).to_contain_text("小实验室: tubes that come from")
    page.goto(page.url.partition("/reporting/")[0] + f"/reporting/tomorrow?lab={town.lab}")
    expect(page.locator("h1")).to_contain_text("小实验室 overflows")
    expect(page.locator(".notice", has_text="小实验室")).to_contain_text("are late")
    expect(page.locator("svg.outlook")).to_have_count(2)
    page.get_by_role("button", name="Which boxes should go elsewhere?").click()
    page.wait_for_url("**/reporting/diversions/*")
    row = page.locator("tr", has=page.locator(".code", has_text=box[-4:])).first
    expect(row).to_contain_text("近处实验室")
    page.get_by_role("button", name="Accept: send them there").click()
    expect(page.locator("h1")).to_contain_text("were sent elsewhere")
    carried = opened(town.carl, "/sampling/carried", screen=PHONE)
    expect(carried.locator("section", has_text="近处实验室")).to_contain_text("redirected here at")


def test_ana_hands_a_box_over_to_the_lab_that_it_was_directed_to(town: Town, opened: Opener) -> None:
    near, box, soon = Town.build(town.program, town.web), code(barcodes.Kind.BOX), clock.now()
    with town.program.database.transaction(Access.OWNER) as connection:
        directed = {"directed_to": near.lab, "directed_at": soon}
        connection.execute(insert(Box).values(barcode=box, site=town.site, packed_tubes=40, sealed_at=soon, **directed))
    page = opened(town.ana, "/sampling/handover", screen=PHONE)
    page.get_by_text("1 sealed boxes are at the site").click()
    expect(page.locator(".codes li")).to_contain_text(f"send it to {near.lab}")
    page.locator("#lab").select_option(town.lab)
    page.locator("#scan").focus()
    scan(page, box)
    expect(page.locator("#said")).to_contain_text(f"It is to go to lab {near.lab}")
    expect(page.locator("#lab")).to_have_value(near.lab)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "the page is wider than the screen"


def test_olga_says_how_many_people_a_round_is_for_and_sees_how_far_it_is(town: Town, opened: Opener) -> None:
    name = f"round of {town.site}"
    town.collected(6, round=name)
    page = opened(town.olga, "/reporting/rounds?day=2022-02-02", screen=PHONE)
    page.get_by_label("Round", exact=True).fill(name)
    page.get_by_label("or a site's code").fill(town.site)
    page.get_by_label("People expected").fill("8")
    page.get_by_label("Where the number comes from").fill("register")
    page.get_by_role("button", name="Note it").click()
    expect(page.locator("#said")).to_contain_text("8 people are expected")
    expect(page.locator("#told tr", has_text=name)).to_contain_text("olga")
    page.get_by_role("row", name=name).first.get_by_role("link", name="6").first.click()
    expect(page.locator("h1")).to_contain_text("1 tubes, 6 people: sampled for a round")
