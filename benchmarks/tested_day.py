"""A whole day in the database as its programs would have left it: collected, packed, carried, tested, released, and the cases of it."""

import time
from datetime import date

from sqlalchemy import Connection, text

from lims.kernel.partitions import BY_DAY, ensure

EVERY = 150  # of so many pools one is positive
APART = 4600  # whole boxes and whole plates
# How whoever is in table n was tested: on a plate, in a run, called and released.
TESTED = (
    """INSERT INTO run_file (sha256, content, name, kept_at, kept_by) SELECT sha256(plate::bytea), '', 'run', now(), 'ben'
       FROM n GROUP BY plate""",
    """INSERT INTO plate (barcode, lab, assay, assay_version, wells, laid_at, laid_by)
       SELECT plate, :lab, :assay, :version, jsonb_object_agg(well, jsonb_build_object('tube', barcode)), min(at), 'ben'
       FROM n GROUP BY plate""",
    """INSERT INTO run (id, plate, sha256, format, controls_passed, reasons, readings, at, imported_at, imported_by)
       SELECT run, plate, sha256(plate::bytea), 'generic', true, '[]', 3 * count(*), min(at), min(at), 'ben' FROM n GROUP BY run, plate""",
    """INSERT INTO reading (day, barcode, run, well, target, ct) SELECT :day, barcode, run, well, target,
       CASE WHEN target = 'RNaseP' THEN 26 WHEN call = 'positive' THEN 31 END FROM n, unnest(ARRAY['ORF1ab', 'N', 'RNaseP']) AS target""",
    """INSERT INTO call (barcode, run, day, well, evidence, call, reasons, assay, assay_version, controls_passed, imported_by)
       SELECT barcode, run, :day, well, 'N', call, '{}', :assay, :version, true, 'ben' FROM n""",
    """INSERT INTO release (barcode, run, review, call, controls_passed, imported_by, released_by, at, released_at)
       SELECT barcode, run, run, call, true, 'ben', 'bea', at, at FROM n""",
)
# Each statement makes its rows from numbers, so that whoever asks for tube n knows where it must have been. Of 15 hours, which are of one
# day in Shanghai and in UTC: what reached into days to come was today's work for whoever measured today's.
DAY = (
    """CREATE TEMPORARY TABLE n ON COMMIT DROP AS SELECT n, '1099' || lpad(n::text, 10, '0') AS barcode,
       '2099' || lpad((n / 50)::text, 10, '0') AS box, '3099' || lpad((n / 92)::text, 10, '0') AS plate, md5('run' || n / 92)::uuid AS run,
       chr(65 + n % 92 / 12) || n % 92 % 12 + 1 AS well, (CAST(:sites AS text[]))[1 + n / 50 % :site_count] AS site,
       CAST(:day AS timestamptz) + (n - CAST(:first AS integer)) * (interval '15 hours' / CAST(:tubes AS integer)) AS at,
       CASE WHEN n % :every = 1 THEN 'positive' ELSE 'negative' END AS call
       FROM generate_series(CAST(:first AS integer), CAST(:first AS integer) + :tubes - 1) AS n""",
    """INSERT INTO box (barcode, site, packed_tubes, sealed_at, sealed_by, dispatched_at, dispatched_to, courier, vehicle, lab, received_at,
       received_by, temperature_c)
       SELECT box, min(site), 50, max(at), 'ana', max(at), :lab, 'carl', 'A12345', :lab, max(at), 'ben', 6 FROM n GROUP BY box""",
    """INSERT INTO tube (barcode, record_id, revision, content_digest, device, site, round, kind, pool_size, member_count, field_state,
       opened_at, sealed_at, registered_at, collected_on, box, dispatched_at, dispatched_to, lab, received_at, received_box, bench_state,
       plate, well, run, call, tested_at, released_call, released_at)
       SELECT barcode, gen_random_uuid(), 1, sha256(n::text::bytea), 'dev', site, 'R1', 'swab_pool', 10, 10, 'sealed', at, at, at, :day,
       box, at, :lab, :lab, at, box, 'released', plate, well, run, call, at, call, at FROM n""",
    """INSERT INTO tube_member (day, barcode, position, person_id, member_group, collected_at)
       SELECT :day, barcode, p, md5(n - :first || ' ' || p)::uuid, 'community', at FROM n, generate_series(1, 10) AS p""",
    *TESTED,
    """INSERT INTO event (day, subject, verb, actor, at, recorded_at, what)
       SELECT :day, barcode, verb, 'ana', at, at, jsonb_build_object('box', box, 'plate', plate, 'well', well, 'lab', CAST(:lab AS text),
       'call', call) FROM n, unnest(ARRAY['tube.registered', 'tube.boxed', 'tube.dispatched', 'tube.received', 'tube.plated',
       'tube.tested', 'tube.released']) AS verb""",
    """INSERT INTO event (day, subject, verb, actor, at, recorded_at, what)
       SELECT :day, box, verb, 'ana', max(at), max(at), jsonb_build_object('tubes', jsonb_agg(barcode))
       FROM n, unnest(ARRAY['box.packed', 'box.dispatched', 'box.opened']) AS verb GROUP BY box, verb""",
    # Of four cases one waits, one is half sampled again, one is all negative, and one is confirmed and over; or (`over` 3) all are over.
    """CREATE TEMPORARY TABLE s ON COMMIT DROP AS SELECT *, '3098' || lpad((own / 92)::text, 10, '0') AS plate,
       md5('run of singles' || own / 92)::uuid AS run, chr(65 + own % 92 / 12) || own % 92 % 12 + 1 AS well
       FROM (SELECT n, p, site, at, barcode AS pool, '1098' || lpad((n * 10 + p)::text, 10, '0') AS barcode,
           CASE WHEN (n / :every % 4) | :over = 3 AND p = 1 THEN 'positive' ELSE 'negative' END AS call,
           CAST(:first AS integer) + CAST(row_number() OVER (ORDER BY n, p) AS integer) - 1 AS own
           FROM n, generate_series(1, 10) AS p
           WHERE call = 'positive' AND ((n / :every % 4) | :over >= 2 OR (n / :every % 4) | :over = 1 AND p <= 5)) AS single""",
    """INSERT INTO tube (barcode, record_id, revision, content_digest, device, site, round, kind, pool_size, member_count, field_state,
       opened_at, sealed_at, registered_at, collected_on, retest_of, lab, received_at, bench_state, plate, well, run, call, tested_at,
       released_call, released_at)
       SELECT barcode, gen_random_uuid(), 1, sha256(barcode::bytea), 'dev', site, 'R1', 'single', 1, 1, 'sealed', at, at, at, :day, pool,
       :lab, at, 'released', plate, well, run, call, at, call, at FROM s""",
    *(statement.replace("FROM n", "FROM s") for statement in TESTED),
    """INSERT INTO tube_member (day, barcode, position, person_id, member_group, collected_at)
       SELECT :day, barcode, 1, md5(n - :first || ' ' || p)::uuid, 'community', at FROM s""",
)


