"""Ben resolves a reactive aliquot pool: a scheme is chosen, tubes are found by position, sub-pools mixed by scan, members settled."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from lims.kernel.barcodes import Kind
from tests.bench import done, members, message
from tests.browser.conftest import Opener, scan
from tests.deconvolution.plans.at_work import choose, reactive, read_out, stands, sub_pool
from tests.factories import Town, code

pytestmark = pytest.mark.browser


def racked(town: Town, *tubes: str) -> str:
    """A rack in which these tubes lie."""
    rack = code(Kind.PLACE)
    done(town.ben.post("/testing/api/racks", message(barcode=rack, lab=town.lab, rows=4, columns=6, kept="cold", place="冰箱二")))
    done(town.ben.post(f"/testing/api/racks/{rack}/tubes", message(tubes=list(tubes))))
    return rack


def said(page: Page, *words: str) -> None:
    """The last scan came to this."""
    for word in words:
        expect(page.locator("#log li").first).to_contain_text(word)


def test_a_pool_is_resolved_by_halving_from_the_choice_to_the_last_member(town: Town, opened: Opener) -> None:
    pool, tubes = reactive(town, 4)
    racked(town, *tubes)
    page = opened(town.bo, f"/testing/cases/{pool}")
    page.get_by_role("link", name="Schemes and verification").click()
    page.wait_for_url("**/scheme")  # a press before the page's modules are there is lost
    row = page.locator("#choosing tr", has_text="halves, and halves of those")
    expect(row.locator("td").nth(2)).to_have_text("6")
    row.locator("input").check()
    page.get_by_label("Reason").fill("few are expected")
    page.get_by_role("button", name="Use this scheme").click()
    expect(page.locator(".wish")).to_have_count(2)
    expect(page.locator("#said")).to_contain_text("The scheme is chosen")
    expect(page.locator(".wish").first).to_contain_text("A1")
    first, second = code(Kind.TUBE), code(Kind.TUBE)
    page.locator("#scan").focus()
    scan(page, tubes[0])
    said(page, "is a member")
    scan(page, first)
    said(page, first, "is free")
    scan(page, tubes[1])
    said(page, "1 of 2")
    scan(page, tubes[2])
    said(page, "belongs to another sub-pool")
    scan(page, tubes[0])
    said(page, "Enter makes the sub-pool")
    page.keyboard.press("Enter")
    expect(page.locator(".wish")).to_have_count(1)
    said(page, first, "is made")
    expect(page.locator("#scan")).to_be_focused()
    scan(page, second)
    said(page, second, "is free")
    page.get_by_role("button", name="Mixed as listed, without scanning").click()
    expect(page.locator("#mixing")).to_have_count(0)
    expect(page.locator("#said")).to_contain_text("All sub-pools are mixed")
    expect(page.locator("main")).to_contain_text("2 tubes wait for a plate")
    assert sorted(read_out(town, {second: "positive"})) == sorted([first, second])
    assert members(town, pool) == ["negative", "negative", "received", "received"]
    read_out(town, {tubes[3]: "positive"})
    page.goto("/testing/schemes")
    expect(page.locator("main")).not_to_contain_text(pool[-4:])
    page.goto(f"/testing/cases/{pool}")
    expect(page.locator("main")).to_contain_text("confirmed")
    assert members(town, pool) == ["negative", "negative", "negative", "positive"]


def test_a_pool_that_is_being_made_is_not_given_up_in_the_midst_of_it(town: Town, opened: Opener) -> None:
    pool, _ = reactive(town, 4)
    done(choose(town, pool, "halving"))
    first, second, late = code(Kind.TUBE), code(Kind.TUBE), list[Route]()
    page = opened(town.ben, f"/testing/cases/{pool}/scheme")
    scan(page, first)
    said(page, first, "is free")
    page.route("**/sub-pools", lambda route: route.continue_() if late else late.append(route))
    with page.expect_request("**/sub-pools"):
        page.get_by_role("button", name="Mixed as listed, without scanning").first.click()
    page.locator("#drop").click()
    late[0].continue_()
    expect(page.locator(".wish")).to_have_count(1)
    page.locator("#scan").focus()
    scan(page, second)
    said(page, second, "is free")


def test_a_tube_that_is_not_there_is_left_out_at_a_press(town: Town, opened: Opener) -> None:
    pool, tubes = reactive(town, 6)
    done(choose(town, pool, "halving"))
    page = opened(town.ben, f"/testing/cases/{pool}/scheme")
    page.locator(f'li[data-tube="{tubes[1]}"] .missing').click()
    expect(page.locator("#said")).to_contain_text("its person is called back")
    expect(page.locator(f'li[data-tube="{tubes[1]}"]')).to_have_count(0)
    expect(page.locator("main")).to_contain_text("tube is gone")
    assert [len(wish) for wish in stands(town, pool)["to_mix"]] == [2, 3]


def test_an_imported_design_is_looked_at_line_by_line_and_then_used(town: Town, opened: Opener, tmp_path: Path) -> None:
    pool, _ = reactive(town, 4)
    page = opened(town.bea, f"/testing/cases/{pool}/scheme")
    page.get_by_text("Import a design").click()
    wrong, right = tmp_path / "wrong.csv", tmp_path / "right.csv"
    wrong.write_text("1,1,0,0\n1,x,0\n", "utf-8")
    right.write_text("1,1,0,0\n0,1,1,0\n0,0,1,1\n", "utf-8")
    page.set_input_files("#design-file", str(wrong))
    expect(page.locator("#faults li")).to_have_count(2)
    expect(page.locator("#faults")).to_contain_text("says x")
    page.set_input_files("#design-file", str(right))
    expect(page.locator("#imported")).to_be_visible()
    expect(page.locator("#faults li")).to_have_count(0)
    page.get_by_label("Reason").fill("our own design")
    page.get_by_role("button", name="Use this scheme").click()
    expect(page.locator("main")).to_contain_text("3 sub-pools are to be mixed")
    assert stands(town, pool)["plan"]["kind"] == "design"


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_of_schemes_is_wider_than_its_screen(town: Town, opened: Opener, language: str, width: int) -> None:
    fresh, _ = reactive(town, 9)
    pool, tubes = reactive(town, 8)
    racked(town, *tubes[:5])
    done(choose(town, pool, "halving"))
    half = sub_pool(town, pool)
    read_out(town, {half: "invalid"})
    done(town.ben.post(f"/testing/api/cases/{pool}/tubes/{tubes[6]}/aside", message()))
    screen = {"width": width, "height": 740 if width < 500 else 800}
    for name, path in (
        ("choose", f"/testing/cases/{fresh}/scheme?with={pool}"), ("mix", f"/testing/cases/{pool}/scheme"),
        ("case", f"/testing/cases/{pool}"), ("list", "/testing/schemes"),
    ):  # fmt: skip
        page = opened(town.bo, path, language=language, screen=screen)
        if folder := os.environ.get("LIMS_SHOTS"):
            page.screenshot(path=str(Path(folder) / f"schemes-{name}-{language}-{width}.png"), full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
