"""Figures of cases from their rows. Pure: every figure can be counted again from the rows behind it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import exp, fsum, lgamma, log, log1p
from typing import NamedTuple

from lims.deconvolution.rules import MemberState, Outcome
from lims.deconvolution.schemes.rules import Assay
from lims.kernel.errors import Refused
from lims.reporting.pooling_math.pools import Group
from lims.reporting.pooling_math.sizes import discordant

AGES_HOURS = (6, 12, 24, 48)  # where one band of ages ends and the next begins
NOT_BACK = (MemberState.UNREACHABLE, MemberState.REFUSED, MemberState.TRANSFERRED)
# Parts of figures: what happened already of what is timed; of pools with so many people those that were not negative.
HAPPENED, NOT_NEGATIVE = "happened", "not-negative"
MOST_DIGITS = 4
UNUSUAL = 0.05  # so many discordant cases or more are told as unusual where chance brings them less often than this


class Behind(StrEnum):
    """Which rows stand behind a figure."""

    CASES = "cases"
    OPEN = "open"
    OVERDUE = "overdue"
    CALLED = "called"
    SAMPLED = "sampled"
    SETTLED = "settled"
    SETTLED_CASES = "settled-cases"
    JUDGED = "judged"
    DISCORDANT = "discordant"
    RECOLLECTION = "recollection"
    POOLS = "pools"


@dataclass(frozen=True)
class CaseRow:
    """A case. Minutes count from `opened_at`: `age` of one that is not closed, `settled` once the last member is.

    `discordant`: whether all members were negative; None where that cannot be said (yet), see `rows.is_judged`.
    """

    tube: str
    lab: str
    site: str | None
    kind: str | None
    call: str
    state: str
    outcome: str | None
    opened_at: datetime
    deadline: datetime
    closed_at: datetime | None
    members: int
    settled: int
    age_minutes: float | None
    overdue: bool
    settled_minutes: float | None
    discordant: bool | None

    @property
    def key(self) -> str:
        """Where it stands in a list."""
        return f"{self.opened_at.isoformat()} {self.tube}"

    @property
    def part(self) -> str:
        """How it ended, or the band of its age."""
        return self.outcome or band_of(self.age_minutes or 0.0)


@dataclass(frozen=True)
class MemberRow:
    """A member of a case that was not withdrawn. Minutes count from the opening of the case; None: it has not happened.

    `called_back`: whether he is one of those who are to be sampled again, as the members of an aliquot pool are not.
    """

    tube: str
    position: int
    lab: str
    site: str | None
    opened_at: datetime
    called_back: bool
    state: str
    single: str | None
    called_minutes: float | None
    sampled_minutes: float | None
    settled_minutes: float | None

    @property
    def key(self) -> str:
        """Where he stands in a list."""
        return f"{self.opened_at.isoformat()} {self.tube} {self.position:05}"

    @property
    def part(self) -> str:
        """How far sampling him again has come."""
        if self.sampled_minutes is not None:
            return "sampled"
        return self.state if self.state in NOT_BACK else "waiting"


@dataclass(frozen=True)
class PoolRow:
    """A released pool: its people, the wells it was read in, and the wells of the single tubes by which its members were tested."""

    tube: str
    lab: str
    site: str | None
    released_at: datetime
    released_call: str
    people: int
    pool_tests: int
    single_tests: int

    @property
    def key(self) -> str:
        """Where it stands in a list."""
        return self.tube


class PoolPart(NamedTuple):
    """Which released pools are meant: those with so many people (None: any), and of them those that were not negative, or all."""

    people: int | None = None
    not_negative: bool = False

    @classmethod
    def of(cls, part: str | None) -> "PoolPart":
        """From a word like `10`, or `10 not-negative`; Refused where it is none."""
        people, _, more = (part or "").partition(" ")
        if part is None:
            return cls()
        if not people.isascii() or not people.isdigit() or len(people) > MOST_DIGITS or more not in ("", NOT_NEGATIVE):
            raise Refused("figure_unknown", "There is no figure {figure}; there are {known}.", figure=part, known=f"10, 10 {NOT_NEGATIVE}")
        return cls(int(people), bool(more))

    def tubes(self, sizes: Iterable["PoolsOfSize"]) -> int:
        """How many there are of these."""
        meant = [one for one in sizes if self.people in (None, one.people)]
        return sum(one.reactive + one.invalid if self.not_negative else one.pools for one in meant)


@dataclass(frozen=True)
class PoolsOfSize:
    """All released pools with so many people: how many, how many of them positive or inconclusive, how many invalid, and their tests."""

    people: int
    pools: int
    reactive: int
    invalid: int
    pool_tests: int
    single_tests: int

    @property
    def saved(self) -> int:
        """Tests that pooling saved, or (less than 0) cost."""
        return self.people * self.pools - self.pool_tests - self.single_tests


@dataclass(frozen=True)
class Spread:
    """How long something took: of `of` that it may happen to it has happened to `count`; minutes, None where to none."""

    count: int
    of: int
    minutes_p50: float | None
    minutes_p90: float | None


@dataclass(frozen=True)
class Recollection:
    """Of the members of a site's pools that are to be sampled again: how many have been, and how the others stand."""

    site: str
    members: int
    sampled: int
    waiting: int
    unreachable: int
    refused: int
    transferred: int

    @property
    def share(self) -> float:
        """How many have been sampled again, 0 to 1."""
        return self.sampled / self.members


