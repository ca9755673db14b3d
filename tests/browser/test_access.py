"""Every page, for everybody who may open it: to be read, hit and worked with, as WCAG 2.2 AA says and our own rules beyond it.

The pages are those of a demo city, on a phone and a desk, in Chinese and English, by day and by night.
"""

import itertools
import json
import re
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from lims.apps import ends
from lims.kernel.barcodes import Kind
from lims.kernel.program import Program
from lims.kernel.settings import Settings
from tests.architecture.test_routes import routes_of
from tests.browser.conftest import City, scan, signed_in, slowed
from tests.browser.sight import unfit, unseen_focus
from tests.conftest import NODE
from tests.factories import code, person

pytestmark = [pytest.mark.browser, pytest.mark.node("axe-core")]
PHONE, DESK = (360, 740), (1280, 800)
WAYS = list(itertools.product((PHONE, DESK), ("en", "zh-CN"), ("light", "dark")))
# Who opens what; a page that is found under one of another's links is listed once.
PAGES = {
    "ana": [
        "/", "/sampling/", "/sampling/recollections", "/sampling/boxes", "/sampling/labels",
        "/sampling/labels/jobs", "/sampling/labels/ledger", "/sampling/labels/preview", "/sampling/handover", "/sampling/person-code",
        "/sampling/import", "/device/",
    ],
    "carl": ["/", "/sampling/carried"],
    "ada": ["/", "/sampling/devices", "/sampling/conflicts"],
    "ben": [
        "/", "/testing/", "/testing/boxes", "/testing/plates", "/testing/extractions",
        "/testing/lots", "/testing/cases", "/testing/amendments", "/testing/pools", "/testing/storage", "/testing/controls",
    ],
    "bea": ["/", "/testing/", "/testing/cases"],
    "olga": [
        "/", "/testing/cases", "/reporting/cases?from={day}", "/reporting/cases/open?from={day}", "/reporting/?day={day}",
        "/reporting/wall", "/reporting/notices", "/sampling/nowhere",
    ],
    "": ["/auth/sign-in", "/sampling/result/none"],
}  # fmt: skip
# Opened by following the first link of this kind on the page before it.
LED_TO = {
    "/testing/": "a[href^='/testing/runs/']",
    "/testing/plates": "a[href^='/testing/plates/']",
    "/testing/cases": "a[href^='/testing/cases/']",
}
AXE = """() => axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], resultTypes: ["violations"],
  rules: { "target-size": { enabled: true } } })
  .then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(
    (node) => `${id}: ${node.target.join(" ")} ${[...node.any, ...node.all].map((one) => one.message).join("; ")}`)))"""
# Whatever can be hit, but links inside a sentence or a table, which have the height of their line; a box to tick is as large as its words.
SMALL = """() => [...document.querySelectorAll("a, button, input, select, textarea, summary")]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && one.type !== "hidden")
  .filter((one) => !one.closest(".unseen, .skip, table, p, li:not(.people li, .log li), dd"))
  .map((one) => [one, (["checkbox", "radio"].includes(one.type) && one.closest("label") || one).getBoundingClientRect()])
  .filter(([, box]) => box.width && box.height && (box.height < 47.5 || box.width < 47.5))
  .map(([one, box]) => `${one.outerHTML.slice(0, 90)} is ${Math.round(box.width)} × ${Math.round(box.height)}`)"""


# Whatever the Tab key leads to; of the choices of one question one.
WATCH = """() => {
  window.reached = new Set();
  document.addEventListener("focusin", ({ target }) => reached.add(target.type === "radio" ? target.name : target));
  window.waiting = () => [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")]
    .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled && one.tabIndex >= 0 && one.type !== "hidden")
    .filter((one) => !reached.has(one.type === "radio" ? one.name : one));
}"""


def faults(page: Page, axe: str, *, gloved: bool) -> list[str]:
    """What is wrong with the page, with all that can be opened in it open."""
    page.evaluate("document.querySelectorAll('details:not(.menu)').forEach((one) => (one.open = true))")
    page.evaluate(axe)
    found: list[str] = page.evaluate(AXE)
    if gloved:
        found += page.evaluate(SMALL)
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        found.append("wider than the screen")
    return found


def not_reached(page: Page) -> list[str]:
    """What the Tab key does not lead to, or leads to without showing it."""
    page.evaluate(WATCH)
    unseen: dict[str, None] = {}
    for _ in range(20 + 6 * int(page.evaluate("waiting().length"))):  # a date has several stops
        page.keyboard.press("Tab")
        if fault := unseen_focus(page):
            unseen[fault] = None
        if not page.evaluate("waiting().length"):
            break
    left: list[str] = page.evaluate("waiting().map((one) => `not reached: ${one.outerHTML.slice(0, 90)}`)")
    return [*left, *unseen]


def at_work(page: Page) -> None:
    """The tube screen as it is for most of a day: a tube open, people in it, one scan refused."""
    scan(page, code(Kind.TUBE), person()["id_number"], *[person()["id_number"]] * 2)
    expect(page.locator("#log li")).to_have_count(4)


