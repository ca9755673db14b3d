"""Which schemes there are for a pool that was positive, each with what it will still cost: for a person to choose from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isqrt

from lims.deconvolution.schemes.array import SquareArray
from lims.deconvolution.schemes.halving import Halving, HalvingByDeduction
from lims.deconvolution.schemes.individual import Individual
from lims.deconvolution.schemes.matrix import Design, Matrix
from lims.deconvolution.schemes.rules import PERFECT, Assay, Cost, Scheme
from lims.deconvolution.schemes.subpools import SubPools


class Kind(StrEnum):
    """The schemes by name. A design is imported; it is not among what is offered by itself."""

    INDIVIDUAL = "individual"
    HALVING = "halving"
    HALVING_BY_DEDUCTION = "halving_by_deduction"
    SUB_POOLS = "sub_pools"
    SQUARE = "square"
    DESIGN = "design"


@dataclass(frozen=True)
class Offer:
    """A scheme; `size`, where it is of sub-pools, how large they are; and its cost."""

    kind: Kind
    size: int | None
    scheme: Scheme
    cost: Cost


def scheme_of(kind: Kind, size: int | None = None, design: Design | None = None, *, alone: bool = True) -> Scheme:
    """The scheme of this name; ValueError for sub-pools without a size, or a design without one.

    `alone`: it resolves one pool, with which a square begins; otherwise several, whose members were never tested all together.
    """
    if kind is Kind.SUB_POOLS and size is not None:
        return SubPools(size)
    if kind is Kind.DESIGN and design is not None:
        return Matrix(design)
    others: dict[Kind, Scheme] = {
        Kind.INDIVIDUAL: Individual(),
        Kind.HALVING: Halving(),
        Kind.HALVING_BY_DEDUCTION: HalvingByDeduction(),
        Kind.SQUARE: SquareArray(master=alone),
    }
    if kind not in others:
        raise ValueError(f"{kind} lacks a size or a design")
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


@dataclass(frozen=True)
class Reckoning:
    """What a scheme will still cost, once its pools are positive: tests on average and at worst, and how many plates follow each other."""

    kind: Kind
    size: int | None
    expected: float
    worst: int
    stages: int


def reckonings(sizes: Sequence[int], prevalence: float, assay: Assay = PERFECT, most_stages: int | None = None) -> list[Reckoning]:
    """Every scheme for positive pools of these sizes, cheapest first: of one pool each that fits, of several those that go over all."""
    if len(sizes) == 1:
        found = [
            Reckoning(offer.kind, offer.size, offer.cost.remaining or 0.0, offer.cost.worst - 1, offer.cost.plates - 1)
            for offer in offers(sizes[0], prevalence, assay)
        ]
    else:
        members = sum(sizes)
        square = SquareArray().cost((isqrt(members - 1) + 1) ** 2, within(sizes, prevalence, assay), assay)
        found = [
            Reckoning(Kind.INDIVIDUAL, None, members, members, 1),
            Reckoning(Kind.SQUARE, None, square.expected, square.worst, square.plates),
        ]
    in_time = [one for one in found if most_stages is None or one.stages <= most_stages or one.kind is Kind.INDIVIDUAL]
    return sorted(in_time, key=lambda one: (round(one.expected, 9), one.stages, one.size or 0))


def reckoned_design(design: Design, sizes: Sequence[int], prevalence: float, assay: Assay = PERFECT) -> Reckoning:
    """What an imported design will cost over the members of positive pools."""
    cost = Matrix(design).cost(design.members, within(sizes, prevalence, assay), assay)
    return Reckoning(Kind.DESIGN, None, cost.expected, cost.worst, cost.plates)


def within(sizes: Sequence[int], prevalence: float, assay: Assay) -> float:
    """How likely a member of pools that tested positive is positive (Bayes), as a mean over all members."""
    hits = (size * prevalence * assay.sensitivity / assay.positive((1 - prevalence) ** size) for size in sizes)
    return min(1.0, sum(hits) / sum(sizes))