@dataclass(frozen=True)
class Discordance:
    """Discordant cases among those that can be judged, and the share that is to be expected; None where nothing can be.

    `chance`: how likely so many or more are where the expectation holds.
    """

    judged: int
    discordant: int
    expected_share: float | None
    chance: float | None

    @property
    def share(self) -> float | None:
        """The share that was found."""
        return self.discordant / self.judged if self.judged else None

    @property
    def unusual(self) -> bool:
        """Whether there are more than chance explains."""
        return self.chance is not None and self.chance < UNUSUAL


@dataclass(frozen=True)
class Saving:
    """Tests of pools and of their members' single tubes, against one test for each of their people."""

    pools: int
    people: int
    pool_tests: int
    single_tests: int

    @property
    def saved(self) -> int:
        """Tests that were not made; less than 0 where pooling cost more than it saved."""
        return self.people - self.pool_tests - self.single_tests

    @property
    def share(self) -> float | None:
        """Of the tests that everybody by himself would have needed."""
        return self.saved / self.people if self.people else None


def bands() -> list[str]:
    """The bands of ages, in hours: "0-6", …, "48-"."""
    return [f"{low}-{high}" for low, high in zip((0, *AGES_HOURS), (*AGES_HOURS, ""), strict=True)]


def band_of(age_minutes: float) -> str:
    """The band of an age; its beginning belongs to it, its end to the next."""
    return bands()[sum(age_minutes >= hours * 60 for hours in AGES_HOURS)]


def percentile(values: Sequence[float], share: float) -> float | None:
    """Between the two values nearest to it, as PostgreSQL's percentile_cont; None of nothing."""
    if not values:
        return None
    ordered, place = sorted(values), (len(values) - 1) * share
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def spread(minutes: Iterable[float | None]) -> Spread:
    """How long it took, of everybody it may happen to."""
    every = [*minutes]
    known = [one for one in every if one is not None]
    return Spread(len(known), len(every), percentile(known, 0.5), percentile(known, 0.9))


def recollections(members: Iterable[MemberRow]) -> list[Recollection]:
    """By site, the least complete first."""
    parts: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(("sampled", "waiting", *NOT_BACK), 0))
    for member in members:
        if member.called_back and member.site is not None:
            parts[member.site][member.part] += 1
    found = [Recollection(site, sum(counts.values()), **counts) for site, counts in parts.items()]
    return sorted(found, key=lambda one: (one.share, -one.members, one.site))


