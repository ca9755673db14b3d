"""RDML 1.0 to 1.4 (LightCycler 96, StepOne, and whatever else exports it), packed or not.

A Cq that is negative or NaN, or higher than the cycles that were run (the LightCycler 96 writes 100), is no reading. Documents
with curves but no Cq are refused: this program does not analyse curves.
"""

import re

from lims.kernel.errors import N_, Refused
from lims.testing.instruments.formats import cells
from lims.testing.instruments.formats.collecting import once_each, rows_of_a_plate, some
from lims.testing.instruments.formats.grids import Grid, Header, Record
from lims.testing.instruments.formats.rdml_document import PART
from lims.testing.instruments.rules import Curve, ParsedReading, ParsedRun

NAME, TITLE = "rdml", N_("RDML 1.0 to 1.4 (LightCycler 96, StepOne and others)")
MADE_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def recognises(grids: tuple[Grid, ...]) -> bool:
    """Whether it came out of an RDML document."""
    return grids[0].name == PART


def read(grids: tuple[Grid, ...]) -> ParsedRun:
    """The readings, by target, or by dye if no target has a name of its own."""
    header, *lines = grids[0].lines
    records = [Record(Header.of(header), line.number, line.row or ()) for line in rows_of_a_plate(lines)]
    if records and not any(record.text("cq") for record in records):
        raise Refused("run_file_no_ct", "The file has curves but no Cq; let the instrument's program analyse it, then export it again.")
    by_dye = not any(_own_name(record) for record in records)
    readings = once_each(_reading(record, by_dye=by_dye) for record in records)
    gone = {record.line for record in records if record.text("excluded")}
    kept = tuple(reading for reading in readings if reading.line not in gone)
    curves = (_curve(reading, record) for reading, record in zip(readings, records, strict=True) if reading.line not in gone)
    return ParsedRun(
        NAME,
        instrument=None,
        plate=None,
        readings=some(kept),
        omitted=tuple(dict.fromkeys(reading.well for reading in readings if reading.line in gone)),
        by_dye=by_dye,
        curves=tuple(curve for curve in curves if curve is not None),
    )


def _own_name(record: Record) -> str:
    """The target's name; the LightCycler 96 puts the dye and @ before it, and an id of its own making if nobody named it."""
    name = record.text("target").removeprefix(f"{record.text('dye')}@")
    return "" if MADE_ID.fullmatch(name) else name


def _reading(record: Record, *, by_dye: bool) -> ParsedReading:
    well = cells.well(record.text("well"), record.line)
    target = record.text("dye") if by_dye else (_own_name(record) or record.text("target"))
    if not target:
        raise Refused("run_file_no_target", "Line {line}, well {well}: no target is named.", line=record.line, well=well)
    ct = None if record.text("excluded") else _cq(record, well)
    return ParsedReading(well, _sample(record), target, ct, record.line)


def _sample(record: Record) -> str | None:
    """The sample's id; where the program made the id up, what it is described as."""
    made, _, described = record.text("sample").partition("\n")
    return (described if MADE_ID.fullmatch(made) else made) or None


def _cq(record: Record, well: str) -> float | None:
    written, cycles = record.text("cq"), len(record.text("curve").split())
    if not written:
        raise Refused("run_file_no_ct", "Line {line}, well {well}: there is no Cq.", line=record.line, well=well)
    value = cells.number(written)
    if value is not None and cycles and value > cycles:
        return None
    return cells.ct(written, record.line, well)


def _curve(reading: ParsedReading, record: Record) -> Curve | None:
    """The curve, where every cycle has a number."""
    try:
        values = tuple(float(value) for value in record.text("curve").split())
    except ValueError:
        return None
    return Curve(reading.well, reading.target, values) if values else None
