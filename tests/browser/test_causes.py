"""Promise 30: name, certificate, program, database, disk, sign-in, broken in turn: the tube screen and `lims doctor` name the right one.

A script is told of the first three only that nobody has answered: the screen says so, and leads to what the browser itself says.
"""

import base64
import re
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Browser, Page, Playwright, expect

from lims.apps.tls.authority import Place, kept
from lims.kernel.program import Program
from tests.browser.conftest import CHROMIUM, PHONE, slowed
from tests.browser.servers import Server
from tests.browser.test_offline import network, on_the_server, sample, sign_in
from tests.factories import Town

pytestmark = pytest.mark.browser


class Gate:
    """A way to the database of the tests that can be shut: a port in front of its socket."""

    def __init__(self, program: Program) -> None:
        parts = urlsplit(program.database.url)
        found = parse_qs(parts.query)
        self.target = f"{found['host'][0]}/.s.PGSQL.{found['port'][0]}"
        self.door = socket.create_server(("127.0.0.1", 0))
        self.url = f"postgresql://{parts.username}:{parts.password}@127.0.0.1:{self.door.getsockname()[1]}{parts.path}"
        self.connections: list[socket.socket] = []
        threading.Thread(target=self.let_in, daemon=True).start()

    def let_in(self) -> None:
        with suppress(OSError):
            while True:
                inside, outside = self.door.accept()[0], socket.socket(socket.AF_UNIX)
                outside.connect(self.target)
                self.connections += [inside, outside]
                threading.Thread(target=carry, args=(inside, outside), daemon=True).start()

    def shut(self) -> None:
        self.door.shutdown(socket.SHUT_RDWR)
        self.door.close()
        for connection in self.connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def carry(one: socket.socket, other: socket.socket) -> None:
    """Bytes from each to the other, until one of them has ended."""
    with one, other, suppress(OSError, ValueError):
        while True:
            for ready in select.select([one, other], [], [])[0]:
                content = ready.recv(65536)
                if not content:
                    return
                (other if ready is one else one).sendall(content)


@pytest.fixture
def server(town: Town, data_dir: Path) -> Iterator[Server]:
    """A server of this test alone; the test starts it."""
    assert town.site
    server = Server(data_dir)
    yield server
    if server.process is not None:
        server.shoot()


def opened_on(chromium: Browser, server: Server, town: Town) -> Page:
    """Ana's tube screen; not kept on the device, so that every answer comes from the network."""
    context = chromium.new_context(base_url=server.address, locale="en", viewport=PHONE, service_workers="block")  # type: ignore[arg-type]  # a TypedDict
    sign_in(context, town.ana, server.address)
    page = slowed(context.new_page())
    page.goto("/sampling/", wait_until="networkidle")
    return page


def doctor(server: Server, *words: str) -> str:
    """What `lims doctor` says of the way to this server, while something is broken."""
    command = [sys.executable, "-m", "lims", "doctor", *words]
    told = subprocess.run(command, env=server.env, cwd=server.program, capture_output=True, text=True, timeout=120, check=False)
    assert told.returncode == 1, told.stdout + told.stderr
    assert "Traceback" not in told.stderr
    return "\n".join(line for line in told.stdout.splitlines() if line.startswith("BAD"))


def test_a_program_that_is_off(chromium: Browser, town: Town, server: Server) -> None:
    server.start()
    page = opened_on(chromium, server, town)
    server.shoot()
    done = sample(page)
    network(page, "server does not answer · unsent: 1")
    expect(page.get_by_role("link", name="What the browser says")).to_have_attribute("href", "/healthz")
    assert doctor(server, "--url", server.address).startswith(f"BAD  server: nobody answers at 127.0.0.1:{server.port}")
    server.start()
    page.locator("#send").dispatch_event("click")
    network(page, "online · all sent")
    expect(page.locator("#look")).to_be_hidden()
    on_the_server(town, done)


def test_a_name_that_is_not_found(chromium: Browser, town: Town, server: Server) -> None:
    server.start()
    page = opened_on(chromium, server, town)
    page.route("**/api/**", lambda route: route.abort("namenotresolved"))
    sample(page)
    network(page, "server does not answer · unsent: 1")
    expect(page.locator("#warning-network")).to_contain_text("its name is not found")
    assert doctor(server, "--url", "https://lims.invalid").startswith("BAD  name: lims.invalid is not found")


def test_a_certificate_that_is_not_trusted(playwright: Playwright, town: Town, server: Server, tmp_path: Path) -> None:
    believed, other = Place.of(tmp_path / "believed"), Place.of(tmp_path / "other")
    for place in (believed, other):
        kept(place, {"127.0.0.1"}, datetime.now(UTC))
    server.start(*shows(believed))
    flags = ["--no-sandbox", f"--ignore-certificate-errors-spki-list={key_of(believed)}"]
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
    page = opened_on(browser, server, town)
    server.shoot()
    server.start(*shows(other))
    sample(page)
    network(page, "server does not answer · unsent: 1")
    expect(page.locator("#warning-network")).to_contain_text("its certificate is not trusted")
    browser.close()
    assert doctor(server, "--url", server.address).startswith("BAD  certificate: 127.0.0.1 is not believed: ")


def shows(place: Place) -> tuple[str, ...]:
    """Words for `lims serve`: this certificate, with its key."""
    return "--tls-certificate", str(place.server), "--tls-key", str(place.server)


def key_of(place: Place) -> str:
    """The digest by which a browser is told to believe a certificate."""
    key = x509.load_pem_x509_certificate(place.server.read_bytes()).public_key()
    return base64.b64encode(sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()).decode()


def test_a_database_that_is_away(chromium: Browser, town: Town, server: Server) -> None:
    gate = Gate(town.program)
    server.env["LIMS_DATABASE_URL"] = gate.url
    server.start()
    page = opened_on(chromium, server, town)
    done = sample(page)
    network(page, "online · all sent")
    gate.shut()
    sample(page)
    network(page, "server has no database · unsent: 1")
    expect(page.locator("#warning-network")).to_contain_text("The server answers, but its database does not.")
    told = doctor(server, "--url", server.address)
    assert re.search(r"^BAD  server: answers at .*: The database does not answer$", told, re.MULTILINE)
    assert "BAD  database: does not answer" in told
    on_the_server(town, done)


def test_a_disk_that_is_full(chromium: Browser, town: Town, server: Server, tmp_path: Path) -> None:
    server.start()
    page = opened_on(chromium, server, town)
    full = {"code": "disk_full", "detail": "The database's disk is full.", "status": 503}
    page.route("**/sampling/api/sync", lambda route: route.fulfill(status=503, content_type="application/problem+json", json=full))
    sample(page)
    network(page, "server's disk is full · unsent: 1")
    expect(page.locator("#warning-network")).to_contain_text("has to make room")
    (tmp_path / "file").write_text("no folder can be made in it")
    server.env["LIMS_DATA_DIR"] = str(tmp_path / "file" / "data")
    assert "BAD  disk: " in doctor(server)


def test_a_sign_in_that_has_ended(chromium: Browser, town: Town, server: Server) -> None:
    server.start()
    page = opened_on(chromium, server, town)
    page.context.clear_cookies()
    sample(page)
    network(page, "signed out · unsent: 1")
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    assert doctor(server, "--url", server.address, "--token", "lims_ended") == "BAD  token: not known, or ended"
