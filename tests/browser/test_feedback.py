"""How soon a scan is answered without a network, with a whole shift in the outbox: measured and printed, nothing asserted of it."""

import statistics

import pytest
from playwright.sync_api import Page, expect

from lims.kernel.barcodes import Kind
from tests.browser.conftest import PHONE, Opener, scan
from tests.factories import Town, code, person

pytestmark = pytest.mark.browser
WAITING = 500
TUBES = 6


def fill(page: Page, site: str, codes: list[str]) -> None:
    """Tubes of ten that wait, written as the page itself writes them."""
    page.evaluate(
        """async ([site, codes]) => {
          const outbox = await import("/static/sampling/outbox.js");
          const at = new Date().toISOString();
          const sealed = { revision: 1, site, round: null, kind: "swab_pool", pool_size: 10, state: "sealed", retest_of: null };
          const person = { id_type: "passport", name: "赵试", phone: "13800000000", collected_at: at };
          const members = (code) => Array.from({ length: 10 }, (_, place) => (
            { ...person, position: place + 1, id_number: `E${code}${place}` }));
          const tubes = codes.map((code, place) => ({ ...sealed, opened_at: at, sealed_at: at, barcode: code, members: members(code),
            id: `0194c9a0-0000-7000-8000-${place.toString(16).padStart(4, "0")}${code.slice(-8)}` }));
          await outbox.keep(...tubes.map((tube) => ({ standing: "waiting", detail: "", tube })));
        }""",
        [site, codes],
    )


def test_feedback_without_a_network_and_with_500_tubes_waiting(town: Town, opened: Opener, capsys: pytest.CaptureFixture[str]) -> None:
    page = opened(town.ana, "/sampling/", screen=PHONE)
    page.context.set_offline(True)
    fill(page, town.site, [code(Kind.TUBE) for _ in range(WAITING)])
    page.evaluate("""() => {
      window.answers = [];
      let asked = 0;
      document.addEventListener("keydown", (event) => event.key === "Enter" && (asked = performance.now()), true);
      new MutationObserver(() => asked && (window.answers.push(performance.now() - asked), (asked = 0)))
        .observe(document.getElementById("said"), { childList: true, characterData: true, subtree: true });
    }""")
    for _ in range(TUBES):
        scan(page, tube := code(Kind.TUBE))
        for count in range(10):
            expect(page.locator("#count")).to_have_text(f"{count} / 10")
            scan(page, person()["id_number"])
        expect(page.locator("#count")).to_have_text("10 / 10")
        expect(page.locator("#log")).to_contain_text(f"Tube {tube} is sealed")
    answers = page.evaluate("window.answers")
    tail = statistics.quantiles(answers, n=20)[-1]
    with capsys.disabled():
        print(f"feedback offline, {WAITING} tubes waiting: median {statistics.median(answers):.0f} ms, p95 {tail:.0f} ms")  # noqa: T201
    page.context.set_offline(False)
    expect(page.locator("#network")).to_have_text("online · all sent", timeout=60_000)
