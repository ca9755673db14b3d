"""A notice as a sentence."""

from collections.abc import Mapping
from typing import Any

from lims.interop.notices.rules import Kind
from lims.kernel.errors import N_
from lims.web.language import translations

SENTENCES = {
    Kind.PRELIMINARY: N_("First sign: {call}, not signed off yet"),
    Kind.DOUBTED: N_("Released negative, but a later run says {call}"),
    Kind.AMENDED: N_("A released result was amended: now {call}"),
    Kind.FIRM: N_("Signed off: {call}; its people are called back"),
    Kind.MEMBER_POSITIVE: N_("Member {position} is positive"),
    Kind.TUBE_POSITIVE: N_("A single tube is positive"),
    Kind.REOPENED: N_("The case is open again"),
    Kind.OVERDUE: N_("Overdue: members {members} have not been sampled again"),
    Kind.CLOSED: N_("The case is closed: {outcome}"),
}
REJECTED = N_("The tube was rejected; its people are called back")
AGAIN_BY_ITSELF = N_("The case is open again: nobody has answered for members {members} yet")
NOBODY_KNOWN = N_("Overdue: nobody has registered who was in the tube")


def sentence(kind: str, data: Mapping[str, Any], language: str) -> str:
    """What a notice tells, in a language; where it is of, its codes say."""
    say = translations(language).gettext
    template = SENTENCES[Kind(kind)]
    if kind == Kind.FIRM.value and data["call"] is None:
        template = REJECTED
    if kind == Kind.OVERDUE.value and not data["members"]:
        template = NOBODY_KNOWN
    if kind == Kind.REOPENED.value and data.get("members"):
        template = AGAIN_BY_ITSELF
    members = ", ".join(str(position) for position in data.get("members", ()))
    words = {name: say(data[name]) if data[name] else "" for name in ("call", "outcome")}
    return say(template).format(position=data["position"], members=members, **words)
