"""The whole pool, then sub-pools, then the members of the positive ones: three plates at most."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from lims.deconvolution.schemes import hierarchy
from lims.deconvolution.schemes.hierarchy import Split
from lims.deconvolution.schemes.rules import PERFECT, Assay, Cost, Results, Step


@dataclass(frozen=True)
class SubPools:
    """A positive pool is split into sub-pools of at most `size` members, as even as they can be (10 by 4: 4, 3, 3)."""

    size: int

    def __post_init__(self) -> None:
        """ValueError for sub-pools of nobody."""
        if self.size < 1:
            raise ValueError("a sub-pool has members")

    def split(self, members: int) -> Split:
        """How so many members are split; where one sub-pool would hold them all, they are tested singly."""
        parts = ceil(members / self.size)
        if parts == 1:
            return hierarchy.singles(members)
        return Split(members, tuple(hierarchy.singles(size) for size in hierarchy.evenly(members, parts)))

    def cost(self, members: int, prevalence: float, assay: Assay = PERFECT) -> Cost:
        """Tests of the whole, the sub-pools, and the members of positive ones."""
        return hierarchy.cost(self.split(members), prevalence, assay)

    def step(self, members: Sequence[str], results: Results) -> Step:
        """The whole, then the sub-pools, then single tubes."""
        return hierarchy.step(self.split(len(members)), members, results)


@dataclass(frozen=True)
class BestSubPools:
    """A positive pool is split into the sub-pools, of whatever sizes, that cost the fewest tests at this prevalence."""

    prevalence: float
    assay: Assay = PERFECT

    def split(self, members: int) -> Split:
        """The cheapest of all splits: the cost of a sub-pool depends on its size alone, so the cheapest rest is found once a size."""
        if members == 1:
            return hierarchy.SINGLE
        q = 1 - self.prevalence
        whole = hierarchy.chain_positive((members,), q, self.assay)

        def sub_pool(size: int) -> float:
            return whole if size == 1 else whole + size * hierarchy.chain_positive((members, size), q, self.assay)

        prices = {size: sub_pool(size) for size in range(1, members)}
        best: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
        for people in range(1, members + 1):
            best.append(
                min(
                    (best[people - size][0] + prices[size], (*best[people - size][1], size))
                    for size in range(1, min(people, members - 1) + 1)
                )
            )
        sizes = sorted(best[members][1], reverse=True)
        return hierarchy.singles(members) if set(sizes) <= {1} else Split(members, tuple(hierarchy.singles(size) for size in sizes))

    def cost(self, members: int, prevalence: float, assay: Assay = PERFECT) -> Cost:
        """Tests of the whole, the sub-pools, and the members of positive ones."""
        return hierarchy.cost(self.split(members), prevalence, assay)

    def step(self, members: Sequence[str], results: Results) -> Step:
        """The whole, then the sub-pools, then single tubes."""
        return hierarchy.step(self.split(len(members)), members, results)
