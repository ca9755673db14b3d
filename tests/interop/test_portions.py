"""A worker that was away tells what it missed in portions, each in a transaction of its own: nothing lost, nothing twice, in order."""

from collections import defaultdict
from typing import Any

import pytest

from lims.apps import worker
from lims.catalog import queries as catalog
from lims.interop.notices.actions import tell
from lims.kernel import clock
from lims.kernel.db import Access
from lims.kernel.program import Program
from tests.factories import Town
from tests.interop.telling import answered, drained, first_sign, sealed, told
from tests.interop.test_reminders import reminded

WHOLE = ["case.preliminary", "case.firm", "member.positive", "case.closed"]


def portion(program: Program, size: int = 1) -> int | None:
    """The worker tells so many tubes; how many notices that were, None where there was nothing."""
    with program.database.transaction(Access.OWNER) as connection:
        new = tell(connection, catalog.current(connection), clock.now(), size)
    return None if new is None else len(new)


def told_until_the_power_fails(program: Program) -> None:
    """The worker tells everything, and is gone before that is kept."""
    with program.database.transaction(Access.OWNER) as connection:
        tell(connection, catalog.current(connection), clock.now(), 100)
        raise RuntimeError("the power fails")


def missed(town: Town, count: int) -> list[str]:
    """Whole cases that were lived while no worker told anything; their pools."""
    drained(town.program)
    pools = []
    for number in range(count):
        pool, run = first_sign(town)
        town.reviewed(run, tubes=[pool["barcode"]])
        answered(town, pool, ["positive", "negative"], hours=8 + 4 * number)
        pools.append(str(pool["barcode"]))
    sealed(town.program)
    return pools


def by_case(notices: list[dict[str, Any]]) -> dict[str, list[str]]:
    """What was told of each case, in order."""
    found = defaultdict(list)
    for notice in notices:
        found[notice["data"]["case"]].append(notice["kind"])
    return found


def test_what_was_missed_is_told_tube_by_tube_and_each_case_whole_and_in_order(town: Town) -> None:
    pools = missed(town, 3)
    steps = []
    while (new := portion(town.program)) is not None:
        steps.append(new)
    assert len([new for new in steps if new]) == len(pools), "a case is told whole with the first of its tubes"
    assert max(steps) == len(WHOLE)
    assert by_case(told(town)) == dict.fromkeys(pools, WHOLE), "no positive single is told as if it were in no case"


def test_a_worker_that_dies_between_two_portions_goes_on_where_it_was(town: Town) -> None:
    pools = missed(town, 2)
    assert portion(town.program) == len(WHOLE)
    with pytest.raises(RuntimeError, match="power"):
        told_until_the_power_fails(town.program)
    assert by_case(told(town)) == dict.fromkeys(pools, WHOLE)


def test_what_happens_between_two_portions_is_told_too(town: Town) -> None:
    missed(town, 2)
    portion(town.program)
    pool, _ = first_sign(town)
    sealed(town.program)
    while portion(town.program) is not None:
        pass
    assert by_case(told(town))[pool["barcode"]] == WHOLE[:1]


def test_reminders_come_in_portions_too(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "PORTION", 1)
    pools = {first_sign(town)[0]["barcode"] for _ in range(3)}
    assert {notice["data"]["case"] for notice in reminded(town, 25)} == pools