def fill(
    connection: Connection, tubes: int, day: date, sites: list[str], lab: str, assay: tuple[str, int], first: int = 0, every: int = EVERY,
    *, over: bool = False,
) -> float:  # fmt: skip
    """Fill a database with a tested day of so many pools of ten; the seconds it took.

    Of a further day `first` is the number of its first tube, a multiple of `APART`; the same people come every day. `over`: every case of
    the day is confirmed.
    Foreign keys are not checked for these rows: they are made right, and made once.
    """
    began = time.monotonic()
    values = {
        "tubes": tubes, "day": day, "sites": sites, "site_count": len(sites), "lab": lab, "assay": assay[0], "version": assay[1],
        "every": every, "first": first, "over": 3 if over else 0,
    }  # fmt: skip
    for table in BY_DAY:
        ensure(connection, table, [day])
    connection.execute(text("SET LOCAL session_replication_role = replica"))
    for statement in DAY:
        wanted = {name: value for name, value in values.items() if f":{name}" in statement}
        connection.execute(text(statement), wanted)
    # Of what is cut by day only this day's piece, as autovacuum does it: analysing the whole reads every day there is.
    pieces = [f"{table}_p{day:%Y%m%d}" for table in BY_DAY]
    for table in ("tube", "box", "plate", "run", "call", "release", *pieces):
        connection.execute(text(f"ANALYZE {table}"))
    return time.monotonic() - began
