"""What the work of a day costs when there are many days behind it: the same messages on an empty database, and after 1, 5, … whole days.

python -m benchmarks.flat                                    # 300,000 tubes a day, 0, 1 and 5 days
python -m benchmarks.flat --tubes 30000 --days 0 10 50 100   # 100 partitions of everything
python -m benchmarks.flat --days 0 1 5 10 --folder DIR       # keep the database, go on where it ended

Today is never filled: what is measured is today's work beside older days. But each level leaves its tubes on today, which pages of today
count: a level given twice (`--days 0 0 7`) shows what that alone costs; of the two the table has the second. Processor time is the
steadier figure on a machine that others use as well. A tested day of 300,000 tubes with 3,000,000 people takes about 2 GB and a minute.
"""

import argparse
import asyncio
import contextlib
import json
import math
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text

from benchmarks import processor
from benchmarks.bench_day import Day
from benchmarks.figures import tell
from benchmarks.great_day import ZONE
from benchmarks.old_cases import told
from benchmarks.own import own_city
from benchmarks.registration import SYNC, pool, send
from benchmarks.reports import kept
from benchmarks.tested_day import APART, fill
from lims.apps.demo import hosting
from lims.apps.worker import remind_once, tell_once
from lims.catalog import queries as catalog
from lims.kernel import clock
from lims.kernel.audit.actions import seal
from lims.kernel.audit.queries import current_epoch, horizon
from lims.kernel.db import Access
from lims.kernel.partitions import BY_DAY
from lims.kernel.program import Program
from lims.reporting.keeping import actions as keeping
from lims.reporting.measures import zones_of
from lims.sampling.people.rules import lookup_code, person_id
from lims.simulate.people import Population
from lims.simulate.plan import Credentials

TUBES = 460  # of today, at each level: registered one a call and in batches, received, tested
REACTIVE = 5000  # of so many pools one is positive, 0.02 %
# Batches that are not counted: after a checkpoint whoever changes a page first logs all of it; on a long day few are first.
WARM = 40
BATCH, CLIENTS = 50, 8  # tubes a call, and devices that send them
LOOKED_BACK = 30  # days that pages about today may ask for
REGULARS = 50  # people who come every day, and ask for their results


@dataclass(frozen=True)
class Cost:
    """What one message of a kind costs, milliseconds: on the clock (the median), in the server, in the database."""

    clock: float
    server: float
    database: float


