"""Run as a program of its own: a workbook on standard input, its sheets as text on standard output.

Between cells, rows and sheets stand the separators that ASCII has for them; a sheet's first row is its name. (Half a million cells
of curves are read so in a third of the time that JSON takes.)

The parser lays every sheet out as a full rectangle and, given a damaged xls file, may ask for hundreds of gigabytes; a failed
allocation ends the process. So it works in a process whose memory and time are limited, and whose end harms nobody.
"""

import datetime
import io
import resource
import sys
from collections.abc import Iterable

from python_calamine import CalamineWorkbook

MOST_BYTES = 1 << 30
MOST_SECONDS = 20

CELL, ROW, SHEET = "\x1f", "\x1e", "\x1d"
NO_SEPARATORS = str.maketrans(dict.fromkeys(CELL + ROW + SHEET, "\ufffd"))

Cell = int | float | str | bool | datetime.time | datetime.date | datetime.datetime | datetime.timedelta


def text(cell: Cell) -> str:
    """A cell as text: whole numbers without a point, other numbers with all their digits."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else str(cell)
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return str(cell).strip()


def line(row: Iterable[Cell]) -> str:
    """A row of cells; a separator that stands in a cell itself is told as a character that cannot be read."""
    cells = [text(cell) for cell in row]
    joined = CELL.join(cells)
    if joined.count(CELL) != len(cells) - 1 or ROW in joined or SHEET in joined:
        return CELL.join(cell.translate(NO_SEPARATORS) for cell in cells)
    return joined


def main() -> None:
    """Read one workbook."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    sheets = (
        ROW.join([line([name]), *map(line, workbook.get_sheet_by_name(name).to_python(skip_empty_area=False))])
        for name in workbook.sheet_names
    )
    sys.stdout.buffer.write(SHEET.join(sheets).encode())


if __name__ == "__main__":
    main()
