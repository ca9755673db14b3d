"""CSV: one row a label, for a lab whose own label program does the drawing."""

import csv
from io import StringIO

from lims.kernel.barcodes import grouped
from lims.sampling.labels.rules import LaidOutLabel, PrintJob

HEADER = ("code", "grouped", "site", "site_name", "text", "reprint", "template", "lookup", "name", "day")
# A spreadsheet runs a cell that starts with one of these as a formula; the wide forms count in Chinese editions.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def draw(job: PrintJob) -> bytes:
    """The rows with a byte order mark, without which a spreadsheet garbles the Chinese."""
    text = StringIO()
    rows = csv.writer(text)
    rows.writerow(HEADER)
    rows.writerows([plain(cell) for cell in cells(job, label)] for label in job.labels)
    return text.getvalue().encode("utf-8-sig")


def cells(job: PrintJob, label: LaidOutLabel) -> tuple[str, ...]:
    """What a label says, in the order of the header."""
    facts = label.facts
    mark = "yes" if facts.reprint else ""
    shown = (label.code, grouped(label.code), facts.site, facts.site_name, facts.text, mark, job.template.name)
    return (*shown, facts.lookup, facts.name, facts.day)


def plain(cell: str) -> str:
    """A cell that a spreadsheet shows and does not run."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