class Level:
    """One measurement: the same messages, whatever lies behind."""

    def __init__(self, program: Program, url: str, server: int, tokens: Credentials, number: int) -> None:
        self.program, self.url, self.server, self.tokens = program, url, server, tokens
        self.rng = random.Random(number)  # noqa: S311 - a benchmark
        self.costs: dict[str, Cost] = {}
        self.population = Population(20220202)
        self.next = REGULARS + number * 10 * BATCH * WARM * 2
        self.site, self.lab = min(tokens.samplers), min(tokens.technicians)
        with program.database.owner() as connection:
            self.postmaster = processor.postmaster_of(connection)

    def measured(self, name: str, messages: int, work: Callable[[], list[float]]) -> None:
        """Do this, and keep what each of its messages cost; `work` returns the seconds of each."""
        before = processor.used(self.server, self.postmaster)
        took = work()
        used = processor.used(self.server, self.postmaster).since(before)
        self.costs[name] = Cost(1000 * statistics.median(took), 1000 * used.server / messages, 1000 * used.database / messages)

    def tubes(self, count: int) -> list[dict[str, Any]]:
        """Sealed pools of people who were never here."""
        made = []
        for _ in range(count):
            persons = [self.population.person(self.next + place) for place in range(10)]
            self.next += 10
            made.append(pool(persons, datetime.now(UTC) - timedelta(minutes=30), self.rng) | {"site": self.site})
        return made

    def all(self) -> dict[str, Cost]:
        """Every kind of message, in the order of a tube's life."""
        registered = self.register()
        self.bench(registered)
        self.ask(registered)
        return self.costs

    def register(self) -> list[str]:
        """Syncs of one tube and of many; the barcodes of what was registered."""
        codes: list[str] = []
        for name, count, each in (("warm", WARM, BATCH), ("sync of one tube", TUBES, 1), (f"sync of {BATCH} tubes", 10, BATCH)):
            tubes = self.tubes(count * each)
            now = datetime.now(UTC).isoformat()
            messages = [
                json.dumps({"device": "flat", "sent_at": now, "tubes": tubes[start : start + each]}).encode()
                for start in range(0, len(tubes), each)
            ]
            token = self.tokens.samplers[self.site]

            def work(messages: list[bytes] = messages, each: int = each, token: str = token) -> list[float]:
                return [asyncio.run(send(self.url + SYNC, token, messages, each, CLIENTS)).p50_ms / 1000]

            self.measured(name, count, work)
            codes += [tube["barcode"] for tube in tubes] if each == 1 and count == TUBES else []
        del self.costs["warm"]
        return codes

    def bench(self, codes: list[str]) -> None:
        """Receive, lay out, import, release: as `bench_day` does, and what each step took."""
        day = Day(self.url, self.lab, self.tokens.technicians[self.lab], self.tokens.reviewers[self.lab])
        day.luck = self.rng
        # Whatever an earlier level left waiting is no longer there: each releases what it received.
        self.measured("receipt of a box", -(-len(codes) // 100), lambda: timed(day, "receive a box", lambda: day.receive(codes)))
        before = processor.used(self.server, self.postmaster)
        released = 0
        while released < len(codes):
            released += day.plate()
        used, plates = processor.used(self.server, self.postmaster).since(before), len(day.took["import a run"])
        for step in ("lay out a plate", "import a run", "release negatives"):
            self.costs[step] = Cost(1000 * statistics.median(day.took[step]), float("nan"), float("nan"))
        self.costs["a plate: laid out, imported, released"] = Cost(
            sum(self.costs[step].clock for step in ("lay out a plate", "import a run", "release negatives")),
            1000 * used.server / plates,
            1000 * used.database / plates,
        )

    def ask(self, codes: list[str]) -> None:
        """Look-ups, tubes, stories, the day, and the seal over what happened."""
        keys = self.program.keys
        regulars = [self.population.person(number) for number in range(REGULARS)]
        persons = [person_id(keys, "resident_id", who.id_number) for who in regulars]
        with self.program.database.owner() as connection:
            newest = "SELECT DISTINCT ON (person_id) person_id, barcode FROM tube_member WHERE person_id = ANY(:those)"
            rows = connection.execute(text(f"{newest} ORDER BY person_id, day DESC"), {"those": persons})
            tube_of = {row.person_id: row.barcode for row in rows}
        asks = [
            {"id_type": "resident_id", "id_number": who.id_number, "code": lookup_code(keys, tube_of[person], person)}
            for who, person in zip(regulars, persons, strict=True)
            if person in tube_of
        ]
        if asks:
            self.calls(
                "look-up of a person's results", "POST", "/sampling/api/result-lookup", None, [asks[k % len(asks)] for k in range(200)]
            )
        sampler, technician = self.tokens.samplers[self.site], self.tokens.technicians[self.lab]
        self.calls("a tube with its people", "GET", "/sampling/api/tubes/{}", sampler, codes[:200])
        self.calls("a tube's page at the bench", "GET", "/testing/tubes/{}", technician, codes[:100])

        def sealing() -> None:
            with self.program.database.transaction(Access.OWNER) as connection:
                seal(connection, keys.seal, clock.now())

        self.measured("the seal over all of this", 1, partial(some, sealing))
        self.measured("a seal where little happened", 20, partial(some, sealing, 20))
        self.look(datetime.now(UTC).date())

    def look(self, today: date) -> None:
        """Pages and lists of today, and what the worker does behind the requests; it has told of all cases, as it would have by now."""
        told(self.program)
        technician, official = self.tokens.technicians[self.lab], self.tokens.official
        for name, address, token in (
            ("the bench's first page", "/testing/", technician),
            ("the page of plates", "/testing/plates", technician),
            ("the board of cases", "/testing/cases", official),
            ("the boxes of a site", "/sampling/boxes", self.tokens.samplers[self.site]),
            ("the notices", "/reporting/notices", official),
            ("the day's throughput", f"/reporting/api/throughput?from={today}&to={today}", official),
            ("the page of the day", f"/reporting/?day={today}", official),
            ("people verifying", f"/reporting/rows?figure=verifying&day={today}", official),
            ("what tomorrow brings", "/reporting/tomorrow", official),
            ("reconciliation of today", f"/reporting/api/reconciliation?date={today}", official),
        ):
            self.calls(name, "GET", address, token, [""] * 10)
        for name, work in (
            ("the worker reads the trail", self.read_on),
            ("the worker tells", lambda: tell_once(self.program)),
            ("the worker reminds", lambda: remind_once(self.program)),
            ("the worker counts today", lambda: self.count(today)),
        ):
            self.measured(name, 5, partial(some, work, 5))

    def read_on(self) -> None:
        """Read the trail for kept figures."""
        with self.program.database.transaction(Access.OWNER) as connection:
            keeping.read_on(connection, zones_of(catalog.current(connection)))

    def count(self, day: date) -> None:
        """Count a day's figures from its tubes."""
        with self.program.database.transaction(Access.OWNER) as connection:
            keeping.counted(connection, catalog.current(connection), day, ZONE, clock.now())

    def calls(self, name: str, method: str, path: str, token: str | None, about: list[Any]) -> None:
        """One call after another; texts go into the path, all else into the body."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        with httpx.Client(base_url=self.url, timeout=60, headers=headers) as client:

            def work() -> list[float]:
                took = []
                for one in about:
                    began = time.perf_counter()
                    said = client.request(
                        method, path.format(one) if isinstance(one, str) else path, json=None if isinstance(one, str) else one
                    )
                    took.append(time.perf_counter() - began)
                    if said.status_code >= 300:
                        raise RuntimeError(f"{name}: {said.status_code} {said.text[:300]}")
                return took

            self.measured(name, len(about), work)


def some(work: Callable[[], object], times: int = 1) -> list[float]:
    """The seconds that each of some times takes."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return took


def timed(day: Day, step: str, work: Callable[[], object]) -> list[float]:
    """The seconds of a step of the bench while `work` does it."""
    work()
    return day.took[step]


def fill_days(program: Program, have: int, want: int, tubes: int) -> None:
    """More tested days behind yesterday, each with the regulars in its first tubes; sealed, so that today's seal is of today."""
    apart = -(-tubes // APART) * APART
    population = Population(20220202)
    persons = [person_id(program.keys, "resident_id", who.id_number) for who in map(population.person, range(REGULARS))]
    for number in range(have, want):
        day = day_before(number + 1)
        with program.database.owner() as connection:
            known = catalog.current(connection)
            lab = sorted(known.labs)[1]  # the other lab: at the first one works today's technician
            place = (sorted(known.sites), lab, max(known.assays))
            # Of yesterday some cases are open; older ones are over, as in a lab that keeps up.
            seconds = fill(connection, tubes, day, *place, (number + 1) * apart, every=REACTIVE, over=number > 0)
            connection.execute(
                text(
                    "UPDATE tube_member SET person_id = regular.person_id FROM unnest(CAST(:those AS uuid[])) WITH ORDINALITY"
                    " AS regular(person_id, n) WHERE day = :day AND position = 1"
                    " AND barcode = '1099' || lpad((CAST(:first AS integer) + regular.n)::text, 10, '0')"
                ),
                {"those": persons, "day": day, "first": (number + 1) * apart},
            )
            connection.execute(
                text(
                    "INSERT INTO person (person_id, hidden, digest, told_at) SELECT DISTINCT person_id, sha256('a') || sha256('b') ||"
                    " sha256('c') || sha256('d'), sha256('e'), now() FROM tube_member WHERE day = :day ON CONFLICT DO NOTHING"
                ),
                {"day": day},
            )
        tidy(program, day)
        print(f"day {number + 1} filled in {seconds:.0f} s", flush=True)


def tidy(program: Program, day: date) -> None:
    """What autovacuum does after such a day, before anything is measured: otherwise its processor time would be the messages'."""
    pieces = [f"{table}_p{day:%Y%m%d}" for table in BY_DAY]
    with program.database.engine(Access.OWNER).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in (*pieces, "tube", "person", "call", "release", "box", "plate", "run", "run_file"):
            connection.execute(text(f"VACUUM ANALYZE {table}"))


def sealed(program: Program) -> None:
    """A link of the chain over all that was filled: nobody reads it again here."""
    with program.database.transaction(Access.OWNER) as connection:
        connection.execute(
            text(
                "INSERT INTO seal (number, epoch, from_txid, to_txid, events, root, signature, sealed_at)"
                " SELECT coalesce(max(number), 0) + 1, :epoch, 0, :horizon, 0, '', '', now() FROM seal"
            ),
            {"epoch": current_epoch(connection), "horizon": horizon(connection)},
        )


def day_before(days: int) -> date:
    """So many days ago, UTC."""
    return (clock.now() - timedelta(days=days)).astimezone(UTC).date()


@contextlib.contextmanager
def served() -> Iterator[tuple[str, int]]:
    """One server process without the worker behind it, whose counting of many days would be measured too: address and process."""
    port = hosting.free_port()
    words = [sys.executable, "-m", "uvicorn", "lims.apps.serving:application", "--factory", "--port", str(port), "--no-access-log"]
    process = subprocess.Popen([*words, "--log-level", "warning"])  # noqa: S603 - our own program
    try:
        hosting.wait_until_ready(process, f"http://127.0.0.1:{port}/readyz")
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        process.wait(30)


def table(levels: dict[int, dict[str, Cost]], tubes: int) -> None:
    """Each kind of message on a line, each level in a column, with its ratio to the first that has it."""
    first = min(levels)
    print(f"\nmilliseconds a message: on the clock (processor of server + database); × beside {first} days; days of {tubes:,} tubes")
    print(f"{'':<40}" + "".join(f"{f'{days} days':>28}" for days in levels))
    for name in levels[max(levels)]:
        cells = []
        for costs in levels.values():
            cost, base = costs.get(name), next(each[name] for each in levels.values() if name in each)
            if cost is None:
                cells.append("-")
                continue
            ratio = (
                f" ×{(cost.server + cost.database) / max(base.server + base.database, 0.01):.2f}"
                if base and base.server == base.server
                else ""
            )
            used = f" ({cost.server:.1f} + {cost.database:.1f})" if cost.server == cost.server else ""
            cells.append(f"{cost.clock:.1f}{used}{ratio}")
        print(f"{name:<40}" + "".join(f"{cell:>28}" for cell in cells))


def rows(levels: dict[int, dict[str, Cost]]) -> None:
    """The same for docs/performance.md: milliseconds on the clock, and of the processor in server and database together."""
    for name in levels[max(levels)]:
        figures = {}
        for days, costs in levels.items():
            if (cost := costs.get(name)) is not None:
                figures[f"after_{days}_days_ms"] = cost.clock
                if not math.isnan(cost.server):
                    figures[f"processor_after_{days}_days_ms"] = cost.server + cost.database
        tell("Many days behind today", name, **figures)


def main() -> None:
    """Fill and measure, level by level."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tubes", type=int, default=300_000, help="tubes of a day")
    parser.add_argument("--days", type=int, nargs="+", default=[0, 1, 5], help="days behind today at which to measure")
    parser.add_argument("--folder", type=Path, help="keep the database here, and use it again")
    options = parser.parse_args()
    levels: dict[int, dict[str, Cost]] = {}
    with own_city(options.folder) as (program, tokens, _):
        for days in sorted(options.days):
            with program.database.owner() as connection:
                have = connection.execute(text("SELECT count(DISTINCT collected_on) FROM tube WHERE barcode LIKE '10990%'")).scalar_one()
            fill_days(program, have, days, options.tubes)
            sealed(program)
            # As a worker that keeps up has it: days back to the last that it looks at, of which the empty ones are kept as well.
            for number in range(max(days, LOOKED_BACK)):
                kept(program, day_before(number + 1))
            with program.database.engine(Access.OWNER).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("CHECKPOINT"))
                size = connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
            print(f"{days} days: {size / 1e9:.1f} GB, load of the machine {os.getloadavg()[0]:.1f}", flush=True)
            with served() as (url, server):
                levels[days] = Level(program, url, server, tokens, int(time.time())).all()
            table(levels, options.tubes)
        rows(levels)


if __name__ == "__main__":
    main()
