"""Who may sign which side of a hand-over. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from lims.kernel.auth.rules import Caller, Role
from lims.kernel.errors import Refused

SIGN = "/sampling/handovers/{id}"


class Side(StrEnum):
    """The two hands that a box passes through."""

    GIVER = "giver"
    TAKER = "taker"


ROLE_OF = {Side.GIVER: Role.SAMPLER, Side.TAKER: Role.COURIER}
OTHER = {Side.GIVER: Side.TAKER, Side.TAKER: Side.GIVER}


@dataclass(frozen=True)
class Signatures:
    """Who gave and who took; None for the one who has not signed yet."""

    given_by: str | None
    taken_by: str | None

    @property
    def open_side(self) -> Side | None:
        """Who has yet to sign."""
        if self.given_by is None:
            return Side.GIVER
        return Side.TAKER if self.taken_by is None else None


def side_of(caller: Caller) -> Side:
    """The side of whoever writes a hand-over: who samples gives, who only drives takes."""
    return Side.GIVER if caller.has(Role.SAMPLER) else Side.TAKER


def signed(side: Side, name: str) -> Signatures:
    """A hand-over with the first signature."""
    return Signatures(name, None) if side is Side.GIVER else Signatures(None, name)


def countersigned(first: Signatures, signer: Caller) -> Signatures:
    """The same with the second signature; refused where one person would sign both sides, or the role does not fit."""
    side = first.open_side
    if side is None:
        raise Refused(
            "handover_signed", "This hand-over is signed already, by {given} and {taken}.", given=first.given_by, taken=first.taken_by
        )
    if signer.name in (first.given_by, first.taken_by):
        raise Refused(
            "handover_same_person", "{name} has signed the other side already; the second signature is somebody else's.", name=signer.name
        )
    if not signer.has(ROLE_OF[side]):
        raise Refused(
            "handover_wrong_role", "{name} is no {role}: a site gives, a courier takes.", name=signer.name, role=ROLE_OF[side].value
        )
    return Signatures(first.given_by or signer.name, first.taken_by or signer.name)


def concerns(caller: Caller, signatures: Signatures) -> bool:
    """Whether a hand-over is this caller's business: whoever has signed it, and while a signature is wanting, whoever may give it."""
    side = signatures.open_side
    return caller.name in (signatures.given_by, signatures.taken_by) or (side is not None and caller.has(ROLE_OF[side]))
