"""What hangs together by answers, pools and cases is found step by step, in circles too."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, insert, select, update

from lims.custody.queries import tubes_above, tubes_answering
from lims.custody.tables import Tube
from lims.kernel.barcodes import Kind
from lims.kernel.db import Access
from lims.kernel.program import Program
from tests.factories import code


@pytest.fixture
def connection(program: Program) -> Iterator[Connection]:
    """A transaction of which nothing stays."""
    with program.database.engine(Access.OWNER).connect() as opened:
        yield opened
        opened.rollback()


def tube(connection: Connection, kind: str | None = None, **leads_to: str) -> str:
    """A tube that leads to others."""
    barcode = code(Kind.TUBE)
    connection.execute(insert(Tube).values(barcode=barcode, kind=kind, **leads_to))
    return barcode


def above(connection: Connection, barcode: str, *ways: str, singles: bool = False) -> set[str]:
    """All that a tube leads to."""
    rows = connection.execute(select(tubes_above([barcode], *ways, singles=singles))).all()
    assert {row.code for row in rows} <= {barcode}
    assert len(rows) == len({row.above for row in rows})
    return {row.above for row in rows}


def test_every_way_is_followed_that_is_asked_for_and_no_other(connection: Connection) -> None:
    swabs = tube(connection, "swab_pool")
    first = tube(connection, "single", retest_of=swabs)
    pool = tube(connection, "aliquot_pool")
    second = tube(connection, "single", retest_of=first, pool=pool)
    assert above(connection, second, "retest_of") == {second, first, swabs}
    assert above(connection, second, "pool") == {second, pool}
    assert above(connection, second, "retest_of", "pool", "mixed_for") == {second, first, swabs, pool}
    connection.execute(update(Tube).where(Tube.barcode == pool).values(mixed_for=swabs, mixed_of=[first]))
    assert above(connection, second, "pool", "mixed_for") == {second, pool, swabs}


def test_of_single_tubes_the_walk_ends_at_the_pool(connection: Connection) -> None:
    before = tube(connection, "swab_pool")
    swabs = tube(connection, "swab_pool", retest_of=before)
    single = tube(connection, "single", retest_of=swabs)
    assert above(connection, single, "retest_of", singles=True) == {single, swabs}
    assert above(connection, single, "retest_of") == {single, swabs, before}


def test_of_all_together_each_tube_comes_once(connection: Connection) -> None:
    swabs = tube(connection, "swab_pool")
    first, second = (tube(connection, "single", retest_of=swabs) for _ in range(2))
    rows = connection.execute(select(tubes_above([first, second, swabs], "retest_of", apart=False))).all()
    assert sorted(row.above for row in rows) == sorted([first, second, swabs])


def test_a_circle_is_walked_once(connection: Connection) -> None:
    one = tube(connection, "single")
    other = tube(connection, "single", retest_of=one)
    connection.execute(update(Tube).where(Tube.barcode == one).values(retest_of=other))
    assert above(connection, one, "retest_of") == {one, other}
    found = {tuple(row) for row in connection.execute(select(tubes_answering([one])))}
    assert found == {(one, other), (one, one)}


def test_what_answers_an_answer_answers_both_and_only_single_tubes_do(connection: Connection) -> None:
    swabs = tube(connection, "swab_pool")
    first = tube(connection, "single", retest_of=swabs)
    second = tube(connection, "single", retest_of=first)
    tube(connection, "swab_pool", retest_of=swabs)
    found = {tuple(row) for row in connection.execute(select(tubes_answering([swabs, first])))}
    assert found == {(swabs, first), (swabs, second), (first, second)}
    assert connection.execute(select(tubes_answering([]))).all() == []
    assert connection.execute(select(tubes_above([], "pool"))).all() == []
    assert connection.execute(select(tubes_above([], "pool", apart=False))).all() == []
