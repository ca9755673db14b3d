"""The amplification curves in the exports of QuantStudio and Design & Analysis, baseline taken off.

Curves are looked at, never judged: one that is not whole is left out, and none of them keeps a run from being read.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import islice, takewhile

from lims.kernel.errors import Refused
from lims.testing.instruments.formats.grids import Grid, Header, Line
from lims.testing.instruments.rules import Curve

NAME = "amplification data"
WELL, CYCLE, TARGET, VALUE = ("well position", "well"), ("cycle", "cycle number"), ("target name", "target"), ("delta rn", "drn")
MOST_POINTS = 384 * 6 * 60


def curves(grids: tuple[Grid, ...], names: Mapping[str, str], thresholds: Mapping[tuple[str, str], float | None]) -> tuple[Curve, ...]:
    """The curves of the readings in `thresholds` (by well and target); `names` are the wells by the number they go by."""
    points: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    try:
        for well, target, cycle, value in _points(grids):
            points[names.get(well, well), target].append((cycle, value))
    except Refused:
        return ()
    whole = ((place, _values(points.get(place, []))) for place in thresholds)
    return tuple(Curve(*place, values, thresholds[place]) for place, values in whole if values)


def _points(grids: tuple[Grid, ...]) -> Iterable[tuple[str, str, str, str]]:
    """Well, target, cycle and value of each row. There are tens of thousands, so the columns are looked up once."""
    for grid in grids:
        header, lines = _table(grid)
        places = [header.where(*names)[:1] for names in (WELL, TARGET, CYCLE, VALUE)] if header else []
        if header and all(places):
            well, target, cycle, value = (place[0] for place in places)
            for line in islice((line for line in lines if not line.blank), MOST_POINTS):
                cells = line.cells(header.delimiter)
                if len(cells) > max(well, target, cycle, value):
                    yield cells[well].strip(), cells[target].strip(), cells[cycle].strip(), cells[value].strip()


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
