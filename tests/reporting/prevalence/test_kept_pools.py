"""Results of pools are counted once by day of collection, and those that come later are added once."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from lims.catalog import queries as catalog
from lims.kernel import clock
from lims.kernel.audit.actions import record, seal
from lims.kernel.audit.rules import Happening
from lims.kernel.db import Access
from lims.kernel.program import Program
from lims.reporting import measures
from lims.reporting.keeping import actions as keeping
from lims.reporting.pools import actions
from lims.reporting.pools.queries import next_to_count
from lims.reporting.prevalence import queries
from lims.reporting.prevalence.queries import Asked
from lims.reporting.prevalence.watching import Spell
from tests.kernel.audit.sealing import let_end
from tests.reporting.city import DAY, NEXT, City, at
from tests.reporting.conftest import database_of_city
from tests.reporting.test_keeping import sealed, told

SPELLS = [Spell("YH", alone=False, first=DAY, last=NEXT), Spell("YH", alone=True, first=DAY, last=NEXT)]


def found(city: City, lab: str | None = None, site: str | None = None) -> Any:
    """What prevalences are made of, as officials read it."""

    def read(connection: Any) -> Any:
        return sorted(queries.released(connection, Asked(DAY, NEXT, lab, site)), key=str), queries.days(connection, SPELLS)

    return city.as_bench(read)


def read_on(city: City) -> None:
    sealed(city)
    keeping.read_on(city.connection, measures.zones_of(city.catalog))


def held(city: City) -> set[date]:
    return set(city.connection.execute(text("SELECT day FROM kept_pool_day")).scalars())


@pytest.fixture
def lived(city: City) -> City:
    """Pools and singles with results on a day; the trail begins, is sealed and was read."""
    city.tested(*(city.tube(f"n{n}", ("Ana", "Bo"), received_at=at(12)) for n in range(3)))
    pool = city.tube("pool", ("Ben", "Bob", "Cleo"), received_at=at(13))
    city.tested(pool, call="positive", released_at=at(19))
    city.single("s1", "Ben", retest_of=pool, received_at=at(21))
    city.tested("s1", call="positive", run_at=at(22), released_at=at(3, NEXT))
    city.tested(city.single("alone", "Dora", received_at=at(14), lab="YH"), call="negative")
    city.tested(city.tube("unclear", ("Eva",), received_at=at(15), lab="MV"), call="invalid")
    told(city, "n0", "tube.boxed", at(8))
    read_on(city)
    return city


@pytest.mark.parametrize("place", [{}, {"lab": "YH"}, {"lab": "MV"}, {"site": "FY-001"}, {"site": "TK-001"}])
def test_kept_counts_say_what_the_tubes_say(lived: City, place: dict[str, str]) -> None:
    live = found(lived, **place)
    actions.count(lived.connection, DAY)
    assert found(lived, **place) == live


def test_kept_counts_are_what_is_shown(lived: City) -> None:
    actions.count(lived.connection, DAY)
    lived.connection.execute(text("UPDATE kept_pool SET negative = 77 WHERE kind = 'swab_pool' AND size = 2"))
    assert 77 in [line.negative for line in found(lived)[0]]


@pytest.mark.parametrize("is_read", [True, False])
def test_a_result_that_comes_later_is_added_once(lived: City, is_read: bool) -> None:
    actions.count(lived.connection, DAY)
    lived.tested(lived.tube("late", ("Fay", "Gus"), received_at=at(16)), released_at=at(9, NEXT))
    lived.tested(lived.tube("new", ("Hal",) * 1, received_at=at(16), lab="MV"), call="positive", released_at=at(9, NEXT))
    for code in ("late", "new"):
        told(lived, code, "tube.released", at(9, NEXT))
    if is_read:
        read_on(lived)
        read_on(lived)
        assert held(lived) == {DAY}
    shown = found(lived)
    lived.connection.execute(text("DELETE FROM kept_pool_day"))
    assert shown == found(lived)


@pytest.mark.parametrize(("verb", "forgotten"), [("tube.amended", {DAY}), ("tube.registered", {DAY}), ("tube.changed", {DAY, NEXT})])
@pytest.mark.parametrize("is_read", [True, False])
def test_what_is_said_of_a_result_afterwards_has_its_day_counted_anew(lived: City, verb: str, forgotten: set[date], is_read: bool) -> None:
    for day in (DAY, NEXT):
        actions.count(lived.connection, day)
    lived.change("n1", member_count=5)
    told(lived, "n1", verb, at(9, NEXT))
    if is_read:
        read_on(lived)
        assert held(lived) == {DAY, NEXT} - forgotten
    assert 5 in [line.size for line in found(lived)[0]]


def test_the_latest_day_with_tubes_that_is_not_kept_is_counted_next(lived: City) -> None:
    lived.tube("tomorrow", sealed_at=at(8, NEXT))
    last = NEXT + timedelta(days=1)
    for day in (NEXT, DAY):
        assert next_to_count(lived.connection, last, 400) == day
        assert next_to_count(lived.connection, last, (last - day).days - 1) is None
        actions.count(lived.connection, day)
    assert next_to_count(lived.connection, last, 400) is None


@pytest.fixture
def program() -> Iterator[Program]:
    """A database whose transactions end."""
    with database_of_city() as started:
        yield started


def test_a_result_that_is_written_while_its_day_is_counted_is_counted_once(program: Program) -> None:
    def negative(code: str, connection: Any) -> None:
        city = City(connection, catalog.current(connection))
        city.tested(city.tube(code, ("Ana", "Bo"), received_at=at(12)))
        record(connection, "Bea", clock.now(), [Happening(code, "tube.released", at(18))])

    def trail_is_read() -> None:
        let_end(program)
        with program.database.transaction(Access.OWNER) as connection:
            seal(connection, b"key", clock.now())
        with program.database.transaction(Access.OWNER) as connection:
            keeping.read_on(connection, {"Asia/Shanghai"})

    with program.database.transaction(Access.OWNER) as connection:
        negative("first", connection)
    trail_is_read()
    with program.database.transaction(Access.OWNER) as connection:
        negative("before", connection)
    with program.database.transaction(Access.OWNER) as slow:
        negative("meanwhile", slow)
        with program.database.transaction(Access.OWNER) as connection:
            actions.count(connection, DAY)
    with program.database.transaction(Access.OWNER) as connection:
        negative("after", connection)
    for _ in range(2):
        with program.database.transaction(Access.REPORTS) as connection:
            assert [line.negative for line in queries.released(connection, Asked(DAY, DAY, None, None))] == [4]
        trail_is_read()
