"""From the bytes of an xls or xlsx workbook to its sheets, without letting a small file fill the memory."""

import subprocess
import sys
from pathlib import Path

READER = Path(__file__).with_name("sheet_reader.py")
MOST_SECONDS = 30
CELL, ROW, SHEET = "\x1f", "\x1e", "\x1d"  # as the reader writes them; it is a program of its own


def sheets(content: bytes, *, doubts: bool = False) -> list[tuple[str, list[list[str]]]] | None:
    """Every sheet's name and rows of cells as text; None where the reader failed, or ran out of memory or time.

    With `doubts`, a cell that only looks empty (an error, a formula without a value, merged cells) says so in brackets.
    """
    words = ["--doubts"] if doubts else []
    try:
        done = subprocess.run(  # noqa: S603  our own interpreter and script; the file goes in as bytes, not as an argument
            [sys.executable, "-I", READER, *words], input=content, capture_output=True, check=True, timeout=MOST_SECONDS
        )
        said = done.stdout.decode()
    except (subprocess.SubprocessError, ValueError):
        return None
    return [sheet(rows) for rows in said.split(SHEET)] if said else []


def sheet(said: str) -> tuple[str, list[list[str]]]:
    """Name and rows."""
    name, *rows = said.split(ROW)
    return name, [row.split(CELL) for row in rows]
