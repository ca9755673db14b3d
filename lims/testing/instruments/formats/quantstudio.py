"""QuantStudio, ViiA 7 and ABI 7500 exports (txt, csv, xls, xlsx), and the workbooks of Design & Analysis 2.

Lines of `* Key = value` or `Key,value`, then sections or sheets. The results are the section or sheet `Results`; their header
is the row whose first cell is `Well`. `Well` counts from 1, `Well Position` is the name; the ABI 7500 has the name in `Well`.
A text file may end without a line end, if the columns after the Ct show that the last Ct is whole.
"""

from collections.abc import Iterable
from itertools import chain

from lims.kernel.errors import N_, Refused
from lims.testing.instruments.formats import cells, cross_checks
from lims.testing.instruments.formats.collecting import once_each, some
from lims.testing.instruments.formats.grids import Grid, Header, Record
from lims.testing.instruments.formats.quantstudio_curves import curves
from lims.testing.instruments.formats.quantstudio_layout import run_header, table
from lims.testing.instruments.rules import Curve, ParsedReading, ParsedRun

NAME, TITLE = "quantstudio", N_("QuantStudio, ViiA 7 and ABI 7500 (txt, csv, xls, xlsx), Design & Analysis 2")
CT = ("ct", "crt", "cq")
POSITION, TARGET, SAMPLE, DYE = "well position", ("target name", "target"), ("sample name", "sample"), "reporter"
THRESHOLD = ("ct threshold", "crt threshold", "threshold")
NEEDED = ("well", POSITION, "omit", DYE, *TARGET, *SAMPLE, *CT)


def recognises(grids: tuple[Grid, ...]) -> bool:
    """Whether there is a run header of these instruments, or a table of wells and targets as they write it."""
    found = table(grids)
    names = set(found.header.names) if found else set()
    known = bool(names & {POSITION, *TARGET}) and not names & {"fluor", "plate"}
    return known or run_header(grids).from_quantstudio


def read(grids: tuple[Grid, ...]) -> ParsedRun:
    """The readings of the wells that were not omitted."""
    found = table(grids)
    if found is None:
        raise Refused("run_file_truncated", "The file has no Results; it was cut, or exported without them.")
    _check(found.header)
    records = found.records(NEEDED)
    named = [record for record in records if _target(record)]
    cross_checks.rows_are_equally_long(named)
    numbers = cross_checks.WellNumbers()
    wells = [_well(record, numbers) for record in records]
    rows = list(zip(records, wells, strict=True))
    omitted = [cells.flag(record.text("omit"), record.line, well) for record, well in rows]
    # Omitted rows take part in the search for doubled rows, with their Ct unread.
    readings = once_each(
        chain.from_iterable(_reading(record, well, omitted=left_out) for (record, well), left_out in zip(rows, omitted, strict=True))
    )
    _no_means(records)
    cross_checks.some_ct_is_written((record.written(*CT) for record in named), found.header.line.number)
    gone = {record.line for record, left_out in zip(records, omitted, strict=True) if left_out}
    about = run_header(grids)
    kept = some(tuple(reading for reading in readings if reading.line not in gone))
    return ParsedRun(
        NAME,
        about.instrument,
        about.plate,
        readings=kept,
        omitted=tuple(dict.fromkeys(reading.well for reading in readings if reading.line in gone)),
        by_dye=not found.header.where(*TARGET),
        curves=_curves(grids, rows, kept),
    )


def _curves(grids: tuple[Grid, ...], rows: list[tuple[Record, str]], kept: tuple[ParsedReading, ...]) -> tuple[Curve, ...]:
    lines = {record.line: cells.number(record.text(*THRESHOLD)) for record, _ in rows}
    names = {record.text("well").removesuffix(".0"): well for record, well in rows}
    return curves(grids, names, {(reading.well, reading.target): lines[reading.line] for reading in kept})


def _check(header: Header) -> None:
    if not header.where(*CT):
        raise Refused(
            "run_file_no_ct",
            "Line {line} has no column Ct, Cq or CRT, so there are no readings (is it a genotyping run?).",
            line=header.line.number,
        )
    if not header.where(*TARGET, DYE):
        raise Refused("run_file_columns", "Line {line} has no column for the target.", line=header.line.number)


def _well(record: Record, numbers: cross_checks.WellNumbers) -> str:
    """The well's name; where its number stands beside it, both must be the same well."""
    first, position = record.text("well"), record.text(POSITION)
    well = cells.well(position if record.header.where(POSITION) else first, record.line)
    if position and first:
        if cells.WELL.fullmatch(first):
            if cells.well(first, record.line) != well:
                raise Refused(
                    "run_file_bad_well",
                    "Line {line}: the row names two wells, {first} and {well}.",
                    line=record.line,
                    first=first,
                    well=well,
                )
        else:
            numbers.agree(first.removesuffix(".0"), well, record.line)
    return well


def _target(record: Record) -> str:
    """Without a column for targets, the dye stands for the target."""
    return record.text(*TARGET) if record.header.where(*TARGET) else record.text(DYE)


def _reading(record: Record, well: str, *, omitted: bool) -> Iterable[ParsedReading]:
    """One reading, or none for an empty well."""
    target, written = _target(record), record.written(*CT)
    if not target:
        if cells.ct(written, record.line, well) is not None:
            raise Refused("run_file_no_target", "Line {line}, well {well}: a Ct without a target.", line=record.line, well=well)
        return
    ct = None
    if not omitted:
        if not record.reaches(*CT):
            raise Refused("run_file_truncated", "Line {line}, well {well}: the row ends before its Ct.", line=record.line, well=well)
        ct = cells.ct(written, record.line, well)
        cross_checks.columns_hold_what_they_say(record, well)
        cross_checks.ct_is_near_its_mean(record, well, written)
    yield ParsedReading(well, record.text(*SAMPLE) or None, target, ct, record.line)


def _no_means(records: list[Record]) -> None:
    """Standards of one name have a mean for each quantity, so they are left out."""
    cross_checks.means_come_from_cts(
        ((record.text(*SAMPLE), record.text(*TARGET)), record, record.written(*CT))
        for record in records
        if record.text(*SAMPLE) and record.text("task").casefold() != "standard"
    )
