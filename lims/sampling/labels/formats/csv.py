"""CSV: one row a label, for a lab whose own label program does the drawing."""

import csv
from io import StringIO

from lims.kernel.barcodes import grouped
from lims.sampling.labels.rules import PrintJob

HEADER = ("code", "grouped", "site", "site_name", "text", "reprint", "template")
# A spreadsheet runs a cell that starts with one of these as a formula; the wide forms count in Chinese editions.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def draw(job: PrintJob) -> bytes:
    """The rows with a byte order mark, without which a spreadsheet garbles the Chinese."""
    facts = job.facts
    same = (facts.site, facts.site_name, facts.text, "yes" if facts.reprint else "", job.template.name)
    text = StringIO()
    rows = csv.writer(text)
    rows.writerow(HEADER)
    rows.writerows([plain(cell) for cell in (label.code, grouped(label.code), *same)] for label in job.labels)
    return text.getvalue().encode("utf-8-sig")


def plain(cell: str) -> str:
    """A cell that a spreadsheet shows and does not run."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
