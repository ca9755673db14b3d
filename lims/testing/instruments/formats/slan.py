"""Hongshi SLAN-96P and 96S workbooks. Built from descriptions (two public receivers' code), no real file was seen.

A preamble, then a header row, near row 14, whose first cell is 反应孔 (well); a row for each well and channel. `NoCt`, `-` or a
number ≤ 0 is no reading; an empty Ct is refused, because the instrument writes one of these.
"""

from collections.abc import Iterable

from lims.kernel.errors import N_, Refused
from lims.testing.instruments.formats import cells, cross_checks
from lims.testing.instruments.formats.collecting import once_each, rows_of_a_plate, some
from lims.testing.instruments.formats.grids import Grid, Record, headers
from lims.testing.instruments.rules import ParsedReading, ParsedRun

NAME, TITLE = "slan", N_("Hongshi SLAN-96P (built from descriptions)")
WELL = "反应孔"
SAMPLE = ("样本编号", "样品编号", "样本名称", "样品名称", "样本", "样品", "项目")
TARGET = ("目标", "目标基因", "靶基因", "基因", "检测项目")
DYE = ("通道", "荧光通道", "检测通道", "染料", "荧光")
CT = ("ct", "ct值", "ct 值", "cq", "cq值")
NEEDED = (WELL, *SAMPLE, *TARGET, *DYE, *CT)


def recognises(grids: tuple[Grid, ...]) -> bool:
    """Whether a row names reaction wells as this program does."""
    return bool(headers(grids, WELL))


def read(grids: tuple[Grid, ...]) -> ParsedRun:
    """The readings; by target if the rows name targets, otherwise by channel."""
    tables = headers(grids, WELL)
    grid, header = next(((grid, header) for grid, header in tables if header.where(*CT)), tables[0])
    if not header.where(*CT):
        raise Refused("run_file_no_ct", "Line {line} has no column Ct, so there are no readings.", line=header.line.number)
    records = [header.record(line, NEEDED) for line in rows_of_a_plate(grid.lines[header.line.number :])]
    by_dye = not any(record.text(*TARGET) for record in records)
    if by_dye and not header.where(*DYE):
        raise Refused("run_file_columns", "Line {line} has no column for the target or the channel.", line=header.line.number)
    cross_checks.some_ct_is_written((record.written(*CT) for record in records), header.line.number)
    readings = once_each(reading for record in records for reading in _reading(record, by_dye=by_dye))
    return ParsedRun(NAME, instrument=None, plate=None, readings=some(readings), by_dye=by_dye)


def _reading(record: Record, *, by_dye: bool) -> Iterable[ParsedReading]:
    """One reading, or none for an empty well."""
    well = cells.well(record.text(WELL), record.line)
    sample, target, written = record.text(*SAMPLE), record.text(*(DYE if by_dye else TARGET)), record.written(*CT)
    if not (sample or written) or not (target or written):
        return
    if not target:
        raise Refused("run_file_no_target", "Line {line}, well {well}: a Ct without a target.", line=record.line, well=well)
    if not written:
        raise Refused("run_file_truncated", "Line {line}, well {well}: the row has no Ct.", line=record.line, well=well)
    yield ParsedReading(well, sample or None, target, cells.ct(written, record.line, well), record.line)
