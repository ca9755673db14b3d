"""Which scheme may be chosen for which tubes, and which sub-pool somebody has at hand. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import zip_longest
from math import isqrt
from typing import Any

from lims.catalog.policies import CasePolicy
from lims.deconvolution.schemes.choice import Kind, Reckoning, reckoned_design, reckonings
from lims.deconvolution.schemes.matrix import Design
from lims.deconvolution.schemes.rules import Assay
from lims.kernel.errors import Refused, listed

USUAL_PREVALENCE = 0.01


@dataclass(frozen=True)
class Planned:
    """What costs are reckoned with: the share of positive people (0 to 1), and the assay's accuracy."""

    prevalence: float = USUAL_PREVALENCE
    assay: Assay = Assay()  # noqa: RUF009 - it is frozen


@dataclass(frozen=True)
class Chosen:
    """A scheme for the pools of one case or several, with what it will cost and why it was chosen."""

    pools: tuple[str, ...]
    members: tuple[str, ...]
    reckoning: Reckoning
    planned: Planned
    reason: str
    design: Design | None = None
    by_policy: bool = False

    def facts(self) -> dict[str, Any]:
        """The columns of its row."""
        design = None if self.design is None else [sorted(pool) for pool in self.design.pools]
        figures = asdict(self.reckoning) | {"kind": self.reckoning.kind.value} | asdict(self.planned.assay)
        rest = {"prevalence": self.planned.prevalence, "reason": self.reason, "design": design, "by_policy": self.by_policy}
        return figures | rest | {"pools": [*self.pools], "members": [*self.members]}


def planned_with(policy: CasePolicy | None, prevalence: float | None = None) -> Planned:
    """The figures of a policy; the share of positive people where somebody knows it better."""
    if policy is None:
        return Planned(prevalence or USUAL_PREVALENCE)
    return Planned(prevalence or policy.prevalence, Assay(policy.sensitivity, policy.specificity))


def by_policy(pool: str, members: Sequence[str], policy: CasePolicy) -> Chosen | None:
    """What a policy chooses by itself: its scheme, or the members singly where they are too few for it; None where a person chooses."""
    if policy.scheme == "choose":
        return None
    planned = planned_with(policy)
    wanted, size = Kind(policy.scheme), policy.sub_pool_size
    offers = reckonings([len(members)], planned.prevalence, planned.assay, policy.most_stages)
    fits = [one for one in offers if one.kind is wanted and one.size == size]
    singly = [one for one in offers if one.kind is Kind.INDIVIDUAL]
    return Chosen((pool,), tuple(members), (fits or singly)[0], planned, policy.source, by_policy=True)


def in_order(members: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The members of these pools in the order of a scheme: of several pools so that no row or column of a square is one of them.

    The pools take turns along the rows, and each row begins one tube later than the row above it.
    """
    if len(members) == 1:
        return tuple(next(iter(members.values())))
    turns = [code for turn in zip_longest(*members.values()) for code in turn if code is not None]
    side = isqrt(len(turns) - 1) + 1
    rows = [turns[start : start + side] for start in range(0, len(turns), side)]
    return tuple(code for place, row in enumerate(rows) for code in row[place % len(row) :] + row[: place % len(row)])


def reckoned(
    kind: Kind, size: int | None, design: Design | None, sizes: Sequence[int], planned: Planned, most_stages: int | None
) -> Reckoning:
    """What the scheme of this name will cost for positive pools of these sizes; Refused where it does not fit them."""
    members = sum(sizes)
    if kind is Kind.DESIGN and design is not None:
        if design.members != members:
            raise Refused("scheme_unfit", "The design is of {columns} tubes, and there are {tubes}.", columns=design.members, tubes=members)
        return reckoned_design(design, sizes, planned.prevalence, planned.assay)
    every = reckonings(sizes, planned.prevalence, planned.assay)
    found = next((one for one in every if one.kind is kind and one.size == size), None)
    if found is None:
        raise Refused(
            "scheme_unfit", "{kind} does not fit {tubes} tubes of {pools} pools; choose among: {offers}.",
            kind=named(kind, size), tubes=members, pools=len(sizes), offers=listed([named(one.kind, one.size) for one in every]),
        )  # fmt: skip
    if most_stages is not None and found.stages > most_stages and kind is not Kind.INDIVIDUAL:
        raise Refused(
            "scheme_unfit", "{kind} takes {stages} plates one after another; the policy of the case allows {most}.",
            kind=named(kind, size), stages=found.stages, most=most_stages,
        )  # fmt: skip
    return found


def named(kind: Kind, size: int | None) -> str:
    """A scheme as a refusal names it."""
    return kind.value if size is None else f"{kind.value} {size}"


def mixing(case: str, wanted: Sequence[Sequence[str]], scanned: Sequence[str] | None) -> Sequence[str]:
    """The sub-pool that somebody has at hand: of the scanned tubes, or (None) the first; Refused where the scheme wants no such one now."""
    if not wanted:
        raise Refused("mix_none", "Case {case} has no sub-pool to mix now; look at its page for what it waits for.", case=case)
    if scanned is None:
        return wanted[0]
    held = set(scanned)
    nearest = max(wanted, key=lambda wish: len(held & set(wish)))
    if held == set(nearest):
        return nearest
    if strange := [code for code in scanned if code not in nearest]:
        raise Refused(
            "mix_not_proposed",
            "These tubes do not belong to the sub-pool that case {case} wants now: {tubes}.",
            case=case,
            tubes=listed(strange),
        )
    lacking = [code for code in nearest if code not in held]
    raise Refused(
        "mix_not_proposed",
        "The sub-pool of case {case} lacks these tubes: {tubes}. Scan them, too, or say that they are not there.",
        case=case, tubes=listed(lacking),
    )  # fmt: skip
