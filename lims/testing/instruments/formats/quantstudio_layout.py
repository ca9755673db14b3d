"""Where things stand in the exports of QuantStudio and its relatives: run header, sections, sheets, footers."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lims.kernel.errors import Refused
from lims.testing.instruments.formats import cells
from lims.testing.instruments.formats.collecting import rows_of_a_plate
from lims.testing.instruments.formats.grids import Grid, Header, Line, Record

SECTION = re.compile(r"\[([^\]]+)\][\s,;]*")
ENTRY = re.compile(r"[*#]\s*([^=:]+?)\s*[=:]\s*(.*)")
RESULTS = "results"
LAST_HEADER_LINE = 200
FIRST_CELLS = ("well", "well position")

OWN_KEYS = frozenset({"block type", "experiment file name", "quantification cycle method"})
PLATE_KEYS = ("experiment barcode", "barcode", "plate barcode")
NOT_SAID = frozenset({"", "na", "n/a", "none", "(merged cells)"})


@dataclass(frozen=True)
class RunHeader:
    """The lines before the first table."""

    entries: dict[str, str]

    @property
    def from_quantstudio(self) -> bool:
        """Whether the keys are those of this family."""
        return bool(OWN_KEYS & self.entries.keys())

    @property
    def plate(self) -> str | None:
        """The barcode, if somebody scanned one."""
        return next((self.entries[key] for key in PLATE_KEYS if key in self.entries), None)

    @property
    def instrument(self) -> str | None:
        """Type and serial number, as far as they are said."""
        said = [self.entries[key] for key in ("instrument type", "instrument serial number") if key in self.entries]
        return " ".join(said) or None


@dataclass(frozen=True)
class Table:
    """The results: their header and the lines below it."""

    header: Header
    below: tuple[Line, ...]

    def records(self, needed: Iterable[str]) -> list[Record]:
        """The rows up to the next section, or to a footer: a line after a blank one that does not begin with a well."""
        return [self.header.record(line, needed) for line in rows_of_a_plate(self._lines())]

    def _lines(self) -> Iterable[Line]:
        after_blank = False
        for line in self.below:
            if SECTION.fullmatch(line.text):
                return
            if line.blank:
                after_blank = True
            elif after_blank and not _begins_with_a_well(line.cells(self.header.delimiter)[0].strip()):
                return
            else:
                yield line


def run_header(grids: tuple[Grid, ...]) -> RunHeader:
    """Keys in lower case, values that say something; of the sheet that has the results, or of the first."""
    found = _place(grids)
    lines = found[0].lines[: found[1]] if found else grids[0].lines[:LAST_HEADER_LINE]
    entries: dict[str, str] = {}
    for line in lines:
        if SECTION.fullmatch(line.text):
            break
        key, value = _entry(line)
        if key and value.casefold() not in NOT_SAID:
            entries.setdefault(key, value)
    return RunHeader(entries)


def table(grids: tuple[Grid, ...]) -> Table | None:
    """The results, or None if there is no such table."""
    found = _place(grids)
    return Table(Header.of(found[0].lines[found[1]]), found[0].lines[found[1] + 1 :]) if found else None


def _place(grids: tuple[Grid, ...]) -> tuple[Grid, int] | None:
    """The sheet and the index of its line that has the header of the results."""
    named = [grid for grid in grids if grid.name.casefold() in ("", RESULTS)]
    places = [(grid, at) for grid in named or grids for at in _header_index(grid, any_sheet=not named)]
    if len(places) > 1:
        first, second, *_ = map(_shown, places)
        raise Refused("run_file_doubled", "The file has results twice: {first} and {second}.", first=first, second=second)
    return places[0] if places else None


def _header_index(grid: Grid, *, any_sheet: bool) -> list[int]:
    """In text with sections, only what follows `[Results]` counts: other sections have headers that begin with `Well`, too.

    Diomni renames the sheet; there it must be the one with positions and Cts.
    """
    sections = [at for at, line in enumerate(grid.lines) if line.text.startswith("[") and SECTION.fullmatch(line.text)]
    if sections:
        results = [at for at in sections if grid.lines[at].text.casefold().startswith(f"[{RESULTS}]")]
        return [at + 1 for at in results if at + 1 < len(grid.lines) and _is_header(grid.lines[at + 1])]
    found = [at for at, line in enumerate(grid.lines[:LAST_HEADER_LINE]) if _is_header(line)][:1]
    if any_sheet:
        return [at for at in found if {"well position", "cq"} <= set(Header.of(grid.lines[at]).names)]
    return found


def _is_header(line: Line) -> bool:
    return not line.blank and line.loose_cells()[0].casefold() in FIRST_CELLS


def _begins_with_a_well(cell: str) -> bool:
    return bool(cells.WELL.fullmatch(cell)) or cells.number(cell) is not None


def _entry(line: Line) -> tuple[str, str]:
    match = ENTRY.fullmatch(line.text.strip(" ,;")) if line.row is None else None
    if match:
        return match[1].strip().casefold(), match[2].strip()
    key, value, *_ = (*line.loose_cells(), "", "")
    return key.casefold(), value


def _shown(place: tuple[Grid, int]) -> str:
    grid, at = place
    return f"line {at + 1} of sheet {grid.name}" if grid.name else f"line {at + 1}"
