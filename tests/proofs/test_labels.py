"""Promises 13 to 15: no label twice without an operator's say, no code twice, every label scans, no misread code taken for another."""

import multiprocessing
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from itertools import count, pairwise, product
from pathlib import Path
from uuid import uuid4

import pytest
import uvicorn
from sqlalchemy import text
from stdnum import damm

from lims.apps import ends
from lims.apps.demo.hosting import free_port
from lims.kernel.db import Access
from lims.kernel.program import Program
from tests.factories import Town
from tests.proofs.hosts import until
from tests.sampling.labels.damage import DEGRADED, DPI, FACTS, STOCKS, clean, damaged
from tests.sampling.printing import shot
from tests.sampling.printing.conftest import FakePrinter
from tests.sampling.printing.test_jobs import asked, reserved, told

pytestmark = pytest.mark.proof
KILLS = 100
LABELS = 200
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.sampling.printing.shot"])
DIGITS = range(10)


@pytest.fixture
def url(program: Program) -> Iterator[str]:
    """The program behind a real port."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(ends.create(program), port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


def test_of_jobs_killed_a_hundred_times_at_random_no_label_is_printed_twice_without_an_operators_say(town: Town, url: str) -> None:
    luck, printer = random.Random(13), FakePrinter(seconds=0.002)
    wanted: list[str] = []
    job, in_doubt = "", 0
    for kill in count():
        # On a slow machine more of them come too early.
        if kill >= KILLS and in_doubt > KILLS / 10:
            break
        assert kill < 10 * KILLS, "the kills meet no labels on their way"
        if not job or town.ana.get(f"/sampling/api/print-jobs/{job}").json()["state"] == "done":
            made = reserved(town, 60)
            wanted += made["codes"]
            job = asked(town, made).json()["id"]
        process = PROCESSES.Process(target=shot.agent, args=(url, town.ana.token, printer.address, luck.randint(1, 9)))
        process.start()
        time.sleep(luck.uniform(0.05, 0.5))
        process.kill()
        process.join()
        printer.quiet()
        state = town.ana.get(f"/sampling/api/print-jobs/{job}").json()
        if any(run["state"] == "in_doubt" for run in state["labels"]):
            in_doubt += 1
            before = len(printer.printed)
            shot.agent(url, town.ana.token, printer.address, 5)
            assert len(printer.printed) == before, "nobody has scanned, and yet it goes on"
            came_out = [code for code in printer.printed if code in made["codes"]]
            assert told(town, job, "resume", scanned=came_out[-1] if came_out else None).status_code == 200
    shot.agent(url, town.ana.token, printer.address, 25)
    printer.quiet()
    assert printer.printed == wanted
    printer.close()


def test_of_fifty_reservations_at_once_killed_a_hundred_times_no_code_is_given_twice(town: Town, tmp_path: Path) -> None:
    luck = random.Random(50)
    sites = [f"{town.site}-{number}-{uuid4()}" for number in range(5)]
    kept: list[range] = []
    for kill in range(KILLS):
        said = tmp_path / f"{kill}"
        process = PROCESSES.Process(target=shot.reservations, args=(town.program.database.url, sites, 50, str(said)))
        process.start()
        # How long fifty connections take to open is the machine's affair.
        until(lambda said=said: said.exists() and said.stat().st_size > 0, "nothing is reserved")  # type: ignore[misc]
        time.sleep(luck.uniform(0, 0.6))
        process.kill()
        process.join()
        lines = said.read_text().splitlines(keepends=True)
        ends_kept = [line.split() for line in lines if line.endswith("\n")]
        kept += [range(int(first), int(last) + 1) for first, last in ends_kept]
    assert len(kept) > KILLS
    times = Counter(serial for run in kept for serial in run)
    assert times.most_common(1)[0][1] == 1
    with town.program.database.transaction(Access.OWNER) as connection:
        rows = connection.execute(text("SELECT first_serial, last_serial FROM label_range WHERE site = ANY(:sites)"), {"sites": sites})
        assert {(run[0], run[-1]) for run in kept} <= {(row.first_serial, row.last_serial) for row in rows}


def test_every_wrong_digit_and_every_swap_of_neighbours_is_caught_in_a_million_codes() -> None:
    """Of 10⁶ codes drawn by lot, one after the other, all 126 wrong digits and 13 swaps.

    The check reads left to right with ten states, and from any state each digit leads to another state (a permutation, shown
    below); so what is after a changed place can be read backwards: for each state behind it there is exactly one before it
    that ends well. An error is caught where the state behind it is not that one, which costs a table look-up.
    """
    table = damm._operation_table  # noqa: SLF001 - the rows of the very check that scans go through
    undo = [{row[digit]: state for state, row in enumerate(table)} for digit in DIGITS]
    assert all(sorted(column) == list(DIGITS) for column in undo)
    single = {(state, digit): [table[state][other] for other in DIGITS if other != digit] for state in DIGITS for digit in DIGITS}
    luck, missed = random.Random(15), 0
    for _ in range(10**6):
        body = f"10{luck.randrange(10**11):011d}"
        code = [*map(int, body), int(damm.calc_check_digit(body))]
        before = [0]
        for digit in code:
            before.append(table[before[-1]][digit])
        for place, digit in enumerate(code):
            missed += before[place + 1] in single[before[place], digit]
        for place, (one, other) in enumerate(pairwise(code)):
            missed += one != other and table[table[before[place]][other]][one] == before[place + 2]
    assert missed == 0


def test_every_stock_is_read_clean_always_and_damaged_in_ninety_nine_of_a_hundred(capsys: pytest.CaptureFixture[str]) -> None:
    shares: dict[tuple[str, int, str], float] = {}
    for stock, dpi, damage in product(STOCKS, DPI, (clean, *DEGRADED)):
        seen = damaged(stock, dpi, damage, FACTS, LABELS)
        shares[stock, dpi, damage.__name__] = sum(one.found == one.wanted if damage is clean else one.read for one in seen) / LABELS
    with capsys.disabled():
        sys.stdout.write(f"\nread of {LABELS} labels each\n")
        sys.stdout.writelines(f"{stock:<18} {dpi} dpi  {damage:<8} {share:8.2%}\n" for (stock, dpi, damage), share in shares.items())
    assert {case: share for case, share in shares.items() if share < (1 if case[2] == "clean" else 0.99)} == {}
