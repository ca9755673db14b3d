"""What a day of 3,000,000 people costs to look at: counted, kept, and over a year; and what keeping in the writing statement would cost.

python -m benchmarks.reports                 # fills 300,000 tubes of 2,000 sites and 3 labs; some minutes
python -m benchmarks.reports --tubes 30000
"""

import argparse
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import Connection, text

from benchmarks.tested_day import fill
from lims.apps import migrate
from lims.apps.commands.simulate import CITY
from lims.catalog import actions as catalog_actions
from lims.catalog import queries as catalog
from lims.catalog.rules import Catalog
from lims.kernel import clock
from lims.kernel.audit.actions import seal
from lims.kernel.db import Access, Database
from lims.kernel.program import Program, running
from lims.kernel.settings import Settings
from lims.reporting import answers, measures
from lims.reporting.keeping import actions
from lims.reporting.rules import By, Question

ZONE, LABS = "Asia/Shanghai", ("QM", "ZX", "YD")
# The tubes of `tested_day` as if 2,000 sites had sampled for 14 hours, with the hours that boxes, plates and reviews take.
SPREAD = (
    """INSERT INTO site (code, name, area, timezone) SELECT 'B-' || lpad(n::text, 4, '0'), 'site ' || n,
       (SELECT (array_agg(code))[1 + n % count(*)::int] FROM area), 'Asia/Shanghai' FROM generate_series(0, 1999) AS n""",
    "UPDATE catalog_revision SET revision = revision + 1",
    """CREATE TEMPORARY TABLE drawn AS SELECT barcode, row_number() OVER () AS n,
       CAST(:day AS timestamp) AT TIME ZONE 'Asia/Shanghai' + interval '6 hours' + random() * interval '14 hours' AS sealed,
       random() * interval '1 hour' AS road, random() * interval '1 hour' AS waited, random() * interval '3 hours' AS tested FROM tube""",
    """UPDATE tube SET site = 'B-' || lpad((n % 2000)::text, 4, '0'), lab = (CAST(:labs AS text[]))[1 + n % 2000 % 3],
       dispatched_to = (CAST(:labs AS text[]))[1 + n % 2000 % 3], opened_at = sealed - interval '5 minutes', sealed_at = sealed,
       dispatched_at = sealed + interval '30 minutes' + road, received_at = sealed + interval '90 minutes' + road + waited,
       tested_at = sealed + interval '3 hours' + road + waited + tested, released_at = sealed + interval '4 hours' + road + waited + tested
       FROM drawn WHERE drawn.barcode = tube.barcode""",
)
# What the writing statement would have to do beside, for every stage of every tube: the hour of a lab and a site goes up by one.
TALLY = """INSERT INTO tally VALUES (:slot, :lab, :site, 1, 10)
ON CONFLICT (slot, lab, site) DO UPDATE SET tubes = tally.tubes + 1, people = tally.people + 10"""
TUBE = """INSERT INTO tube (barcode, record_id, revision, content_digest, device, site, kind, pool_size, member_count, field_state,
opened_at, sealed_at, registered_at, collected_on) VALUES (:barcode, gen_random_uuid(), 1, '', 'dev', :site, 'swab_pool', 10, 10, 'sealed',
now(), now(), now(), CURRENT_DATE)"""


