"""What became of the labels that 2,000 sites reserved on a day: counted from tubes and prints, and as it is kept with the day's account.

python -m benchmarks.ledger                    # 300,000 labels, each printed, nine of ten on a tube
python -m benchmarks.ledger --labels 30000

The clock's time is the least of five; beside it the seconds of the processor that we and the database used for one.
"""

import argparse
import os
import time
from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import Connection, text

from benchmarks import processor
from benchmarks.own import own_city
from lims.catalog import queries as catalog
from lims.kernel import clock
from lims.kernel.audit.actions import seal
from lims.kernel.db import Access
from lims.reporting.balances import actions as balances
from lims.reporting.balances.board import account_of
from lims.reporting.keeping import actions as keeping
from lims.reporting.measures import zones_of
from lims.reporting.reconciliation import labels_account, labels_of

ZONE, SITES, TIMES = "Asia/Shanghai", 2_000, 5
DAY = (
    """CREATE TEMPORARY TABLE block ON COMMIT DROP AS SELECT gen_random_uuid() AS id, 'B-' || n AS site, n * :size + 1 AS first,
       (n + 1) * :size AS last, CAST(:day AS timestamp) AT TIME ZONE 'Asia/Shanghai' + interval '5 hours' AS at
       FROM generate_series(0, :sites - 1) AS n""",
    """INSERT INTO label_range (id, site, first_serial, last_serial, reserved_at, reserved_by) SELECT id, site, first, last, at, 'ana'
       FROM block""",
    """INSERT INTO print_job (id, site, range_id, first_serial, last_serial, printed_through, sent_through, template, format, state,
       made_at, made_by, changed_at) SELECT gen_random_uuid(), site, id, first, last, last, last, 'tube_35x30', 'zpl', 'done', at, 'ana', at
       FROM block""",
    """INSERT INTO tube (barcode, record_id, revision, site, kind, pool_size, member_count, field_state, sealed_at, registered_at,
       collected_on)
       SELECT '10' || lpad(serial::text, 11, '0') || serial % 10, gen_random_uuid(), 1, site, 'swab_pool', 10, 0, 'sealed', at, at, :day
       FROM block, generate_series(first, last) AS serial WHERE serial % 10 < 9 ORDER BY random()""",
)


def lived(connection: Connection, labels: int, day: date) -> None:
    """A day of labels, and the tubes that most of them are on; rows lie in the order in which tubes come."""
    connection.execute(text("SET LOCAL session_replication_role = replica"))
    values = {"day": day, "sites": SITES, "size": labels // SITES}
    for statement in DAY:
        connection.execute(text(statement), {name: value for name, value in values.items() if f":{name}" in statement})


def told(name: str, work: Callable[[], object], postmaster: int) -> None:
    """One line of the table."""
    took, before = [], processor.used(os.getpid(), postmaster)
    for _ in range(TIMES):
        began = time.perf_counter()
        work()
        took.append(1000 * (time.perf_counter() - began))
    used = processor.used(os.getpid(), postmaster).since(before)
    here, there = 1000 * used.client / TIMES, 1000 * used.database / TIMES
    print(f"  {name:<36} {min(took):7.0f} ms   processor {here:6.0f} ms here, {there:6.0f} ms database", flush=True)


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labels", type=int, default=300_000)
    labels = parser.parse_args().labels
    day = clock.local_day(clock.now(), ZONE) - timedelta(days=1)
    with own_city() as (program, _, postmaster):
        with program.database.transaction(Access.OWNER) as connection:
            lived(connection, labels, day)
        with program.database.engine(Access.OWNER).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
        with program.database.transaction(Access.OWNER) as connection:
            seal(connection, program.keys.seal, clock.now())
            known = catalog.current(connection)
            keeping.read_on(connection, zones_of(known))
            print(f"{labels:,} labels of {SITES:,} sites (load {os.getloadavg()[0]:.0f})")
            told("labels, counted", lambda: labels_account(labels_of(connection, day)), postmaster)
            told("labels of one site, counted", lambda: labels_account(labels_of(connection, day, "B-7")), postmaster)
            balances.keep(connection, known, day, ZONE, clock.now())
        with program.database.transaction(Access.REPORTS) as connection:
            told("the day's account with labels, kept", lambda: account_of(connection, known, day, clock.now()), postmaster)


if __name__ == "__main__":
    main()
