"""Processes of one host end, are shot and are replaced, while devices sync; and somebody sends a byte a second."""

import os
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from lims.apps.migrate import ROOT
from lims.apps.processor import family
from lims.kernel.audit import queries as audit
from lims.kernel.db import Access
from tests.factories import Somebody, Town, at, tube
from tests.proofs.hosts import Host, Site, a_site, browser, until
from tests.proofs.load import lost, syncing

pytestmark = pytest.mark.proof
BEGUN = (
    b"POST /sampling/api/sync HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n{",
    b"POST /testing/api/plates/1/runs HTTP/1.1\r\nhost: x\r\ncontent-type: application/octet-stream\r\ncontent-length: 5000\r\n\r\n{",
    b"GET /healthz HTTP/1.1\r\nhost: ",
)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with a_site() as made:
        yield made


@pytest.fixture
def host(site: Site) -> Iterator[Host]:
    made = site.host(LIMS_REQUEST_THREADS="4")
    yield made
    made.stop()


def town_of(site: Site, host: Host) -> Town:
    with browser(host) as door:
        return Town.build(site.program, door)  # type: ignore[arg-type]  # the others' is a TestClient


def processes(host: Host, word: str) -> list[int]:
    """The processes of a host whose command line has this word."""
    assert host.process is not None
    return [number for number in family(host.process.pid) if word in told(number)]


def told(number: int) -> str:
    """The command line of a process; nothing where it is gone, or nobody has buried it yet."""
    try:
        return Path(f"/proc/{number}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


def send(host: Host, sampler: Somebody, made: dict[str, Any]) -> str:
    """What a host says of a tube; nothing, where it hangs up or fails."""
    body = {"device": "dev-1", "sent_at": at(20), "tubes": [made]}
    try:
        answer = httpx.post(f"{host.url}/sampling/api/sync", json=body, headers=sampler.headers, timeout=60, trust_env=False)
    except httpx.HTTPError:
        return ""
    return str(answer.json()["tubes"][0]["outcome"]) if answer.status_code < 500 else ""


def newest_seal(site: Site) -> object:
    with site.program.database.transaction(Access.OWNER) as connection:
        return audit.newest_seal(connection)


def test_samplers_get_through_while_others_send_a_few_bytes_and_no_more(site: Site, host: Host) -> None:
    town = town_of(site, host.start("--workers", "2", "--no-worker"))
    with ExitStack() as calls:
        for number in range(180):
            line = calls.enter_context(socket.create_connection(("127.0.0.1", host.port)))
            line.sendall(BEGUN[number % len(BEGUN)])
        with syncing(town, [host.url]) as load:
            load.wait_for(50)
    assert load.wrong == []


def test_a_host_that_is_told_to_end_answers_what_is_under_way_and_ends_in_order(site: Site, host: Host) -> None:
    for words in (["--no-worker"], ["--no-worker", "--workers", "2"]):
        town = town_of(site, host.start(*words))
        with syncing(town, [host.url]) as load:
            load.wait_for(30)
            assert host.process is not None
            host.process.terminate()
            assert host.process.wait(60) == 0
        assert load.wrong == []
        assert lost(site.program.database, load) == {}


@pytest.mark.parametrize("words", [["--no-worker"], ["--workers", "2"]])
def test_a_host_whose_requests_wait_for_what_somebody_holds_ends_before_systemd_kills_it(site: Site, host: Host, words: list[str]) -> None:
    town = town_of(site, host.start(*words))
    unit = (ROOT / "docs" / "deploy" / "systemd" / "lims.service").read_text("utf-8")
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'tube'::regclass")
    owner = site.program.database.engine(Access.OWNER)
    with owner.connect() as holding, owner.connect() as looking, ThreadPoolExecutor(1) as hands:
        made = tube(town.site, 1)
        holding.execute(text("LOCK TABLE tube IN ACCESS EXCLUSIVE MODE"))
        sent = hands.submit(send, host, town.ana, made)
        until(lambda: looking.execute(waiting).scalar_one() > 0, "the request does not wait")
        assert host.process is not None
        host.process.terminate()
        assert host.process.wait(int(unit.partition("TimeoutStopSec=")[2].partition("\n")[0])) == 0
        assert sent.result(60) == ""
    assert send(host.start("--no-worker"), town.ana, made) == "accepted"


def test_whoever_is_shot_is_replaced_and_goes_on(site: Site, host: Host) -> None:
    town = town_of(site, host.start("--workers", "2"))
    with syncing(town, [host.url]) as load:
        load.wait_for(30)
        for number in [*processes(host, "spawn_main"), *processes(host, "lims.apps.worker")]:
            os.kill(number, signal.SIGKILL)
        load.wait_for(30)
        until(lambda: len(processes(host, "spawn_main")) == 2, "no server process took their places")
        before = newest_seal(site)
        until(lambda: newest_seal(site) != before, "nobody seals any more")
    assert load.wrong == []
    assert lost(site.program.database, load) == {}


def test_no_server_process_outlives_the_one_that_started_it(site: Site, host: Host) -> None:
    host.start("--workers", "2")
    left = processes(host, "spawn_main")
    assert host.process is not None
    host.process.kill()
    host.process.wait(30)
    until(lambda: not any(map(told, left)), "they still serve, and nobody looks after them")
    host.start("--workers", "2")
