"""No message of the day reads a big table from its beginning to its end, and none looks into another day's piece without a reason.

The statements are those of real requests. The planner is told that the tables are as big as after a hundred days; it is asked for its plan
and nothing else, so that nothing has to be filled.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import psycopg
import pytest
from fastapi.testclient import TestClient
from psycopg import ClientCursor
from sqlalchemy import Connection, event, select, text

from lims.apps import worker
from lims.apps.keeping import Keeper
from lims.catalog import queries as catalog
from lims.custody.queries import tubes_above, tubes_answering
from lims.kernel import ids, partitions
from lims.kernel.barcodes import Kind
from lims.kernel.clock import local_day
from lims.kernel.db import Access
from lims.reporting.queries import statement
from lims.sampling.people.rules import lookup_code, person_id
from tests.bench import dispatch, done, pack, recollected, scan
from tests.factories import Town, code, tube
from tests.interop.telling import drained

# What grows with every tube: rows of a hundred days of 300,000 tubes (of a day, where it is cut by day).
BIG = {
    "tube": 30_000_000, "call": 30_000_000, "release": 30_000_000, "person": 10_000_000, "message": 30_000_000, "box": 600_000,
    "plate": 330_000, "run": 330_000, "run_file": 330_000, "import_report": 330_000,
    "tube_member": 3_000_000, "event": 2_100_000, "reading": 900_000,
}  # fmt: skip
# Of so many rows each has another value, as a share of all: where a whole plate or box has the same.
VALUES = {
    ("call", "run"): -0.01, ("release", "run"): -0.01, ("release", "review"): -0.01, ("tube", "run"): -0.01, ("tube", "plate"): -0.01,
    ("tube", "box"): -0.02, ("tube", "received_box"): -0.02, ("run", "plate"): -1, ("run", "sha256"): -1, ("tube", "retest_of"): -0.01,
    ("tube", "pool"): -0.01,
}  # fmt: skip
DEAR = 1000  # as the planner counts: about what reading fifty thousand rows costs
OTHER_DAYS = [date(2021, 12, 1) + timedelta(days=days) for days in range(3)]
GIVEN = re.compile(r"%\((\w+)\)s")
SPOKEN = re.compile(r"(\s|--.*\n)*(SELECT|INSERT|UPDATE|DELETE|WITH)\b")
Statement = tuple[str, Any]


@contextmanager
def overheard(town: Town) -> Iterator[list[Statement]]:
    """Every statement of the requests in this block."""
    heard: list[Statement] = []

    def listen(_connection: object, _cursor: object, statement: str, values: Any, _context: object, _many: object) -> None:
        if SPOKEN.match(statement):
            heard.append((statement, values))

    engines = [town.program.database.engine(access) for access in Access]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", listen)
    try:
        yield heard
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", listen)


def swell(connection: Connection) -> None:
    """Let the planner believe that a page of these tables holds as many rows as the whole does; undone with the transaction.

    How often a value comes it knows from the rows there are (a barcode once, a site again and again), but for what few tests have many of.
    """
    for (table, column), values in VALUES.items():
        connection.execute(text(f"ALTER TABLE {table} ALTER COLUMN {column} SET (n_distinct = {values})"))
    for table, rows in BIG.items():
        connection.execute(text(f"ANALYZE {table}"))
        connection.execute(
            text("UPDATE pg_class SET reltuples = :rows, relpages = 1 WHERE relkind = 'r' AND relname ~ :names"),
            {"rows": rows, "names": f"^{table}(_p[0-9]{{8}})?$"},
        )


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A plan's steps."""
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def read_whole(connection: Connection, statement: Statement) -> set[str]:
    """The big tables that a statement would read from their beginning to their end. A day's piece is named as its table.

    Both with its values and before they are known: PostgreSQL takes the cheaper plan of the two. Here values are rarer and indexes with a
    condition more useful in one of them.
    """
    found = [
        {str(step["Relation Name"]).split("_p2")[0] for step in steps(connection, way) if is_dear_scan(step)}
        for way in (statement, ungiven(statement))
    ]
    return found[0] & found[1] & BIG.keys()


def is_dear_scan(step: dict[str, Any]) -> bool:
    """Whether a step reads a table as a whole, and the table has anything in it: pieces of days to come are read in no time."""
    return bool(step["Node Type"] == "Seq Scan" and step["Total Cost"] > DEAR)


