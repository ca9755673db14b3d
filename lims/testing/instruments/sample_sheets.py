"""Sample sheets: the files an instrument reads before a run, so that nobody types a barcode.

`abi7500` and `quantstudio` are the `[Sample Setup]` section that these programs export and import again. `cfx` is the plate
import of CFX Maestro; it is given per fluorophore, so the sheet names the samples and leaves the targets to the plate template.
`lightcycler480` is what its Sample Editor imports; the filters stay those of the run template. Built from descriptions.
"""

import csv
import io
import re
from collections.abc import Callable

from lims.kernel.errors import Refused
from lims.kernel.imports.rules import harmless
from lims.testing.instruments.rules import PlannedPlate, PlannedTarget, PlannedWell

CSV, TEXT = "text/csv; charset=utf-8", "text/plain; charset=utf-8"

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")

ROWS_OF_96, COLUMNS_OF_96 = 8, 12
NO_TEMPLATE = frozenset({"negative", "blank"})


def render(instrument: str, plate: PlannedPlate) -> tuple[str, str, bytes]:
    """File name, media type and content of the sheet for `generic`, `abi7500`, `quantstudio`, `cfx` or `lightcycler480`."""
    if instrument not in SHEETS:
        raise Refused(
            "sample_sheet_unknown_instrument",
            "There is no sample sheet for {instrument}; there are {known}.",
            instrument=instrument,
            known=", ".join(SHEETS),
        )
    ending, media_type, delimiter, rows = SHEETS[instrument]
    sheet = io.StringIO(newline="")
    csv.writer(sheet, delimiter=delimiter).writerows([_cell(text) for text in row] for row in rows(plate))
    barcode = re.sub(r"[^0-9A-Za-z]+", "-", plate.barcode).strip("-") or "plate"
    return f"{barcode}_{instrument}.{ending}", media_type, sheet.getvalue().encode()


def _generic(plate: PlannedPlate) -> list[list[str]]:
    rows = [[plate.barcode, well.well, well.sample, target.name] for well, target in _wells_and_targets(plate)]
    return [["Plate", "Well", "Sample", "Target"], *rows]


def _abi7500(plate: PlannedPlate) -> list[list[str]]:
    columns = ["Well", "Sample Name", "Target Name", "Task", "Reporter", "Quencher", "Quantity", "Comments"]
    rows = [
        [well.well, well.sample, target.name, _task(well), target.channel, "None", "", ""] for well, target in _wells_and_targets(plate)
    ]
    return [["* Chemistry = TAQMAN"], ["* Instrument Type = sds7500"], [], ["[Sample Setup]"], columns, *rows]


def _quantstudio(plate: PlannedPlate) -> list[list[str]]:
    columns = [
        "Well", "Well Position", "Sample Name", "Sample Color", "Biogroup Name", "Biogroup Color", "Target Name", "Target Color",
        "Task", "Reporter", "Quencher", "Quantity", "Comments",
    ]  # fmt: skip
    small = all(row <= ROWS_OF_96 and column <= COLUMNS_OF_96 for row, column in map(_place, plate.wells))
    size, row_length = (96, COLUMNS_OF_96) if small else (384, 2 * COLUMNS_OF_96)
    rows = [
        [_number(well, row_length), well.well, well.sample, "", "", "", target.name, "", _task(well), target.channel, "None", "", ""]
        for well, target in _wells_and_targets(plate)
    ]
    about = [[f"* Block Type = {size}-Well Block"], ["* Chemistry = TAQMAN"], [f"* Experiment Barcode = {_cell(plate.barcode)}"]]
    return [*about, [], ["[Sample Setup]"], columns, *rows]


def _cfx(plate: PlannedPlate) -> list[list[str]]:
    wells = sorted(plate.wells, key=_place)
    return [["Row", "Column", "*Target Name", "*Sample Name"], *([well.well[0], well.well[1:], "", well.sample] for well in wells)]


def _lightcycler480(plate: PlannedPlate) -> list[list[str]]:
    wells = sorted(plate.wells, key=_place)
    return [["General:Pos", "General:Sample Name"], *([well.well, well.sample] for well in wells)]


SHEETS: dict[str, tuple[str, str, str, Callable[[PlannedPlate], list[list[str]]]]] = {
    "generic": ("csv", CSV, ",", _generic),
    "abi7500": ("txt", TEXT, "\t", _abi7500),
    "quantstudio": ("txt", TEXT, "\t", _quantstudio),
    "cfx": ("csv", CSV, ",", _cfx),
    "lightcycler480": ("txt", TEXT, "\t", _lightcycler480),
}


def _wells_and_targets(plate: PlannedPlate) -> list[tuple[PlannedWell, PlannedTarget]]:
    return [(well, target) for well in sorted(plate.wells, key=_place) for target in plate.targets]


def _place(well: PlannedWell) -> tuple[int, int]:
    return ord(well.well[0]) - ord("A") + 1, int(well.well[1:])


def _number(well: PlannedWell, row_length: int) -> str:
    row, column = _place(well)
    return str((row - 1) * row_length + column)


def _task(well: PlannedWell) -> str:
    return "NTC" if well.role in NO_TEMPLATE else "UNKNOWN"


def _cell(text: str) -> str:
    return harmless(CONTROL.sub(" ", text))
