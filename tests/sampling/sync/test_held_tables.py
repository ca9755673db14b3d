"""Somebody rebuilds a table and holds it: whoever needs it is told to come again, nothing is half done, the same is taken later."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from lims.apps import ends
from lims.kernel.db import Access
from lims.kernel.program import Program
from tests.factories import Somebody, Town, at, tube
from tests.hurry import in_a_hurry


@pytest.fixture
def door(program: Program) -> Iterator[TestClient]:
    """A host that waits for a tenth of a second only."""
    database = in_a_hurry(program.database.url, 2, HELD_SECONDS=0.1)
    with TestClient(ends.create(replace(program, database=database)), raise_server_exceptions=False) as client:
        yield client
    database.close()


@contextmanager
def rebuilt(program: Program, table: str) -> Iterator[None]:
    """Somebody has a table for themselves, for the length of a block."""
    with program.database.transaction(Access.OWNER) as connection:
        connection.execute(text(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
        yield


def sent(ana: Somebody, door: TestClient, made: dict[str, Any]) -> Any:
    """The answer to a device of Ana's that sends a tube."""
    body = {"device": "dev-1", "sent_at": at(20), "tubes": [made]}
    return door.post("/sampling/api/sync", json=body, headers=ana.headers)


def kept(program: Program, barcode: str) -> tuple[int, int, list[str]]:
    """What there is of a tube: rows, rows of its people, and what happened to it."""
    query = """SELECT (SELECT count(*) FROM tube WHERE barcode = :code), (SELECT count(*) FROM tube_member WHERE barcode = :code),
      ARRAY(SELECT verb FROM event WHERE subject = :code ORDER BY at, verb)"""
    with program.database.transaction(Access.OWNER) as connection:
        tubes, members, verbs = connection.execute(text(query), {"code": barcode}).one()
        return tubes, members, verbs


@pytest.mark.parametrize("table", ["tube", "tube_member", "person", "event"])
def test_a_sync_is_told_to_come_again_and_is_taken_once_when_it_comes(town: Town, door: TestClient, table: str) -> None:
    made, ana = tube(town.site, 3), town.ana
    with rebuilt(town.program, table):
        for _ in range(2):
            answer = sent(ana, door, made)
            assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (503, "database_held", "10")
            assert "send it again" in answer.json()["detail"]
    assert kept(town.program, made["barcode"]) == (0, 0, [])
    assert [sent(ana, door, made).json()["tubes"][0]["outcome"] for _ in range(2)] == ["accepted", "already_have"]
    assert kept(town.program, made["barcode"]) == (1, 3, ["tube.registered"])


def test_the_bench_and_the_reports_are_told_the_same(town: Town, door: TestClient) -> None:
    asked = {"/testing/": town.ben, "/metrics": town.olga}
    with rebuilt(town.program, "tube"):
        for path, who in asked.items():
            answer = door.get(path, headers=who.headers)
            assert (answer.status_code, answer.json()["code"]) == (503, "database_held"), path


def test_whoever_reads_a_page_is_told_so_in_chinese(town: Town, door: TestClient) -> None:
    olga = town.olga
    with rebuilt(town.program, "tube"):
        page = door.get("/reporting/", headers=olga.headers | {"Accept": "text/html", "Accept-Language": "zh"})
    assert page.status_code == 503
    assert "正被占用" in page.text


def test_the_owners_own_work_waits_as_long_as_it_takes(program: Program) -> None:
    with program.database.transaction(Access.OWNER) as connection:
        assert connection.execute(text("SHOW lock_timeout")).scalar_one() == "0"
