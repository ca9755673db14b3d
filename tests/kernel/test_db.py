"""One transaction: all of it or nothing, and a violated constraint in words."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Date, DateTime, Integer, Text, Uuid, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError, IntegrityError

from lims.kernel.db import Access, Bytes, Database, columns, incoming, records
from lims.kernel.errors import Refused
from lims.kernel.program import Program
from lims.kernel.refusals import CATALOGUE, OF_CONSTRAINT
from tests.factories import COUNTER
from tests.hurry import in_a_hurry

INSERT = text("INSERT INTO tube (barcode, pool_size, member_count) VALUES (:code, :size, :count)")


@pytest.fixture
def code() -> str:
    """The code of a tube of this test alone."""
    return f"db-{next(COUNTER)}"


def there(program: Program, code: str) -> bool:
    """Whether a tube is stored."""
    with program.database.transaction(Access.FIELD) as connection:
        return connection.execute(text("SELECT count(*) FROM tube WHERE barcode = :code"), {"code": code}).scalar_one() == 1


def test_what_was_done_before_a_failure_is_undone(program: Program, code: str) -> None:
    def work() -> None:
        with program.database.transaction(Access.FIELD) as connection:
            connection.execute(INSERT, {"code": code, "size": 1, "count": 0})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    assert not there(program, code)


def test_an_eleventh_person_is_refused_by_the_database_itself_in_words_to_act_on(program: Program, code: str) -> None:
    with pytest.raises(Refused) as refusal, program.database.transaction(Access.FIELD) as connection:
        connection.execute(INSERT, {"code": code, "size": 10, "count": 11})
    assert refusal.value.code == "tube_overfull"
    assert "Scan a new tube" in refusal.value.detail


def test_a_constraint_that_nobody_foresaw_is_no_refusal_and_tells_no_values(program: Program, code: str) -> None:
    statement = text("UPDATE tube SET kind = 'bucket', device = :secret WHERE barcode = :code")

    with program.database.transaction(Access.FIELD) as connection:
        connection.execute(INSERT, {"code": code, "size": 1, "count": 0})
    with pytest.raises(IntegrityError) as failure, program.database.transaction(Access.FIELD) as connection:
        connection.execute(statement, {"code": code, "secret": "赵试一"})
    assert "parameters hidden" in str(failure.value)


def test_every_constraint_that_has_words_exists_and_its_code_is_in_the_catalogue(program: Program) -> None:
    with program.database.transaction(Access.OWNER) as connection:
        known = set(connection.execute(text("SELECT conname FROM pg_constraint")).scalars())
    assert set(OF_CONSTRAINT) <= known
    assert {code for code, _ in OF_CONSTRAINT.values()} <= set(CATALOGUE)


def test_a_database_that_is_not_there_is_said_to_be_unreachable(program: Program) -> None:
    nowhere = Database("postgresql+psycopg://nobody@127.0.0.1:1/none?connect_timeout=1")
    with pytest.raises(Refused) as refusal, nowhere.transaction(Access.FIELD):
        pass
    assert (refusal.value.code, refusal.value.status) == ("database_unreachable", 503)
    assert "send it again" in refusal.value.detail


def test_a_transaction_of_whoever_stands_still_is_ended_by_the_database_and_what_it_held_is_free(program: Program, code: str) -> None:
    paused = in_a_hurry(program.database.url, 1, SILENT_SECONDS=1)

    def stand_still() -> None:
        with paused.transaction(Access.FIELD) as connection:
            connection.execute(INSERT, {"code": code, "size": 1, "count": 0})
            with program.database.transaction(Access.FIELD) as another:  # waits for the first
                another.execute(INSERT, {"code": code, "size": 1, "count": 0})
            connection.execute(text("SELECT 1"))

    with pytest.raises(DBAPIError, match="idle-in-transaction") as ended:
        stand_still()
    paused.close()
    assert ended.value.connection_invalidated, "a request would not be told to come again"
    assert there(program, code)


def test_each_end_works_with_its_own_role_and_neither_owns_anything(program: Program) -> None:
    for access in (Access.FIELD, Access.BENCH):
        with program.database.engine(access).connect() as connection:
            assert connection.execute(text("SELECT current_user")).scalar_one() == access.value
            with pytest.raises(DBAPIError, match="must be owner"):
                connection.execute(text("ALTER TABLE tube ADD COLUMN x int"))


def test_rows_of_every_kind_travel_as_one_document(program: Program) -> None:
    moment = datetime(2022, 2, 2, 1, tzinfo=UTC)
    row = {"word": "赵'\"\\\n{}", "number": 7, "id": uuid4(), "raw": b"\x00\xff", "day": moment.date(), "at": moment, "none": None}
    source = records([row, row], word=Text(), number=Integer(), id=Uuid(), raw=Bytes(), day=Date(), at=DateTime(timezone=True), none=Text())
    with program.database.transaction(Access.FIELD) as connection:
        assert [dict(found) for found in connection.execute(select(*source.c)).mappings()] == [row, row]
        assert connection.info["statements"] == 1


def test_rows_of_every_kind_travel_as_columns(program: Program) -> None:
    moment = datetime(2022, 2, 2, 1, tzinfo=UTC)
    kinds: dict[str, Any] = {
        "word": Text(), "number": Integer(), "id": Uuid(), "raw": Bytes(), "day": Date(), "at": DateTime(timezone=True), "what": JSONB(),
    }  # fmt: skip
    row = {"word": "赵'\"\\\n{,}", "number": -7, "id": uuid4(), "raw": b"\x00\xff", "day": moment.date(), "at": moment}
    rows = [row | {"what": '{"k": "a\\"b,c"}'}, dict.fromkeys(kinds)]
    with program.database.transaction(Access.FIELD) as connection:
        sent = columns(**{name: [one[name] for one in rows] for name in kinds})
        found = [dict(one) for one in connection.execute(select(*incoming(**kinds).c), sent).mappings()]
        assert found == [row | {"what": {"k": 'a"b,c'}}, dict.fromkeys(kinds)]
        assert connection.info["statements"] == 1


@given(words=st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))))
def test_no_text_is_taken_for_a_part_of_an_array(program: Program, words: list[str]) -> None:
    with program.database.transaction(Access.FIELD) as connection:
        assert list(connection.execute(select(incoming(word=Text()).c.word), columns(word=words)).scalars()) == words


def test_no_rows_are_no_rows(program: Program) -> None:
    with program.database.transaction(Access.FIELD) as connection:
        assert connection.execute(select(*records([], word=Text()).c)).all() == []
        assert connection.execute(select(*incoming(word=Text()).c), columns(word=[])).all() == []
