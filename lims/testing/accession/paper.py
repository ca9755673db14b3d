"""What is printed where boxes are received: reasons of rejection to scan, and what is not as it should be with a box. No people."""

from collections.abc import Sequence
from datetime import datetime
from importlib.resources import files
from zoneinfo import ZoneInfo

import zxingcpp

from lims.catalog.rules import Lab
from lims.custody.rules import REJECTION_REASONS
from lims.kernel.barcodes import grouped
from lims.kernel.db import AnyRow
from lims.testing.accession.forms import Standing
from lims.testing.accession.rules import CODE_OF_REASON
from lims.web import paper
from lims.web.language import translations

REASONS = files(__package__).joinpath("reasons.typ").read_bytes()
DISCREPANCIES = files(__package__).joinpath("discrepancies.typ").read_bytes()
NOTHING = "-"


def reason_sheet(language: str) -> bytes:
    """Every reason with its code, to be scanned after a tube."""
    return paper.pdf(REASONS, reason_facts(language))


def reason_facts(language: str) -> dict[str, object]:
    """What the sheet says: each reason in words, with its HL7 code where it has one, and its bars."""
    _ = translations(language).gettext
    reasons = [
        {
            "name": name if len(name) == len("QS") else "",
            "words": _(english),
            "bars": bars(CODE_OF_REASON[name]),
            "modules": modules(CODE_OF_REASON[name]),
        }
        for name, english in REJECTION_REASONS.items()
    ]
    how = _("Scan the tube, then the reason: the tube is rejected, and its people are called back.")
    return {"title": _("Reasons of rejection"), "how": how, "reasons": reasons}


def discrepancy_list(box: AnyRow, lab: Lab, standing: Standing, tubes: Sequence[AnyRow], language: str) -> bytes:
    """What is missing, unexpected, unregistered or in another lab, and how the box came; with lines to sign."""
    _ = translations(language).gettext
    rows = {tube.barcode: tube for tube in tubes}
    lists = [
        (_("Missing: packed, not scanned"), standing.missing),
        (_("Unexpected: registered, but not packed in this box"), standing.unexpected),
        (_("Unregistered: tested, the result waits for its people"), standing.unregistered),
        (_("Received by another lab"), standing.elsewhere),
    ]
    facts = {
        "title": _("Discrepancies of a box"),
        "code": grouped(box.barcode),
        "bars": bars(box.barcode),
        "facts": facts_of(box, lab, standing, language),
        "warnings": warnings(standing, language),
        "complete": _("Every tube that was packed is here, and no other."),
        "head": [_("Tube"), _("Packed in box"), _("Sealed")],
        "lists": [
            {"title": f"{title} ({len(codes)})", "rows": [line(rows[code], lab.timezone) for code in codes]}
            for title, codes in lists
            if codes
        ],
        "signatures": [_("Lab, name and time"), _("Site or courier, name and time")],
    }
    return paper.pdf(DISCREPANCIES, facts)


def facts_of(box: AnyRow, lab: Lab, standing: Standing, language: str) -> list[tuple[str, str]]:
    """The head of the list."""
    _ = translations(language).gettext
    carried = standing.carriage.carried_by if standing.carriage else None
    return [
        (_("Lab"), lab.name),
        (_("Site"), box.site or NOTHING),
        (_("Sealed"), f"{moment(box.sealed_at, lab.timezone)} {box.sealed_by or ''}".strip()),
        (_("Carried by"), carried or NOTHING),
        (_("Opened"), f"{moment(box.received_at, lab.timezone)} {box.received_by or ''}".strip()),
        ("°C", number(box.temperature_c)),
        (_("Tubes packed and here"), f"{len(standing.received)} / {standing.expected}"),
    ]


def warnings(standing: Standing, language: str) -> list[str]:
    """What the way did to the box and its tubes, beyond what is allowed."""
    _ = translations(language).gettext
    way, came, told = standing.carriage, standing.arrival, []
    if way is not None and way.too_long:
        sentence = _("It was {time} on its way; at most {hours} h are allowed.")
        told.append(sentence.format(time=spoken(way.minutes, language), hours=number(way.hours_at_most)))
    if came is not None and came.outside:
        sentence = _("It measured {temperature} °C; allowed is {coldest} to {warmest} °C ({source}).")
        allowed = {"coldest": number(came.coldest_c), "warmest": number(came.warmest_c), "source": came.source}
        told.append(sentence.format(temperature=number(came.temperature_c), **allowed))
    if came is not None and came.too_old and came.oldest_minutes is not None:
        sentence = _("{count} tubes came too old, the oldest {time} after sealing; at most {hours} h are allowed ({source}).")
        allowed = {"hours": number(came.tube_hours_at_most), "source": came.source}
        told.append(sentence.format(count=came.too_old, time=spoken(came.oldest_minutes, language), **allowed))
    return told


def number(value: float | None) -> str:
    """A number without decimals that say nothing."""
    return f"{value:g}" if value is not None else NOTHING


def spoken(minutes: int, language: str) -> str:
    """A duration in words."""
    return translations(language).gettext("{hours} h {minutes} min").format(hours=minutes // 60, minutes=minutes % 60)


def line(tube: AnyRow, zone: str) -> tuple[str, str, str]:
    """A tube in the list: its code, the box it was packed in, when it was sealed."""
    return grouped(tube.barcode), grouped(tube.box) if tube.box else NOTHING, moment(tube.sealed_at, zone)


def moment(at: datetime | None, zone: str) -> str:
    """A time where it happened: 2022-02-02 09:31."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" if at is not None else NOTHING


def bars(code: str) -> str:
    """A code as Code 128, with its quiet zones."""
    return str(zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.Code128).to_svg(add_quiet_zones=True))


def modules(code: str) -> int:
    """How many modules wide the bars of a text in Code 128 are, quiet zones included: start, characters, check, stop."""
    return (len(code) + 2) * 11 + 13 + 20
