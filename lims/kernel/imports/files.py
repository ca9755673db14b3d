"""A table that somebody hands over, CSV or a workbook, as rows of text."""

import csv

from lims.kernel import workbooks
from lims.kernel.errors import Refused

WORKBOOK = (b"PK\x03\x04", bytes.fromhex("d0cf11e0a1b11ae1"))
SEPARATORS = ",;\t"
MOST_BYTES, MOST_ROWS = 4 * 2**20, 5_000


def rows_of(content: bytes) -> list[tuple[str, ...]]:
    """The rows of a CSV, or of a workbook's first sheet, cells without the spaces around them; Refused where it is neither."""
    if len(content) > MOST_BYTES:
        raise _unreadable()
    rows = _of_workbook(content) if content.startswith(WORKBOOK) else _of_text(content)
    if len(rows) > MOST_ROWS + 1:
        raise Refused("import_too_long", "The file has {count} rows; at most {most} are taken at once.", count=len(rows), most=MOST_ROWS)
    return [tuple(cell.strip() for cell in row) for row in rows]


def _of_workbook(content: bytes) -> list[list[str]]:
    sheets = workbooks.sheets(content)
    if not sheets:
        raise _unreadable()
    return sheets[0][1]


def _of_text(content: bytes) -> list[list[str]]:
    """UTF-8, UTF-16 by its byte order mark, or GBK; the separator is the one that the first line has most of."""
    encodings = ["utf-16"] if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "gbk"]
    for encoding in encodings:
        try:
            lines = content.decode(encoding).splitlines()
            separator = max(SEPARATORS, key=lines[0].count) if lines else ","
            return [*csv.reader(lines, delimiter=separator, strict=True)]
        except UnicodeDecodeError:
            continue
        except csv.Error:
            break
    raise _unreadable()


def _unreadable() -> Refused:
    return Refused("import_unreadable", "The file cannot be read as a table; save it as CSV or xlsx.")
