"""Schemes that split a positive mix into parts until single tubes are left; a mix that is negative clears its members.

Source of the expected numbers: Kim, Hudgens, Dreyfuss, Westreich, Pilcher, "Comparison of group testing algorithms for case
identification in the presence of test error", Biometrics 63 (2007), hierarchical algorithms; here for splits of any shape.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lims.deconvolution.schemes.rules import Assay, Cost, Mix, Results, Step, accuracy, contradicted


@dataclass(frozen=True)
class Split:
    """A mix of this many members, and the parts that follow each other in it; a single tube has no parts."""

    size: int
    parts: tuple["Split", ...] = ()

    def __post_init__(self) -> None:
        """ValueError where the parts do not make the whole."""
        if self.size != (sum(part.size for part in self.parts) if self.parts else 1):
            raise ValueError(f"the parts of {self.size} do not make {self.size}")

    def mixes(self) -> int:
        """How many tests it takes if every one is positive."""
        return 1 + sum(part.mixes() for part in self.parts)

    def stages(self) -> int:
        """How many plates follow each other."""
        return 1 + max((part.stages() for part in self.parts), default=0)


SINGLE = Split(1)


def evenly(members: int, parts: int) -> list[int]:
    """So many parts of sizes that differ by one at most, the larger ones first."""
    share, more = divmod(members, parts)
    return [share + 1] * more + [share] * (parts - more)


def singles(members: int) -> Split:
    """A mix that is followed by each of its members."""
    return SINGLE if members == 1 else Split(members, (SINGLE,) * members)


def chain_positive(sizes: Sequence[int], negative: float, assay: Assay) -> float:
    """The chance that nested mixes of these sizes, from the outermost in, all test positive.

    The outermost j are truly positive and those inside are not with the chance q^(size j+1) - q^(size j).
    """
    total = outer = 0.0
    for truly in range(len(sizes) + 1):
        inner = negative ** sizes[truly] if truly < len(sizes) else 1.0
        total += (inner - outer) * assay.sensitivity**truly * (1 - assay.specificity) ** (len(sizes) - truly)
        outer = inner
    return total


def chains(split: Split, above: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Split]]:
    """Every mix of a split with the sizes of all that it lies in."""
    yield above, split
    for part in split.parts:
        yield from chains(part, (*above, split.size))


def cost(split: Split, prevalence: float, assay: Assay) -> Cost:
    """What a split costs: each mix is tested if all that it lies in were positive."""
    negative = 1 - prevalence
    kinds = Counter((above, part.size, not part.parts) for above, part in chains(split))
    expected = sum(times * chain_positive(above, negative, assay) for (above, _, _), times in kinds.items())
    found = alarmed = 0.0
    for (above, _, last), times in kinds.items():
        if last:
            found += times * assay.sensitivity ** (len(above) + 1)
            others = [size - 1 for size in (*above, 1)]  # this member is negative: only the others can make a mix positive
            alarmed += times * chain_positive(others, negative, assay)
    first = assay.positive(negative**split.size)
    trust = accuracy(prevalence, found / split.size, 1 - alarmed / split.size)
    return Cost(expected, split.mixes(), split.stages(), (expected - 1) / first if first else 0.0, trust)


def step(split: Split, members: Sequence[str], results: Results) -> Step:
    """The next tests: of every positive mix its parts. A member's own result always stands before what its mixes say."""
    own = {member: results[mix] for member in members if (mix := frozenset({member})) in results}
    tests: list[Mix] = []
    cleared: set[str] = set()
    walk(split, tuple(members), results, tests, cleared)
    positive = frozenset(member for member, found in own.items() if found)
    negative = frozenset(cleared | {member for member, found in own.items() if not found}) - positive
    return Step(tuple(mix for mix in tests if not mix <= own.keys()), positive, negative, contradictions=contradicted(results, negative))


def walk(split: Split, members: tuple[str, ...], results: Results, tests: list[Mix], cleared: set[str]) -> None:
    """Collect what is still to be tested of a mix, and whom a negative one clears."""
    mix = frozenset(members)
    if mix not in results and not (split.parts and all(frozenset({member}) in results for member in members)):
        tests.append(mix)
    elif not results.get(mix, True):
        cleared.update(members)
    else:
        start = 0
        for part in split.parts:
            walk(part, members[start : start + part.size], results, tests, cleared)
            start += part.size
