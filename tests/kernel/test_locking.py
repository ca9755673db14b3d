"""Rows that nobody else changes meanwhile: the same is kept on one machine and by the way of a spread database."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text, update

from lims.apps.distribution import LOCK_ROWS
from lims.custody.tables import Tube
from lims.kernel.barcodes import Kind
from lims.kernel.db import Access
from lims.kernel.program import Program
from lims.sampling.boxes.queries import tubes_for_update
from tests.bench import pack, together
from tests.factories import Town, code


@pytest.fixture(params=["one machine", "spread"], autouse=True)
def way(request: pytest.FixtureRequest, program: Program) -> Iterator[None]:
    """How rows are locked."""
    if request.param == "spread":
        with program.database.transaction(Access.OWNER) as connection:
            connection.exec_driver_sql(LOCK_ROWS)
    program.database.spread = None
    yield
    with program.database.transaction(Access.OWNER) as connection:
        connection.execute(text("DROP FUNCTION IF EXISTS lock_rows"))
    program.database.spread = None


def test_what_ana_has_locked_nobody_else_gets_until_she_is_done(town: Town) -> None:
    tubes = sorted(str(town.collected()["barcode"]) for _ in range(3))
    free = select(Tube.barcode).where(Tube.barcode.in_(tubes)).order_by(Tube.barcode).with_for_update(skip_locked=True)
    database = town.program.database
    with database.transaction(Access.FIELD) as ana:
        assert [row.barcode for row in tubes_for_update(ana, tubes[:2])] == tubes[:2]
        with database.transaction(Access.BENCH) as ben:
            assert ben.execute(free).scalars().all() == tubes[2:]
    with database.transaction(Access.BENCH) as ben:
        assert ben.execute(free).scalars().all() == tubes


def test_whoever_had_to_wait_reads_what_was_written_meanwhile(town: Town) -> None:
    tube = str(town.collected()["barcode"])
    database = town.program.database

    def read() -> list[str | None]:
        with database.transaction(Access.FIELD) as bo:
            return [row.field_state for row in tubes_for_update(bo, [tube])]

    with ThreadPoolExecutor(1) as hands:
        with database.transaction(Access.FIELD) as ana:
            tubes_for_update(ana, [tube])
            found = hands.submit(read)
            while not ana.execute(text("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")).scalar_one():
                assert not found.done()
            ana.execute(update(Tube).where(Tube.barcode == tube).values(field_state="void"))
        assert found.result() == ["void"]


def test_nothing_is_locked_where_there_is_nothing(town: Town) -> None:
    with town.program.database.transaction(Access.FIELD) as ana:
        assert tubes_for_update(ana, []) == []
        assert tubes_for_update(ana, [code(Kind.TUBE)]) == []


def test_of_two_who_pack_the_same_tubes_one_is_refused(town: Town) -> None:
    for _ in range(3):
        tubes = [str(town.collected()["barcode"]) for _ in range(4)]
        answers = together(*(lambda order=order: pack(town, code(Kind.BOX), *order) for order in (tubes, tubes[::-1])))
        assert sorted(answer.status_code for answer in answers) == [200, 409]


def test_two_syncs_of_the_same_tubes_in_either_order_both_end(town: Town) -> None:
    tubes = [town.collected() for _ in range(4)]
    newer = [tube | {"revision": 2} for tube in tubes]
    together(*(lambda order=order: town.sync(*order) for order in (newer, newer[::-1])))
