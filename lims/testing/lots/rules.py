"""Which lots may be used. Pure."""

import re
from calendar import monthrange
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from lims.kernel.errors import Refused


class LotKind(StrEnum):
    """What a lot is of."""

    EXTRACTION_KIT = "extraction_kit"
    AMPLIFICATION_KIT = "amplification_kit"
    CONTROL_MATERIAL = "control_material"


# What goes into an extraction batch, and what into a plate.
OF_BATCH = (LotKind.EXTRACTION_KIT, LotKind.CONTROL_MATERIAL)
OF_PLATE = (LotKind.AMPLIFICATION_KIT, LotKind.CONTROL_MATERIAL)
# GS1 as kits carry it, without its separators: (01) article, (17) expiry, (10) lot to the end; (11) made on may stand between.
GS1 = re.compile(r"01(?P<product>[0-9]{14})(?:11[0-9]{6})?17(?P<expiry>[0-9]{6})(?:11[0-9]{6})?10(?P<number>.{1,20})")


@dataclass(frozen=True)
class Lot:
    """A lot of a lab; the last day it may be used on is `expires_on`."""

    id: UUID
    lab: str
    kind: LotKind
    product: str
    assay: str | None
    number: str
    expires_on: date
    opened_at: datetime | None

    def serves(self, kinds: Collection[LotKind], assay: str) -> bool:
        """Whether the lot is of one of these kinds and, where it is an amplification kit, of this assay."""
        return self.kind in kinds and (self.assay is None or self.assay == assay)


def current(lots: Sequence[Lot], kinds: Sequence[LotKind], assay: str) -> list[Lot]:
    """Of each kind the lot that was opened last."""
    opened = sorted((lot for lot in lots if lot.opened_at and lot.serves(kinds, assay)), key=lambda lot: (lot.opened_at, lot.id))
    newest = {lot.kind: lot for lot in opened}
    return [newest[kind] for kind in kinds if kind in newest]


def in_use(lots: Sequence[Lot], kinds: Sequence[LotKind], assays: Collection[str]) -> list[Lot]:
    """The lots that any of these assays uses without a word, each once."""
    return list({lot.id: lot for assay in assays for lot in current(lots, kinds, assay)}.values())


def bound(lots: Sequence[Lot], named: Sequence[UUID] | None, kinds: Sequence[LotKind], assay: str, day: date) -> list[UUID]:
    """The lots that a batch or plate uses: those that are named, otherwise the current ones; Refused where one is expired or unfit."""
    if named is None:
        chosen = current(lots, kinds, assay)
    else:
        known = {lot.id: lot for lot in lots}
        if strange := [str(lot) for lot in named if lot not in known]:
            raise Refused("lot_unknown", "This lab has no lot {lots}; scan it in first.", lots=", ".join(strange))
        chosen = [known[lot] for lot in dict.fromkeys(named)]
    for lot in chosen:
        if not lot.serves(kinds, assay):
            raise Refused("lot_unfit", "Lot {number} of {product} is not for this; scan another.", number=lot.number, product=lot.product)
        if lot.expires_on < day:
            raise Refused(
                "lot_expired", "Lot {number} of {product} expired on {day}. Put it aside, open another lot and try again.",
                number=lot.number, product=lot.product, day=lot.expires_on.isoformat(),
            )  # fmt: skip
    return [lot.id for lot in chosen]


def read_gs1(scan: str) -> tuple[str, date, str] | None:
    """Product (article number), expiry and lot number of a kit's GS1 code; None where it is none. Day 00 is the month's last."""
    found = GS1.fullmatch(re.sub(r"[()\s\x1d]", "", scan))
    if found is None:
        return None
    year, month, day = (int(found["expiry"][at : at + 2]) for at in (0, 2, 4))
    try:
        return found["product"], date(2000 + year, month, day or monthrange(2000 + year, month)[1]), found["number"]
    except ValueError:
        return None
