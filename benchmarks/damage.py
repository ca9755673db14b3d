"""Memory and time over the proof of damaged files: 5,000 mutations of made-up exports, and what the process held at most.

python -m benchmarks.damage
"""

import os
import random
import resource
import time

from tests.proofs.damage import Plan, Verdicts, attempt, damaged
from tests.proofs.test_damaged_files import COUNT, MAKERS


def main() -> None:
    """Every maker's share of the 5,000, in this one process."""
    began, tried, taken, wrong = time.perf_counter(), 0, 0, 0
    for make in MAKERS:
        luck = random.Random(make.__name__)  # noqa: S311 - a benchmark
        table, verdicts = make(luck), Verdicts()
        plan = Plan.of(table)
        for (what, content, wanted, names_it), _ in zip(damaged(table, luck), range(COUNT // len(MAKERS)), strict=False):
            attempt(plan, what, content, wanted, verdicts, names_it=names_it)
        tried, taken, wrong = tried + verdicts.tried, taken + verdicts.taken, wrong + len(verdicts.wrong)
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(
        f"{tried:,} damaged files: {taken:,} taken with the right readings, {tried - taken:,} refused, {wrong} wrong readings\n"
        f"{time.perf_counter() - began:.0f} s, {used.ru_utime + used.ru_stime:.0f} s of the processor "
        f"(load of the machine {os.getloadavg()[0]:.1f}), {used.ru_maxrss / 1024:.0f} MB at most"
    )


if __name__ == "__main__":
    main()
