"""Bio-Rad CFX Manager and Maestro: `Quantification Cq Results` as CSV or workbook.

The first header cell is empty, wells are padded (`A01`), no reading is `NaN` or `N/A`, and the file does not name its plate.
"""

from collections.abc import Iterable

from lims.kernel.errors import N_, Refused
from lims.testing.instruments.formats import cells, cross_checks
from lims.testing.instruments.formats.collecting import once_each, rows_of_a_plate, some
from lims.testing.instruments.formats.grids import Grid, Record, headers
from lims.testing.instruments.rules import ParsedReading, ParsedRun

NAME, TITLE = "cfx", N_("Bio-Rad CFX (Quantification Cq Results)")
CT = ("cq", "ct")
NEEDED = ("well", "fluor", "target", "sample", *CT)
OWN = ("well", "fluor")


def recognises(grids: tuple[Grid, ...]) -> bool:
    """Whether a header near the top names wells and fluorophores."""
    return bool(headers(grids, *OWN))


def read(grids: tuple[Grid, ...]) -> ParsedRun:
    """The readings. If no row names a target, the fluorophore stands for it."""
    grid, header = headers(grids, *OWN)[0]
    if not header.where(*CT):
        raise Refused("run_file_no_ct", "Line {line} has no column Cq, so there are no readings.", line=header.line.number)
    records = [header.record(line, NEEDED) for line in rows_of_a_plate(grid.lines[header.line.number :])]
    by_dye = not any(record.text("target") for record in records)
    readings = once_each(reading for record in records for reading in _reading(record, by_dye=by_dye))
    cross_checks.means_come_from_cts(
        ((record.text("target"), record.text("fluor"), record.text("content"), record.text("sample")), record, record.written(*CT))
        for record in records
    )
    cross_checks.some_ct_is_written((record.written(*CT) for record in records), header.line.number)
    return ParsedRun(NAME, instrument=None, plate=None, readings=some(readings), by_dye=by_dye)


def _reading(record: Record, *, by_dye: bool) -> Iterable[ParsedReading]:
    """One reading, or none for a dye that is not used in this well."""
    well = cells.well(record.text("well"), record.line)
    written, sample = record.written(*CT), record.text("sample") or None
    ct = cells.ct(written, record.line, well)
    cross_checks.columns_hold_what_they_say(record, well)
    cross_checks.ct_is_near_its_mean(record, well, written)
    target = record.text("fluor" if by_dye else "target")
    if target and not (by_dye and sample is None and ct is None):
        yield ParsedReading(well, sample, target, ct, record.line)
    elif ct is not None:
        raise Refused("run_file_no_target", "Line {line}, well {well}: a Cq without a target.", line=record.line, well=well)
