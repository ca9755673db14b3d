"""A real browser before a running `lims serve`, on the database of the tests."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from lims.apps.demo import hosting
from lims.catalog import actions as catalog
from lims.catalog.forms import CatalogForm
from lims.kernel.db import Access
from lims.kernel.program import Program
from tests.factories import Somebody, Town

# What a page says is waited for as long as its answers are: a busy machine is no failure.
expect.set_options(timeout=20_000)
CHROMIUM = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)
POLICY = {"from": "2022-01-01", "zone": "controlled", "group": "*", "pool_max": 10, "household": False, "source": "tests"}
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}
Opener = Callable[..., Page]
CameraOpener = Callable[..., Page]
FLAGS = ["--no-sandbox", "--disable-gpu", "--use-fake-device-for-media-stream"]
City = tuple[str, dict[str, str], str]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What drives browsers; the tests are skipped where there is none."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Chromium without a window."""
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def address(program: Program, data_dir: Path) -> Iterator[str]:
    """Where `lims serve` listens, on the data folder of the tests."""
    load(program, {"pooling_policy": [POLICY]})
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = os.environ | {"LIMS_DATA_DIR": str(data_dir), "LIMS_SECRET_KEY": "a secret of the tests"}
    env.pop("LIMS_DATABASE_URL", None)
    command = [sys.executable, "-c", "from lims.apps.cli import app; app()", "serve", "--port", str(port)]
    server = subprocess.Popen(command, env=env, start_new_session=True)
    place = f"http://127.0.0.1:{port}"
    wait_until_ready(place, server)
    yield place
    server.send_signal(signal.SIGTERM)
    server.wait(60)


def load(program: Program, content: dict[str, Any]) -> None:
    """Load reference data."""
    with program.database.transaction(Access.OWNER) as connection:
        catalog.load(connection, CatalogForm.model_validate(content), datetime.now(UTC), "tests")


def wait_until_ready(place: str, server: subprocess.Popen[bytes]) -> None:
    """Return when the server answers; it has a minute."""
    for _ in range(600):
        assert server.poll() is None, "lims serve has ended"
        try:
            if httpx.get(f"{place}/readyz", verify=False).status_code == 200:  # noqa: S501 - whether it answers, not who it is
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("lims serve did not answer within a minute")


def slowed(page: Page) -> Page:
    """As slow a page as LIMS_BROWSER_SLOWED says (4: a quarter of the processor): what races on an old phone races here.

    Beside this session Chromium forgets over a reload that it was set offline: what says "no network" then says "does not answer".
    """
    if rate := os.environ.get("LIMS_BROWSER_SLOWED"):
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": float(rate)})
    return page


@pytest.fixture
def opened(chromium: Browser, address: str) -> Iterator[Opener]:
    """Opens a page as somebody who is signed in; what the page complains of fails the test."""
    complaints: list[str] = []
    contexts = []

    def open_page(who: Somebody | None, path: str, *, language: str = "en", screen: dict[str, int] | None = None) -> Page:
        context = chromium.new_context(base_url=address, locale=language, viewport=screen or DESK)  # type: ignore[arg-type]  # a TypedDict
        contexts.append(context)
        if who is not None:
            context.add_cookies([{"name": "lims_session", "value": who.token, "url": address, "httpOnly": True, "sameSite": "Strict"}])
        page = slowed(context.new_page())
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None)
        page.goto(path, wait_until="networkidle")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def camera(playwright: Playwright, address: str) -> Iterator[CameraOpener]:
    """Opens a page in a browser whose camera plays a film; what the page complains of fails the test."""
    complaints: list[str] = []
    browsers: list[Browser] = []

    def open_page(who: Somebody, path: str, seen: Path | None = None, *, script: str = "", language: str = "en", **how: object) -> Page:
        flags = [*FLAGS, "--use-fake-ui-for-media-stream", *([f"--use-file-for-fake-video-capture={seen}"] if seen else [])]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        browsers.append(browser)
        context: BrowserContext = browser.new_context(base_url=address, locale=language, viewport=PHONE, **how)  # type: ignore[arg-type]
        context.add_cookies([{"name": "lims_session", "value": who.token, "url": address, "httpOnly": True, "sameSite": "Strict"}])
        context.add_init_script(script)
        page = slowed(context.new_page())
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None)
        page.goto(path, wait_until="networkidle")
        return page

    yield open_page
    for browser in browsers:
        browser.close()
    assert complaints == []


@pytest.fixture
def town(program: Program, web: httpx.Client, address: str) -> Town:
    """A town whose site may pool ten."""
    return Town.build(program, web)  # type: ignore[arg-type]  # the root's fixture is a TestClient


def scan(page: Page, *codes: str) -> None:
    """Scan with a handheld scanner: it types into whatever has the focus, then sends Enter."""
    for one in codes:
        page.keyboard.type(one)
        page.keyboard.press("Enter")


def until(page: Page, condition: str) -> None:
    """Wait until this holds, as our pages' policy allows it: the driver's own waiting compiles text, look after look."""
    page.evaluate(f"""() => new Promise((done, late) => {{
      const end = performance.now() + 60_000;
      const look = async () => (await ({condition})) ? done() : performance.now() > end ? late(new Error("never")) : setTimeout(look, 20);
      look();
    }})""")


@pytest.fixture(scope="session")
def city(data_dir: Path) -> Iterator[City]:
    """Where the demo city is served, its people's passwords, and the day it has lived."""
    folder = data_dir / "city"
    folder.mkdir()
    folder.chmod(0o711)
    env = os.environ | {"LIMS_DATA_DIR": str(folder)}
    env.pop("LIMS_DATABASE_URL", None)
    subprocess.run([sys.executable, "-m", "lims", "demo", "--no-serve", "--people", "1500"], env=env, check=True, capture_output=True)
    port = hosting.free_port()
    server = subprocess.Popen([sys.executable, "-m", "lims", "serve", "--port", str(port)], env=env)
    try:
        hosting.wait_until_ready(server, f"http://127.0.0.1:{port}/readyz")
        yield f"http://127.0.0.1:{port}", json.loads((folder / "demo-sign-ins.json").read_text()), (folder / "demo-day").read_text()
    finally:
        server.terminate()
        server.wait(60)


def signed_in(chromium: Browser, place: str, name: str, password: str, screen: tuple[int, int], language: str) -> Page:
    """A page of somebody of the demo city who has just signed in."""
    context = chromium.new_context(base_url=place, locale=language, viewport={"width": screen[0], "height": screen[1]})
    page = slowed(context.new_page())
    page.goto("/auth/sign-in")
    page.fill("input[name=username], input[name=name]", name)
    page.fill("input[type=password]", password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)
    return page
