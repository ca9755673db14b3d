"""Ten thousand tube labels in one job, as ZPL, TSPL and PDF; and some of them drawn and read back.

python -m benchmarks.labels            # prints seconds on the clock and of the processor
python -m benchmarks.labels --count 1000
"""

import argparse
import time
from collections.abc import Callable

from lims.kernel.barcodes import Kind, own_code
from lims.sampling.labels import templates
from lims.sampling.labels.formats import render
from lims.sampling.labels.reading import read_back
from lims.sampling.labels.rules import LabelFacts

STOCKS = {"zpl": "tube_35x30", "tspl": "tube_35x30", "pdf": "tube_35x30", "pdf sheets of 65": "tube_38x21_sheet"}
FACTS = LabelFacts(site="FY-012", site_name="福永社区体育中心采样点", text="夜场")
GOALS = {"zpl": "< 5", "pdf": "< 30"}


def measured(work: Callable[[], bytes]) -> tuple[float, float, int]:
    """Seconds on the clock, seconds of the processor, bytes."""
    clock, processor = time.perf_counter(), time.process_time()
    size = len(work())
    return time.perf_counter() - clock, time.process_time() - processor, size


def main() -> None:
    """One line a format."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000, help="labels in one job")
    count = parser.parse_args().count
    codes = [own_code(Kind.TUBE, serial) for serial in range(count)]
    for name, stock in STOCKS.items():
        template, file_format = templates.load(stock), name.split(" ")[0]
        seconds, processor, size = measured(lambda: render(template, codes, FACTS, file_format))  # noqa: B023 - called at once
        goal = GOALS.get(name, "")
        print(
            f"{count:>7,} labels  {name:<18} {seconds:6.2f} s  processor {processor:6.2f} s  {size / 1e6:6.1f} MB  goal {goal}", flush=True
        )
    few = codes[:200]
    seconds, processor, _ = measured(lambda: b"".join(read_back(templates.load("tube_35x30"), code, FACTS).picture for code in few))
    print(f"{len(few):>7,} labels  drawn and read     {seconds:6.2f} s  processor {processor:6.2f} s", flush=True)


if __name__ == "__main__":
    main()
