"""What confirmed cases of the past cost those who look at the cases of today.

python -m benchmarks.old_cases                 # 10,000 of them, and 20 cases of today
python -m benchmarks.old_cases --cases 0       # the same without a past
"""

import argparse
import os
from collections.abc import Callable
from datetime import UTC, timedelta

from sqlalchemy import Connection, literal, select, text

from benchmarks.own import own_city
from benchmarks.processor import postmaster_of, used
from benchmarks.story import SHOWN, timed
from benchmarks.tested_day import APART, fill
from lims.catalog import queries as catalog
from lims.catalog.rules import Catalog
from lims.deconvolution import board
from lims.deconvolution.over import actions as over
from lims.deconvolution.queries import Among
from lims.deconvolution.rules import CaseState
from lims.kernel import clock
from lims.kernel.db import Access
from lims.kernel.program import Program
from lims.reporting.cases import cases_between
from lims.reporting.measures import zones_of
from lims.reporting.rules import By, Question

TIMES = 5
TODAY = 3_000  # tubes
EVERY = 3  # of so many pools of the past one was positive
ZONE = "Asia/Shanghai"


def asked(known: Catalog) -> dict[str, Callable[[Connection], object]]:
    """What people look at."""
    today = clock.now().astimezone(UTC).date()
    unclosed, site = frozenset(CaseState) - {CaseState.CLOSED}, min(known.sites)
    question = Question(today, today, By.DAY, ZONE)

    def listed(among: Among) -> Callable[[Connection], object]:
        return lambda connection: board.listed(connection, known, among, None, SHOWN)

    return {
        "the board": listed(Among(states=unclosed)),
        "the board of one site": listed(Among(sites={site}, states=unclosed)),
        "/testing/api/cases?state=open": listed(Among(states=frozenset({CaseState.OPEN}))),
        "/testing/api/cases?state=settled": listed(Among(states=frozenset({CaseState.SETTLED}))),
        "/testing/api/cases?state=closed": listed(Among(states=frozenset({CaseState.CLOSED}))),
        "cases of a day's figures": lambda connection: cases_between(connection, known, question, question.window(zones_of(known))),
    }


def measure(program: Program) -> None:
    """A line for each: the least of some times, and the processor that each took."""
    with program.database.transaction(Access.BENCH) as connection:
        known, postmaster = catalog.current(connection), postmaster_of(connection)
        for name, look in asked(known).items():
            look(connection)
            before = used(os.getpid(), postmaster)
            times = [timed(look, connection)[0] for _ in range(TIMES)]
            spent = used(os.getpid(), postmaster).since(before)
            here, there = spent.client / TIMES * 1000, spent.database / TIMES * 1000
            print(f"{name:<36} least {min(times):>8.1f} ms; processor {here:>7.1f} ms here, {there:>7.1f} ms in the database", flush=True)


def told(program: Program) -> None:
    """The worker has seen the past, as it would have day by day."""
    with program.database.transaction(Access.OWNER) as connection:
        known = catalog.current(connection)
        over.keep(connection, list(board.walk(connection, known, Among(), None)))
        unread = connection.execute(text("SELECT CAST(CAST(pg_current_xact_id() AS text) AS bigint)")).scalar_one()
        over.read_to(connection, select(literal("")), 0, unread, clock.now())
        connection.execute(text("ANALYZE case_over"))


def main() -> None:
    """Fill a database with a past and a day, and look."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=10_000)
    cases = parser.parse_args().cases
    with own_city() as city:
        day = clock.now().astimezone(UTC).date()
        with city.program.database.transaction(Access.OWNER) as connection:
            known = catalog.current(connection)
            place = (sorted(known.sites), min(known.labs), max(known.assays))
            fill(connection, TODAY, day, *place)
        if cases:
            with city.program.database.transaction(Access.OWNER) as connection:
                fill(connection, cases * EVERY, day - timedelta(days=9), *place, first=APART, every=EVERY, over=True)
        print(f"{cases:,} confirmed cases of nine days ago, {TODAY:,} tubes of today; load {os.getloadavg()[0]:.1f}", flush=True)
        measure(city.program)
        told(city.program)
        print("once the worker has told of them:", flush=True)
        measure(city.program)


if __name__ == "__main__":
    main()
