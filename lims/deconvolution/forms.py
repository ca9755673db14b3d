"""Shapes of cases and recollections."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from lims.deconvolution.rules import SETTLED, CaseState, Check, ContactEvent, Finding, MemberState, Outcome, Why
from lims.deconvolution.story.rules import Near, Neighbour, Whereabouts
from lims.kernel.clock import Moment
from lims.kernel.imports.rules import spreadsheet
from lims.kernel.numbers import Whole


class MemberView(BaseModel):
    """A member of a case, without a name; `tube` is the newest single tube."""

    position: int
    state: str
    tube: str | None


class CaseView(BaseModel):
    """A case. Its id is the code of its tube: a tube has one case.

    `tell`: whom its policy, in force since `policy_from`, has told; none: everybody. `unanswered`: members who were registered after a
    reviewer closed it, for whom it is open again by itself.
    """

    id: str
    tube: str
    lab: str
    site: str | None
    kind: str | None
    call: str
    reasons: list[str]
    state: str
    preliminary: bool
    opened_at: datetime
    deadline: datetime
    outcome: str | None
    closed_at: datetime | None
    members: list[MemberView]
    tell: list[str] = []
    policy_from: date | None = None
    unanswered: list[int] = []


def without_results(view: CaseView) -> CaseView:
    """A case for those who know its people by name: whoever has a result has come back, and no more is said."""
    members = [one.model_copy(update={"state": MemberState.RECEIVED.value}) if one.state in SETTLED else one for one in view.members]
    state = CaseState.RECOLLECTING.value if view.state == CaseState.SETTLED.value else view.state
    outcome = view.outcome if view.outcome in (Outcome.UNRESOLVED.value, Outcome.WITHDRAWN.value) else None
    return view.model_copy(update={"members": members, "state": state, "outcome": outcome})


class NeighbourView(BaseModel):
    """A tube that was near a case's tube: in which ways, in which wells, and how far it has come."""

    tube: str
    near: list[Near]
    wells: list[str]
    site: str | None
    sealed_at: datetime | None
    where: Whereabouts
    lab: str | None
    released_call: str | None
    case: str | None


def neighbour(one: Neighbour) -> NeighbourView:
    """A tube nearby, as it is answered."""
    return NeighbourView(
        tube=one.barcode,
        near=list(one.near),
        wells=list(one.wells),
        site=one.site,
        sealed_at=one.sealed_at,
        where=one.spot.where,
        lab=one.spot.lab,
        released_call=one.released_call,
        case=one.barcode if one.reactive else None,
    )


class TracedView(BaseModel):
    """Somebody to be traced: how near to a case's tube (`case`: in it), in which tube, and who it is; empty where nobody is registered."""

    near: list[str]
    wells: list[str]
    tube: str
    position: int | None
    site: str | None
    sealed_at: datetime | None
    released_call: str | None
    id_type: str = ""
    id_number: str = ""
    name: str = ""
    phone: str = ""


def as_csv(items: Sequence[BaseModel], shape: type[BaseModel]) -> bytes:
    """Answers as a file for spreadsheets, a column a field."""
    names = list(shape.model_fields)
    rows = [[told(item.model_dump(mode="json")[name]) for name in names] for item in items]
    return spreadsheet([names, *rows])


def told(value: object) -> str:
    """A cell."""
    return " ".join(value) if isinstance(value, list) else "" if value is None else str(value)


class ContactForm(BaseModel):
    """What is noted of a member."""

    id: UUID
    event: ContactEvent
    note: Annotated[str, Field(max_length=500)] = ""
    to_site: Annotated[str, Field(max_length=40)] | None = None
    to_place: Annotated[str, Field(max_length=200)] | None = None
    at: Moment | None = None

    @model_validator(mode="after")
    def only_who_moves_is_handed_over(self) -> "ContactForm":
        """A place to go to belongs to a transfer."""
        if self.event is not ContactEvent.TRANSFERRED and (self.to_site or self.to_place):
            raise ValueError("to_site and to_place belong to the event `transferred`")
        return self


class ReopenForm(BaseModel):
    """A reviewer's word that a case is not over after all."""

    id: UUID
    reason: Annotated[str, Field(max_length=1000)] = ""
    at: Moment | None = None


class CloseForm(BaseModel):
    """A reviewer's word that a case is over; `members`: how many the reviewer saw in it, where somebody looked."""

    id: UUID
    outcome: Outcome
    members: Annotated[Whole, Field(ge=0)] | None = None
    reason: Annotated[str, Field(max_length=1000)] = ""
    swapped: Finding | None = None
    contaminated: Finding | None = None
    diluted: Finding | None = None
    wrong_list: Finding | None = None
    at: Moment | None = None

    @property
    def checks(self) -> dict[str, str]:
        """What was looked into, and what was found."""
        found: dict[Check, Finding | None] = {check: getattr(self, check.value) for check in Check}
        return {check.value: finding.value for check, finding in found.items() if finding is not None}


class ContactView(BaseModel):
    """What was tried, when, and by whom."""

    event: ContactEvent
    at: datetime
    by: str
    note: str
    to_site: str | None = None
    to_site_name: str | None = None
    to_place: str | None = None


class RecollectionView(BaseModel):
    """A member to call back, for the site that collected the tube: since when, until when, why, and what was tried.

    `reason` is the code that a rejected tube was rejected for; `take_over`: handed over to this site, which has not taken over yet.
    """

    tube: str
    position: int
    state: str
    case: str | None
    site: str
    site_name: str
    take_over: bool
    since: datetime
    deadline: datetime
    why: Why
    reason: str | None
    tried: list[ContactView]
    single: str | None
    id_type: str
    id_number: str
    name: str
    phone: str