def ungiven(statement: Statement) -> Statement:
    """The same statement before its values are known: planned once for all of them, as it is when it comes again and again."""
    said, values = statement
    places = {name: f"${number}" for number, name in enumerate(values, 1)} if isinstance(values, dict) else {}
    return GIVEN.sub(lambda found: places[found[1]], said).replace("%%", "%"), None


def other_days(connection: Connection, statement: Statement) -> set[str]:
    """The pieces of days on which nothing of this happened that a statement would look into."""
    strange = {f"{table}_p{day:%Y%m%d}" for table in partitions.BY_DAY for day in OTHER_DAYS}
    return {str(step["Relation Name"]) for step in steps(connection, statement) if "Relation Name" in step} & strange


def steps(connection: Connection, statement: Statement) -> list[dict[str, Any]]:
    """What the planner would do; without values where they are None."""
    said, values = statement
    how = "FORMAT JSON" if values is not None else "FORMAT JSON, GENERIC_PLAN"
    # Sent as it stands: a statement whose values are open cannot be bound.
    with ClientCursor(cast("psycopg.Connection[Any]", connection.connection.driver_connection)) as cursor:
        cursor.execute(f"EXPLAIN ({how}) {said}".encode(), values)
        row = cursor.fetchone()
        assert row is not None
        return list(nodes(row[0][0]["Plan"]))


def sync(town: Town) -> None:
    """A new tube, and a corrected one."""
    made = town.collected(3)
    town.sync(made | {"revision": 2, "members": made["members"][:2]})
    town.sync(tube(town.site, 3), tube(town.site, 2))


def box(town: Town) -> None:
    """Pack, dispatch, receive, look."""
    packed, tubes = code(Kind.BOX), [str(town.collected()["barcode"]) for _ in range(3)]
    done(pack(town, packed, *tubes))
    done(dispatch(town, packed))
    done(scan(town, packed, *tubes))
    done(town.ben.get(f"/testing/api/boxes/{packed}", lab=town.lab))


def plate(town: Town) -> None:
    """What is laid out next, the plate, its run, its review."""
    town.tested(*(str(town.collected()["barcode"]) for _ in range(3)))


def look_up(town: Town) -> None:
    """A person asks for the own result."""
    plate(town)
    made = tube(town.site, 1) | {"id": str(ids.uuid7())}
    now = datetime.now(UTC) - timedelta(minutes=10)
    for place in (made, *made["members"]):
        place.update({name: now.isoformat() for name in ("opened_at", "sealed_at", "collected_at") if name in place})
    town.sync(made)
    who, keys = made["members"][0], town.program.keys
    own = lookup_code(keys, str(made["barcode"]), person_id(keys, who["id_type"], who["id_number"]))
    phone = TestClient(town.ana.web.app, client=("10.9.9.9", 50000))
    done(phone.post("/sampling/api/result-lookup", json={"id_type": who["id_type"], "id_number": who["id_number"], "code": own}))


def pages(town: Town) -> None:
    """A tube with its people and at the bench, and the bench's own first page."""
    made = town.collected()
    town.tested(str(made["barcode"]))
    done(town.ana.get(f"/sampling/api/tubes/{made['barcode']}"))
    assert town.ben.get(f"/testing/tubes/{made['barcode']}").status_code == 200
    assert town.ben.get("/testing/").status_code == 200


def lists(town: Town) -> None:
    """What was mixed and discarded last in a lab, the open cases, and what tomorrow brings."""
    for address in ("/testing/pools", "/testing/discards", "/testing/cases"):
        assert town.ben.get(address).status_code == 200
    assert town.olga.get("/reporting/tomorrow").status_code == 200


def work(town: Town) -> None:
    """The worker seals, tells of a positive pool, reminds, and reads the trail for the figures that are kept."""
    pool = str(town.collected()["barcode"])
    town.tested(pool, truth={pool: "positive"})
    drained(town.program)
    worker.remind_once(town.program)
    Keeper(town.program).read_on()


