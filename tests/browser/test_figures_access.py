"""The officials' pages of figures and their documents: read, hit and reached by whoever has to."""

from pathlib import Path

import pytest

from tests.browser.conftest import Opener
from tests.browser.sight import unfit
from tests.browser.test_access import DESK, PHONE, faults, not_reached
from tests.conftest import NODE
from tests.factories import Town

pytestmark = [pytest.mark.browser, pytest.mark.node("axe-core")]
WAYS = [(PHONE, "zh-CN"), (DESK, "en")]
PAGES = (
    "/reporting/?day=2022-02-02", "/reporting/range?from=2022-02-01&to=2022-02-03", "/reporting/rows?figure=received&day=2022-02-02",
    "/reporting/reconciliation?day=2022-02-02", "/reporting/daily?day=2022-02-02", "/reporting/tomorrow", "/reporting/diversions",
    "/reporting/capacity", "/reporting/rounds", "/reporting/prevalence?first=2022-01-20&last=2022-02-03", "/reporting/what-if",
    "/reporting/walls", "/reporting/wall?theme=light", "/reporting/wall?theme=dark",
)  # fmt: skip


@pytest.fixture(scope="module")
def axe() -> str:
    """The rules of WCAG, as a script."""
    return (NODE / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")


@pytest.fixture
def lived(town: Town) -> Town:
    """A town with a day behind it."""
    clean, odd = town.collected(4)["barcode"], town.collected(6)["barcode"]
    town.tested(clean, odd, truth={odd: "positive"})
    return town


@pytest.mark.parametrize(("screen", "language"), WAYS)
def test_the_pages_of_figures_are_for_everybody(lived: Town, opened: Opener, axe: str, screen: tuple[int, int], language: str) -> None:
    size = {"width": screen[0], "height": screen[1]}
    page = opened(lived.olga, PAGES[0], language=language, screen=size)
    found = {}
    for path in PAGES:
        page.goto(path, wait_until="load")
        wrong = faults(page, axe, gloved=True) + unfit(page) + not_reached(page)
        if wrong:
            found[path] = wrong
    assert found == {}


def test_the_daily_report_is_for_everybody(lived: Town, opened: Opener, axe: str, tmp_path: Path) -> None:
    kept = tmp_path / "daily.html"
    kept.write_bytes(lived.olga.get("/reporting/daily/2022-02-02.html").content)
    page = opened(None, "/auth/sign-in")
    page.goto(kept.as_uri())
    assert faults(page, axe, gloved=False) == []
