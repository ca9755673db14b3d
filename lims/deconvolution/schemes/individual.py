"""The whole pool, then each of its members by itself (Dorfman, Annals of Mathematical Statistics 14, 1943)."""

from collections.abc import Sequence
from dataclasses import dataclass

from lims.deconvolution.schemes import hierarchy
from lims.deconvolution.schemes.rules import PERFECT, Assay, Cost, Results, Step


@dataclass(frozen=True)
class Individual:
    """Every member of a positive pool is tested by itself: one more plate, and no thinking."""

    def cost(self, members: int, prevalence: float, assay: Assay = PERFECT) -> Cost:
        """1 + n·θ tests of n > 1 members."""
        return hierarchy.cost(hierarchy.singles(members), prevalence, assay)

    def step(self, members: Sequence[str], results: Results) -> Step:
        """The whole, then each."""
        return hierarchy.step(hierarchy.singles(len(members)), members, results)
