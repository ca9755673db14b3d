"""What a day of 3,000,000 people costs to look at: every page, table and document of the reports, of a day that is over and of today.

python -m benchmarks.reports                          # fills two days of 300,000 tubes; some minutes
python -m benchmarks.reports --data /somewhere        # fills that folder once, and measures there again another time
python -m benchmarks.reports --tubes 30000

The clock's time is the least of some; beside it the seconds of the processor that server and database used for one answer.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import httpx
from sqlalchemy import text

from benchmarks import processor
from benchmarks.great_day import LABS, ZONE, lived
from benchmarks.own import own_program
from lims.apps.demo import hosting
from lims.catalog import queries as catalog
from lims.kernel import clock
from lims.kernel.auth import actions as auth
from lims.kernel.auth import queries as users
from lims.kernel.db import Access
from lims.kernel.program import Program
from lims.kernel.settings import settings
from lims.reporting import measures
from lims.reporting.balances import actions as balances
from lims.reporting.keeping import actions
from lims.reporting.keeping.queries import wait_to_keep
from lims.reporting.pools import actions as pools

SITE = "B-0007"
PEOPLE = {"olga": {}, "lena": {"lab": LABS[1]}, "sina": {"site": SITE}}
# What is asked of a day: a name, who asks (of all, of one lab, of one site), and the address.
DAY = (
    ("page of the day", "olga", "/reporting/?day={day}"),
    ("page of a lab", "lena", "/reporting/?day={day}"),
    ("page of an area", "olga", "/reporting/?day={day}&area={area}"),
    ("page of a site's official", "sina", "/reporting/?day={day}"),
    ("throughput by lab", "olga", "/reporting/api/throughput?from={day}&to={day}&by=lab"),
    ("throughput by hour", "olga", "/reporting/api/throughput?from={day}&to={day}&by=hour"),
    ("throughput by site", "olga", "/reporting/api/throughput?from={day}&to={day}&by=site"),
    ("  as CSV", "olga", "/reporting/api/throughput?from={day}&to={day}&by=site&format=csv"),
    ("  as XLSX", "olga", "/reporting/api/throughput?from={day}&to={day}&by=site&format=xlsx"),
    ("by hour of a lab", "lena", "/reporting/api/throughput?from={day}&to={day}&by=hour"),
    ("by hour of an area", "olga", "/reporting/api/throughput?from={day}&to={day}&by=hour&area={area}"),
    ("by hour of a site", "sina", "/reporting/api/throughput?from={day}&to={day}&by=hour"),
    ("tubes tested", "olga", "/reporting/rows?figure=tested&day={day}"),
    ("tubes tested after noon", "olga", "/reporting/rows?figure=tested&day={day}&after_at={day}T04:00:00Z"),
    ("tubes not negative", "olga", "/reporting/rows?figure=nonnegative&day={day}"),
    ("backlog, its tubes", "olga", "/reporting/rows?figure=backlog&day={day}"),
    ("  at 15:00", "olga", "/reporting/rows?figure=backlog&day={day}&hour=14"),
    ("  over the limit", "olga", "/reporting/rows?figure=late&day={day}"),
    ("tubes of a leg", "olga", "/reporting/rows?figure=direct_waiting&day={day}"),
    ("tubes of a leg of cases", "olga", "/reporting/rows?figure=case_waiting&day={day}"),
    ("people found positive", "olga", "/reporting/rows?figure=positive&day={day}"),
    ("people verifying", "olga", "/reporting/rows?figure=verifying&day={day}"),
    ("prevalence of the day", "olga", "/reporting/api/prevalence?from={day}&to={day}"),
    ("figures of cases", "olga", "/reporting/cases?from={day}&to={day}"),
    ("reconciliation", "olga", "/reporting/api/reconciliation?date={day}"),
    ("page of the reconciliation", "olga", "/reporting/reconciliation?day={day}"),
    ("account of a lab", "lena", "/reporting/api/reconciliation?date={day}"),
    ("account of a site", "sina", "/reporting/api/reconciliation?date={day}"),
    ("PDF of the day", "olga", "/reporting/daily/{day}.pdf"),
)
ALWAYS = (
    ("tomorrow", "olga", "/reporting/tomorrow"),
    ("tomorrow again", "olga", "/reporting/tomorrow"),
    ("capacities", "olga", "/reporting/capacity"),
    ("the wall's metrics", "olga", "/reporting/api/throughput?from={today}&to={today}"),
)
YEAR = (
    ("a year of days", "olga", "/reporting/api/throughput?from={first}&to={day}"),
    ("a year of an area", "olga", "/reporting/api/throughput?from={first}&to={day}&area={area}"),
    ("a year of labs", "olga", "/reporting/api/throughput?from={first}&to={day}&by=lab"),
    ("60 days beside 60", "olga", "/reporting/range?from={sixty}&to={day}"),
    ("a year's prevalence", "olga", "/reporting/api/prevalence?from={first}&to={day}"),
    ("60 days' prevalence", "olga", "/reporting/prevalence?from={sixty}&to={day}"),
)


def kept(program: Program, day: date) -> None:
    """Count a day as the worker does, and keep it."""
    with program.database.owner() as connection:
        postmaster = processor.postmaster_of(connection)
    before = processor.used(os.getpid(), postmaster)
    with program.database.transaction(Access.OWNER) as connection:
        wait_to_keep(connection)
        known = catalog.current(connection)
        actions.read_on(connection, measures.zones_of(known))
        found = actions.counted(connection, known, day, ZONE, clock.now())
        actions.keep(connection, known, found, clock.now())
        pools.count(connection, day)
        began = time.perf_counter()
        balances.keep(connection, known, day, ZONE, clock.now())
        accounted = time.perf_counter() - began
    used = processor.used(os.getpid(), postmaster).since(before)
    print(
        f"counting {day} for keeping: {found.seconds:.1f} s, its account {accounted:.1f} s, "
        f"processor {used.client:.1f} s here, {used.database:.1f} s database",
        flush=True,
    )


def a_year(program: Program, day: date) -> None:
    """364 more kept days, all like this one."""
    copies = (
        "DELETE FROM kept_day WHERE day < :day",
        """INSERT INTO kept_day (day, is_over, places, made_at, seconds, panels, habits)
           SELECT day - n, is_over, places, made_at, seconds, panels, habits
           FROM kept_day, generate_series(1, 364) AS n WHERE day = :day""",
        """INSERT INTO kept_line (day, by, key, hour, figures)
           SELECT day - n, by, key, hour, figures FROM kept_line, generate_series(1, 364) AS n WHERE day = :day""",
        "DELETE FROM kept_pool_day WHERE day < :day",
        "INSERT INTO kept_pool_day SELECT day - n, seen FROM kept_pool_day, generate_series(1, 364) AS n WHERE day = :day",
        """INSERT INTO kept_pool SELECT day - n, site, lab, kind, again, size, negative, positive, undecided
           FROM kept_pool, generate_series(1, 364) AS n WHERE day = :day""",
        "ANALYZE kept_line, kept_pool",
    )
    with program.database.transaction(Access.OWNER) as connection:
        for statement in copies:
            connection.execute(text(statement), {"day": day} if ":day" in statement else {})


def tokens(program: Program) -> dict[str, str]:
    """Officials of everything, of a lab and of a site."""
    now = clock.now()
    with program.database.transaction(Access.OWNER) as connection:
        there = users.user_names(connection)
        for name, place in PEOPLE.items():
            if name not in there:
                auth.add_user(connection, now, name, ("official",), **place, by="benchmark")
        return {name: auth.issue_token(connection, now, name, now + timedelta(days=1), "benchmark") for name in PEOPLE}


class Asker:
    """Asks a served program, and says what it cost."""

    def __init__(self, program: Program, server: int, url: str, words: dict[str, object]) -> None:
        with program.database.owner() as connection:
            self.postmaster = processor.postmaster_of(connection)
        self.server, self.words, self.tokens = server, words, tokens(program)
        self.http = httpx.Client(base_url=url, timeout=120, trust_env=False)

    def ask(self, name: str, who: str, address: str, times: int = 5) -> None:
        """One line of the table: least and median of some answers, processor, size."""
        took, before = [], processor.used(self.server, self.postmaster)
        headers = {"authorization": f"Bearer {self.tokens[who]}"}
        for _ in range(times):
            began = time.perf_counter()
            answer = self.http.get(address.format(**self.words), headers=headers)
            took.append(1000 * (time.perf_counter() - began))
            if took[-1] > 5000:
                break
        used = processor.used(self.server, self.postmaster).since(before)
        per = 1000 / len(took)
        print(
            f"  {name:<26} {answer.status_code} {min(took):7.0f} {statistics.median(took):7.0f} ms   "
            f"{per * used.server:6.0f} {per * used.database:6.0f} ms   {len(answer.content) / 1000:8.0f} kB "
            f"{answer.headers.get('x-statements', '-'):>4}",
            flush=True,
        )


def peak_mb(root: int) -> float:
    """The most memory that the largest of a process and those it started has ever had."""
    children = subprocess.run(["pgrep", "-P", str(root)], capture_output=True, text=True, check=False).stdout.split()  # noqa: S603, S607
    lines = [Path("/proc", str(number), "status").read_text() for number in (root, *children)]
    return max(int(text.partition("VmHWM:")[2].split()[0]) for text in lines if "VmHWM:" in text) / 1000


def commands(day: date, folder: Path) -> None:
    """The commands of a day, with the memory they took at most."""
    report = ["report", "daily", "--date", str(day), "--out"]
    for words in (["reconcile", "--date", str(day)], *([*report, str(folder / f"day.{form}")] for form in ("pdf", "html", "xlsx", "json"))):
        began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run([sys.executable, "-m", "lims", *words], capture_output=True, check=False)  # noqa: S603 - our own program
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        name = " ".join(["lims", *words[:2], Path(words[-1]).suffix])
        print(
            f"  {name:<26} {done.returncode:3} {1000 * (time.perf_counter() - began):7.0f} ms, "
            f"processor {used:.1f} s (without the database), at most {after.ru_maxrss / 1000:.0f} MB",
            flush=True,
        )


@contextmanager
def great(folder: Path | None, tubes: int) -> Iterator[Program]:
    """The program on two great days: in a folder that may have them already, or in one that goes away."""
    with own_program(folder, connections=8) as program:
        with program.database.transaction(Access.OWNER) as connection:
            fresh = not catalog.current(connection).sites
        if fresh:
            lived(program, tubes, clock.local_day(clock.now(), ZONE))
        yield program


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tubes", type=int, default=300_000)
    parser.add_argument("--data", type=Path, help="a folder to fill once and keep")
    options = parser.parse_args()
    with great(options.data, options.tubes) as program:
        today = clock.local_day(clock.now(), ZONE)
        day = today - timedelta(days=1)
        with program.database.transaction(Access.OWNER) as connection:
            area = next(iter(catalog.current(connection).areas))
        words = {"today": today, "area": area, "first": day - timedelta(days=364), "sixty": day - timedelta(days=59)}
        for counted in (day, today):
            kept(program, counted)
        a_year(program, day)
        port = hosting.free_port()
        with hosting.served(port) as server:
            asker = Asker(program, server.pid, f"http://127.0.0.1:{port}", words)
            print(f"  {'':<26}      least  median     processor: server, database     size  statements   (load {os.getloadavg()[0]:.0f})")
            for title, asked, about in ((f"{day}, over", DAY, day), (f"{today}, running", DAY, today), ("", (*ALWAYS, *YEAR), day)):
                print(title)
                asker.words["day"] = about
                if about != day or asked != DAY:
                    # A picture of today holds for some minutes: with no worker beside us, we take it.
                    kept(program, today)
                for one in asked:
                    asker.ask(*one)
            print(f"the server took at most {peak_mb(server.pid):.0f} MB")
            commands(day, settings().data_dir)


if __name__ == "__main__":
    main()
