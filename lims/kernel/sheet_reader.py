"""Run as a program of its own: a workbook on standard input, its sheets as JSON on standard output, `[[name, [[cell]]]]`.

The parser lays every sheet out as a full rectangle and, given a damaged xls file, may ask for hundreds of gigabytes; a failed
allocation ends the process. So it works in a process whose memory and time are limited, and whose end harms nobody.
"""

import datetime
import io
import json
import resource
import sys

from python_calamine import CalamineWorkbook

MOST_BYTES = 1 << 30
MOST_SECONDS = 20

Cell = int | float | str | bool | datetime.time | datetime.date | datetime.datetime | datetime.timedelta


def text(cell: Cell) -> str:
    """A cell as text: whole numbers without a point, other numbers with all their digits."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    return str(cell).strip()


def main() -> None:
    """Read one workbook."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    sheets = [
        [name, [[text(cell) for cell in row] for row in workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)]]
        for name in workbook.sheet_names
    ]
    json.dump(sheets, sys.stdout)


if __name__ == "__main__":
    main()
