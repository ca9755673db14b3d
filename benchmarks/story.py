"""The whole story of a tube and its people, and the board of cases, after a day of 300,000 tubes.

python -m benchmarks.story                              # 300,000 tubes, 10,000 stories
python -m benchmarks.story --tubes 30000 --stories 1000
"""

import argparse
import os
import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC
from hashlib import md5
from typing import ParamSpec, TypeVar
from uuid import UUID

from benchmarks.own import own_city
from benchmarks.processor import postmaster_of, used
from benchmarks.tested_day import fill
from lims.catalog import queries as catalog
from lims.deconvolution import board, queries
from lims.deconvolution.queries import Among
from lims.deconvolution.rules import CaseState
from lims.deconvolution.story.telling import of_tube
from lims.kernel import clock, partitions
from lims.kernel.db import Access
from lims.kernel.program import Program
from lims.sampling.people.actions import remember
from lims.sampling.people.queries import identities
from lims.sampling.people.rules import Identity

P = ParamSpec("P")
T = TypeVar("T")
LUCK = random.Random(20220202)  # noqa: S311 - which tubes are asked for is no secret
SHOWN = 30  # cases a page
LIMIT_MS = 100  # for a story with its names


def timed(deed: Callable[P, T], *given: P.args, **named: P.kwargs) -> tuple[float, T]:
    """Milliseconds that something takes, and what comes of it."""
    began = time.perf_counter()
    answer = deed(*given, **named)
    return (time.perf_counter() - began) * 1000, answer


def spread(name: str, times: list[float]) -> None:
    """One line of the table."""
    ordered = sorted(times)
    p99 = ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]
    print(f"{name:<44} {len(times):>6} × p50 {statistics.median(times):>7.1f}  p99 {p99:>7.1f}  most {ordered[-1]:>7.1f} ms", flush=True)


def stories(program: Program, tubes: int, count: int) -> None:
    """Stories of random tubes, with the names of their people as the sampling end may read them."""
    chosen = LUCK.sample(range(tubes), count)
    people_of = {n: {person_id(n, position) for position in range(1, 11)} for n in chosen}
    with program.database.transaction(Access.FIELD) as connection:
        everybody = (person for ten in people_of.values() for person in ten)
        remember(connection, program.keys, [(one, Identity("other", one.hex[:12], "张三", ""), clock.now()) for one in everybody])
    telling, naming, missing = [], [], 0
    with program.database.transaction(Access.BENCH) as connection:
        postmaster = postmaster_of(connection)
    before = used(os.getpid(), postmaster)
    with program.database.transaction(Access.FIELD) as field, program.database.transaction(Access.BENCH) as bench:
        for n in chosen:
            took, story = timed(of_tube, bench, f"1099{n:010}")
            telling.append(took)
            took, names = timed(identities, field, program.keys, people_of[n])
            naming.append(took)
            whole = story is not None and story.tube.box_code and story.reads and len(story.lines) >= 10 and story.neighbours
            missing += not (whole and len(names) == 10)
    spent, both = used(os.getpid(), postmaster).since(before), [one + other for one, other in zip(telling, naming, strict=True)]
    spread("the story of a tube", telling)
    spread("and the names of its people", naming)
    spread("both", both)
    slow = sum(took > LIMIT_MS for took in both)
    print(f"more than {LIMIT_MS} ms: {slow} of {count} ({slow / count:.2%}); load of the machine {os.getloadavg()[0]:.1f}")
    print(f"processor for each: {spent.client / count * 1000:.2f} ms here, {spent.database / count * 1000:.2f} ms in the database")
    print(f"stories that lack people, box, plate, well, readings, hands or neighbours: {missing}")


def person_id(tube: int, position: int) -> UUID:
    """As the day's rows make a person's id."""
    return UUID(md5(f"{tube} {position}".encode(), usedforsecurity=False).hexdigest())


def boards(program: Program) -> None:
    """The lists of cases, as the board asks for them."""
    unclosed = Among(states=frozenset(CaseState) - {CaseState.CLOSED})
    wanted = {
        "the board: not closed": unclosed,
        "the board: all": Among(),
        **{f"the board: {state}": Among(states=frozenset({state})) for state in CaseState},
    }
    with program.database.transaction(Access.BENCH) as connection:
        known = catalog.current(connection)
        rows = queries.reactive_pools(connection, Among(), None, 10**6)
        print(f"{len(rows):,} cases")
        spread("every case derived", [timed(lambda: list(board.walk(connection, known, Among(), None)))[0] for _ in range(3)])
        for name, among in wanted.items():
            spread(name, [timed(board.listed, connection, known, among, None, SHOWN)[0] for _ in range(10)])
        near_end = rows[-min(40, len(rows))]
        last = (near_end.opened_at, near_end.barcode)
        spread("the board: not closed, near its end", [timed(board.listed, connection, known, unclosed, last, SHOWN)[0] for _ in range(10)])
        cases = LUCK.sample([row.barcode for row in rows], min(300, len(rows)))
        spread("one case derived", [timed(board.one, connection, known, case)[0] for case in cases])


def prepared(program: Program, tubes: int) -> None:
    """A day of the city."""
    day = clock.now().astimezone(UTC).date()
    with program.database.transaction(Access.OWNER) as connection:
        known = catalog.current(connection)
        for table in partitions.BY_DAY:
            partitions.ensure(connection, table, [day])
        seconds = fill(connection, tubes, day, sorted(known.sites), min(known.labs), max(known.assays))
    print(f"{tubes:,} tubes with ten people each, filled in {seconds:.0f} s", flush=True)


def main() -> None:
    """Fill a database and ask it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tubes", type=int, default=300_000)
    parser.add_argument("--stories", type=int, default=10_000)
    options = parser.parse_args()
    with own_city() as city:
        prepared(city.program, options.tubes)
        boards(city.program)
        stories(city.program, options.tubes, min(options.stories, options.tubes))


if __name__ == "__main__":
    main()
