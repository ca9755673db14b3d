"""While the worker is away, days that nothing unread reaches are shown as they were kept, and each process reads the trail once."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, text

from lims.catalog import queries as catalog
from lims.kernel import clock
from lims.kernel.audit.actions import record, seal
from lims.kernel.audit.rules import Happening
from lims.kernel.db import Access
from lims.kernel.program import Program
from lims.reporting import answers, measures
from lims.reporting.keeping import actions, ahead, queries
from lims.reporting.rules import By
from tests.kernel.audit.sealing import let_end
from tests.reporting.city import DAY, NEXT, City, at
from tests.reporting.conftest import database_of_city
from tests.reporting.random_days import Crowd, moments
from tests.reporting.recount import Raw
from tests.reporting.test_keeping import KEY, answer, held, kept, newest_transaction, sealed, told

BEFORE = DAY - timedelta(days=1)
Read = Callable[[], list[int]]


@pytest.fixture
def followed(city: City) -> City:
    """The trail has begun, is sealed and was read."""
    told(city, "t0", "tube.boxed", datetime(2022, 1, 1, tzinfo=UTC))
    sealed(city)
    actions.read_on(city.connection, measures.zones_of(city.catalog))
    return city


@pytest.fixture
def read(followed: City, monkeypatch: pytest.MonkeyPatch) -> Read:
    """The worker does not read on any more, and three events are many; what of the trail was read since one asked last, in events."""
    found: list[int] = []
    plainly = queries.touched_by

    def noted(*about: Any, **bounds: Any) -> queries.Touched:
        touched = plainly(*about, **bounds)
        found.append(touched.events)
        return touched

    def since() -> list[int]:
        events = [*found]
        found.clear()
        return events

    monkeypatch.setattr(queries, "READ_AT_ONCE", 3)
    monkeypatch.setattr(queries, "touched_by", noted)
    # What a test tells is as if in transactions of its own, which have ended.
    monkeypatch.setattr(ahead, "horizon", lambda _: newest_transaction(followed) + 1)
    return since


def tampered(city: City) -> None:
    """Whoever sees 77 tubes sees what was kept."""
    city.connection.execute(text("DELETE FROM kept_line WHERE by = 'day'"))
    lines = "INSERT INTO kept_line (day, by, key, hour, figures) SELECT day, 'day', '', 0, '{\"tested_tubes\": 77}' FROM kept_day"
    city.connection.execute(text(lines))


def tubes(city: City) -> list[int]:
    return [line.tested_tubes for line in answer(city, By.DAY, BEFORE, NEXT)]


@pytest.mark.usefixtures("read")
def test_days_that_nothing_unread_reaches_are_shown_as_they_were_kept(followed: City) -> None:
    kept(followed, BEFORE, DAY, NEXT)
    tampered(followed)
    for number in range(20):
        told(followed, f"new {number}", "tube.plated", at(9 + number / 10, NEXT))
    assert tubes(followed) == [77, 77, 0]
    followed.tube("late", received_at=at(15))
    told(followed, "late", "tube.registered", at(9, NEXT))
    assert tubes(followed) == [77, 0, 0]


def test_what_a_process_has_read_it_does_not_read_again(followed: City, read: Read) -> None:
    kept(followed, DAY)
    for number in range(20):
        told(followed, f"new {number}", "tube.plated", at(9, NEXT))
    tubes(followed)
    assert read() == [3, 20, 0]
    tubes(followed)
    assert read() == [0]
    told(followed, "late", "tube.plated", at(9))
    tampered(followed)
    assert tubes(followed) == [0, 0, 0]
    assert read() == [1]
    # Where the worker has come back and has read it, too, nothing is known that could be of before.
    sealed(followed)
    actions.read_on(followed.connection, measures.zones_of(followed.catalog))
    assert read() == [3, 21]
    tubes(followed)
    assert read() == []  # no day is kept any more
    kept(followed, DAY)
    tampered(followed)
    assert tubes(followed) == [0, 77, 0]
    assert read() == [0]


def test_who_has_more_unread_than_is_read_at_all_trusts_nothing(followed: City, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "UNREAD_AT_MOST", 10)
    kept(followed, BEFORE, DAY)
    tampered(followed)
    for number in range(11):
        told(followed, f"new {number}", "tube.plated", at(9, NEXT))
    assert tubes(followed) == [0, 0, 0]
    assert read() == [3, 10, 0]
    assert tubes(followed) == [0, 0, 0]
    assert max(read()) == 0


@pytest.mark.usefixtures("read")
@pytest.mark.parametrize("luck", range(3))
def test_whatever_comes_while_the_worker_is_away_kept_figures_are_what_counting_gives(followed: City, luck: int) -> None:
    days, now = (BEFORE, NEXT), datetime(2022, 3, 1, tzinfo=UTC)
    Crowd(followed, random.Random(luck), "early", ("FY-001", "TK-001"), ("YH", "JL")).live_through(DAY, 15)
    kept(followed, BEFORE, DAY, NEXT)
    for number, day in enumerate((NEXT, NEXT, DAY, BEFORE)):
        known = {*Raw(followed).every}
        Crowd(followed, random.Random(luck), f"late{number}", ("FY-001", "TK-001"), ("YH", "JL")).live_through(day, 4)
        for code, row in Raw(followed).every.items():
            if code not in known:
                told(followed, code, "tube.registered", min(moments([row])))
        for by in (By.SITE, By.HOUR):
            assert answer(followed, by, *days, now=now) == followed.ask(by, *days, now=now)
    sealed(followed)
    first = actions.read_on(followed.connection, measures.zones_of(followed.catalog))
    assert first is not None
    assert date.min < first <= BEFORE
    assert held(followed) == set()


@pytest.fixture
def program() -> Iterator[Program]:
    """A database whose transactions end."""
    with database_of_city() as started:
        yield started


def test_what_is_still_being_written_while_others_are_read_is_read_afterwards(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "READ_AT_ONCE", 1)

    def write(connection: Connection, code: str, when: datetime) -> None:
        record(connection, "Ana", clock.now(), [Happening(code, "tube.plated", when)])

    def untouched() -> date:
        with program.database.transaction(Access.REPORTS) as connection:
            return answers.untouched_before(connection, catalog.current(connection))

    with program.database.transaction(Access.OWNER) as connection:
        write(connection, "first", at(9))
        connection.execute(text("UPDATE kept_reader SET seal = 1"))
    let_end(program)
    with program.database.transaction(Access.OWNER) as connection:
        seal(connection, KEY, clock.now())
    assert untouched() == date.max
    with program.database.transaction(Access.OWNER) as slow:
        write(slow, "meanwhile", at(9))
        for day in (NEXT + timedelta(days=1), NEXT):
            with program.database.transaction(Access.OWNER) as connection:
                write(connection, "others", at(9, day))
            assert untouched() == day
    assert untouched() == untouched() == DAY
