"""Which schemes there are for a pool that was positive, each with what it will still cost: for a person to choose from."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from math import isqrt

from lims.deconvolution.schemes.array import SquareArray
from lims.deconvolution.schemes.halving import Halving, HalvingByDeduction
from lims.deconvolution.schemes.individual import Individual
from lims.deconvolution.schemes.rules import PERFECT, Assay, Cost, Scheme
from lims.deconvolution.schemes.subpools import SubPools


class Kind(StrEnum):
    """The schemes by name. An imported design is one more: it is chosen before anything is tested."""

    INDIVIDUAL = "individual"
    HALVING = "halving"
    HALVING_BY_DEDUCTION = "halving_by_deduction"
    SUB_POOLS = "sub_pools"
    SQUARE = "square"


@dataclass(frozen=True)
class Offer:
    """A scheme; `size`, where it is of sub-pools, how large they are; and its cost."""

    kind: Kind
    size: int | None
    scheme: Scheme
    cost: Cost


def scheme_of(kind: Kind, size: int | None = None) -> Scheme:
    """The scheme of this name; ValueError for sub-pools without a size. A square begins with the pool that is there already."""
    if kind is Kind.SUB_POOLS:
        if size is None:
            raise ValueError("sub-pools have a size")
        return SubPools(size)
    others: dict[Kind, Scheme] = {
        Kind.INDIVIDUAL: Individual(),
        Kind.HALVING: Halving(),
        Kind.HALVING_BY_DEDUCTION: HalvingByDeduction(),
        Kind.SQUARE: SquareArray(master=True),
    }
    return others[kind]


def offers(members: int, prevalence: float, assay: Assay = PERFECT, most_plates: int | None = None) -> list[Offer]:
    """Every scheme that fits so many members and is done after so many plates, cheapest first by what is still to be tested."""
    found = [
        Offer(kind, size, scheme, scheme.cost(members, prevalence, assay))
        for kind, size in fitting(members, assay)
        for scheme in [scheme_of(kind, size)]
    ]
    in_time = [offer for offer in found if most_plates is None or offer.cost.plates <= most_plates]
    return sorted(in_time, key=lambda offer: (round(offer.cost.remaining or 0.0, 9), offer.cost.plates, offer.size or 0))


def fitting(members: int, assay: Assay) -> Iterator[tuple[Kind, int | None]]:
    """Schemes for so many members: deduction where the assay is never wrong, sub-pools of each size that makes at least two."""
    yield Kind.INDIVIDUAL, None
    if members < 3:  # noqa: PLR2004 — two are tested singly by every scheme
        return
    yield Kind.HALVING, None
    if assay == PERFECT:
        yield Kind.HALVING_BY_DEDUCTION, None
    for size in range(2, (members + 1) // 2 + 1):
        yield Kind.SUB_POOLS, size
    if isqrt(members) ** 2 == members:
        yield Kind.SQUARE, None
