"""Run benchmarks and write their tables into docs/performance.md: `make bench`.

python -m benchmarks                          # all of LISTED, three times each
python -m benchmarks registration --times 5   # only this; the other tables stay as they are
python -m benchmarks whole_day --times 1 --people 3000000
"""

import argparse
import os
import platform
import re
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks import figures
from lims.kernel.embedded import binaries

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
# Module: its options. What takes longer than some minutes is run by its name, once.
LISTED: dict[str, tuple[str, ...]] = {"registration": (), "labels": (), "whole_day": ("--people", "100000")}
LIBRARIES = ("sqlalchemy", "psycopg", "fastapi", "uvicorn", "pydantic")
MEASURED = "<!-- measured: {name} -->\n{content}\n<!-- measured so far -->"


def machine(now: datetime) -> str:
    """Where and with what the figures were measured."""
    info = Path("/proc/cpuinfo")
    models = re.findall(r"model name\s*:\s*(.+)", info.read_text()) if info.exists() else []
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    used = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    cores = f"{os.cpu_count()} cores ({models[0] if models else platform.machine()}), {memory:.0f} GB"
    system = f"{platform.system()} {platform.release()}, load at the end {os.getloadavg()[0]:.1f}"
    return f"{now:%Y-%m-%d}: {cores}, {system}; {binaries.find().version}, Python {platform.python_version()}, {used}."


def placed(page: str, name: str, content: str) -> str:
    """The page with the table of this name in its place: after its heading, or at the end where it is new."""
    fresh = MEASURED.format(name=name, content=content)
    known = re.compile(re.escape(f"<!-- measured: {name} -->") + r".*?<!-- measured so far -->", re.DOTALL)
    return known.sub(lambda _: fresh, page) if known.search(page) else f"{page.rstrip()}\n\n## {name}\n\n{fresh}\n"


def main() -> None:
    """Run, gather, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*", help="modules of benchmarks/ by name; other options are handed on to them")
    parser.add_argument("--times", type=int, default=3, help="runs of each; tables have the median")
    options, theirs = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "figures"
        for module in options.modules or LISTED:
            for _ in range(options.times):
                words = [sys.executable, "-m", f"benchmarks.{module}", *LISTED.get(module, ()), *theirs]
                subprocess.run(words, check=True, env=os.environ | {figures.VARIABLE: str(told)})  # noqa: S603 - our own modules
        page = PAGE.read_text("utf-8")
        for name, table in figures.tables(figures.read(told)).items():
            page = placed(page, name, f"{table}\n\n{machine(datetime.now(UTC))}")
    PAGE.write_text(page, "utf-8")


if __name__ == "__main__":
    main()
