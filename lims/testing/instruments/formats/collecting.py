"""What holds for the readings of every format: one row per well and target, one sample per well, at least one reading."""

import unicodedata
from collections.abc import Iterable
from itertools import islice

from lims.kernel.errors import Refused
from lims.testing.instruments.formats.grids import Line
from lims.testing.instruments.rules import ParsedReading

# 384 wells with 26 targets each; no instrument has so many dyes.
MOST_ROWS = 10_000


def rows_of_a_plate(lines: Iterable[Line]) -> list[Line]:
    """The lines that are not blank; refused early if they are more than the largest plate can have."""
    rows = list(islice((line for line in lines if not line.blank), MOST_ROWS + 1))
    if len(rows) > MOST_ROWS:
        raise Refused("run_file_too_large", "The table has more than {most} rows; no plate has so many.", most=MOST_ROWS)
    return rows


def once_each(readings: Iterable[ParsedReading]) -> tuple[ParsedReading, ...]:
    """The readings; refused with both lines where a well has a target twice, or two samples."""
    lines: dict[tuple[str, str], int] = {}
    samples: dict[str, ParsedReading] = {}
    kept: list[ParsedReading] = []
    for reading in readings:
        first = lines.setdefault((reading.well, _folded(reading.target)), reading.line)
        if first != reading.line:
            raise Refused(
                "run_file_doubled",
                "Well {well} has target {target} twice, in lines {first} and {line}.",
                well=reading.well,
                target=reading.target,
                first=first,
                line=reading.line,
            )
        if reading.sample is not None:
            other = samples.setdefault(reading.well, reading)
            if other.sample != reading.sample:
                raise Refused(
                    "run_file_two_samples",
                    "Well {well} holds sample {other} in line {first} and {sample} in line {line}.",
                    well=reading.well,
                    other=other.sample,
                    first=other.line,
                    sample=reading.sample,
                    line=reading.line,
                )
        kept.append(reading)
    return tuple(kept)


def some(readings: tuple[ParsedReading, ...]) -> tuple[ParsedReading, ...]:
    """The readings; refused if there are none."""
    if not readings:
        raise Refused("run_file_empty", "The file has a header but no readings.")
    return readings


def _folded(target: str) -> str:
    return unicodedata.normalize("NFKC", target).casefold()
