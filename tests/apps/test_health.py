"""What a balancer hears."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from lims.apps import ends
from lims.kernel.db import Access, Database
from lims.kernel.program import Program
from tests.factories import Town, at, tube


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
