"""What a balancer hears."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Self

import pytest
from anyio import to_thread
from fastapi.testclient import TestClient
from sqlalchemy import text

from lims.apps import ends, health
from lims.kernel.db import Access, Database
from lims.kernel.program import Program
from tests.factories import Town, at, tube
from tests.lines import Line, line_to
from tests.proofs.hosts import until


class Standby(Database):
    """A database that takes no writes."""

    def _settings(self, access: Access) -> dict[str, str]:
        return super()._settings(access) | {"transaction_read_only": "on"}


@pytest.fixture
def misled(program: Program) -> Iterator[TestClient]:
    """A host whose address leads to a standby, as after somebody has promoted the other one."""
    database = Standby(program.database.url, connections=2)
    with TestClient(ends.create(replace(program, database=database)), raise_server_exceptions=False) as client:
        yield client
    database.close()


def test_a_host_that_can_work_says_so(web: TestClient) -> None:
    answer = web.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")


def test_a_host_before_a_standby_is_not_ready_and_devices_are_told_to_come_again(town: Town, misled: TestClient) -> None:
    answer = misled.get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "database_read_only")
    body = {"device": "dev-1", "sent_at": at(20), "tubes": [tube(town.site, 2)]}
    sent = misled.post("/sampling/api/sync", json=body, headers=town.ana.headers)
    assert (sent.status_code, sent.json()["code"], "retry-after" in sent.headers) == (503, "database_unreachable", True)


class Narrow(TestClient):
    """A host that has one thread for requests."""

    def __enter__(self) -> Self:
        super().__enter__()
        self.here(setattr, "total_tokens", 1)
        return self

    def is_busy(self) -> bool:
        """Whether somebody has the thread."""
        return bool(self.here(getattr, "borrowed_tokens") == 1)

    def here(self, deed: Callable[..., object], name: str, *value: int) -> object:
        """Something done with the limiter of this host's threads, where it lives."""

        async def done() -> object:
            return deed(to_thread.current_default_thread_limiter(), name, *value)

        assert self.portal is not None
        return self.portal.call(done)


@pytest.fixture
def line(program: Program) -> Iterator[Line]:
    with line_to(program.database.url) as made:
        yield made


@pytest.fixture
def host(program: Program, line: Line) -> Iterator[Narrow]:
    """A host at the other end of that line."""
    database = Database(line.url, connections=2)
    with Narrow(ends.create(replace(program, database=database)), raise_server_exceptions=False) as client:
        yield client
        line.let_go()
    database.close()


def test_while_the_line_to_the_database_is_cut_balancers_hear_it_whoever_waits_and_when_it_is_back(
    town: Town, line: Line, host: Narrow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 0.2)
    until(lambda: host.get("/readyz").status_code == 200, "it never was ready")
    body = {"device": "dev-1", "sent_at": at(20), "tubes": [tube(town.site, 2)]}
    with ThreadPoolExecutor(1) as hands:
        line.hold()
        sent = hands.submit(host.post, "/sampling/api/sync", json=body, headers=town.ana.headers)
        until(host.is_busy, "nobody sends")
        for _ in range(3):
            answer = host.get("/readyz")
            assert (answer.status_code, answer.json()["code"]) == (503, "database_unreachable")
            assert "retry-after" in answer.headers
        assert host.get("/healthz").status_code == 200
        assert not sent.done(), "nobody waits: this proves too little"
        line.let_go()
        assert sent.result().status_code == 202
    until(lambda: host.get("/readyz").status_code == 200, "it is not ready again")


def test_a_database_in_which_a_table_is_held_is_no_reason_to_take_a_host_out(town: Town, host: Narrow) -> None:
    body = {"device": "dev-1", "sent_at": at(20), "tubes": [tube(town.site, 2)]}
    with ThreadPoolExecutor(1) as hands:
        with town.program.database.transaction(Access.OWNER) as somebody:
            somebody.execute(text("LOCK TABLE tube IN ACCESS EXCLUSIVE MODE"))
            sent = hands.submit(host.post, "/sampling/api/sync", json=body, headers=town.ana.headers)
            until(host.is_busy, "nobody sends")
            until(lambda: host.get("/readyz").status_code == 200, "it is not ready")
            assert not sent.done(), "nobody waits: this proves too little"
        assert sent.result().status_code == 202
