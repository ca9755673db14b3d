"""What the two ends may do in the database, whatever a program asks of it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import InternalError, ProgrammingError

from lims.apps.schema import METADATA
from lims.kernel import clock, partitions
from lims.kernel.db import Access, Database
from lims.kernel.errors import Refused
from lims.kernel.program import Program

PEOPLE = ("person", "inbox")
CATALOGUE = (
    "area", "site", "lab", "assay", "pooling_policy", "transport_policy", "time_limit", "barcode_format", "catalog_revision",
    "lab_resources", "lab_opening", "lab_move", "sampling_plan",
)  # fmt: skip
WRITTEN_ONCE = ("event", "seal", "run_file", "run_curves", "run_alarm", "run", "plate", "reading", "call", "release", "returned")
DELETABLE = {"tube_member", "run_part", "token", "attempt", "rack_position", "stored_tube"}


@pytest.fixture
def bench(program: Program) -> Iterator[Connection]:
    """A connection with the bench's role."""
    with program.database.engine(Access.BENCH).connect() as connection:
        yield connection


@pytest.fixture
def field(program: Program) -> Iterator[Connection]:
    """A connection with the field's role."""
    with program.database.engine(Access.FIELD).connect() as connection:
        yield connection


def refuse(connection: Connection, statement: str) -> None:
    """The database itself refuses this statement to this role."""
    with pytest.raises(ProgrammingError, match="permission denied"):
        connection.execute(text(statement))
    connection.rollback()


@pytest.mark.parametrize("table", PEOPLE)
def test_the_bench_cannot_read_people(bench: Connection, table: str) -> None:
    refuse(bench, f"SELECT * FROM {table}")
    refuse(bench, f"SELECT count(*) FROM {table}")


def test_the_bench_gets_no_people_through_a_join_or_a_copy(bench: Connection) -> None:
    refuse(bench, "SELECT hidden FROM tube_member JOIN person USING (person_id)")
    refuse(bench, "CREATE TEMP TABLE taken AS SELECT * FROM person")
    refuse(bench, "COPY person TO STDOUT")


def test_the_bench_cannot_become_somebody_who_can(bench: Connection) -> None:
    assert bench.execute(text("SELECT current_user")).scalar_one() == Access.BENCH.value
    assert not bench.execute(text("SELECT pg_has_role('lims_bench', 'lims_field', 'MEMBER')")).scalar_one()


@pytest.mark.parametrize("table", WRITTEN_ONCE)
@pytest.mark.parametrize("statement", ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}", "TRUNCATE {table}"])
def test_what_was_written_stays_as_it_is(bench: Connection, field: Connection, table: str, statement: str) -> None:
    column = METADATA.tables[table].columns.keys()[0]
    for end in (bench, field):
        refuse(end, statement.format(table=table, column=column))


@pytest.mark.parametrize("table", CATALOGUE)
def test_no_request_writes_the_catalogue(bench: Connection, field: Connection, table: str) -> None:
    for end in (bench, field):
        refuse(end, f"DELETE FROM {table}")
        refuse(end, f"INSERT INTO {table} DEFAULT VALUES")


@pytest.mark.parametrize(("table", "column"), [("lab_capacity", "tubes_per_day"), ("expected_people", "people")])
def test_what_is_declared_is_added_to_and_never_changed(bench: Connection, field: Connection, table: str, column: str) -> None:
    for end in (bench, field):
        refuse(end, f"UPDATE {table} SET {column} = 1")
        refuse(end, f"DELETE FROM {table}")
    refuse(field, f"INSERT INTO {table} DEFAULT VALUES")


def test_no_request_makes_a_user_or_a_seal(bench: Connection, field: Connection) -> None:
    for end in (bench, field):
        refuse(end, "UPDATE app_user SET roles = ARRAY['admin']")
        refuse(end, "INSERT INTO seal DEFAULT VALUES")


def test_the_field_writes_no_results(field: Connection) -> None:
    for table in ("reading", "call", "release", "returned", "run", "run_file", "plate"):
        refuse(field, f"INSERT INTO {table} DEFAULT VALUES")


