"""Workbooks as sheets of text."""

import io

import xlsxwriter

from lims.kernel import workbooks


def test_cells_come_as_they_are_written_whatever_is_in_them() -> None:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content)
    sheet = book.add_worksheet("Run 1")
    sheet.write_row(0, 0, ["Ct", 31.2, 28, True, "", " 赵 "])
    sheet.write_row(2, 1, ["two\nlines"])
    book.add_worksheet("empty")
    book.close()
    (name, rows), (other, nothing) = workbooks.sheets(content.getvalue()) or []
    assert (name, other) == ("Run 1", "empty")
    assert rows == [["Ct", "31.2", "28", "true", "", "赵"], [""] * 6, ["", "two\nlines", "", "", "", ""]]
    assert not any(map(any, nothing))


def test_what_is_no_workbook_is_none() -> None:
    assert workbooks.sheets(b"PK\x03\x04 no") is None
