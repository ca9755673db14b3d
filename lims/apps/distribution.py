"""Spreading the schema over several machines with Citus: which statements, in the order that works.

Citus wants foreign keys after their tables are spread, and no triggers on tables that are. So: foreign keys and triggers go, tables that
are everywhere are made so, tables of a group are spread beside each other, foreign keys come back. All in one transaction. Tables that
are placed already stay as they are: after an upgrade the same call places what is new.
"""

from sqlalchemy import Connection, text

from lims.apps.placement import BESIDE, EVERYWHERE, SPREAD
from lims.kernel.errors import Refused

PLACED = "SELECT relname FROM pg_dist_partition JOIN pg_class ON pg_class.oid = logicalrelid"
# Of a partitioned table only its own: its partitions follow it.
FOREIGN_KEYS = """
SELECT own.relname AS own, target.relname AS target, conname AS name, pg_get_constraintdef(pg_constraint.oid) AS definition
FROM pg_constraint JOIN pg_class AS own ON own.oid = conrelid JOIN pg_class AS target ON target.oid = confrelid
WHERE contype = 'f' AND conparentid = 0 AND NOT own.relispartition ORDER BY own.relname, conname
"""
TRIGGERS = """
SELECT relname AS own, tgname AS name FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
WHERE NOT tgisinternal AND tgparentid = 0 ORDER BY relname, tgname
"""

# Citus refuses FOR UPDATE of several shards: where tables are spread, `lims.kernel.locking` locks them with this, one shard at a time.
LOCK_ROWS = """CREATE OR REPLACE FUNCTION lock_rows(relation text, codes text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    code text;
BEGIN
    FOREACH code IN ARRAY codes LOOP
        EXECUTE 'SELECT 1 FROM ' || quote_ident(relation) || ' WHERE barcode = $1 FOR UPDATE' USING code;
    END LOOP;
END $$"""


def distribute(connection: Connection, shards: int) -> list[str]:
    """Carry out what is to be done, in the caller's transaction; the statements. Refused where the extension is absent."""
    if not has_citus(connection):
        raise Refused(
            "citus_missing",
            "This PostgreSQL has no extension citus. Install Citus on every server of the database, "
            "then `CREATE EXTENSION citus`. Nothing was changed.",
        )
    statements = plan(connection, shards)
    for statement in statements:
        connection.exec_driver_sql(statement)
    return statements


def has_citus(connection: Connection) -> bool:
    """Whether the extension is there."""
    return bool(connection.execute(text("SELECT to_regproc('create_distributed_table') IS NOT NULL")).scalar_one())


def plan(connection: Connection, shards: int) -> list[str]:
    """Every statement that is to be executed, in order; none where all tables have their places."""
    placed = set(connection.execute(text(PLACED)).scalars()) if has_citus(connection) else set()
    fresh = (EVERYWHERE | frozenset().union(*(tables for _, tables in SPREAD.values()))) - placed
    if not fresh:
        return []
    keys = [row for row in connection.execute(text(FOREIGN_KEYS)) if row.own in fresh or row.target in fresh]
    triggers = [row for row in connection.execute(text(TRIGGERS)) if row.own in fresh]
    return [
        # One connection to each server: what one statement makes, the next must see.
        "SET LOCAL citus.multi_shard_modify_mode TO 'sequential'",
        f"SET LOCAL citus.shard_count TO {shards:d}",
        *(f'ALTER TABLE "{row.own}" DROP CONSTRAINT "{row.name}"' for row in keys),
        *(f'DROP TRIGGER "{row.name}" ON "{row.own}"' for row in triggers),
        *(f"SELECT create_reference_table('\"{table}\"')" for table in sorted(EVERYWHERE & fresh)),
        *spreading(fresh),
        LOCK_ROWS,
        *(f'ALTER TABLE "{row.own}" ADD CONSTRAINT "{row.name}" {row.definition}' for row in keys),
    ]


def spreading(fresh: frozenset[str]) -> list[str]:
    """The tables of each group beside its first one, which is the one that the group is called after, or the first by name.

    Of a group that lies beside another all are beside the table that the other is called after.
    """
    statements = []
    for group, (column, tables) in SPREAD.items():
        ordered = sorted(tables, key=lambda table: (table != group, table))
        home = BESIDE.get(group, ordered[0])
        statements += [
            f"SELECT create_distributed_table('\"{table}\"', '{column}', colocate_with => '{place}')"
            for table in ordered
            if table in fresh
            for place in ["none" if table == home else f'"{home}"']
        ]
    return statements
