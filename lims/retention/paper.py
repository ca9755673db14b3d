"""Lists of tubes on paper: what to throw away, what to fetch for a case."""

from collections.abc import Sequence
from datetime import datetime
from importlib.resources import files
from zoneinfo import ZoneInfo

from lims.catalog.rules import Lab
from lims.kernel.barcodes import grouped
from lims.kernel.db import AnyRow
from lims.retention.lookup import Dues
from lims.web import paper
from lims.web.language import translations

SOURCE = files("lims.testing.storage").joinpath("list.typ").read_bytes()


def due_on_paper(dues: Dues, lab: Lab, now: datetime, language: str) -> bytes:
    """What may go, as PDF."""
    _ = translations(language).gettext
    title, signatures = _("Tubes that may be discarded"), [_("Discarded by, at"), _("Witnessed by, at")]
    lines = [f"{lab.name} · {now.astimezone(ZoneInfo(lab.timezone)):%Y-%m-%d %H:%M} · {dues.policy.source}"]
    if dues.more:
        lines.append(_("{count} more tubes are old enough; print the list again when these are gone.").format(count=dues.more))
    return paper.pdf(SOURCE, facts_of(title, lines, signatures, dues.going, language))


def case_on_paper(case: str, tubes: Sequence[AnyRow], lab: Lab, language: str) -> bytes:
    """What to fetch for a case, as PDF."""
    _ = translations(language).gettext
    title, signatures = _("Tubes to fetch for case"), [_("Fetched by, at"), _("Checked by, at")]
    return paper.pdf(SOURCE, facts_of(f"{title} {grouped(case)}", [lab.name], signatures, tubes, language))


def facts_of(title: str, lines: list[str], signatures: list[str], tubes: Sequence[AnyRow], language: str) -> dict[str, object]:
    """What such a page says."""
    _ = translations(language).gettext
    return {
        "title": title,
        "lines": lines,
        "heads": [_("Place"), _("Rack"), _("Position"), _("Tube"), _("Done")],
        "rows": [[row.place or _("in no rack"), grouped(row.rack or ""), row.position or "", grouped(row.barcode), "☐"] for row in tubes],
        "signatures": signatures,
    }
