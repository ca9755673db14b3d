"""What goes into a spreadsheet is text there, whatever somebody has written."""

import csv
import io

import pytest

from lims.kernel.imports.rules import spreadsheet


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r", " =", " \t@"])
def test_no_cell_begins_as_a_formula(begins: str) -> None:
    cell = f"{begins}HYPERLINK('elsewhere')"
    lines = csv.reader(io.StringIO(spreadsheet([["name"], [cell], [f"赵{begins}"]]).decode("utf-8-sig"), newline=""))
    assert [*lines] == [["name"], [f"'{cell}"], [f"赵{begins}"]]
