"""Tianlong Gentier, as its software hands results on. Built from descriptions (a receiver's code), no real file was seen.

A table, or a JSON document whose `result` is a list, with `well`, `sampleName`, `geneName`, `dyeName` and `ctVaule` (written so).
The Ct is given in hundredths of a cycle; -100 is no reading, and nothing else is.
"""

import json
from collections.abc import Iterable

from lims.kernel.errors import N_, Refused
from lims.testing.instruments.formats import cells
from lims.testing.instruments.formats.collecting import once_each, rows_of_a_plate, some
from lims.testing.instruments.formats.grids import Grid, Line, Record, headers
from lims.testing.instruments.rules import ParsedReading, ParsedRun

NAME, TITLE = "gentier", N_("Tianlong Gentier (built from descriptions)")
CT = ("ctvaule", "ctvalue")
NO_CT = "-100"
WELL, SAMPLE, GENE, DYE = "well", ("samplename", "sampleuid", "samplenumber"), ("genename",), ("dyename", "referencedye")
NEEDED = (WELL, *SAMPLE, *GENE, *DYE, *CT)


def recognises(grids: tuple[Grid, ...]) -> bool:
    """Whether the field of the Ct is spelt as this program does."""
    return _is_json(grids) or any(headers(grids, WELL, name) for name in CT)


def read(grids: tuple[Grid, ...]) -> ParsedRun:
    """The readings; by gene if the entries name genes, otherwise by dye."""
    if _is_json(grids):
        grids = (_document(grids[0]),)
    grid, header = next(found for name in CT for found in headers(grids, WELL, name))
    records = [header.record(line, NEEDED) for line in rows_of_a_plate(grid.lines[header.line.number :])]
    by_dye = not any(record.text(*GENE) for record in records)
    return ParsedRun(NAME, None, None, some(once_each(_readings(records, by_dye=by_dye))), by_dye=by_dye)


def _is_json(grids: tuple[Grid, ...]) -> bool:
    first = next((line.text.lstrip() for line in grids[0].lines if not line.blank), "") if not grids[0].name else ""
    return first.startswith(("{", "[")) and any(f'"{name}"' in line.text.casefold() for line in grids[0].lines for name in CT)


def _document(grid: Grid) -> Grid:
    """The entries as a table under the names of their fields; a row's number stands for its line."""
    try:
        said = json.loads("\n".join(line.text for line in grid.lines))
    except (json.JSONDecodeError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise Refused("run_file_truncated", "The file breaks off in line {line}; export it again.", line=line) from error
    entries = said.get("result") if isinstance(said, dict) else said
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise Refused("run_file_columns", "Line {line}: the results are no list of entries.", line=1)
    names = tuple(dict.fromkeys(name for entry in entries for name in entry))
    rows = [tuple("" if entry.get(name) is None else str(entry[name]) for name in names) for entry in entries]
    return Grid("result", tuple(Line(number, row=row) for number, row in enumerate([names, *rows], start=1)))


def _readings(records: Iterable[Record], *, by_dye: bool) -> Iterable[ParsedReading]:
    for record in records:
        well = cells.well(record.text(WELL), record.line)
        target, written = record.text(*(DYE if by_dye else GENE)), record.written(*CT)
        if not target:
            raise Refused("run_file_no_target", "Line {line}, well {well}: a Ct without a target.", line=record.line, well=well)
        yield ParsedReading(well, record.text(*SAMPLE) or None, target, _ct(written, record.line, well), record.line)


def _ct(written: str, line: int, well: str) -> float | None:
    if written == NO_CT:
        return None
    if not written.isdecimal() or cells.number(written) is None:
        raise Refused(
            "run_file_bad_ct",
            "Line {line}, well {well}: {value!r} is not a Ct in hundredths of a cycle.",
            line=line, well=well, value=cells.shown(written),
        )  # fmt: skip
    return cells.ct(f"{int(written) / 100:.2f}", line, well)
