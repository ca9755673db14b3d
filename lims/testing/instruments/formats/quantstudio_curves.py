"""The amplification curves in the exports of QuantStudio and Design & Analysis, baseline taken off.

Curves are looked at, never judged: one that is not whole is left out, and none of them keeps a run from being read.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import islice, takewhile

from lims.kernel.errors import Refused
from lims.testing.instruments.formats.grids import Grid, Header, Line, Record
from lims.testing.instruments.rules import Curve

NAME = "amplification data"
WELL, CYCLE, TARGET, VALUE = ("well position", "well"), ("cycle", "cycle number"), ("target name", "target"), ("delta rn", "drn")
MOST_POINTS = 384 * 6 * 60


def curves(grids: tuple[Grid, ...], names: Mapping[str, str], thresholds: Mapping[tuple[str, str], float | None]) -> tuple[Curve, ...]:
    """The curves of the readings in `thresholds` (by well and target); `names` are the wells by the number they go by."""
    points: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    try:
        for record in _records(grids):
            well = record.text(*WELL)
            points[names.get(well, well), record.text(*TARGET)].append((record.text(*CYCLE), record.text(*VALUE)))
    except Refused:
        return ()
    whole = ((place, _values(points.get(place, []))) for place in thresholds)
    return tuple(Curve(*place, values, thresholds[place]) for place, values in whole if values)


def _records(grids: tuple[Grid, ...]) -> Iterable[Record]:
    for grid in grids:
        header, lines = _table(grid)
        if header and header.where(*CYCLE) and header.where(*VALUE):
            for line in islice((line for line in lines if not line.blank), MOST_POINTS):
                yield Record(header, line.number, line.cells(header.delimiter))


def _table(grid: Grid) -> tuple[Header | None, Iterable[Line]]:
    """The sheet of this name, or the section; a section ends where the next begins."""
    if grid.name.casefold() == NAME:
        at = next((at for at, line in enumerate(grid.lines) if line.loose_cells()[:1] in (("Well",), ("Well Position",))), None)
    else:
        at = next((at + 1 for at, line in enumerate(grid.lines) if line.text.casefold().startswith(f"[{NAME}]")), None)
    if at is None or at >= len(grid.lines):
        return None, ()
    return Header.of(grid.lines[at]), takewhile(lambda line: not line.text.startswith("["), grid.lines[at + 1 :])


def _values(points: list[tuple[str, str]]) -> tuple[float, ...]:
    """The values, if there is one for each cycle from the first."""
    try:
        if [float(cycle) for cycle, _ in points] != [*range(1, len(points) + 1)]:
            return ()
        return tuple(float(value.replace(",", "")) for _, value in points)
    except ValueError:
        return ()
