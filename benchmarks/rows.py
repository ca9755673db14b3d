"""Rows beside the API: a database filled as by real use, and the same rows through COPY."""

import time
from datetime import date
from typing import TYPE_CHECKING, cast

from sqlalchemy import Connection, text

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


def fill(connection: Connection, tubes: int, site: str, day: date) -> float:
    """Fill the tables with `tubes` tubes of ten; the seconds it took."""
    began = time.monotonic()
    for statement in FILL:
        connection.execute(text(statement), {"tubes": tubes, "site": site, "day": day})
    return time.monotonic() - began


def analyse(connection: Connection) -> None:
    """Let the planner know what is there, as autovacuum would after a while."""
    for table in COPIED:
        connection.execute(text(f"ANALYZE {table}"))


def copy_rate(connection: Connection, device: str, day: date) -> float:
    """Pools a second when the rows that a device's tubes became are copied into twins of the same tables: indexes, constraints and all."""
    driver = cast("psycopg.Connection[tuple[object, ...]]", connection.connection.driver_connection)
    mine = {
        "tube": f"SELECT * FROM tube WHERE device = '{device}'",
        "person": "SELECT * FROM person WHERE person_id IN (SELECT person_id FROM tube_member JOIN tube USING (barcode)"
        f" WHERE device = '{device}' AND day = '{day}')",
        "tube_member": f"SELECT m.* FROM tube_member m JOIN tube USING (barcode) WHERE device = '{device}' AND day = '{day}'",
        "event": f"SELECT e.* FROM event e JOIN tube ON subject = barcode WHERE device = '{device}' AND verb = 'tube.registered'",
    }
    data: dict[str, bytes] = {}
    with driver.cursor() as cursor:
        for table, query in mine.items():
            with cursor.copy(f"COPY ({query}) TO STDOUT") as out:
                data[table] = b"".join(bytes(block) for block in out)
            cursor.execute(f"DROP TABLE IF EXISTS twin_{table}")
            cursor.execute(f"CREATE TABLE twin_{table} (LIKE {table} INCLUDING ALL)")
        driver.commit()
        began = time.monotonic()
        for table, rows in data.items():
            with cursor.copy(f"COPY twin_{table} FROM STDIN") as into:
                into.write(rows)
        driver.commit()
        seconds = time.monotonic() - began
        for table in COPIED:
            cursor.execute(f"DROP TABLE twin_{table}")
        driver.commit()
    return data["tube"].count(b"\n") / seconds
