"""Two days of a city of 3,000,000 people: yesterday, which is over, and today, which still runs. For the benchmarks of reports."""

from datetime import date, timedelta

from sqlalchemy import text

from benchmarks.tested_day import fill
from lims.apps.commands.simulate import CITY
from lims.catalog import actions as catalog_actions
from lims.catalog import queries as catalog
from lims.catalog.rules import Catalog
from lims.kernel import clock
from lims.kernel.audit.actions import seal
from lims.kernel.db import Access
from lims.kernel.program import Program

ZONE, LABS = "Asia/Shanghai", ("QM", "ZX", "YD")
# The tubes of `tested_day` as if 2,000 sites had sampled for 14 hours, with the hours that boxes, plates and reviews take; recollections
# come six hours after their pools. Rows lie in the order in which they were registered, as they do in a table that was written all day.
SPREAD = (
    """INSERT INTO site (code, name, area, timezone) SELECT 'B-' || lpad(n::text, 4, '0'), 'site ' || n,
       (SELECT (array_agg(code))[1 + n % count(*)::int] FROM area), 'Asia/Shanghai' FROM generate_series(0, 1999) AS n""",
    "UPDATE catalog_revision SET revision = revision + 1",
    """CREATE TEMPORARY TABLE drawn AS SELECT barcode, row_number() OVER (ORDER BY COALESCE(retest_of, barcode), barcode) AS n,
       CAST(:day AS timestamp) AT TIME ZONE 'Asia/Shanghai' + interval '6 hours' + random() * interval '10 minutes'
       + interval '14 hours' * row_number() OVER (ORDER BY COALESCE(retest_of, barcode), barcode) / count(*) OVER ()
       + CASE WHEN retest_of IS NULL THEN interval '0' ELSE interval '6 hours' END AS sealed,
       random() * interval '1 hour' AS road, random() * interval '1 hour' AS waited, random() * interval '3 hours' AS tested FROM tube""",
    """UPDATE tube SET site = 'B-' || lpad((n % 2000)::text, 4, '0'), lab = (CAST(:labs AS text[]))[1 + n % 2000 % 3],
       dispatched_to = (CAST(:labs AS text[]))[1 + n % 2000 % 3], opened_at = sealed - interval '5 minutes', sealed_at = sealed,
       dispatched_at = sealed + interval '30 minutes' + road, received_at = sealed + interval '90 minutes' + road + waited,
       tested_at = sealed + interval '3 hours' + road + waited + tested, released_at = sealed + interval '4 hours' + road + waited + tested
       FROM drawn WHERE drawn.barcode = tube.barcode""",
)
# The same day once more as it is now, as if now were 18 o'clock: what comes later has not happened.
TODAY = (
    """CREATE TEMPORARY TABLE again AS SELECT * FROM tube WHERE collected_on = :day""",
    """CREATE TEMPORARY TABLE pace AS SELECT CAST(:day AS timestamp) AT TIME ZONE 'Asia/Shanghai' AS began,
       CAST(:today AS timestamp) AT TIME ZONE 'Asia/Shanghai' AS begins,
       (now() - CAST(:today AS timestamp) AT TIME ZONE 'Asia/Shanghai') / 18 AS hour""",
    """UPDATE again SET barcode = overlay(barcode PLACING '11' FROM 1 FOR 2), retest_of = overlay(retest_of PLACING '11' FROM 1 FOR 2),
       box = overlay(box PLACING '21' FROM 1 FOR 2), received_box = NULL, record_id = gen_random_uuid(), collected_on = :today,
       opened_at = begins + hour * extract(epoch FROM opened_at - began) / 3600,
       sealed_at = begins + hour * extract(epoch FROM sealed_at - began) / 3600,
       registered_at = begins + hour * extract(epoch FROM sealed_at - began) / 3600,
       dispatched_at = begins + hour * extract(epoch FROM dispatched_at - began) / 3600,
       received_at = begins + hour * extract(epoch FROM received_at - began) / 3600,
       tested_at = begins + hour * extract(epoch FROM tested_at - began) / 3600,
       released_at = begins + hour * extract(epoch FROM released_at - began) / 3600 FROM pace""",
    "DELETE FROM again WHERE sealed_at > now()",
    "UPDATE again SET released_at = NULL, released_call = NULL, bench_state = 'called' WHERE released_at > now()",
    "UPDATE again SET tested_at = NULL, call = NULL, run = NULL, bench_state = 'plated' WHERE tested_at > now()",
    "UPDATE again SET received_at = NULL, lab = NULL, bench_state = NULL, plate = NULL, well = NULL WHERE received_at > now()",
    "UPDATE again SET dispatched_at = NULL, dispatched_to = NULL WHERE dispatched_at > now()",
    "INSERT INTO tube SELECT * FROM again ORDER BY sealed_at",
    """INSERT INTO tube_member (day, barcode, position, person_id, member_group, collected_at)
       SELECT :today, again.barcode, position, person_id, member_group, again.sealed_at FROM again
       JOIN tube_member AS member ON member.barcode = overlay(again.barcode PLACING '10' FROM 1 FOR 2) AND member.day = :day""",
    # Readings and plates are nobody's question here: what reactive pools were called by, and the releases.
    """INSERT INTO call (barcode, run, day, well, evidence, call, reasons, assay, assay_version, controls_passed, imported_by)
       SELECT again.barcode, again.run, :today, again.well, 'N', again.call, '{}', assay, assay_version, true, 'ben' FROM again
       JOIN call ON call.barcode = overlay(again.barcode PLACING '10' FROM 1 FOR 2) WHERE again.call <> 'negative'""",
    """INSERT INTO release (barcode, run, review, call, controls_passed, imported_by, released_by, at, released_at)
       SELECT barcode, COALESCE(run, gen_random_uuid()), gen_random_uuid(), released_call, true, 'ben', 'bea', released_at, released_at
       FROM again WHERE released_at IS NOT NULL""",
)


def lived(program: Program, tubes: int, today: date) -> Catalog:
    """A city that has lived yesterday and lives today; its trail is sealed."""
    day = today - timedelta(days=1)
    with program.database.transaction(Access.OWNER) as connection:
        catalog_actions.load(connection, catalog_actions.parse(CITY), clock.now(), "benchmark")
        fill(connection, tubes, day, ["DH-001"], LABS[0], ("ncov2", 1))
    for statements in (SPREAD, TODAY):
        with program.database.transaction(Access.OWNER) as connection:
            # Foreign keys and checks at the end of a transaction: these rows are made right, and made once.
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            for statement in statements:
                values = {"day": day, "today": today, "labs": list(LABS)}
                connection.execute(text(statement), {name: value for name, value in values.items() if f":{name}" in statement})
        with program.database.engine(Access.OWNER).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("CREATE INDEX order_of_registration ON tube (collected_on, sealed_at)"))
            connection.execute(text("CLUSTER tube USING order_of_registration"))
            connection.execute(text("DROP INDEX order_of_registration"))
            connection.execute(text("VACUUM ANALYZE"))
    with program.database.transaction(Access.OWNER) as connection:
        seal(connection, program.keys.seal, clock.now())
        return catalog.current(connection)
