"""Shapes of schemes at work."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from lims.deconvolution.plans.rules import Standing, Trouble
from lims.deconvolution.schemes.choice import Kind
from lims.kernel.clock import Moment
from lims.kernel.numbers import Measured, Whole

Scanned = Annotated[str, Field(min_length=1, max_length=100)]
Share = Annotated[Measured, Field(gt=0, lt=1)]
MOST_CASES = 20


class ChooseForm(BaseModel):
    """A scheme for a case and, with `others`, for more cases at once. `design`: CSV, a row a pool, a column a member, 1 or 0."""

    id: UUID
    kind: Kind
    size: Annotated[Whole, Field(ge=2, le=100)] | None = None
    design: Annotated[str, Field(max_length=1_000_000)] | None = None
    others: Annotated[list[Scanned], Field(max_length=MOST_CASES)] = []
    prevalence: Share | None = None
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
    at: Moment | None = None

    @model_validator(mode="after")
    def what_the_kind_needs(self) -> Self:
        """Sub-pools have a size, an imported design is given; nothing else has either."""
        if (self.kind is Kind.SUB_POOLS) != (self.size is not None):
            raise ValueError("`size` belongs to the kind `sub_pools`")
        if (self.kind is Kind.DESIGN) != (self.design is not None):
            raise ValueError("`design` belongs to the kind `design`")
        return self


class DesignForm(BaseModel):
    """A design to be looked at before it is chosen; nothing is kept of it."""

    design: Annotated[str, Field(max_length=1_000_000)]
    others: Annotated[list[Scanned], Field(max_length=MOST_CASES)] = []
    prevalence: Share | None = None


class DesignView(BaseModel):
    """What a design says and would cost; with `faults` it cannot be used, each names its line."""

    members: int
    pools: int
    expected: float | None = None
    worst: int | None = None
    faults: list[str]


class MixForm(BaseModel):
    """A sub-pool: of the tubes that were scanned, or `next` of what the scheme wants first."""

    id: UUID
    barcode: Scanned
    members: Literal["next"] | Annotated[list[Scanned], Field(min_length=1, max_length=100)]
    at: Moment | None = None


class AsideForm(BaseModel):
    """A kept tube that cannot be tested again; `reason` is a code of rejection."""

    id: UUID
    reason: Annotated[str, Field(max_length=40)] = "lost"
    note: Annotated[str, Field(max_length=500)] = ""
    at: Moment | None = None


class RecollectForm(BaseModel):
    """That people be sampled again whose kept tubes are gone or are not to be tested: of these tubes, or of all that are still kept."""

    id: UUID
    reason: Literal["resample", "lost", "QS"] = "resample"
    note: Annotated[str, Field(max_length=500)] = ""
    tubes: Annotated[list[Annotated[str, Field(max_length=100)]], Field(min_length=1, max_length=200)] | None = None
    at: Moment | None = None


class AliquotForm(BaseModel):
    """A new tube with some of the reactive tube's own liquid, to be tested with another kit."""

    id: UUID
    barcode: Scanned
    at: Moment | None = None


class OfferView(BaseModel):
    """A scheme that fits, and what it will still cost: tests on average and at worst, and plates that follow each other."""

    kind: Kind
    size: int | None
    expected: float
    worst: int
    stages: int


class PlanView(BaseModel):
    """The scheme in force: the number of the choice, for which cases, what it was to cost, and who chose it why."""

    number: int
    case: str
    cases: list[str]
    kind: Kind
    size: int | None
    expected: float
    worst: int
    stages: int
    prevalence: float
    reason: str
    by_policy: bool
    at: datetime
    by: str


class KeptTube(BaseModel):
    """A member's tube: where it lies, and its place in the scheme."""

    tube: str
    number: int
    rack: str | None = None
    position: str | None = None
    place: str | None = None


class SubPoolView(BaseModel):
    """A sub-pool: its tube, how it stands, its members by number."""

    tube: str
    state: str
    call: str | None
    members: list[int]


class ProblemView(BaseModel):
    """Something to know of a scheme, in words."""

    trouble: Trouble
    tube: str
    members: list[int]


class SchemeView(BaseModel):
    """Where the schemes of a case stand. `held`: its tubes are kept until a scheme is chosen. `to_mix`: each in walking order.

    `untested`: how many tubes are kept or wait, so that their people might be sampled again instead; `called_back`: how many.
    """

    case: str
    lab: str
    held: bool
    untested: int
    called_back: int
    members: int
    plan: PlanView | None
    standing: Standing | None
    to_mix: list[list[KeptTube]]
    under_test: list[str]
    tests_made: int
    sub_pools: list[SubPoolView]
    problems: list[ProblemView]
    verifying: list[SubPoolView]
    offers: list[OfferView]