def median_ms(work: Callable[[], object], times: int = 7) -> float:
    """How long something takes, in the middle of several times."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        took.append(1000 * (time.perf_counter() - began))
    return statistics.median(took)


def writing(database: Database, *, beside: bool, sites: int, clients: int = 8, each: int = 400) -> float:
    """Tubes a second that 8 clients register, with a row of a tally raised in the same transaction or not."""
    mark = "1" if beside else "0"

    def client(number: int) -> None:
        for n in range(each):
            with database.transaction(Access.OWNER) as connection:
                site = f"B-{(number * each + n) % sites:04}"
                connection.execute(text(TUBE), {"barcode": f"98{mark}{sites:04}{number:02}{n:06}", "site": site})
                if beside:
                    connection.execute(text(TALLY), {"slot": 9, "lab": "QM", "site": site})

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return clients * each / (time.perf_counter() - began)


def filled(program: Program, tubes: int, day: date) -> Catalog:
    """A city that has lived a day."""
    with program.database.transaction(Access.OWNER) as connection:
        catalog_actions.load(connection, catalog_actions.parse(CITY), clock.now(), "benchmark")
        fill(connection, tubes, day, ["DH-001"], LABS[0], ("ncov2", 1))
    with program.database.transaction(Access.OWNER) as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in SPREAD:
            wanted = {name: value for name, value in {"day": day, "labs": list(LABS)}.items() if f":{name}" in statement}
            connection.execute(text(statement), wanted)
    with program.database.engine(Access.OWNER).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM FULL ANALYZE tube"))
        return catalog.current(connection)


def look(connection: Connection, known: Catalog, question: Question) -> None:
    """What the page of a day asks for."""
    now = clock.now()
    answers.throughput(connection, known, question, now)
    answers.throughput(connection, known, Question(question.first, question.last, By.LAB, ZONE), now)
    answers.panels_of(connection, known, question, now)


def measure(program: Program, known: Catalog, day: date) -> None:
    """The table."""
    one, year = Question(day, day, By.DAY, ZONE), Question(day - timedelta(days=364), day, By.DAY, ZONE)
    with program.database.transaction(Access.REPORTS) as connection:
        print(f"a day, counted                 {median_ms(lambda: look(connection, known, one), 1):8.0f} ms", flush=True)
    with program.database.transaction(Access.OWNER) as connection:
        seal(connection, program.keys.seal, clock.now())
    with program.database.transaction(Access.OWNER) as connection:
        actions.read_on(connection, measures.zones_of(known))
        found = actions.counted(connection, known, day, ZONE, clock.now())
        actions.keep(connection, known, found, clock.now())
    print(f"counting it for keeping        {1000 * found.seconds:8.0f} ms", flush=True)
    with program.database.transaction(Access.REPORTS) as connection:
        print(f"a day, kept                    {median_ms(lambda: look(connection, known, one)):8.0f} ms", flush=True)
    with program.database.transaction(Access.OWNER) as connection:
        connection.execute(
            text(
                "INSERT INTO kept_day SELECT day - n, is_over, places, made_at, seconds, panels FROM kept_day, generate_series(1, 364) AS n"
            )
        )
        connection.execute(
            text("INSERT INTO kept_line SELECT day - n, by, key, hour, figures FROM kept_line, generate_series(1, 364) AS n")
        )
    with program.database.transaction(Access.REPORTS) as connection:
        now = clock.now()
        print(f"a year of days, kept           {median_ms(lambda: answers.throughput(connection, known, year, now)):8.0f} ms", flush=True)


def main() -> None:
    """Measure on a database of our own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tubes", type=int, default=300_000)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="lims-bench-"))
    folder.chmod(0o711)
    try:
        with running(Settings(data_dir=folder / "data"), connections=8) as program:
            migrate.upgrade(program.database)
            known = filled(program, options.tubes, date(2026, 11, 20))
            measure(program, known, date(2026, 11, 20))
            with program.database.transaction(Access.OWNER) as connection:
                columns = "slot int, lab text, site text, tubes int, people int, PRIMARY KEY (slot, lab, site)"
                connection.execute(text(f"CREATE TABLE tally ({columns}) WITH (fillfactor = 50)"))
            for sites in (2000, 8, 1):
                plain, tallied = (writing(program.database, beside=beside, sites=sites) for beside in (False, True))
                print(
                    f"writing at {sites:4} sites          {plain:8.0f} tubes/s, with a tally {tallied:6.0f} ({tallied / plain - 1:+.0%})",
                    flush=True,
                )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
