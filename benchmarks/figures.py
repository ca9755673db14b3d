"""What a benchmark found, told in rows; `python -m benchmarks` makes the tables of docs/performance.md of them.

A module says `tell("Registration", "one tube a call, 8 clients", pools_per_second=436, p99_ms=58.2)`: the table, the row, and its
figures by column. Said several times, the table has the median, and beside it the least and the most.
"""

import json
import os
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from statistics import median
from typing import NamedTuple

VARIABLE = "LIMS_FIGURES"  # the file to which rows are added; without it they are only printed


class Row(NamedTuple):
    """One line of a table, once."""

    table: str
    what: str
    figures: dict[str, float]


def tell(table: str, what: str, **figures: float | None) -> None:
    """One row: its figures, named with their unit last (`p99_ms`, `pools_per_second`); None for what was not seen: an empty cell."""
    said = (f"{name.replace('_', ' ')} {'none' if value is None else shown(value)}" for name, value in figures.items())
    print(f"{table}: {what}: " + ", ".join(said), flush=True)
    seen = {name: value for name, value in figures.items() if value is not None}
    if place := os.environ.get(VARIABLE):
        with Path(place).open("a", encoding="utf-8") as file:
            file.write(json.dumps(Row(table, what, seen)) + "\n")


def read(place: Path) -> list[Row]:
    """The rows that were told into a file."""
    return [Row(*json.loads(line)) for line in place.read_text("utf-8").splitlines()] if place.exists() else []


def tables(rows: Iterable[Row]) -> dict[str, str]:
    """Every table as Markdown, by its name."""
    told: dict[str, dict[str, dict[str, list[float]]]] = defaultdict(dict)
    for row in rows:
        line = told[row.table].setdefault(row.what, {})
        for name, value in row.figures.items():
            line.setdefault(name, []).append(value)
    return {name: markdown(lines) for name, lines in told.items()}


def markdown(lines: dict[str, dict[str, list[float]]]) -> str:
    """One table: what was done, and a column for each figure that occurs."""
    columns = list(dict.fromkeys(name for line in lines.values() for name in line))
    runs = max((len(values) for line in lines.values() for values in line.values()), default=0)
    head = [f"{runs} run{'s' * (runs > 1)}", *(name.replace("_", " ") for name in columns)]
    out = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    out += ["| " + " | ".join([what, *(cell(line.get(name)) for name in columns)]) + " |" for what, line in lines.items()]
    return "\n".join(out)


def cell(values: list[float] | None) -> str:
    """The median, and the span where there is one."""
    if not values:
        return ""
    if len(values) == 1 or shown(min(values)) == shown(max(values)):
        return shown(median(values))
    return f"{shown(median(values))} ({shown(min(values))} to {shown(max(values))})"


def shown(value: float) -> str:
    """As many digits as mean something."""
    size = abs(value)
    return f"{value:,.0f}" if size >= 100 or value == int(value) else f"{value:.1f}" if size >= 10 else f"{value:.2f}"
