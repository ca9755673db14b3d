"""What rows tell of a case before its members are looked at one by one. Who is not ruled out here is for `stand_case` to judge."""

from dataclasses import dataclass
from datetime import datetime

from lims.deconvolution.rules import CaseState


@dataclass(frozen=True)
class Together:
    """What the single tubes of a pool's members say together; `last_at`: since when the last of their results stands.

    `tangled` where that takes the rules: somebody's result was unclear, or a tube answers one that answers the pool.
    """

    members: int = 0
    settled: int = 0
    positive: bool = False
    under_way: bool = False
    tangled: bool = False
    last_at: datetime | None = None

    @property
    def everybody(self) -> bool:
        """Whether all members have a result."""
        return 0 < self.members == self.settled


NOTHING = Together()


@dataclass(frozen=True)
class Pool:
    """A reactive pool: since when its case is withdrawn or closed by a reviewer, whether its result stands, and since when that is."""

    ended_at: datetime | None
    firm: bool
    released_at: datetime | None


def may_be_in(states: frozenset[CaseState], pool: Pool, said: Together) -> bool:
    """Whether a case may be in one of these states.

    Old cases that are over are left out here, so that a page of the board costs what it shows. The rules have the last word.
    """
    state = seen(pool, said)
    return state is None or state in states


def seen(pool: Pool, said: Together) -> CaseState | None:
    """The state that rows show; None where that takes the rules."""
    if pool.ended_at is not None:
        return CaseState.CLOSED
    if said.tangled:
        return None
    if said.everybody and pool.firm:
        return CaseState.CLOSED if said.positive else CaseState.SETTLED
    return CaseState.RECOLLECTING if said.under_way else CaseState.OPEN


def over_by(moment: datetime, pool: Pool, said: Together) -> bool:
    """Whether rows show that a case was over before a moment and is so still, in the order of the rules (`stand_case`)."""
    if pool.ended_at is not None:
        return pool.ended_at < moment
    confirmed = not said.tangled and pool.firm and said.everybody and said.positive
    ends = [at for at in (said.last_at, pool.released_at) if at is not None]
    return confirmed and bool(ends) and max(ends) < moment
