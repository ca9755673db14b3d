"""Migrations: from nothing to now, agreeing with the tables, each saying why and waiting for no lock."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.script import Script, ScriptDirectory
from sqlalchemy import create_engine, inspect, make_url, text

from lims.apps import migrate
from lims.kernel.db import Access, Database
from lims.kernel.program import Program

LOCK_TIMEOUT = "SET LOCAL lock_timeout = '2s'"


def scripts() -> list[Script]:
    """Every migration, first one first."""
    return list(reversed(list(ScriptDirectory.from_config(migrate.config()).walk_revisions())))


@pytest.fixture
def empty(program: Program, request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database of its own on the tests' server, with nothing in it."""
    name = f"empty_{abs(hash(request.node.nodeid))}"
    around = create_engine(program.database.url, isolation_level="AUTOCOMMIT")
    with around.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    made = Database(make_url(program.database.url).set(database=name).render_as_string(hide_password=False), connections=2)
    yield made
    made.close()
    with around.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    around.dispose()


def test_there_is_one_road_and_it_has_no_forks() -> None:
    assert len(ScriptDirectory.from_config(migrate.config()).get_heads()) == 1


def test_an_empty_database_comes_up_to_date_and_agrees_with_the_tables(empty: Database) -> None:
    migrate.upgrade(empty)
    assert migrate.current(empty) == migrate.head()
    found = migrate.config()
    with empty.owner() as connection:
        found.attributes["connection"] = connection
        command.check(found)


def test_upgrading_again_changes_nothing(empty: Database) -> None:
    migrate.upgrade(empty)
    with empty.owner() as connection:
        before = sorted(inspect(connection).get_table_names())
    migrate.upgrade(empty)
    with empty.owner() as connection:
        assert sorted(inspect(connection).get_table_names()) == before


def test_every_step_can_be_taken_by_itself(empty: Database) -> None:
    """An upgrade that is interrupted between two migrations goes on from there."""
    for script in scripts():
        found = migrate.config()
        with empty.owner() as connection:
            found.attributes["connection"] = connection
            command.upgrade(found, script.revision)
        assert migrate.current(empty) == script.revision


OLD_CLOSINGS = """
    INSERT INTO tube (barcode, record_id, registered_at, collected_on, member_count)
    SELECT name, gen_random_uuid(), CAST(registered AS timestamptz), '2022-02-02', 2
    FROM (VALUES ('early', '2022-02-02 08:00Z'), ('grown', '2022-02-02 08:00Z'), ('late', '2022-02-02 13:00Z')) AS told(name, registered);
    INSERT INTO tube_member (day, barcode, position, person_id, member_group, collected_at)
    SELECT '2022-02-02', barcode, position, gen_random_uuid(), '*', '2022-02-02 07:00Z' FROM tube, generate_series(1, 2) AS position;
    INSERT INTO case_closure (barcode, id, outcome, reason, at, "by")
    SELECT name, gen_random_uuid(), 'unresolved', 'gone', '2022-02-01 10:00Z', 'bea'
    FROM unnest(ARRAY['early', 'grown', 'late', 'bare']) AS name;
    INSERT INTO event (day, subject, verb, actor, at, recorded_at, what)
    SELECT '2022-02-02', subject, verb, 'x', '2022-02-01 10:00Z', CAST(recorded AS timestamptz), CAST(what AS jsonb)
    FROM (VALUES
        ('early', 'tube.registered', '2022-02-02 08:00Z', '{"people": 2}'), ('early', 'case.closed', '2022-02-02 12:00Z', '{}'),
        ('grown', 'tube.registered', '2022-02-02 08:00Z', '{"people": 1}'), ('grown', 'case.closed', '2022-02-02 12:00Z', '{}'),
        ('grown', 'tube.changed', '2022-02-02 12:30Z', '{"people": 2}'), ('late', 'case.closed', '2022-02-02 12:00Z', '{}')
    ) AS told(subject, verb, recorded, what)
"""


def test_a_closing_of_before_answers_for_those_who_were_registered_when_it_was_made(empty: Database) -> None:
    found = migrate.config()
    with empty.owner() as connection:
        found.attributes["connection"] = connection
        command.upgrade(found, "0045")
        for statement in OLD_CLOSINGS.replace(":", r"\:").split(";"):
            connection.execute(text(statement))
    migrate.upgrade(empty)
    answered_for = """
        SELECT word.barcode, array_agg(member.position ORDER BY member.position)
        FROM case_closure AS word JOIN tube_member AS member ON member.barcode = word.barcode AND member.person_id = ANY (word.answered_for)
        GROUP BY word.barcode
    """
    with empty.owner() as connection:
        assert {row[0]: row[1] for row in connection.execute(text(answered_for))} == {"early": [1, 2], "grown": [1]}


@pytest.mark.parametrize("script", scripts(), ids=lambda script: script.revision)
def test_a_migration_says_why_and_does_not_wait_for_locks(script: Script) -> None:
    source = ast.parse(Path(script.path).read_text("utf-8"))
    assert "\n\nWhy: " in (ast.get_docstring(source) or "")
    upgrade = next(node for node in source.body if isinstance(node, ast.FunctionDef) and node.name == "upgrade")
    first = next(node for node in upgrade.body if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call))
    assert LOCK_TIMEOUT in ast.unparse(first).replace('"', "'").replace("\\'", "'")


@pytest.mark.parametrize("script", scripts(), ids=lambda script: script.revision)
def test_a_migration_is_dated_and_goes_forward_only(script: Script) -> None:
    name = Path(script.path).name
    assert name[:4].isdigit()
    assert name[16:20] == f"{script.revision}"
    assert "def downgrade" not in Path(script.path).read_text("utf-8"), "a schema goes back by restoring a backup, with its data"


def test_both_ends_have_their_roles(program: Program) -> None:
    with program.database.transaction(Access.OWNER) as connection:
        known = set(connection.execute(text("SELECT rolname FROM pg_roles WHERE NOT rolcanlogin")).scalars())
    assert {Access.FIELD.value, Access.BENCH.value} <= known
