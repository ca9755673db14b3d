"""What a file says of where tubes lie, row by row: what is new, what lay there already, what cannot be. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lims.catalog.rules import Lab
from lims.kernel import barcodes
from lims.kernel.errors import Refused
from lims.kernel.imports.rules import RefusedLine
from lims.testing.storage.rules import real_position, refuse_discarded

HEADS = {
    "rack": ("rack", "rack barcode", "rackid", "管架", "管架条码", "架号"),
    "position": ("position", "well", "tube position", "位置", "孔位"),
    "tube": ("tube", "tube barcode", "tubeid", "barcode", "采样管", "管号", "条码"),
}
Cells = tuple[str, ...]


@dataclass(frozen=True)
class Lies:
    """One row: a tube in a position of a rack, as the file says."""

    line: int
    cells: Cells
    rack: str
    position: str
    tube: str


@dataclass(frozen=True)
class Known:
    """What the database knows of the racks and tubes of a file: racks and tubes by code, what lies where."""

    lab: Lab
    racks: Mapping[str, Any]
    tubes: Mapping[str, Any]
    tube_in: Mapping[tuple[str, str], str]
    place_of: Mapping[str, tuple[str, str]]


def table(rows: Sequence[Cells]) -> tuple[Cells, list[Lies]]:
    """The names of the columns, and the rows under them that are not blank; Refused where a column is not there."""
    heads = rows[0] if rows else ()
    plain = [" ".join(head.casefold().split()) for head in heads]
    places = {name: next((at for at, head in enumerate(plain) if head in names), None) for name, names in HEADS.items()}
    if lacking := [name for name, place in places.items() if place is None]:
        raise Refused(
            "import_columns", "The first row must name the columns rack, position and tube; {lacking} is not there.",
            lacking=", ".join(lacking),
        )  # fmt: skip
    at = {name: place for name, place in places.items() if place is not None}
    found = []
    for line, row in enumerate(rows[1:], start=2):
        if any(row):
            cells = row + ("",) * (len(heads) - len(row))
            rack, tube = barcodes.normalise(cells[at["rack"]]), barcodes.normalise(cells[at["tube"]])
            found.append(Lies(line, cells, rack, cells[at["position"]], tube))
    return heads, found


def judged(rows: Iterable[Lies], known: Known, formats: Any) -> tuple[list[Lies], list[Lies], list[RefusedLine]]:  # noqa: ANN401 - of the catalogue
    """The rows to be written (positions as they are written here), those that lay there already, and those refused with the reason."""
    refused: list[RefusedLine] = []
    fit = list(_kept(rows, lambda row: _fitting(row, known, formats), refused))
    fit = list(_kept(fit, _once(), refused))
    there = [row for row in fit if known.place_of.get(row.tube) == (row.rack, row.position)]
    moving = [row for row in fit if row not in there]
    while True:  # a tube that stays where it is keeps its position, and may keep others from moving
        going = {row.tube for row in moving}
        free = list(_kept(moving, lambda row, going=going: _free(row, known, going), refused))  # type: ignore[misc]  # bound for this round
        if len(free) == len(moving):
            return moving, there, sorted(refused, key=lambda one: one.line or 0)
        moving = free


def _kept(rows: Iterable[Lies], check: Callable[[Lies], Lies], refused: list[RefusedLine]) -> Iterable[Lies]:
    for row in rows:
        try:
            yield check(row)
        except Refused as why:
            refused.append(RefusedLine(row.line, why, row.cells))


def _fitting(row: Lies, known: Known, formats: Any) -> Lies:  # noqa: ANN401 - as above
    rack, tube = known.racks.get(row.rack), known.tubes.get(row.tube)
    if rack is None or rack.lab != known.lab.code:
        raise Refused("not_found", "{what} is not known in this lab.", what=f"Rack {row.rack}")
    position = real_position(row.position, rack.rows, rack.columns)
    barcodes.check(row.tube, barcodes.Kind.TUBE, formats)
    if tube is None or tube.lab != known.lab.code:
        raise Refused("plate_tube_unknown", "Not received in lab {lab}: {tubes}.", lab=known.lab.code, tubes=row.tube)
    refuse_discarded([tube], known.lab.timezone)
    return Lies(row.line, row.cells, row.rack, position, row.tube)


def _once() -> Callable[[Lies], Lies]:
    """A tube lies in one position, and a position holds one tube; the first row that says so counts."""
    tubes: set[str] = set()
    positions: set[tuple[str, str]] = set()

    def check(row: Lies) -> Lies:
        if row.tube in tubes:
            raise Refused("stored_twice", "A tube lies in one position; twice here: {tubes}.", tubes=row.tube)
        if (row.rack, row.position) in positions:
            raise _taken(row)
        tubes.add(row.tube)
        positions.add((row.rack, row.position))
        return row

    return check


def _free(row: Lies, known: Known, going: set[str]) -> Lies:
    lying = known.tube_in.get((row.rack, row.position))
    if lying is not None and lying not in going:
        raise _taken(row)
    return row


def _taken(row: Lies) -> Refused:
    return Refused("rack_position_taken", "Position {position} of rack {rack} is taken.", position=row.position, rack=row.rack)
