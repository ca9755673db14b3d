"""`lims db distribute`, before a stand-in for Citus.

Citus itself is in none of the places these tests can install from. The stand-in takes the same calls and refuses what Citus is known to
refuse: triggers, keys without the column of distribution, foreign keys that leave their group, partners of another type. It proves the
statements and their order, not that Citus carries them out.
"""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine, make_url, text

from lims.apps import distribution, migrate
from lims.apps.placement import EVERYWHERE, LOCAL, SPREAD
from lims.kernel.db import Database
from lims.kernel.errors import Refused
from lims.kernel.program import Program

STAND_IN = """
CREATE TABLE pg_dist_partition (logicalrelid regclass PRIMARY KEY, "column" text, together regclass);
CREATE FUNCTION check_place(relation regclass, distribution_column text, partner regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM pg_trigger WHERE tgrelid = relation AND NOT tgisinternal) THEN
        RAISE 'triggers are not supported on distributed tables: %%', relation;
    END IF;
    IF EXISTS (SELECT FROM pg_constraint WHERE contype = 'f' AND relation IN (conrelid, confrelid)) THEN
        RAISE 'foreign keys come later: %%', relation;
    END IF;
    IF distribution_column IS NOT NULL AND EXISTS (SELECT FROM pg_index WHERE indrelid = relation AND indisunique AND NOT EXISTS (
        SELECT FROM pg_attribute WHERE attrelid = relation AND attname = distribution_column AND attnum = ANY (indkey)
    )) THEN
        RAISE 'a key of %% does not contain %%', relation, distribution_column;
    END IF;
    IF partner IS NOT NULL AND NOT EXISTS (
        SELECT FROM pg_dist_partition AS first
        JOIN pg_attribute AS theirs ON theirs.attrelid = first.logicalrelid AND theirs.attname = first."column"
        JOIN pg_attribute AS ours ON ours.attrelid = relation AND ours.attname = distribution_column AND ours.atttypid = theirs.atttypid
        WHERE first.logicalrelid = partner AND ours.attcollation = theirs.attcollation
    ) THEN
        RAISE '%% cannot lie beside %%', relation, partner;
    END IF;
    INSERT INTO pg_dist_partition VALUES (relation, distribution_column, coalesce(partner, relation));
END $$;
CREATE FUNCTION create_reference_table(relation regclass) RETURNS void LANGUAGE sql AS
    $$ SELECT check_place(relation, NULL, NULL) $$;
CREATE FUNCTION create_distributed_table(relation regclass, distribution_column text, colocate_with text) RETURNS void
    LANGUAGE sql AS
    $$ SELECT check_place(relation, distribution_column, CASE WHEN colocate_with <> 'none' THEN colocate_with::regclass END) $$;
"""
# Foreign keys that Citus refuses: from what is everywhere to what is spread, or between tables that do not lie together by the same column.
REFUSED_KEYS = """
SELECT conname FROM pg_constraint
JOIN pg_dist_partition AS own ON own.logicalrelid = conrelid
LEFT JOIN pg_dist_partition AS target ON target.logicalrelid = confrelid
WHERE contype = 'f' AND conparentid = 0 AND (
    target.logicalrelid IS NULL
    OR target."column" IS NOT NULL AND (own.together IS DISTINCT FROM target.together OR own."column" IS NULL OR NOT EXISTS (
        SELECT FROM unnest(conkey, confkey) AS pair (ours, theirs)
        JOIN pg_attribute AS a ON a.attrelid = conrelid AND a.attnum = ours AND a.attname = own."column"
        JOIN pg_attribute AS b ON b.attrelid = confrelid AND b.attnum = theirs AND b.attname = target."column"
    ))
)
"""


@pytest.fixture
def connection(program: Program) -> Iterator[Connection]:
    """An empty database with the newest schema, in a transaction."""
    around = create_engine(program.database.url, isolation_level="AUTOCOMMIT")
    with around.connect() as outside:
        outside.execute(text("CREATE DATABASE spread"))
    made = Database(make_url(program.database.url).set(database="spread").render_as_string(hide_password=False), connections=2)
    try:
        migrate.upgrade(made)
        with made.owner() as inside:
            yield inside
    finally:
        made.close()
        with around.connect() as outside:
            outside.execute(text("DROP DATABASE spread WITH (FORCE)"))
        around.dispose()


@pytest.fixture
def citus(connection: Connection) -> Connection:
    """The same with the stand-in."""
    connection.exec_driver_sql(STAND_IN)
    return connection


def keys_of(connection: Connection) -> dict[str, str]:
    """Every foreign key as it is now."""
    return {f"{row.own}.{row.name}": row.definition for row in connection.execute(text(distribution.FOREIGN_KEYS))}


def test_without_the_extension_it_is_refused_and_a_dry_run_says_what_would_be_done(connection: Connection) -> None:
    before = keys_of(connection)
    with pytest.raises(Refused) as refused:
        distribution.distribute(connection, 32)
    assert refused.value.code == "citus_missing"
    statements = distribution.plan(connection, 32)
    assert "SELECT create_distributed_table('\"reading\"', 'barcode', colocate_with => '\"tube\"')" in statements
    assert keys_of(connection) == before


def test_every_table_comes_to_its_place_and_every_foreign_key_comes_back(citus: Connection) -> None:
    before = keys_of(citus)
    distribution.distribute(citus, 32)
    assert keys_of(citus) == before
    rows = citus.execute(text('SELECT logicalrelid::text AS name, "column", together::text AS beside FROM pg_dist_partition')).all()
    placed = {row.name.strip('"'): (row.column, row.beside.strip('"')) for row in rows}
    assert {table for table, (column, _) in placed.items() if column is None} == EVERYWHERE
    for column, tables in SPREAD.values():
        assert {placed[table][0] for table in tables} == {column}
        assert len({placed[table][1] for table in tables}) == 1
    assert placed["event"] == ("subject", "tube")
    assert not LOCAL & set(placed)
    assert citus.execute(text("SELECT to_regproc('lock_rows') IS NOT NULL")).scalar_one()
    assert citus.execute(text(REFUSED_KEYS)).scalars().all() == []


def test_after_an_upgrade_only_what_is_new_is_placed(citus: Connection) -> None:
    distribution.distribute(citus, 32)
    assert distribution.plan(citus, 32) == []
    citus.exec_driver_sql("DELETE FROM pg_dist_partition WHERE logicalrelid = 'stored_tube'::regclass")
    calls = [statement for statement in distribution.distribute(citus, 32) if statement.startswith("SELECT")]
    assert calls == ["SELECT create_distributed_table('\"stored_tube\"', 'barcode', colocate_with => '\"tube\"')"]


@pytest.mark.parametrize(
    ("call", "why"),
    [
        ("create_reference_table('plate')", "triggers are not supported"),
        ("create_distributed_table('tube', 'barcode', 'none')", "foreign keys come later"),
        ("create_distributed_table('seal', 'sealed_at', 'none')", "a key of seal does not contain sealed_at"),
        ("create_distributed_table('message', 'id', 'tube')", "message cannot lie beside tube"),
    ],
)
def test_the_stand_in_refuses_what_citus_refuses(citus: Connection, call: str, why: str) -> None:
    with pytest.raises(Exception, match=why), citus.begin_nested():
        citus.exec_driver_sql(f"SELECT {call}")
