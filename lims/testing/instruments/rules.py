"""What an instrument's file says, and what a plate tells an instrument. Pure: no database, no clock, no web."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ParsedReading:
    """One target in one well, as the instrument's file states it.

    `well` is canonical (`A1` to `P24`); `sample` is None where the file names none; `ct` is in cycles, None where there is
    no amplification; `line` is the line (or the row of the sheet) it stands in, counted from 1.
    """

    well: str
    sample: str | None
    target: str
    ct: float | None
    line: int


@dataclass(frozen=True, slots=True)
class Curve:
    """The fluorescence of one target in one well, a value for each cycle from the first; `threshold` is None where it is not said."""

    well: str
    target: str
    values: tuple[float, ...]
    threshold: float | None = None


@dataclass(frozen=True, slots=True)
class ParsedRun:
    """One read-out of one plate.

    `plate` is the plate's barcode if the file states one. `omitted` are the wells that the operator has excluded from the
    analysis: they have no readings, so a plan that expects them finds them missing. Where `by_dye`, the file names no targets,
    and a reading's target is the dye it was seen in. `experiment` is set where the instrument writes one file for each dye:
    files of one experiment are one read-out.
    """

    format: str
    instrument: str | None
    plate: str | None
    readings: tuple[ParsedReading, ...]
    omitted: tuple[str, ...] = ()
    by_dye: bool = False
    experiment: str | None = None
    curves: tuple[Curve, ...] = ()

    @property
    def samples_named(self) -> bool:
        """Whether it says what stands in its wells; where it does not, its plate's barcode alone says which plate was read."""
        return any(reading.sample is not None for reading in self.readings)


@dataclass(frozen=True, slots=True)
class PlannedTarget:
    """A target of the assay and the dye it is read in."""

    name: str
    channel: str


@dataclass(frozen=True, slots=True)
class PlannedWell:
    """What stands in a well: `sample` is the tube's barcode or the control's role, `role` None for a tube."""

    well: str
    sample: str
    role: str | None


@dataclass(frozen=True, slots=True)
class PlannedPlate:
    """A plate as laid out, with all an instrument must be told."""

    barcode: str
    assay: str
    wells: tuple[PlannedWell, ...]
    targets: tuple[PlannedTarget, ...]
