"""Whether something may have spilt over on a plate: late positives in a cluster beside a strong one. Pure.

It alarms and decides nothing: whoever reviews looks at the wells and sends doubtful ones back. The distances and cycles are those of
the assay version; what is usual where it says nothing stands in `catalog.rules.Contamination`, with its source.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lims.catalog.rules import Assay

WELL = re.compile(r"([A-P])([0-9]{1,2})")


@dataclass(frozen=True)
class Spill:
    """A strong well and the late ones beside it, for one target; Ct in cycles."""

    target: str
    strong: str
    ct: float
    late: tuple[tuple[str, float], ...]


def place(well: str) -> tuple[int, int]:
    """Row and column of a well: B3 is (1, 2)."""
    found = WELL.fullmatch(well)
    if found is None:
        raise ValueError(well)
    return ord(found[1]) - ord("A"), int(found[2]) - 1


def distance(one: str, other: str) -> int:
    """How many wells lie between two, diagonals counted as one step: neighbours are 1 apart."""
    (row, column), (other_row, other_column) = place(one), place(other)
    return max(abs(row - other_row), abs(column - other_column))


def spills(readings: Mapping[str, Mapping[str, float | None]], assay: Assay) -> list[Spill]:
    """Every strong well with enough late ones near it, target by target. `readings`: well → target → Ct, of tubes and negative controls."""
    limits = assay.contamination
    found = []
    for target in assay.targets:
        cts = {well: ct for well, seen in readings.items() if (ct := seen.get(target.name)) is not None and ct > 0}
        late = {well: ct for well, ct in cts.items() if limits.late_from <= ct <= target.grey_to}
        for well, ct in cts.items():
            beside = tuple(sorted((other, cts[other]) for other in late if distance(well, other) <= limits.within_wells))
            if ct <= limits.strong_to and len(beside) >= limits.at_least:
                found.append(Spill(target.name, well, ct, beside))
    return found
