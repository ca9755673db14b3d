"""Rows beside the API: a database filled as by real use, and the same rows through COPY."""

import time
from datetime import date
from typing import TYPE_CHECKING, cast

from sqlalchemy import Connection, text

from lims.kernel.db import Access, Base, Database

if TYPE_CHECKING:
    import psycopg

# Tubes with ten people each, as the sync would have written them; barcodes are far from those of the label store.
FILL = (
    """
INSERT INTO tube (barcode, record_id, revision, content_digest, device, site, round, kind, pool_size, member_count,
                  field_state, opened_at, sealed_at, registered_at, collected_on)
SELECT '1099' || lpad(n::text, 10, '0'), gen_random_uuid(), 1, sha256(n::text::bytea), 'dev-' || n % 26000, :site, 'R1', 'swab_pool', 10,
       10, 'sealed', now() - interval '1 hour', now() - interval '50 minutes', now(), :day
FROM generate_series(1, :tubes) AS n""",
    """
INSERT INTO person (person_id, hidden, digest, told_at)
SELECT md5('p' || n)::uuid, sha256(n::text::bytea) || sha256('a') || sha256('b') || sha256('c'), md5(n::text)::bytea, now()
FROM generate_series(1, 10 * :tubes) AS n ON CONFLICT DO NOTHING""",
    """
INSERT INTO tube_member (day, barcode, position, person_id, member_group, collected_at)
SELECT :day, '1099' || lpad(((n - 1) / 10 + 1)::text, 10, '0'), (n - 1) % 10 + 1, md5('p' || n)::uuid, 'community', now()
FROM generate_series(1, 10 * :tubes) AS n""",
    """
INSERT INTO event (day, subject, verb, actor, at, recorded_at, what)
SELECT :day, '1099' || lpad(n::text, 10, '0'), 'tube.registered', 'fill', now(), now(),
       '{"state": "sealed", "device": "dev-0007", "people": 10, "revision": 1}'
FROM generate_series(1, :tubes) AS n""",
)
COPIED = ("tube", "person", "tube_member", "event")
MADE_BY_THE_DATABASE = {("event", "id"), ("event", "epoch"), ("event", "txid")}


def fill(connection: Connection, tubes: int, site: str, day: date) -> float:
    """Fill the tables with `tubes` tubes of ten; the seconds it took."""
    began = time.monotonic()
    for statement in FILL:
        connection.execute(text(statement), {"tubes": tubes, "site": site, "day": day})
    return time.monotonic() - began


def tidy(database: Database) -> None:
    """What autovacuum does after a while: otherwise its processor time would be the messages'."""
    with database.engine(Access.OWNER).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"VACUUM (ANALYZE) {', '.join(COPIED)}"))


def copy_rate(connection: Connection, device: str, day: date) -> float:
    """Pools a second when rows like those of a device's tubes, of other tubes and people, are copied into the same tables."""
    driver = cast("psycopg.Connection[tuple[object, ...]]", connection.connection.driver_connection)
    other = {"barcode": "overlay(barcode PLACING '11' FROM 1 FOR 2)", "person_id": "md5(person_id::text)::uuid"}
    other["subject"] = other["barcode"].replace("barcode", "subject")
    mine = f"SELECT barcode FROM tube WHERE device = '{device}'"
    which = {
        "tube": f"device = '{device}'",
        "person": f"person_id IN (SELECT person_id FROM tube_member WHERE barcode IN ({mine}) AND day = '{day}')",
        "tube_member": f"barcode IN ({mine}) AND day = '{day}'",
        "event": f"subject IN ({mine}) AND verb = 'tube.registered'",
    }
    data: dict[str, bytes] = {}
    with driver.cursor() as cursor:
        for table, rows in which.items():
            columns = [column.name for column in Base.metadata.tables[table].columns if (table, column.name) not in MADE_BY_THE_DATABASE]
            names = [f'"{name}"' for name in columns]
            cells = [other.get(name, quoted) for name, quoted in zip(columns, names, strict=True)]
            with cursor.copy(f"COPY (SELECT {', '.join(cells)} FROM {table} WHERE {rows}) TO STDOUT") as out:
                data[f"{table} ({', '.join(names)})"] = b"".join(bytes(block) for block in out)
        driver.commit()
        began = time.monotonic()
        for place, content in data.items():
            with cursor.copy(f"COPY {place} FROM STDIN") as into:
                into.write(content)
        driver.commit()
        seconds = time.monotonic() - began
    return next(iter(data.values())).count(b"\n") / seconds
