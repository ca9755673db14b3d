"""An imported design: which member goes into which pools. All pools are tested at once, then whoever is left by itself.

Decoding: a member of a negative pool is negative (COMP: combinatorial orthogonal matching pursuit, Chan, Che, Jaggi, Saligrama
2011); whoever alone can explain a positive pool is positive (DD: definite defectives, Aldridge, Baldassini, Johnson, IEEE
Transactions on Information Theory 60, 2014).
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from lims.deconvolution.schemes.rules import PERFECT, Assay, Cost, Mix, Results, Step, accuracy, contradicted
from lims.kernel.errors import Refused, listed

MOST_MEMBERS = 1000
MOST_POOLS = 400
# The expected cost sums over the subsets of a member's pools: 2 to this.
MOST_POOLS_OF_A_MEMBER = 12


@dataclass(frozen=True)
class Design:
    """`pools`: of each pool the positions (from 0) of its members; `members`: how many there are."""

    pools: tuple[frozenset[int], ...]
    members: int

    def of(self, member: int) -> list[frozenset[int]]:
        """The pools of a member."""
        return [pool for pool in self.pools if member in pool]


def read(text: str) -> Design:
    """A design of CSV text: a row a pool, a column a member, 1 or 0 (or nothing) in each; Refused where it is none."""
    design, faults = judged(text)
    if faults:
        raise faults[0]
    return design


def judged(text: str) -> tuple[Design, list[Refused]]:
    """A design as far as it can be read, and everything that is wrong with it, line by line."""
    rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"))) if any(map(str.strip, row))]
    width = len(rows[0]) if rows else 0
    if not 1 <= width <= MOST_MEMBERS or len(rows) > MOST_POOLS:
        too_large = Refused(
            "pooling_matrix_malformed",
            "A design has 1 to {members} columns (members) and 1 to {pools} rows (pools); this has {width} and {rows}.",
            members=MOST_MEMBERS, pools=MOST_POOLS, width=width, rows=len(rows),
        )  # fmt: skip
        return Design((), width), [too_large]
    faults = [fault for number, row in enumerate(rows, 1) for fault in unreadable(number, row, width)]
    design = Design(tuple(frozenset(place for place, cell in enumerate(row) if cell == "1") for row in rows), width)
    return design, faults or useless(design)


def unreadable(number: int, row: Sequence[str], width: int) -> Iterator[Refused]:
    """What is wrong with one line by itself."""
    if len(row) != width:
        yield Refused(
            "pooling_matrix_malformed", "Pool {pool} of the design has {found} columns, the first has {width}.",
            pool=number, found=len(row), width=width,
        )  # fmt: skip
    if wrong := [cell for cell in row if cell not in {"", "0", "1"}]:
        yield Refused(
            "pooling_matrix_malformed", "Pool {pool} of the design says {cell}; only 0 and 1 are known.", pool=number, cell=wrong[0]
        )


def useless(design: Design) -> list[Refused]:
    """Where a pool is empty or stands twice, or a member is in none or in too many."""
    faults = []
    for number, pool in enumerate(design.pools, 1):
        if not pool:
            faults.append(Refused("pooling_matrix_malformed", "Pool {pool} of the design has no member.", pool=number))
        elif pool in design.pools[: number - 1]:
            faults.append(Refused("pooling_matrix_malformed", "Pool {pool} of the design has the members of an earlier one.", pool=number))
    counts = [len(design.of(member)) for member in range(design.members)]
    if missing := [str(member + 1) for member, count in enumerate(counts) if count == 0]:
        faults.append(
            Refused("pooling_matrix_malformed", "These members of the design are in no pool: {members}.", members=listed(missing))
        )
    if crowded := [str(member + 1) for member, count in enumerate(counts) if count > MOST_POOLS_OF_A_MEMBER]:
        too_many = Refused(
            "pooling_matrix_malformed", "These members of the design are in more than {most} pools: {members}.",
            most=MOST_POOLS_OF_A_MEMBER, members=listed(crowded),
        )  # fmt: skip
        faults.append(too_many)
    return faults


@dataclass(frozen=True)
class Matrix:
    """All pools of the design at once, then everybody whom they do not clear, singly."""

    design: Design

    def cost(self, members: int, prevalence: float, assay: Assay = PERFECT) -> Cost:
        """The pools, and on average so many members whose pools all test positive; ValueError for another number of members."""
        self.fits(members)
        kept, alarmed, found = 0.0, 0.0, 0.0
        for member in range(members):
            pools = self.design.of(member)
            kept += all_positive(pools, 1 - prevalence, assay)
            alarmed += all_positive([pool - {member} for pool in pools], 1 - prevalence, assay)
            found += assay.sensitivity ** (len(pools) + 1)
        trust = accuracy(prevalence, found / members, 1 - (1 - assay.specificity) * alarmed / members)
        return Cost(len(self.design.pools) + kept, len(self.design.pools) + members, 2, None, trust)

    def step(self, members: Sequence[str], results: Results) -> Step:
        """Every pool, then single tubes."""
        self.fits(len(members))
        own = {member: results[mix] for member in members if (mix := frozenset({member})) in results}
        pools = [frozenset(members[place] for place in sorted(pool)) for pool in self.design.pools]
        positive = frozenset(member for member, found in own.items() if found)
        cleared, presumed = decode(pools, frozenset(members), results)
        waiting = [mix for mix in pools if mix not in results]
        if not waiting:
            waiting = [frozenset({member}) for member in members if member not in cleared and member not in own]
        negative = (cleared | own.keys()) - positive
        return Step(tuple(waiting), positive, negative, presumed - own.keys(), contradicted(results, negative))

    def fits(self, members: int) -> None:
        """ValueError where the design is of another number of members."""
        if members != self.design.members:
            raise ValueError(f"the design is of {self.design.members} members, not {members}")


def decode(pools: Sequence[Mix], members: Mix, results: Results) -> tuple[Mix, Mix]:
    """Who is cleared by a negative pool (COMP), and who alone is left to explain a positive one (DD)."""
    cleared = frozenset().union(*(pool for pool in pools if not results.get(pool, True)))
    left = members - cleared
    alone = (pool & left for pool in pools if results.get(pool, False))
    return cleared, frozenset().union(*(who for who in alone if len(who) == 1))


def all_positive(pools: Sequence[frozenset[int]], negative: float, assay: Assay) -> float:
    """The chance that pools that share members all test positive, by inclusion and exclusion over those that are truly negative."""
    return sum(
        assay.sensitivity ** (len(pools) - len(chosen)) * (-assay.youden) ** len(chosen) * negative ** len(frozenset().union(*chosen))
        for chosen in subsets(pools)
    )


def subsets(pools: Sequence[frozenset[int]]) -> Iterator[tuple[frozenset[int], ...]]:
    """Every choice of some, all or none of these."""
    for size in range(len(pools) + 1):
        yield from combinations(pools, size)
