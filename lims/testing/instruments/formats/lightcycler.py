"""Roche LightCycler 480, `Abs Quant` results as text: one file for each filter, so the file names a dye and no target.

Line 1 says `Experiment: …  Selected Filter: dye (483-533)`; its files of all filters together are one read-out. No
amplification is an empty `Cp`, never 0, so the columns must stand in the program's own order, and every row must reach beyond its
Cp: to `Standard`, which is never empty. (A spreadsheet that has saved the file leaves the empty cells at the end away.)
"""

import re
from collections.abc import Iterable

from lims.kernel.errors import N_, Refused
from lims.testing.instruments.formats import cells, cross_checks
from lims.testing.instruments.formats.collecting import once_each, rows_of_a_plate, some
from lims.testing.instruments.formats.grids import Grid, Header, Record, headers
from lims.testing.instruments.rules import ParsedReading, ParsedRun

NAME, TITLE = "lightcycler", N_("LightCycler 480 (txt, one file per filter)")
OWN = ("include", "pos", "name")
COLUMNS = ("include", "color", "pos", "name", "cp", "concentration", "standard", "status")
FIRST_LINE = re.compile(r"Experiment:\s*(?P<experiment>.*?)\s*(?:Selected )?Filter:\s*(?P<filter>.*?)\s*")
NEEDED = ("include", "pos", "name", "cp")


def recognises(grids: tuple[Grid, ...]) -> bool:
    """Whether a header names positions as this program does."""
    return bool(headers(grids, *OWN))


def read(grids: tuple[Grid, ...]) -> ParsedRun:
    """The readings in one filter; the filter stands for the target."""
    grid, header = headers(grids, *OWN)[0]
    experiment, dye = _first_line(grid, header)
    if "cp" not in header.names:
        raise Refused("run_file_no_ct", "Line {line} has no column Cp, so there are no readings.", line=header.line.number)
    if header.names != COLUMNS[: len(header.names)]:
        raise Refused(
            "run_file_columns",
            "Line {line}: the columns are not in the program's order; see {column}.",
            line=header.line.number,
            column=next((name for name, own in zip(header.names, COLUMNS, strict=False) if name != own), header.names[-1]),
        )
    records = [header.record(line, NEEDED) for line in rows_of_a_plate(grid.lines[header.line.number :])]
    if "standard" not in header.names:
        cross_checks.rows_are_equally_long(records)
    readings = once_each(reading for record in records for reading in _reading(record, dye))
    cross_checks.some_ct_is_written((record.written("cp") for record in records), header.line.number)
    gone = {reading.line for reading, record in zip(readings, records, strict=True) if not _included(record)}
    return ParsedRun(
        NAME,
        instrument="LightCycler 480",
        plate=None,
        readings=some(tuple(reading for reading in readings if reading.line not in gone)),
        omitted=tuple(reading.well for reading in readings if reading.line in gone),
        by_dye=True,
        experiment=experiment,
    )


def _first_line(grid: Grid, header: Header) -> tuple[str, str]:
    """The experiment and the filter."""
    for line in grid.lines[: header.line.number - 1]:
        if found := FIRST_LINE.fullmatch(line.text.strip()):
            if found["filter"]:
                return found["experiment"], found["filter"]
            break
    raise Refused("run_file_no_target", "The file does not say its filter; its first line must name Experiment and Selected Filter.")


def _included(record: Record) -> bool:
    return cells.flag(record.text("include"), record.line, record.text("pos"))


def _reading(record: Record, dye: str) -> Iterable[ParsedReading]:
    well = cells.well(record.text("pos"), record.line)
    written = record.written("cp")
    whole = record.reaches("cp") and (record.text("standard") or not record.header.where("standard"))
    if not record.text("include") or not whole:
        raise Refused("run_file_truncated", "Line {line}, well {well}: the row is not whole.", line=record.line, well=well)
    if record.text("standard") and cells.number(record.text("standard")) is None:
        raise Refused(
            "run_file_contradiction",
            "Line {line}, well {well}: {value!r} cannot be in column {column!r}; were columns moved?",
            line=record.line, well=well, value=cells.shown(record.text("standard")), column="standard",
        )  # fmt: skip
    ct = cells.ct(written, record.line, well)
    if written and ct is None:
        raise Refused(
            "run_file_bad_ct", "Line {line}, well {well}: {value!r} is not a Cp.", line=record.line, well=well, value=cells.shown(written)
        )
    yield ParsedReading(well, record.text("name") or None, dye, ct, record.line)
