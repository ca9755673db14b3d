"""The great day through the public API, client and servers on the same machine: 3,000,000 people, 300,000 tubes, reconciled to zero.

python -m benchmarks.whole_day                     # everybody; 0.02 % of the pools are not negative
python -m benchmarks.whole_day --people 300000
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.figures import tell

# One pool of ten in 10,000 has somebody infected in it; of the others one in 10,000 looks as if.
INFECTED, NOISE = 0.00001, 0.025
NAMED = ("collect", "transport", "receive", "test", "recollect", "cases", "account")


def told(report: dict[str, Any]) -> None:
    """The rows of a day."""
    tubes, used = report["tubes"], report["processor"]
    people = f"{report['people']:,} people"
    tell(
        "The great day",
        people,
        tubes=tubes,
        minutes=report["seconds"] / 60,
        times_real_time=86_400 / report["seconds"],
        findings=sum(report["mismatch_counts"].values()),
        memory_at_most_MB=report["memory_mb"].get("together", 0),
        server_ms_a_tube=1000 * used.get("server", 0) / tubes,
        database_ms_a_tube=1000 * used.get("database", 0) / tubes,
        simulation_ms_a_tube=1000 * used.get("simulation", 0) / tubes,
    )
    for name in NAMED:
        stage = report["stages"].get(name, {"seconds": 0, "tubes": 0})
        tell("The great day by stages", f"{people}: {name}", seconds=stage["seconds"], tubes=stage["tubes"])


def main() -> None:
    """Live the day on a database of our own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=3_000_000)
    parser.add_argument("--prevalence", type=float, default=INFECTED)
    parser.add_argument("--noise", type=float, default=NOISE)
    parser.add_argument("--workers", type=int, default=2, help="server processes")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="lims-day-"))
    report = folder / "report.json"
    words = [sys.executable, "-m", "lims", "simulate", "--speed", "max", "--report", str(report)]
    for name in ("people", "prevalence", "noise", "workers"):
        words += [f"--{name}", str(getattr(options, name))]
    try:
        done = subprocess.run(words, check=False, env=os.environ | {"LIMS_DATA_DIR": str(folder / "data")})  # noqa: S603 - our own program
        told(json.loads(report.read_text("utf-8")))
        sys.exit(done.returncode)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
