"""How far a scheme has come, what it wants next, and whom it settles: all of it follows from the tubes. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from lims.custody.rules import BenchState, Call
from lims.deconvolution.schemes.rules import Mix, Scheme

UNDER_TEST = (BenchState.WAITING, BenchState.PLATED, BenchState.CALLED)
FEWEST = 2  # one tube is not mixed: it is tested itself


class Standing(StrEnum):
    """What a scheme waits for."""

    MIX = "mix"
    TEST = "test"
    DONE = "done"


class Trouble(StrEnum):
    """What a person should know of a scheme, besides its next step."""

    MIX_FAILED = "mix_failed"
    MIX_UNCLEAR = "mix_unclear"
    TUBE_GONE = "tube_gone"
    TUBE_UNCLEAR = "tube_unclear"
    CONTRADICTION = "contradiction"


@dataclass(frozen=True)
class MemberTube:
    """A kept tube: `own` is the released call of its own test; `cleared` that a sub-pool's negative result has released it."""

    barcode: str
    state: BenchState
    own: Call | None = None
    cleared: bool = False

    @property
    def gone(self) -> bool:
        """Whether nothing is left of it to test: nobody can say what a test of it would have been."""
        return self.state is BenchState.REJECTED

    @property
    def mixable(self) -> bool:
        """Whether it is kept for its scheme."""
        return self.state is BenchState.POOLED


@dataclass(frozen=True)
class SubPool:
    """Liquid of several members, mixed for the case; `call` once it is released."""

    barcode: str
    members: Mix
    state: BenchState
    call: Call | None = None

    @property
    def found(self) -> bool | None:
        """Whether it is not negative; grey zone and single target count as positive (domain rules 2.6). None: nobody knows (yet)."""
        return None if self.call in (None, Call.INVALID) else self.call is not Call.NEGATIVE

    @property
    def failed(self) -> bool:
        """Whether it will never say anything."""
        return self.call is Call.INVALID or self.state is BenchState.REJECTED


@dataclass(frozen=True)
class Problem:
    """Something to know of a scheme, with the tube it is about."""

    trouble: Trouble
    tube: str
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class Progress:
    """How a scheme stands.

    `to_mix`: sub-pools to be mixed now, each in the order of the rack. `to_test`: kept tubes that are to wait for a plate of their own.
    `settled`: kept tubes that are negative, each by which sub-pool. `under_test`: sub-pools and tubes whose results are awaited.
    """

    standing: Standing
    to_mix: tuple[tuple[str, ...], ...] = ()
    to_test: tuple[str, ...] = ()
    settled: Mapping[str, str] = field(default_factory=dict)
    under_test: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


class Evidence(Mapping[Mix, bool]):
    """What is known of any mix that a scheme may ask for.

    A sub-pool answers for a mix that holds it, if nothing else of that mix can be mixed any more: a member whose tube is gone, or who is
    tested by himself, is left out of sub-pools, and the scheme need not know. A single tube is answered for by its own test alone.
    """

    def __init__(self, tubes: Mapping[str, MemberTube], tested: Iterable[tuple[Mix, bool]]) -> None:
        self.own = {code: tube.own not in (None, Call.NEGATIVE) for code, tube in tubes.items() if tube.own is not None or tube.cleared}
        self.gone = {code for code, tube in tubes.items() if tube.gone}
        self.out = {code for code, tube in tubes.items() if not tube.mixable}
        self.mixes: dict[Mix, bool] = {}
        for mix, found in tested:
            self.mixes[mix] = self.mixes.get(mix, False) or found  # two that differ: the positive one is not outweighed

    def __getitem__(self, mix: Mix) -> bool:
        """Whether the mix is positive; KeyError where nobody knows."""
        if len(mix) == 1:
            (code,) = mix
            return self.own[code] if code in self.own else code in self.gone or self.unknown(mix)
        if mix in self.mixes:
            return self.mixes[mix]
        if answers := [found for held, found in self.mixes.items() if len(held) > 1 and self.stands_for(held, mix)]:
            return any(answers)
        if mix <= self.own.keys() | self.gone:
            return any(self.own.get(code, True) for code in mix)
        return self.unknown(mix)

    def stands_for(self, held: Mix, mix: Mix) -> bool:
        """Whether a sub-pool of these members is all that can be mixed of a mix."""
        return held <= mix and mix - held <= self.out

    def unknown(self, mix: Mix) -> bool:
        """There is no answer."""
        raise KeyError(mix)

    def __iter__(self) -> Iterator[Mix]:
        """Every mix that was tested; a pool of one tube says nothing beyond that tube's own test."""
        yield from (mix for mix in self.mixes if len(mix) > 1)
        yield from (frozenset({code}) for code in self.own)

    def __len__(self) -> int:
        """How many there are."""
        return sum(1 for _ in self)


