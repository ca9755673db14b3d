"""The pictures of the README and the guides, taken of a demo city; `LIMS_PICTURES=docs/pictures` keeps them.

A picture is also a test: the page of each role opens on a city that has lived a day, in both languages, on phone and desk,
without a word of complaint from the browser.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import City, scan, signed_in

pytestmark = pytest.mark.browser
PHONE, DESK, WALL = (360, 740), (1280, 800), (1600, 900)


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the pictures go."""
    folder = Path(os.environ["LIMS_PICTURES"]) if os.environ.get("LIMS_PICTURES") else tmp_path_factory.mktemp("pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.mark.parametrize(
    ("picture", "who", "path", "screen", "language"),
    [
        ("sampling-phone-en", "ana", "/sampling/", PHONE, "en"),
        ("sampling-phone-zh", "ana", "/sampling/", PHONE, "zh-CN"),
        ("bench-en", "ben", "/testing/", DESK, "en"),
        ("bench-zh", "ben", "/testing/", DESK, "zh-CN"),
        ("cases-en", "bea", "/testing/cases", DESK, "en"),
        ("cases-phone-zh", "olga", "/testing/cases", PHONE, "zh-CN"),
        ("day-en", "olga", "/reporting/?day={day}", DESK, "en"),
        ("day-phone-zh", "olga", "/reporting/?day={day}", PHONE, "zh-CN"),
        ("wall-zh", "olga", "/reporting/wall", WALL, "zh-CN"),
        ("wall-en", "olga", "/reporting/wall?theme=dark", WALL, "en"),
        ("prevalence-en", "olga", "/reporting/prevalence?first={day}&last={day}", DESK, "en"),
        ("prevalence-phone-zh", "olga", "/reporting/prevalence?first={day}&last={day}", PHONE, "zh-CN"),
        ("what-if-en", "olga", "/reporting/what-if", DESK, "en"),
        ("what-if-zh", "olga", "/reporting/what-if", DESK, "zh-CN"),
        ("daily-en", "olga", "/reporting/daily?day={day}", DESK, "en"),
        ("daily-phone-zh", "olga", "/reporting/daily?day={day}", PHONE, "zh-CN"),
        ("tomorrow-en", "olga", "/reporting/tomorrow", DESK, "en"),
        ("tomorrow-phone-zh", "olga", "/reporting/tomorrow", PHONE, "zh-CN"),
        ("capacity-en", "olga", "/reporting/capacity", DESK, "en"),
        ("capacity-phone-zh", "olga", "/reporting/capacity", PHONE, "zh-CN"),
    ],
)
def test_the_page_of_each_role_opens_on_a_city_that_has_lived_a_day(
    chromium: Browser,
    city: City,
    album: Path,
    picture: str,
    who: str,
    path: str,
    screen: tuple[int, int],
    language: str,
) -> None:
    place, passwords, day = city
    page = signed_in(chromium, place, who, passwords[who], screen, language)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    answer = page.goto(path.format(day=day), wait_until="load")
    assert answer is not None
    assert answer.ok
    page.wait_for_timeout(300)
    page.screenshot(path=str(album / f"{picture}.png"))
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "the page is wider than the screen"
    assert complaints == []
    page.context.close()


def opened(page: Page) -> None:
    """A tube with two people in it."""
    scan(page, "10000000900017", "11010519491231002X", "330102198806160128")
    expect(page.locator("#count")).to_have_text("2 / 10")


def twice(page: Page) -> None:
    """Somebody who is in the tube already is scanned again."""
    opened(page)
    scan(page, "11010519491231002X")
    expect(page.locator("#said")).to_have_attribute("data-signal", "again")


def offline(page: Page) -> None:
    """A sealed tube that waits for a network."""
    page.context.set_offline(True)
    opened(page)
    scan(page, "10000000900017")
    expect(page.locator("#outbox li")).to_have_count(1)
    page.locator("#warnings").scroll_into_view_if_needed()


