"""Tables as files for spreadsheets: numbers as numbers, codes as text, and no text that a spreadsheet would run."""

import csv as comma_separated
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

BYTE_ORDER_MARK = "utf-8-sig"  # without it spreadsheets take the Chinese names for another encoding
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
MEDIA = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
WIDEST = 40


@dataclass(frozen=True)
class Table:
    """What a spreadsheet is made of: heads, and rows of as many cells."""

    names: Sequence[str]
    rows: Sequence[Sequence[object]]


def table(kind: type, rows: Sequence[Any]) -> Table:
    """Dataclass rows as a table with their fields' names as heads, also where there are no rows."""
    names = [field.name for field in fields(kind)]
    return Table(names, [[plain(getattr(row, name)) for name in names] for row in rows])


def plain(value: object) -> object:
    """A cell as a spreadsheet takes it: days and times as ISO 8601 text, which no spreadsheet moves to its own zone."""
    return value.isoformat() if isinstance(value, date | datetime) else value


def harmless(value: object) -> object:
    """A cell of a CSV file: text that would be taken for a formula begins with an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith(DANGEROUS) else value


def csv(content: Table) -> bytes:
    """A CSV file: UTF-8 with a byte order mark, CRLF."""
    file = io.StringIO(newline="")
    lines = comma_separated.writer(file)
    lines.writerow(content.names)
    lines.writerows([harmless(value) for value in row] for row in content.rows)
    return file.getvalue().encode(BYTE_ORDER_MARK)


def xlsx(tables: Mapping[str, Table]) -> bytes:
    """A workbook, one sheet for each table."""
    file = io.BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        for name, content in tables.items():
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, content.names, bold)
            sheet.freeze_panes(1, 0)
            for number, row in enumerate(content.rows, 1):
                for column, value in enumerate(row):
                    put(sheet, number, column, value)
            sheet.autofit(WIDEST * 7)
    return file.getvalue()


def put(sheet: Worksheet, row: int, column: int, value: object) -> None:
    """A cell: a number as a number, all else as text. Codes keep their leading zeros, and a name like "=1+1" is a name."""
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value)
    elif value is not None:
        sheet.write_string(row, column, str(value))
