"""Tables as files for spreadsheets: numbers as numbers, codes as text, and no text that a spreadsheet would run."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

BYTE_ORDER_MARK = "utf-8-sig"  # without it spreadsheets take the Chinese names for another encoding
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
MEDIA = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
# Text stays text: codes keep their leading zeros, and a name like "=1+1" is a name.
AS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
WIDEST = 40


def frame(kind: type, rows: Sequence[Any]) -> "pd.DataFrame":
    """Dataclass rows as a table with their fields' names as heads, also where there are no rows."""
    import pandas as pd  # noqa: PLC0415 - 30 MB, and most processes make no table

    names = [field.name for field in fields(kind)]
    # dtype object: an empty cell must not make a column of counts into fractions.
    return pd.DataFrame([[plain(getattr(row, name)) for name in names] for row in rows], columns=names, dtype=object)


def plain(value: object) -> object:
    """A cell as a spreadsheet takes it: days and times as ISO 8601 text, which no spreadsheet moves to its own zone."""
    return value.isoformat() if isinstance(value, date | datetime) else value


def harmless(value: object) -> object:
    """A cell of a CSV file: text that would be taken for a formula begins with an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith(DANGEROUS) else value


def csv(table: "pd.DataFrame") -> bytes:
    """A CSV file: UTF-8 with a byte order mark, CRLF."""
    import pandas as pd  # noqa: PLC0415 - 30 MB, and most processes make no table

    # Cell by cell into a new table: DataFrame.map would find the types of columns anew, and make counts beside blanks into fractions.
    rows = [[harmless(value) for value in row] for row in table.itertuples(index=False)]
    safe = pd.DataFrame(rows, columns=table.columns, dtype=object)
    return safe.to_csv(index=False, lineterminator="\r\n").encode(BYTE_ORDER_MARK)


def xlsx(tables: Mapping[str, "pd.DataFrame"]) -> bytes:
    """A workbook, one sheet for each table."""
    import pandas as pd  # noqa: PLC0415 - 30 MB, and most processes make no table

    file = io.BytesIO()
    with pd.ExcelWriter(file, engine="xlsxwriter", engine_kwargs={"options": AS_TEXT}) as writer:
        for name, table in tables.items():
            table.to_excel(writer, sheet_name=name, index=False, freeze_panes=(1, 0))
            writer.sheets[name].autofit(WIDEST * 7)
    return file.getvalue()