def progress(
    scheme: Scheme, members: Sequence[str], tubes: Mapping[str, MemberTube], sub_pools: Sequence[SubPool], pools: Sequence[Mix]
) -> Progress:
    """How a scheme over these members stands; `pools` are the reactive pools that it resolves."""
    tested = [(pool, True) for pool in pools] + [(one.members, one.found) for one in sub_pools if one.found is not None]
    evidence = Evidence(tubes, tested)
    step = scheme.step(members, evidence)
    negative = {code for code in step.negative if code not in evidence.gone} | {code for code, found in evidence.own.items() if not found}
    refuted = [mix for mix, found in evidence.mixes.items() if found and mix <= negative]
    doubtful = frozenset().union(*refuted)
    kept = [code for code in members if tubes[code].mixable]
    wanted = [tuple(code for code in kept if code in mix) for mix in step.tests]
    cleared = [code for code in kept if code in negative - doubtful]
    by = {code: next((one.barcode for one in sub_pools if one.found is False and code in one.members), None) for code in cleared}
    alone = {wish[0] for wish in wanted if len(wish) == 1} | (doubtful & set(kept)) | {code for code in cleared if by[code] is None}
    waiting = [one for one in sub_pools if one.call is None and one.state in UNDER_TEST]
    to_mix = tuple(
        wish for wish in dict.fromkeys(wanted)
        if len(wish) >= FEWEST and not alone & set(wish) and not any(evidence.stands_for(one.members, frozenset(wish)) for one in waiting)
    )  # fmt: skip
    settled = {code: pool for code, pool in by.items() if pool is not None and explained(code, evidence)}
    under_test = (*(one.barcode for one in waiting), *(code for code in members if tubes[code].state in UNDER_TEST))
    to_test = tuple(code for code in kept if code in alone)
    standing = Standing.MIX if to_mix else Standing.TEST if under_test or to_test or set(kept) - settled.keys() else Standing.DONE
    return Progress(standing, to_mix, to_test, settled, under_test, problems(tubes, sub_pools, refuted, to_mix))


def explained(code: str, evidence: Evidence) -> bool:
    """Whether everything positive that holds a member has another explanation.

    That is something else that is positive and does not hold him, or a tube that is gone: two negative halves of a pool clear nobody.
    """
    positive = [mix for mix in evidence if evidence[mix]]
    holding = [mix for mix in positive if code in mix]
    return all(evidence.gone & mix or any(other & mix for other in positive if code not in other) for mix in holding)


def problems(
    tubes: Mapping[str, MemberTube], sub_pools: Sequence[SubPool], refuted: Sequence[Mix], to_mix: Sequence[Sequence[str]]
) -> tuple[Problem, ...]:
    """What a person should know: what failed, is unclear, is gone, or contradicts itself."""
    found = [
        Problem(Trouble.MIX_FAILED, one.barcode, tuple(sorted(one.members)))
        for one in sub_pools
        if one.failed and any(one.members >= set(wish) for wish in to_mix)
    ]
    found += [Problem(Trouble.MIX_UNCLEAR, one.barcode) for one in sub_pools if one.call is Call.INCONCLUSIVE]
    found += [Problem(Trouble.TUBE_GONE, code) for code, tube in tubes.items() if tube.gone]
    found += [Problem(Trouble.TUBE_UNCLEAR, code) for code, tube in tubes.items() if tube.own in (Call.INCONCLUSIVE, Call.INVALID)]
    code_of = {one.members: one.barcode for one in sub_pools if one.found}
    return (*found, *(Problem(Trouble.CONTRADICTION, code_of.get(mix, ""), tuple(sorted(mix))) for mix in refuted))
