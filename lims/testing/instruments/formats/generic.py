"""The generic run file: CSV or a workbook with the columns Plate, Well, Sample, Target, Ct, for instruments without a reader.

Nothing of it may be guessed. A last line without a line end is refused unless more columns follow the Ct: cut after 3, a Ct
of 31.2 would be a strong positive, and cut before it, a negative. The CSV writers of Excel, Python and R all end the last line.
"""

from collections.abc import Iterable

from lims.kernel.errors import N_, Refused
from lims.testing.instruments.formats import cells
from lims.testing.instruments.formats.collecting import once_each, rows_of_a_plate, some
from lims.testing.instruments.formats.grids import Grid, Header, Record
from lims.testing.instruments.rules import ParsedReading, ParsedRun

NAME, TITLE = "generic", N_("generic CSV or xlsx (Plate,Well,Sample,Target,Ct)")
COLUMNS = ("plate", "well", "sample", "target", "ct")


def recognises(grids: tuple[Grid, ...]) -> bool:
    """Whether the first line names plates and wells."""
    return _table(grids) is not None


def read(grids: tuple[Grid, ...]) -> ParsedRun:
    """The readings; every row must be whole and of the same plate."""
    found = _table(grids)
    if found is None:
        raise Refused("run_file_empty", "The file has no table of wells.")
    grid, header = found
    _check(header)
    plates: dict[str, int] = {}
    readings: list[ParsedReading] = []
    for line in rows_of_a_plate(grid.lines[header.line.number :]):
        record = header.record(line, COLUMNS)
        plates.setdefault(record.text("plate"), record.line)
        readings += _reading(record)
    kept = some(once_each(readings))
    if not any(reading.sample for reading in kept):
        raise Refused(
            "run_sample_unnamed",
            "The column Sample is empty; it must hold each well's tube, or the role of its control: nothing else shows swapped plates.",
        )
    return ParsedRun(NAME, instrument=None, plate=_one(plates), readings=kept)


def _table(grids: tuple[Grid, ...]) -> tuple[Grid, Header] | None:
    """The sheet whose first line that is not blank names plates and wells; the one with Cts where a layout stands beside it."""
    found = [*_tables(grids)]
    with_ct = [(grid, header) for grid, header in found if "ct" in header.names]
    if len(with_ct) > 1:
        first, second = (f"sheet {grid.name}" for grid, _ in with_ct[:2])
        raise Refused("run_file_doubled", "The file has results twice: {first} and {second}.", first=first, second=second)
    return next(iter([*with_ct, *found]), None)


def _tables(grids: tuple[Grid, ...]) -> Iterable[tuple[Grid, Header]]:
    for grid in grids:
        first = next((line for line in grid.lines if not line.blank), None)
        if first is None or (first.row is None and (first.delimiter == "\t" or first.text.count('"') % 2)):
            continue
        header = Header.of(first)
        if {"plate", "well"} <= set(header.names):
            yield grid, header


def _check(header: Header) -> None:
    if "ct" not in header.names:
        raise Refused("run_file_no_ct", "Line {line} has no column Ct, so there are no readings.", line=header.line.number)
    wrong = [name for name in COLUMNS if header.names.count(name) != 1]
    if wrong:
        raise Refused(
            "run_file_columns",
            "Line {line} must name each of Plate, Well, Sample, Target, Ct once; see {column}.",
            line=header.line.number,
            column=wrong[0],
        )


def _reading(record: Record) -> list[ParsedReading]:
    """One reading, or none for an empty well."""
    well = cells.well(record.text("well"), record.line)
    sample, target, written = record.text("sample"), record.text("target"), record.written("ct")
    if not (sample or target or written):
        return []
    if not target:
        raise Refused("run_file_no_target", "Line {line}, well {well}: no target is named.", line=record.line, well=well)
    return [ParsedReading(well, sample or None, target, cells.ct(written, record.line, well), record.line)]


def _one(plates: dict[str, int]) -> str:
    (first, _), *others = plates.items()
    if others:
        raise Refused(
            "run_file_two_plates",
            "The file begins with plate {plate}, but line {line} is of plate {other}.",
            plate=first or "(none)",
            other=others[0][0] or "(none)",
            line=others[0][1],
        )
    if not first:
        raise Refused("run_file_no_plate", "The column Plate is empty; it must hold the plate's barcode.")
    return first
