"""ABI SDS (7300, 7500, 7900) and RQ Manager, as text or CSV: one row per well and detector.

SDS 1 has the well's name in `Well`; SDS 2 numbers the wells, and names them in `Pos` if at all. Where there is no reading the
program writes a word, so an empty Ct is a damaged row. Rows end where nothing more is to be said, so they differ in length.
"""

from collections.abc import Iterable

from lims.kernel.errors import N_, Refused
from lims.testing.instruments.formats import cells, cross_checks
from lims.testing.instruments.formats.collecting import once_each, rows_of_a_plate, some
from lims.testing.instruments.formats.grids import Grid, Header, Line, Record, headers
from lims.testing.instruments.rules import ParsedReading, ParsedRun

NAME, TITLE = "sds", N_("ABI SDS and RQ Manager (7300, 7500, 7900; txt, csv)")
WELL, SAMPLE, DETECTOR, CT = ("pos", "well"), ("sample name", "sample"), ("detector name", "detector"), ("ct",)
PLATE = ("plate", "plateid")
NEEDED = (*WELL, *SAMPLE, *DETECTOR, "omit", *CT)
ROW_OF_96, ROW_OF_384, WELLS_OF_96, WELLS_OF_384 = 12, 24, 96, 384


def recognises(grids: tuple[Grid, ...]) -> bool:
    """Whether a header names detectors and tasks, which later programs call targets."""
    return _header(grids) is not None


def read(grids: tuple[Grid, ...]) -> ParsedRun:
    """The readings of the wells that were not omitted."""
    header = _header(grids)
    if header is None or not header.where(*CT):
        line = header.line.number if header else 1
        raise Refused("run_file_no_ct", "Line {line} has no column Ct, so there are no readings.", line=line)
    if header.names.index("task") + 1 != header.where(*CT)[0]:
        raise Refused(
            "run_file_columns", "Line {line}: Ct stands right of Task in these files; were columns moved?", line=header.line.number
        )
    records = [header.record(line, NEEDED) for line in rows_of_a_plate(_rows(grids[0].lines[header.line.number :]))]
    wells = _wells(records)
    readings = once_each(reading for record, well in zip(records, wells, strict=True) for reading in _reading(record, well))
    cross_checks.means_come_from_cts(
        ((record.text(*SAMPLE), record.text(*DETECTOR)), record, record.written(*CT)) for record in records if record.text(*SAMPLE)
    )
    gone = {record.line for record, well in zip(records, wells, strict=True) if cells.flag(record.text("omit"), record.line, well)}
    return ParsedRun(
        NAME,
        instrument=None,
        plate=_plate(records),
        readings=some(tuple(reading for reading in readings if reading.line not in gone)),
        omitted=tuple(dict.fromkeys(reading.well for reading in readings if reading.line in gone)),
    )


def _header(grids: tuple[Grid, ...]) -> Header | None:
    found = [header for name in DETECTOR for _, header in headers(grids[:1], name, "task") if header.where(*WELL)]
    return found[0] if found else None


def _rows(lines: tuple[Line, ...]) -> Iterable[Line]:
    """The rows up to the footer: a line after a blank one that does not begin with a well or its number."""
    after_blank = False
    for line in lines:
        first = line.loose_cells()[0] if not line.blank else ""
        if after_blank and first and not cells.WELL.fullmatch(first) and cells.number(first) is None:
            return
        after_blank = line.blank
        yield line


def _wells(records: list[Record]) -> list[str]:
    """The names of the wells. Where there are only numbers, the highest tells a plate of 96 from one of 384."""
    said = [record.text(*WELL) for record in records]
    numbers = [cells.number(text) for text in said]
    counted = [int(number) for number in numbers if number is not None and number.is_integer() and 0 < number <= WELLS_OF_384]
    if len(counted) < len(said):
        return [cells.well(text, record.line) for text, record in zip(said, records, strict=True)]
    row = ROW_OF_96 if max(counted, default=0) <= WELLS_OF_96 else ROW_OF_384
    names = [f"{chr(ord('A') + (count - 1) // row)}{(count - 1) % row + 1}" for count in counted]
    return [cells.well(name, record.line) for name, record in zip(names, records, strict=True)]


def _reading(record: Record, well: str) -> Iterable[ParsedReading]:
    detector, written = record.text(*DETECTOR), record.written(*CT)
    if not detector and not written:
        return
    if not detector:
        raise Refused("run_file_no_target", "Line {line}, well {well}: a Ct without a detector.", line=record.line, well=well)
    if not written:
        raise Refused("run_file_truncated", "Line {line}, well {well}: the row has no Ct.", line=record.line, well=well)
    cross_checks.columns_hold_what_they_say(record, well)
    cross_checks.ct_is_near_its_mean(record, well, written)
    yield ParsedReading(well, record.text(*SAMPLE) or None, detector, cells.ct(written, record.line, well), record.line)


def _plate(records: list[Record]) -> str | None:
    """The plate, if it goes by a barcode; people also name plates `Control`."""
    plates = {record.text(*PLATE): record.line for record in reversed(records)}
    if len(plates) > 1:
        (line, second), *_ = sorted((line, name) for name, line in plates.items())[1:]
        raise Refused("run_file_two_plates", "The file is of several plates; line {line} is of {other}.", line=line, other=second)
    return next((name for name in plates if name.isdecimal()), None)