def groups(sizes: Iterable[PoolsOfSize]) -> list[Group]:
    """The pools as a prevalence is estimated from them: an invalid one says nothing."""
    return [Group(one.people, one.pools - one.invalid, one.reactive) for one in sizes if one.pools > one.invalid]


def saving(sizes: Iterable[PoolsOfSize]) -> Saving:
    """Of all sizes together."""
    of = [*sizes]
    return Saving(
        sum(one.pools for one in of),
        sum(one.pools * one.people for one in of),
        sum(one.pool_tests for one in of),
        sum(one.single_tests for one in of),
    )


def discordance(cases: Iterable[CaseRow], prevalence: float | None, assay: Assay) -> Discordance:
    """Those found among the judged cases, and those to be expected where this is the prevalence."""
    judged = [case for case in cases if case.discordant is not None]
    found = sum(case.discordant is True for case in judged)
    expected = expected_share([case.members for case in judged], prevalence, assay) if prevalence is not None else None
    chance = at_least(found, len(judged), expected) if expected is not None else None
    return Discordance(len(judged), found, expected, chance)


def expected_share(sizes: Sequence[int], prevalence: float, assay: Assay) -> float | None:
    """The share of positive pools of these sizes that is to be expected without a member who is found positive; None of none.

    Of one size n: P(pool positive, every single negative) ÷ P(pool positive), that is
    {Se[(A+B)ⁿ - Aⁿ] + (1-Sp)Aⁿ} ÷ {Se - (Se+Sp-1)(1-p)ⁿ} with A = (1-p)·Sp and B = p·(1-Se), as members are independent of each other
    (Kim, Hudgens, Dreyfuss, Westreich, Pilcher, Biometrics 63 (2007), two stages). 0 where no pool can be positive.
    """
    if not sizes:
        return None
    return sum(of_positive(size, prevalence, assay) for size in sizes) / len(sizes)


def of_positive(size: int, prevalence: float, assay: Assay) -> float:
    """The same of one pool."""
    positive = assay.positive((1 - prevalence) ** size)
    return discordant(size, prevalence, assay) / positive if positive else 0.0


def at_least(count: int, of: int, chance: float) -> float:
    """The chance of so many or more of many, each with this chance. By logarithms: of thousands the numbers themselves are too large."""
    if count == 0 or chance in (0.0, 1.0):
        return 1.0 if count == 0 else chance

    def exactly(number: int) -> float:
        ways = lgamma(of + 1) - lgamma(number + 1) - lgamma(of - number + 1)
        return exp(ways + number * log(chance) + (of - number) * log1p(-chance))

    return min(1.0, fsum(exactly(number) for number in range(count, of + 1)))


def behind(what: Behind, cases: Sequence[CaseRow], members: Sequence[MemberRow]) -> Sequence[CaseRow] | Sequence[MemberRow]:
    """The rows behind a figure of cases or of their members."""
    of_cases: Mapping[Behind, Sequence[CaseRow]] = {
        Behind.CASES: cases,
        Behind.OPEN: [case for case in cases if case.age_minutes is not None],
        Behind.OVERDUE: [case for case in cases if case.overdue],
        Behind.SETTLED_CASES: [case for case in cases if case.outcome != Outcome.WITHDRAWN],
        Behind.JUDGED: [case for case in cases if case.discordant is not None],
        Behind.DISCORDANT: [case for case in cases if case.discordant],
    }
    if what in of_cases:
        return of_cases[what]
    return [member for member in members if member.called_back or what is Behind.SETTLED]


# By which of its times a row behind a figure of times counts as one to which it happened.
TIMED = {
    Behind.CALLED: "called_minutes",
    Behind.SAMPLED: "sampled_minutes",
    Behind.SETTLED: "settled_minutes",
    Behind.SETTLED_CASES: "settled_minutes",
}


def is_in(row: CaseRow | MemberRow, what: Behind, part: str | None) -> bool:
    """Whether a row behind a figure belongs to a part of it (None: the whole)."""
    if part == HAPPENED and what in TIMED:
        return getattr(row, TIMED[what]) is not None
    return part is None or row.part == part
