"""What the doctor says of connections and standbys."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import text

from lims.apps.commands import servers
from lims.kernel.db import Access
from lims.kernel.program import Program


@pytest.fixture
def slot(program: Program) -> Iterator[str]:
    """What a standby has left behind that nobody will start again."""
    with program.database.transaction(Access.OWNER) as connection:
        connection.execute(text("SELECT pg_create_physical_replication_slot('lims_gone', true)"))
    yield "lims_gone"
    with program.database.transaction(Access.OWNER) as connection:
        connection.execute(text("SELECT pg_drop_replication_slot('lims_gone')"))


def test_two_processes_have_room_and_sixteen_have_not(program: Program) -> None:
    assert servers.connections(program, 2).remedy is None
    finding = servers.connections(program, 16)
    assert "16 server processes of 16 threads" in finding.seen
    assert finding.remedy is not None
    assert "LIMS_POOLER_URL" in finding.remedy


def test_through_a_pooler_it_is_the_poolers_pools_that_count(program: Program) -> None:
    through = replace(program, settings=program.settings.model_copy(update={"pooler_url": "postgresql://pooler/lims"}))
    assert servers.connections(through, 16).remedy is None


def test_nobody_has_to_follow(program: Program) -> None:
    assert servers.standbys(program).seen == "none follows"
    assert servers.standbys(program).remedy is None


def test_log_that_is_kept_for_a_standby_that_is_gone_is_named_with_what_to_do(program: Program, slot: str) -> None:
    finding = servers.standbys(program)
    assert f"are kept for {slot}" in finding.seen
    assert finding.remedy is not None
    assert f"pg_drop_replication_slot('{slot}')" in finding.remedy