def as_it_is(_page: Page) -> None:
    """Nothing is done."""


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize(
    ("picture", "path", "done"),
    [
        ("open", "/sampling/", opened),
        ("twice", "/sampling/", twice),
        ("offline", "/sampling/", offline),
        ("call-back", "/sampling/recollections", as_it_is),
        ("boxes", "/sampling/boxes", as_it_is),
        ("handover", "/sampling/handover", as_it_is),
        ("labels", "/sampling/labels", as_it_is),
    ],
)
def test_the_guide_for_samplers_shows_the_pages_as_they_are(
    chromium: Browser, city: City, album: Path, picture: str, path: str, done: Callable[[Page], None], language: str
) -> None:
    place, passwords, _ = city
    page = signed_in(chromium, place, "ana", passwords["ana"], PHONE, language)
    page.goto(path, wait_until="networkidle")
    done(page)
    page.screenshot(path=str(album / f"sampling-{picture}-{language[:2]}.png"))
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "the page is wider than the screen"
    page.context.close()


def first_of(page: Page, path: str, link: str) -> str:
    """Where the first link of this kind on a page leads."""
    page.goto(path)
    return str(page.locator(link).first.get_attribute("href"))


def kept(page: Page, album: Path, name: str, screen: tuple[int, int], shows: str, part: str = "") -> None:
    """A picture of the page, or from one of its parts on, once it shows what it is taken for."""
    page.set_viewport_size({"width": screen[0], "height": screen[1]})
    expect(page.locator(shows).first).to_be_visible()
    page.evaluate("part => part ? document.querySelector(part).scrollIntoView({block: 'start'}) : scrollTo(0, 0)", part)
    page.screenshot(path=str(album / f"testing-{name}.png"))
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{name} is wider than the screen"


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_guide_for_technicians_shows_a_bench_in_use(chromium: Browser, city: City, album: Path, language: str) -> None:
    place, passwords, _ = city
    page, short = signed_in(chromium, place, "ben", passwords["ben"], DESK, language), language[:2]
    plate = first_of(page, "/testing/", "[data-group=to_run] a.button")
    box = first_of(page, "/testing/", "[data-group=gaps] a.button")
    batch = first_of(page, "/testing/extractions", "td a[href^='/testing/extractions/']")
    rack = first_of(page, "/testing/discards", "td a[href^='/testing/storage/']")
    for name, path, screen, shows in (
        ("receive", box, DESK, "[data-list=missing] li"),
        ("labels", "/testing/labels", PHONE, "main form[data-api]"),
        ("batch", batch, DESK, "td.control"),
        ("plate", plate, DESK, "td.control"),
        ("lots", "/testing/lots", DESK, "td .mark.problem"),
        ("pools", "/testing/pools", DESK, "#proposed li"),
        ("rack", rack, DESK, "td.negative"),
        ("discards", "/testing/discards", DESK, "td .mark.negative"),
    ):
        page.goto(path, wait_until="networkidle")
        kept(page, album, f"{name}-{short}", screen, shows)
    page.context.close()


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_guide_for_reviewers_shows_what_is_to_be_decided(chromium: Browser, city: City, album: Path, language: str) -> None:
    place, passwords, _ = city
    page, short = signed_in(chromium, place, "bea", passwords["bea"], DESK, language), language[:2]
    run = first_of(page, "/testing/", "[data-group=to_review] a.button")
    failed = first_of(page, "/testing/", "[data-group=failed] a.button")
    page.goto(run, wait_until="networkidle")
    kept(page, album, f"review-{short}", DESK, "button.next.large")
    kept(page, album, f"decide-{short}", DESK, "form.decision", part="form.decision")
    page.goto(failed, wait_until="networkidle")
    kept(page, album, f"failed-{short}", DESK, "td.control.problem")
    page.context.close()
