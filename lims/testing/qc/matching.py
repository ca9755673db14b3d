"""Whether a file belongs to its plate: planned wells and targets, each once, with their samples. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from lims.catalog.rules import Assay
from lims.kernel import barcodes
from lims.kernel.errors import Refused, listed
from lims.testing.instruments.rules import ParsedReading, ParsedRun

PlanWells = Mapping[str, Mapping[str, str]]
CONTROL = "control:"


def match(plate: str, wells: PlanWells, assay: Assay, file: ParsedRun) -> dict[str, dict[str, float | None]]:
    """Well → target → Ct, of exactly the planned wells and targets; Refused with well and line where the file is another plate's."""
    found = placed(plate, wells, assay, targets_of_dyes(file, assay))
    for well, cts in found.items():
        if lacking := [target for target in assay.readings if target not in cts]:
            raise Refused("run_target_missing", "Well {well} lacks {targets}.", well=well, targets=", ".join(lacking))
    return found


def placed(plate: str, wells: PlanWells, assay: Assay, file: ParsedRun) -> dict[str, dict[str, float | None]]:
    """Well → target → Ct, of exactly the planned wells, though perhaps not yet of all targets."""
    if file.plate is not None and barcodes.normalise(file.plate) != plate:
        raise Refused("run_other_plate", "The file is of plate {other}, not of plate {plate}.", other=file.plate, plate=plate)
    found: dict[str, dict[str, float | None]] = {}
    for reading in file.readings:
        check_place(plate, wells, assay, reading)
        cts = found.setdefault(reading.well, {})
        if reading.target in cts:
            raise Refused(
                "run_file_doubled",
                "Line {line}: well {well} has {target} twice.",
                line=reading.line,
                well=reading.well,
                target=reading.target,
            )
        cts[reading.target] = reading.ct
    if missing := [well for well in wells if well not in found]:
        raise Refused("run_well_missing", "The file lacks wells of plate {plate}: {wells}.", plate=plate, wells=listed(missing))
    check_names(plate, wells, file)
    return found


def targets_of_dyes(file: ParsedRun, assay: Assay) -> ParsedRun:
    """The file with the assay's targets, where it only said in which dye it saw them."""
    if not file.by_dye:
        return file
    names = {reading.target: target_in(reading.target, assay, reading.line) for reading in file.readings}
    readings = tuple(replace(reading, target=names[reading.target]) for reading in file.readings)
    curves = tuple(replace(curve, target=names[curve.target]) for curve in file.curves if curve.target in names)
    return replace(file, readings=readings, curves=curves, by_dye=False)


def target_in(dye: str, assay: Assay, line: int) -> str:
    """What the assay reads in a dye; a filter may stand for several (`VIC / HEX / Yellow555 (533-580)`), as may a channel (`VIC/HEX`)."""
    meant = dyes(dye.partition("(")[0])
    found = [name for name, channel in assay.channels.items() if dyes(channel) & meant]
    if len(found) != 1:
        raise Refused(
            "run_dye_foreign", "Line {line}: assay {assay} does not read one target in {dye}; its dyes are {known}.",
            line=line, assay=assay.code, dye=dye, known=", ".join(assay.channels.values()),
        )  # fmt: skip
    return found[0]


def dyes(names: str) -> set[str]:
    """The dyes between slashes, as they are compared: `Cy 5` is `CY5`."""
    return {"".join(letter for letter in name.casefold() if letter.isalnum()) for name in names.split("/")} - {""}


def check_place(plate: str, wells: PlanWells, assay: Assay, reading: ParsedReading) -> None:
    """Refused where a reading's well or target is not planned, or its sample is another than the planned one."""
    if reading.well not in wells:
        raise Refused(
            "run_well_foreign",
            "Line {line}: nothing was planned in well {well} of plate {plate}.",
            line=reading.line,
            well=reading.well,
            plate=plate,
        )
    if reading.target not in assay.readings:
        raise Refused(
            "run_target_foreign", "Line {line}: target {target} in well {well} is not one of {known}.",
            line=reading.line, target=reading.target, well=reading.well, known=", ".join(assay.readings),
        )  # fmt: skip
    planned = wells[reading.well].get("tube") or wells[reading.well]["control"]
    if reading.sample is not None and said(reading.sample) != said(planned):
        raise Refused(
            "run_sample_moved", "Line {line}: well {well} should hold {planned}, the file says {sample}; were plates swapped?",
            line=reading.line, well=reading.well, planned=planned, sample=reading.sample,
        )  # fmt: skip


def check_names(plate: str, wells: PlanWells, file: ParsedRun) -> None:
    """Refused where samples are named in some wells only, or nowhere in a file that does not say its plate either."""
    named = {reading.well for reading in file.readings if reading.sample is not None}
    if named and (unnamed := [well for well in wells if well not in named]):
        raise Refused("run_sample_unnamed", "The file does not say what is in {wells}.", wells=listed(unnamed))
    if not named and file.plate is None:
        raise Refused(
            "run_unidentified", "The file names neither its plate nor its samples: nothing shows that it is of plate {plate}.", plate=plate
        )


def said(sample: str) -> str:
    """A sample's name for comparison: barcodes and roles in one notation."""
    return barcodes.normalise(sample).removeprefix(CONTROL.upper())
