"""From the bytes of an xls or xlsx workbook to its sheets, without letting a small file fill the memory."""

import io
import json
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

from lims.kernel.errors import Refused
from lims.testing.instruments.formats.grids import Grid, Line

ZIP, COMPOUND = b"PK\x03\x04", bytes.fromhex("d0cf11e0a1b11ae1")

READER = Path(__file__).with_name("sheet_reader.py")
MOST_SECONDS = 30

# A 96-well export of Design & Analysis with all its curves unpacks to 8 MB, a 384-well one to four times that.
MOST_UNPACKED_BYTES = 128 * 2**20
MOST_PARTS = 500


def grids(content: bytes) -> tuple[Grid, ...]:
    """The sheets of a workbook; none if it is another kind of zip."""
    if content.startswith(ZIP) and "xl/workbook.xml" not in _checked_parts(content):
        return ()
    return tuple(
        Grid(name, tuple(Line(number, row=tuple(row)) for number, row in enumerate(rows, start=1))) for name, rows in _sheets(content)
    )


def _checked_parts(content: bytes) -> frozenset[str]:
    """The names of the parts, each unpacked against its checksum; refused as soon as they are more than a run can need."""
    names: set[str] = set()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            room = MOST_UNPACKED_BYTES
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > room:
                raise _too_large()
            for part in parts:
                room -= _unpacked_bytes(archive, part, room)
                names.add(part.filename)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise _damaged() from error
    if len(names) != len(parts):
        raise _damaged()
    return frozenset(names)


def _unpacked_bytes(archive: zipfile.ZipFile, part: zipfile.ZipInfo, room: int) -> int:
    """The true size of a part; what its header says of it is not believed."""
    size = 0
    with archive.open(part) as packed:
        while piece := packed.read(1 << 20):
            size += len(piece)
            if size > room:
                raise _too_large()
    return size


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


def _too_large() -> Refused:
    return Refused("run_file_too_large", "The workbook unpacks to more than any run needs; export it again, without the raw data.")


def _damaged() -> Refused:
    return Refused("run_file_unreadable", "The workbook is damaged, or larger than any run needs; export it again.")
