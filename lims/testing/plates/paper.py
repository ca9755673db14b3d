"""A plate's map on paper, to pipette by and to sign."""

from collections.abc import Sequence
from importlib.resources import files
from zoneinfo import ZoneInfo

import zxingcpp

from lims.catalog.rules import Assay, Lab
from lims.kernel.barcodes import grouped
from lims.kernel.db import AnyRow
from lims.testing.layout.rules import ROWS
from lims.web import paper
from lims.web.language import translations

SOURCE = files(__package__).joinpath("map.typ").read_bytes()
DIGITS_SHOWN = 5


def plate_map(plate: AnyRow, assay: Assay, lab: Lab, lots: Sequence[AnyRow], language: str) -> bytes:
    """The map as PDF on A4 across: code, assay, batches, lots, every well, lines to sign, labels to cut out."""
    return paper.pdf(SOURCE, facts_of(plate, assay, lab, lots, language))


def facts_of(plate: AnyRow, assay: Assay, lab: Lab, lots: Sequence[AnyRow], language: str) -> dict[str, object]:
    """What the page says."""
    _ = translations(language).gettext
    rows = ROWS[assay.plate]
    laid = plate.laid_at.astimezone(ZoneInfo(lab.timezone))
    used = ", ".join(f"{lot.product} {lot.number} ({lot.expires_on})" for lot in lots)
    title, batches_word, lots_word = _("Plate"), _("Extraction batches"), _("Lots")
    short = {"weak_positive": _("WP"), "negative": _("NC"), "blank": _("BL")}
    return {
        "title": f"{title} {grouped(plate.barcode)}",
        "code": plate.barcode,
        "assay": assay.code,
        "cut": _("Cut out and stick on"),
        "bars": zxingcpp.create_barcode(plate.barcode, zxingcpp.BarcodeFormat.Code128).to_svg(add_quiet_zones=True),
        "lines": [
            f"{assay.code} v{assay.version} · {assay.name} · {lab.name} · {laid:%Y-%m-%d %H:%M} · {plate.laid_by}",
            *([f"{batches_word}: {', '.join(grouped(code) for code in plate.batches)}"] if plate.batches else []),
            *([f"{lots_word}: {used}"] if lots else []),
        ],
        "legend": _(
            "A tube is shown by the last five digits of its code; WP, NC and BL are the weak positive, negative and blank controls."
        ),
        "rows": rows,
        "columns": assay.plate // rows,
        "wells": {well: shown(what, short) for well, what in plate.wells.items()},
        "signatures": [_("Pipetted by, at"), _("Checked by, at")],
    }


def shown(what: dict[str, str], short: dict[str, str]) -> dict[str, str]:
    """A well on paper: its text, and whether it is a control."""
    if "control" in what:
        return {"text": short[what["control"]], "kind": "control"}
    return {"text": what["tube"][-DIGITS_SHOWN:], "kind": "tube"}
