"""From the bytes of an xls or xlsx workbook to its sheets, without letting a small file fill the memory."""

import json
import subprocess
import sys
from pathlib import Path

from lims.kernel.errors import Refused
from lims.testing.instruments.formats.grids import Grid, Line

COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")

PART = "xl/workbook.xml"
READER = Path(__file__).with_name("sheet_reader.py")
MOST_SECONDS = 30


def grids(content: bytes) -> tuple[Grid, ...]:
    """The sheets of a workbook; a zip's parts were checked before."""
    return tuple(
        Grid(name, tuple(Line(number, row=tuple(row)) for number, row in enumerate(rows, start=1))) for name, rows in _sheets(content)
    )


def _sheets(content: bytes) -> list[tuple[str, list[list[str]]]]:
    """What the reader says; it may fail, run out of memory or out of time, and all that means a file nobody should use."""
    try:
        done = subprocess.run(  # noqa: S603  our own interpreter and script; the file goes in as bytes, not as an argument
            [sys.executable, "-I", READER], input=content, capture_output=True, check=True, timeout=MOST_SECONDS
        )
        sheets: list[tuple[str, list[list[str]]]] = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        raise _damaged() from error
    return sheets


def _damaged() -> Refused:
    return Refused("run_file_unreadable", "The workbook is damaged, or larger than any run needs; export it again.")