@pytest.mark.parametrize("who", PAGES)
def test_every_page_can_be_read_and_hit_by_whoever_has_to(chromium: Browser, city: City, who: str) -> None:
    place, passwords, day = city
    axe = (NODE / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
    found: dict[str, list[str]] = {}
    for screen, language, light in WAYS:
        context = entered(chromium, place, who, passwords, screen, language)
        page = slowed(context.new_page())
        page.emulate_media(color_scheme=light, reduced_motion="reduce")  # type: ignore[arg-type]  # one of its words
        for path in PAGES[who]:
            answer = page.goto(path.format(day=day), wait_until="networkidle")
            assert answer is not None
            assert answer.status < 500, path
            where = f"{screen[0]} {language} {light}"
            if path == "/sampling/":
                at_work(page)
            note(found, f"{who} {path} {where}", faults(page, axe, gloved=path.startswith(("/sampling", "/testing"))))
            if (screen, language, light) == WAYS[0]:
                note(found, f"{who} {path} Tab", not_reached(page))
            link = page.locator(LED_TO.get(path, "none")).first
            if link.count():
                page.goto(str(link.get_attribute("href")), wait_until="networkidle")
                note(found, f"{who} {page.url} {where}", faults(page, axe, gloved=True))
        context.close()
    assert found == {}, json.dumps(found, indent=1, ensure_ascii=False)


def note(found: dict[str, list[str]], where: str, faults: list[str]) -> None:
    """Keep what is wrong there."""
    if faults:
        found[where] = faults


def entered(chromium: Browser, place: str, who: str, passwords: dict[str, str], screen: tuple[int, int], language: str) -> BrowserContext:
    """A browser in which somebody has signed in; nobody where there is no name."""
    if who:
        page = signed_in(chromium, place, who, passwords[who], screen, language)
        page.close()
        return page.context
    return chromium.new_context(base_url=place, locale=language, viewport={"width": screen[0], "height": screen[1]})


WALKERS = ("olga", "ben", "bea", "ana", "carl", "ada")
# Pages of what somebody has only just made, of a scanned code, parts of pages; and what is there on some days alone.
UNLED = {
    "/reporting/diversions/{diversion_id}", "/reporting/wall/{wall_id}/{key}", "/reporting/webhooks/{number}",
    "/sampling/devices/{device_id}", "/sampling/handovers/{handover_id}", "/sampling/result/{code}", "/sampling/set-up",
    "/testing/cases/{case_id}/curves/{run}", "/testing/rejudge/{rejudgement}", "/testing/runs/{run}/curves",
    "/testing/cases/{case_id}/scheme", "/sampling/cases/{case_id}/contacts",
}  # fmt: skip


def pages_of_the_program() -> dict[str, re.Pattern[str]]:
    """Every page there is, from the routes. What has a dot in its name is a file."""
    program = Program(database=None, keys=None, settings=Settings(secret_key="none"))  # type: ignore[arg-type]  # no request is made
    found = routes_of(ends.create(program)).items()
    return {
        route.path: route.path_regex
        for name, route in found
        if name.startswith("GET ") and not route.include_in_schema and "." not in route.path.rsplit("/", 1)[-1]
    }


class Walk:
    """Somebody goes to every page that their links lead to, once to each kind of it; `wrong` is what does not fit there."""

    def __init__(self, page: Page, day: str) -> None:
        self.page, self.routes = page, pages_of_the_program()
        self.met: set[str] = set()
        self.wrong: dict[str, list[str]] = {}
        days = urlencode(dict.fromkeys(("day", "from", "to", "first", "last"), day))
        self.waiting = [f"{path}?{days}" for path in self.routes if "{" not in path]
        while self.waiting:
            self.visit(self.waiting.pop(0))

    def visit(self, address: str) -> None:
        """Look at a page in all sizes, if it is the first of its kind, and learn where it leads."""
        kind = next((path for path, pattern in self.routes.items() if pattern.match(urlsplit(address).path)), None)
        if kind is None or kind in self.met:
            return
        # Samplers' pages draw what they know themselves.
        answer = self.page.goto(address, wait_until="networkidle" if kind.startswith("/sampling/") else "load")
        assert answer is not None
        if not answer.ok:
            return  # Not theirs, or asked for with more words: a link may lead there.
        self.met.add(kind)
        self.page.evaluate("document.querySelectorAll('details:not(.menu)').forEach((one) => (one.open = true))")
        for width, height in (PHONE, DESK):
            self.page.set_viewport_size({"width": width, "height": height})
            note(self.wrong, f"{address} {width}", unfit(self.page))
        self.waiting += self.page.eval_on_selector_all("a[href^='/']", "all => all.map((one) => one.getAttribute('href'))")


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_page_there_is_fits_in_type_of_its_own_and_of_twice_the_size(chromium: Browser, city: City, language: str) -> None:
    place, passwords, day = city
    wrong: dict[str, list[str]] = {}
    met: set[str] = set()
    for who in WALKERS:
        context = entered(chromium, place, who, passwords, PHONE, language)
        walk = Walk(slowed(context.new_page()), day)
        wrong |= {f"{who} {where}": found for where, found in walk.wrong.items()}
        met |= walk.met
        context.close()
    assert wrong == {}, json.dumps(wrong, indent=1, ensure_ascii=False)
    assert {*pages_of_the_program()} - met <= UNLED
