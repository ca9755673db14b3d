"""What it costs to import a run: reading its file, and the whole call from upload to answer.

python -m benchmarks.imports
python -m benchmarks.imports --plates 10

Plates of 96 and of 384 wells, three targets in each; text without and workbooks with all their curves of 40 cycles.
"""

import argparse
import io
import os
import random
import time
from collections.abc import Callable, Sequence
from typing import Any

import httpx
import xlsxwriter

from benchmarks import processor
from benchmarks.bench_day import Day
from benchmarks.own import own_city
from lims.apps.demo import hosting
from lims.catalog import actions as catalog_actions
from lims.catalog import queries as catalog
from lims.catalog.forms import CatalogForm
from lims.kernel import barcodes, clock, ids
from lims.kernel.db import Access
from lims.kernel.program import Program
from lims.simulate.instrument import Kit, Look, Well, cfx, controls, generic, quantstudio, seen
from lims.simulate.measure import percentile
from lims.testing.instruments.formats import read

CYCLES = 40
LARGE = "large"
Wells = Sequence[Well]


def workbook(plate: str, wells: Wells, kit: Kit) -> tuple[str, bytes]:
    """A QuantStudio workbook with the curve of every reading."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    results, curves = book.add_worksheet("Results"), book.add_worksheet("Amplification Data")
    results.write_row(0, 0, ["Experiment Barcode", plate])
    results.write_row(2, 0, ["Well", "Well Position", "Omit", "Sample Name", "Target Name", "Reporter", "CT", "Ct Threshold"])
    curves.write_row(0, 0, ["Well", "Well Position", "Cycle", "Target Name", "Rn", "Delta Rn"])
    row_length = 24 if len(wells) > 96 else 12
    row, point = 3, 1
    for well in wells:
        number = (ord(well.name[0]) - ord("A")) * row_length + int(well.name[1:])
        for target, dye, ct in zip(kit.names, kit.channels, well.cts, strict=True):
            said: str | float = "Undetermined" if ct is None else ct
            results.write_row(row, 0, [number, well.name, "false", well.tube or well.role, target, dye, said, 0.2])
            row += 1
            for cycle in range(1, CYCLES + 1):
                rise = 0.0 if ct is None else max(0.0, cycle - ct) / CYCLES
                curves.write_row(point, 0, [number, well.name, cycle, target, 1.234 + rise, rise])
                point += 1
    book.close()
    return f"{plate}.xlsx", out.getvalue()


KINDS: dict[str, tuple[int, Callable[[str, Wells, Kit], tuple[str, bytes]]]] = {
    "96 wells, generic CSV": (96, generic),
    "96 wells, QuantStudio text": (96, quantstudio),
    "96 wells, CFX CSV": (96, cfx),
    "96 wells, xlsx with curves": (96, workbook),
    "384 wells, generic CSV": (384, generic),
    "384 wells, xlsx with curves": (384, workbook),
}


def wells_of(laid: dict[str, Any], luck: random.Random) -> list[Well]:
    """What the cycler sees in a laid-out plate."""
    kit, wells = Kit(), []
    for name, what in laid["wells"].items():
        role = what.get("control")
        cts = controls(role, kit, luck) if role else seen(luck.choice([Look.NEGATIVE] * 9 + [Look.POSITIVE]), kit, luck)
        wells.append(Well(name, what.get("tube"), role, cts))
    return wells


def told(name: str, seconds: list[float], cpu: list[float]) -> str:
    """Median, worst, and processor time (mean) in milliseconds."""
    ordered = sorted(seconds)
    spent = 1000 * sum(cpu) / max(len(cpu), 1)
    return f"{name:<22} p50 {1000 * percentile(ordered, 0.5):6.0f}  max {1000 * ordered[-1]:6.0f}  processor {spent:6.0f} ms"


def large_assay(program: Program) -> None:
    """The kit of the city on plates of 384."""
    with program.database.transaction(Access.OWNER) as connection:
        known = catalog.current(connection).assay(Kit().assay)
        targets = [{"name": one.name, "channel": one.channel, "cutoff": one.cutoff, "grey_to": one.grey_to} for one in known.targets]
        inner = known.internal_control
        form = {
            "code": LARGE, "version": 1, "name": LARGE, "pool_max": 10, "plate": 384, "targets": targets,
            "internal_control": {"name": inner.name, "channel": inner.channel, "cutoff": inner.cutoff},
            "controls": [{"role": one.role.value, "count": one.count} for one in known.controls],
        }  # fmt: skip
        catalog_actions.load(connection, CatalogForm.model_validate({"assay": [form]}), clock.now(), "benchmark")


def measure(day: Day, server: int, postmaster: int, plates: int) -> None:
    """Every kind of file, so many plates each."""
    for name, (size, write) in KINDS.items():
        reading: tuple[list[float], list[float]] = ([], [])
        call: tuple[list[float], list[float]] = ([], [])
        weight = 0
        for _ in range(plates):
            day.receive([day.code(barcodes.Kind.TUBE) for _ in range(size)])
            barcode = day.code(barcodes.Kind.PLATE)
            body = {"id": str(ids.uuid7()), "barcode": barcode, "lab": day.lab, "assay": LARGE if size == 384 else Kit().assay}
            laid = day.tell("lay out a plate", "technician", "/testing/api/plates", body)
            title, content = write(barcode, wells_of(laid, day.luck), Kit())
            weight, began, cpu = len(content), time.perf_counter(), os.times()
            read(content)
            ended = os.times()
            reading[0].append(time.perf_counter() - began)
            reading[1].append(sum(ended[:4]) - sum(cpu[:4]))
            before, began = processor.used(server, postmaster), time.perf_counter()
            day.tell(name, "technician", f"/testing/api/plates/{barcode}/runs", file=(title, content))
            call[0].append(time.perf_counter() - began)
            used = processor.used(server, postmaster).since(before)
            call[1].append(used.server + used.database)
        print(f"{name}, {weight / 1024:,.0f} kB")
        print(f"  {told('reading the file', *reading)}\n  {told('upload to answer', *call)}")


def main() -> None:
    """Measure on a database of our own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plates", type=int, default=10, help="of each kind")
    options = parser.parse_args()
    with own_city() as (program, tokens, postmaster):
        large_assay(program)
        port, lab = hosting.free_port(), min(tokens.technicians)
        with hosting.served(port) as server:
            day = Day(f"http://127.0.0.1:{port}", lab, tokens.technicians[lab], tokens.reviewers[lab])
            httpx.get(f"http://127.0.0.1:{port}/readyz")
            print(f"load of the machine when this began: {os.getloadavg()[0]:.1f}")
            measure(day, server.pid, postmaster, options.plates)


if __name__ == "__main__":
    main()