def test_only_what_is_replaced_or_runs_out_is_ever_deleted(program: Program) -> None:
    ask = text(
        "SELECT count(*) FILTER (WHERE has_table_privilege(role, :name, 'DELETE')) FROM unnest(ARRAY['lims_field', 'lims_bench']) AS role"
    )
    with program.database.transaction(Access.OWNER) as connection:
        deletable = {name for name in METADATA.tables if connection.execute(ask, {"name": name}).scalar_one()}
    assert deletable == DELETABLE


def test_a_days_partition_is_no_back_door(program: Program) -> None:
    """Rights are asked of the table, not of its partition: a grant on the partition would open what the table keeps closed."""
    with program.database.transaction(Access.FIELD) as connection:
        for table in partitions.BY_DAY:
            partitions.ensure(connection, table, [clock.now().date()])
    ask = text(
        "SELECT pg_class.oid::regclass::text FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid,"
        " unnest(ARRAY['lims_field', 'lims_bench']) AS role, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS verb"
        " WHERE relkind = 'r' AND has_table_privilege(role, pg_class.oid, verb)"
    )
    with program.database.transaction(Access.OWNER) as connection:
        parts = connection.execute(text("SELECT count(*) FROM pg_inherits")).scalar_one()
        assert parts >= 2 * len(partitions.BY_DAY)
        assert set(connection.execute(ask).scalars()) == set()


@pytest.fixture
def reports(program: Program) -> Iterator[Connection]:
    """A connection with the role of those who only look."""
    with program.database.engine(Access.REPORTS).connect() as connection:
        yield connection


@pytest.mark.parametrize("table", [*PEOPLE, "subscriber", "device", "delivery"])
def test_the_reports_cannot_read_people(reports: Connection, table: str) -> None:
    refuse(reports, f"SELECT count(*) FROM {table}")


def test_a_question_of_the_reports_is_planned_for_the_days_it_asks_for_however_often_it_was_asked(reports: Connection) -> None:
    for days in range(20):
        reports.execute(text("SELECT count(*) FROM tube WHERE collected_on > current_date - CAST(:days AS integer)"), {"days": days})
    kept = reports.execute(
        text("SELECT sum(generic_plans), sum(custom_plans) FROM pg_prepared_statements WHERE statement LIKE '%collected_on >%'")
    )
    generic, own = kept.one()
    assert generic == 0
    assert own > 0


def test_the_reports_write_nothing(reports: Connection) -> None:
    with pytest.raises(InternalError, match="read-only transaction"):
        reports.execute(text("DELETE FROM kept_day"))
    reports.rollback()
    reports.execute(text("SET default_transaction_read_only = off"))
    reports.commit()
    refuse(reports, "DELETE FROM kept_day")
    refuse(reports, "UPDATE tube SET lab = NULL")


def test_the_reports_see_one_moment_from_their_first_question_to_their_last(program: Program, reports: Connection) -> None:
    def areas() -> int:
        return reports.execute(text("SELECT count(*) FROM area")).scalar_one()

    before = areas()
    with program.database.transaction(Access.OWNER) as writer:
        writer.execute(text("INSERT INTO area (code, name) VALUES ('one-moment', 'a new area')"))
    try:
        assert areas() == before
        reports.rollback()
        assert areas() == before + 1
    finally:
        with program.database.transaction(Access.OWNER) as writer:
            writer.execute(text("DELETE FROM area WHERE code = 'one-moment'"))


def test_the_reports_read_what_they_count(reports: Connection) -> None:
    for table in ("tube", "tube_member", "lab_capacity", "person_result", "event", "kept_line", "label_range", "label_block"):
        reports.execute(text(f"SELECT count(*) FROM {table}"))


def test_a_question_that_takes_too_long_is_stopped_and_says_what_to_do(program: Program) -> None:
    hurried = Database(program.database.url, connections=1, report_seconds=0.05)
    with pytest.raises(Refused, match="fewer days") as refused, hurried.transaction(Access.REPORTS) as connection:
        connection.execute(text("SELECT pg_sleep(30)"))
    hurried.close()
    assert refused.value.code == "question_too_long"
