"""A workbook of xls or xlsx as grids."""

from lims.kernel import workbooks
from lims.kernel.errors import Refused
from lims.testing.instruments.formats.grids import Grid, Line

COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")

PART = "xl/workbook.xml"


def grids(content: bytes) -> tuple[Grid, ...]:
    """The sheets of a workbook; a zip's parts were checked before."""
    # An empty Ct means that nothing was amplified: what only looks empty must not.
    sheets = workbooks.sheets(content, doubts=True)
    if sheets is None:
        raise Refused("run_file_unreadable", "The workbook is damaged, or larger than any run needs; export it again.")
    return tuple(Grid(name, tuple(Line(number, row=tuple(row)) for number, row in enumerate(rows, start=1))) for name, rows in sheets)
