"""A lab that follows a scheme, as small as it can be: what holds liquid of a positive tube is positive."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from lims.custody.rules import BenchState, Call
from lims.deconvolution.plans.rules import MemberTube, Progress, Standing, SubPool, progress
from lims.deconvolution.schemes.rules import Mix, Scheme

Deed = Callable[[], None]


class Lab:
    """The kept tubes of a pool and what was mixed of them; `sees` says what a test of a mix comes to."""

    def __init__(self, scheme: Scheme, members: Sequence[str], sees: Callable[[Mix], Call], pools: Sequence[Mix] | None = None) -> None:
        self.scheme, self.members, self.sees = scheme, tuple(members), sees
        self.pools = pools or [frozenset(members)]
        self.tubes = {code: MemberTube(code, BenchState.POOLED) for code in members}
        self.mixed: dict[str, SubPool] = {}
        self.tests = 0
        self.settled_by: dict[str, str] = {}

    def stands(self) -> Progress:
        """How the scheme stands; what it settles or sends back is done at once, as the program does."""
        now = progress(self.scheme, self.members, self.tubes, list(self.mixed.values()), self.pools)
        for code, by in now.settled.items():
            self.tubes[code] = MemberTube(code, BenchState.RELEASED, cleared=True)
            self.settled_by[code] = by
        for code in now.to_test:
            self.tubes[code] = replace(self.tubes[code], state=BenchState.WAITING)
        return now if not now.settled and not now.to_test else self.stands()

    def mix(self, members: Sequence[str]) -> None:
        """A sub-pool is made."""
        code = f"mix {len(self.mixed)}"
        self.mixed[code] = SubPool(code, frozenset(members), BenchState.WAITING)

    def test(self, code: str) -> None:
        """Something that waits is tested and released."""
        self.tests += 1
        if code in self.mixed:
            self.mixed[code] = replace(self.mixed[code], state=BenchState.RELEASED, call=self.sees(self.mixed[code].members))
        else:
            self.tubes[code] = MemberTube(code, BenchState.RELEASED, own=self.sees(frozenset({code})))

    def lose(self, code: str) -> None:
        """A kept tube is not there."""
        self.tubes[code] = MemberTube(code, BenchState.REJECTED)

    def deeds(self) -> list[Deed]:
        """Everything that may happen next."""
        now = self.stands()
        mixings = [lambda wish=wish: self.mix(wish) for wish in now.to_mix]
        return [*mixings, *(lambda code=code: self.test(code) for code in now.under_test)]

    def finish(self, choose: Callable[[list[Deed]], Deed], most: int = 2000) -> Progress:
        """Whatever is next is done, chosen so, until nothing is left."""
        for _ in range(most):
            if not (deeds := self.deeds()):
                break
            choose(deeds)()
        now = self.stands()
        assert now.standing is Standing.DONE, now
        return now
