"""A phone that dies: the browser is killed at random points, and whatever has been heard as done is there again."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect
from playwright.sync_api import Error as PlaywrightError

from lims.kernel.barcodes import Kind
from tests.browser.conftest import CHROMIUM, scan
from tests.factories import Town, code, person

pytestmark = pytest.mark.browser
KILLS = 6


def switched_on(playwright: Playwright, folder: Path) -> tuple[subprocess.Popen[bytes], Browser]:
    """A browser process of its own. One that does not come up, on a busy machine, is killed like the others and begun again."""
    port = folder / "DevToolsActivePort"
    flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0", f"--user-data-dir={folder}", "--no-first-run"]
    for tries_left in (2, 1, 0):
        port.unlink(missing_ok=True)
        process = subprocess.Popen([str(CHROMIUM), *flags], stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            for _ in range(300):
                if port.exists() and port.read_text():
                    break
                time.sleep(0.1)
            return process, playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port.read_text().split()[0]}")
        except (PlaywrightError, OSError):
            switch_off(process)
            if not tries_left:
                raise
    raise AssertionError


def switch_off(process: subprocess.Popen[bytes]) -> None:
    """Kill it, with all processes that it began."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(30)


@contextmanager
def phone(playwright: Playwright, folder: Path, address: str, token: str) -> Iterator[tuple[Page, subprocess.Popen[bytes]]]:
    """The tube screen in a browser process of its own, whose memory outlives it in a folder."""
    process, browser = switched_on(playwright, folder)
    try:
        context = browser.contexts[0]
        context.add_cookies([{"name": "lims_session", "value": token, "url": address, "httpOnly": True, "sameSite": "Strict"}])
        page = context.new_page()
        page.goto(f"{address}/sampling/")
        yield page, process
    finally:
        switch_off(process)


def test_a_browser_killed_at_random_points_loses_and_doubles_nobody(
    playwright: Playwright, town: Town, address: str, tmp_path: Path
) -> None:
    heard: dict[str, list[str]] = {}
    current, luck = "", random.Random(7)
    for _ in range(KILLS):
        with phone(playwright, tmp_path, address, town.ana.token) as (page, process):
            if current:
                expect(page.locator("#count")).to_have_text(f"{len(heard[current])} / 10")
            for _ in range(luck.randrange(3, 9)):
                if not current:
                    current = code(Kind.TUBE)
                    scan(page, current)
                    heard[current] = []
                elif len(heard[current]) < luck.randrange(2, 5):
                    number = person()["id_number"]
                    scan(page, number)
                    heard[current].append(number)
                else:
                    scan(page, current)
                    expect(page.locator("#log")).to_contain_text(f"Tube {current} is sealed")
                    current = ""
                    continue
                expect(page.locator("#count")).to_have_text(f"{len(heard[current])} / 10")
            time.sleep(luck.random() / 20)
            os.killpg(process.pid, signal.SIGKILL)
    with phone(playwright, tmp_path, address, town.ana.token) as (page, _):
        if current and not heard[current]:
            page.get_by_role("button", name="Discard this tube").click()
            del heard[current]
        elif current:
            page.get_by_role("button", name="Seal and send").click()
            expect(page.locator("#said")).to_contain_text(f"Tube {current}: confirmed")
        expect(page.locator("#network")).to_have_text("online · all sent", timeout=30_000)
    for tube, people in heard.items():
        found = town.ana.get(f"/sampling/api/tubes/{tube}").json()
        assert [member["id_number"] for member in found["members"]] == people
        assert [line["verb"] for line in found["history"]].count("tube.registered") == 1
