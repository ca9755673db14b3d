"""What a function of the database asks is sent by the server that the program connects to: it, too, must be carried out."""

from collections.abc import Iterator

import pytest

from lims.apps.distribution import LOCK_ROWS
from lims.kernel.program import Program
from tests.spreading.asking import Asker, asking
from tests.spreading.judge import judge
from tests.spreading.levels import Level


@pytest.fixture
def asker(program: Program) -> Iterator[Asker]:
    """Reads statements for us."""
    with asking(program.database.url) as found:
        yield found


@pytest.mark.parametrize(
    "call",
    [
        "tubes_above('{10990000000001}', '{retest_of,pool,mixed_for}', false, true)",
        "tubes_answering('{10990000000001}')",
        "first_pools('{YH}')",
    ],
)
def test_links_are_followed_in_steps_that_citus_carries_out(asker: Asker, call: str) -> None:
    inside = asker.asked_within(f"SELECT * FROM {call}")
    assert any(Level(tree, asker.catalogue).spread() for tree in inside)
    assert [finding for tree in inside for finding in judge(tree, asker.catalogue)] == []


def test_several_tubes_are_locked_one_shard_at_a_time(asker: Asker) -> None:
    with asker.connection.transaction(force_rollback=True):
        asker.connection.execute(LOCK_ROWS.encode())
        inside = asker.asked_within("SELECT lock_rows('tube', '{10990000000001,10990000000002}')")
    assert sum(bool(Level(tree, asker.catalogue).spread()) for tree in inside) == 2
    assert [finding for tree in inside for finding in judge(tree, asker.catalogue)] == []
