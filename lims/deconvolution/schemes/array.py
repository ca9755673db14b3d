"""A square of tubes, pooled by rows and by columns; who lies where a positive row and a positive column cross is tested singly.

Source: Kim, Hudgens, Dreyfuss, Westreich, Pilcher, Biometrics 63 (2007), algorithms A2 and A2M: a positive row is tested singly
where no column is positive, and the other way round.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt

from lims.deconvolution.schemes.rules import PERFECT, Assay, Cost, Mix, Results, Step, accuracy, contradicted


@dataclass(frozen=True)
class SquareArray:
    """`master`: the whole square is tested first. `orphans`: rows without a positive column are tested, too, and columns likewise."""

    master: bool = False
    orphans: bool = True

    def cost(self, members: int, prevalence: float, assay: Assay = PERFECT) -> Cost:
        """What a full square costs; ValueError where so many members make none."""
        side = isqrt(members)
        if side * side != members or side < 2:  # noqa: PLR2004 — one tube is no square
            raise ValueError(f"{members} members make no square")
        q = 1 - prevalence
        retested, of_positive, of_negative = (self.retested(side, q, assay, member) for member in (None, True, False))
        expected, worst, plates = 2 * side + members * retested, 2 * side + members, 2
        remaining = None
        if self.master:
            # The tests of the square are tied to the master's: both see whether anybody is positive.
            idle = self.retested_of_nobody(side, assay)
            of_all_negative = q**members * (2 * side + members * idle)
            expected = 1 + assay.sensitivity * expected - assay.youden * of_all_negative
            remaining = (expected - 1) / assay.positive(q**members) if expected > 1 else 0.0
            of_positive *= assay.sensitivity
            of_negative = assay.sensitivity * of_negative - assay.youden * q ** (members - 1) * idle
            worst, plates = worst + 1, plates + 1
        trust = accuracy(prevalence, of_positive * assay.sensitivity, 1 - of_negative * (1 - assay.specificity))
        return Cost(expected, worst, plates, remaining, trust)

    def retested(self, side: int, q: float, assay: Assay, member: bool | None) -> float:  # noqa: FBT001 — three cases of one chance
        """The chance that a member is tested singly: of any member, of a positive one, of a negative one."""
        hit, alarm = assay.sensitivity, 1 - assay.specificity
        line, cross = side - (member is False), 2 * side - 1 - (member is False)
        row_negative, both_negative = (0.0, 0.0) if member else (q**line, q**cross)
        crossing = (
            alarm**2 * both_negative
            + 2 * alarm * hit * (row_negative - both_negative)
            + hit**2 * (1 - 2 * row_negative + both_negative)
        )  # fmt: skip
        # A column that this row leaves negative tests negative with `silent`; one with a positive member of this row with 1 - Se.
        silent = 1 - assay.positive(q ** (side - 1))
        any_member = (1 - q) * (1 - hit) + q * silent
        others = side if member is None else side - 1
        if member:
            orphan = hit * (1 - hit) * any_member**others
        else:
            own = 1.0 if member is None else silent
            orphan = own * (hit * (any_member**others - (q * silent) ** others) + alarm * (q * silent) ** others)
        return crossing + (2 * orphan if self.orphans else 0.0)

    def retested_of_nobody(self, side: int, assay: Assay) -> float:
        """The same chance where every member is negative."""
        alarm = 1 - assay.specificity
        return alarm**2 + (2 * alarm * assay.specificity**side if self.orphans else 0.0)

    def step(self, members: Sequence[str], results: Results) -> Step:
        """The whole (with `master`), then rows and columns, then single tubes. The last rows may be short or missing."""
        own = {member: results[mix] for member in members if (mix := frozenset({member})) in results}
        rows, columns = lines(members)
        cleared: set[str] = set()
        if self.master and not results.get(whole := frozenset(members), False):
            tests = [] if whole in results else [whole]
            cleared.update(members if whole in results else ())
        elif not (tests := [line for line in (*rows, *columns) if line not in results]):
            suspects = self.suspects([row for row in rows if results[row]], [column for column in columns if results[column]])
            cleared.update(set(members) - suspects)
            tests = [frozenset({member}) for member in members if member in suspects - own.keys()]
        positive = frozenset(member for member, found in own.items() if found)
        negative = frozenset(cleared | own.keys()) - positive
        return Step(tuple(dict.fromkeys(tests)), positive, negative, contradictions=contradicted(results, negative))

    def suspects(self, rows: list[Mix], columns: list[Mix]) -> set[str]:
        """Who is tested singly, by the positive rows and columns."""
        if rows and columns:
            return set(frozenset().union(*rows) & frozenset().union(*columns))
        return set(frozenset().union(*rows, *columns)) if self.orphans else set()


def lines(members: Sequence[str]) -> tuple[list[Mix], list[Mix]]:
    """The rows and the columns of the smallest square that holds these members, filled row by row."""
    side = isqrt(max(len(members) - 1, 0)) + 1
    rows = [frozenset(members[start : start + side]) for start in range(0, len(members), side)]
    return rows, [frozenset(members[start::side]) for start in range(min(side, len(members)))]