@pytest.mark.parametrize("deed", [sync, box, plate, look_up, pages, lists, work])
def test_no_big_table_is_read_as_a_whole_however_many_days_there_are(town: Town, deed: Callable[[Town], None]) -> None:
    # The worker is at work: where thousands of events of earlier tests are unread, whoever asks for cases looks at every one.
    drained(town.program)
    with overheard(town) as heard:
        deed(town)
    assert len(heard) > 5
    with town.program.database.engine(Access.OWNER).connect() as connection:
        swell(connection)
        whole = {said: found for said, values in heard if (found := read_whole(connection, (said, values)))}
        connection.rollback()
    assert whole == {}


@pytest.mark.parametrize("deed", [sync, box, plate])
def test_what_is_asked_of_one_day_looks_into_that_day_alone(town: Town, deed: Callable[[Town], None]) -> None:
    with town.program.database.transaction(Access.OWNER) as connection:
        for table in partitions.BY_DAY:
            partitions.ensure(connection, table, OTHER_DAYS)
    with overheard(town) as heard:
        deed(town)
    with town.program.database.engine(Access.OWNER).connect() as connection:
        astray = {said: found for said, values in heard if (found := other_days(connection, (said, values)))}
        connection.rollback()
    assert astray == {}


def test_the_readings_of_a_reconciled_day_are_sought_in_that_day_alone(town: Town) -> None:
    plate(town)
    with town.program.database.transaction(Access.OWNER) as connection:
        partitions.ensure(connection, "reading", OTHER_DAYS)
    with town.program.database.engine(Access.OWNER).connect() as connection:
        ran = "SELECT run.at, run.imported_at FROM run JOIN plate ON plate.barcode = run.plate WHERE plate.lab = :lab"
        at, imported_at = connection.execute(text(ran), {"lab": town.lab}).one()
        zone = catalog.current(connection).lab(town.lab).timezone
        values = {"day": local_day(at, zone), "since": at - timedelta(days=1), "until": at + timedelta(days=1), "zone": zone}
        swell(connection)
        rows = connection.execute(text(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement('account_readings')}"), values).scalar_one()
        connection.rollback()
    read = {str(step["Relation Name"]) for step in nodes(rows[0]["Plan"]) if "Relation Name" in step and step["Actual Loops"]}
    assert f"reading_p{imported_at.astimezone(UTC):%Y%m%d}" in read
    assert read.isdisjoint({f"reading_p{day:%Y%m%d}" for day in OTHER_DAYS})


def test_what_hangs_together_is_looked_up_tube_by_tube_however_often_it_is_asked(town: Town) -> None:
    pool = town.collected()
    recollected(town, pool["members"][0], str(pool["barcode"]))
    scans = text("SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'tube'")
    with town.program.database.engine(Access.OWNER).connect() as connection:
        swell(connection)
        before = connection.execute(scans).scalar_one()
        for _ in range(7):  # from the sixth time on a function keeps its plans
            assert len(connection.execute(select(tubes_answering([str(pool["barcode"])]))).all()) == 1
            assert len(connection.execute(select(tubes_above([str(pool["barcode"])], "retest_of", "pool", "mixed_for"))).all()) == 1
        assert connection.execute(scans).scalar_one() == before
        connection.rollback()


def test_of_the_trail_only_what_is_unread_is_gone_through_however_much_that_is(town: Town) -> None:
    for _ in range(2):
        town.collected()
        drained(town.program)
        with overheard(town) as heard:
            Keeper(town.program).read_on()
    (asked,) = ((said, values) for said, values in heard if "reaching_back" in said)
    with town.program.database.engine(Access.OWNER).connect() as connection:
        swell(connection)
        ways = [steps(connection, (asked[0], asked[1] | {"txid": "0", "until_txid": None, "most": most})) for most in (20_000, 4_000_000)]
        connection.rollback()
    indexes = {str(step.get("Index Name")) for way in ways for step in way if str(step.get("Relation Name")).startswith("event")}
    assert {name.rsplit("_epoch")[-1] for name in indexes} == {"_txid_idx"}


def test_a_reading_from_beginning_to_end_would_be_seen(town: Town) -> None:
    town.collected()
    with town.program.database.engine(Access.OWNER).connect() as connection:
        swell(connection)
        assert read_whole(connection, ("SELECT * FROM tube WHERE device = %(device)s", {"device": "d"})) == {"tube"}
        assert read_whole(connection, ("SELECT * FROM tube WHERE barcode = %(code)s", {"code": "1"})) == set()
        connection.rollback()
