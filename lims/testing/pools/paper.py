"""A pick list on paper: which tubes to fetch, from where, and into which pool they go."""

from collections.abc import Sequence
from importlib.resources import files
from zoneinfo import ZoneInfo

from lims.catalog.rules import Lab
from lims.kernel.barcodes import grouped
from lims.kernel.db import AnyRow
from lims.web import paper
from lims.web.language import translations

SOURCE = files("lims.testing.storage").joinpath("list.typ").read_bytes()


def on_paper(pools: Sequence[AnyRow], members: Sequence[AnyRow], lab: Lab, language: str) -> bytes:
    """The list as PDF; pools are numbered, and each member says the number of its pool."""
    return paper.pdf(SOURCE, facts_of(pools, members, lab, language))


def facts_of(pools: Sequence[AnyRow], members: Sequence[AnyRow], lab: Lab, language: str) -> dict[str, object]:
    """What the page says."""
    _ = translations(language).gettext
    number = {row.barcode: str(place) for place, row in enumerate(pools, 1)}
    made = [f"{row.received_at.astimezone(ZoneInfo(lab.timezone)):%Y-%m-%d %H:%M}" for row in pools]
    return {
        "title": _("Pick list for aliquot pools"),
        "lines": [lab.name, *(f"{number[row.barcode]}: {grouped(row.barcode)} · {at}" for row, at in zip(pools, made, strict=True))],
        "heads": [_("Place"), _("Rack"), _("Position"), _("Tube"), _("Pool"), _("Done")],
        "rows": [
            [row.place or _("in no rack"), grouped(row.rack or ""), row.position or "", grouped(row.barcode), number[row.pool], "☐"]
            for row in members
        ],
        "signatures": [_("Pipetted by, at"), _("Checked by, at")],
    }
