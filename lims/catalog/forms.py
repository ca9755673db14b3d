"""The shape of a catalogue file (TOML or YAML, the same keys)."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from lims.catalog.fields import (
    Check,
    Code,
    Days,
    Latitude,
    Located,
    Longitude,
    Minutes,
    Name,
    Number,
    OnePlace,
    Pattern,
    RoundName,
    Strict,
    TimeOfDay,
    Timezone,
    Wells,
)
from lims.catalog.rules import ControlRole, LabKind, Zone
from lims.kernel.barcodes import Kind
from lims.kernel.numbers import Measured, Whole


class AreaForm(Strict):
    """`[[area]]`."""

    code: Code
    name: Name
    parent: Code | None = None
    zone: Zone | None = None


class SiteForm(Located):
    """`[[site]]`."""

    code: Code
    name: Name
    area: Code
    timezone: Timezone = "Asia/Shanghai"
    priority: Annotated[Whole, Field(ge=1, le=9)] = 5


class CapacityForm(Strict):
    """One declared capacity of a lab."""

    valid_from: Annotated[date, Field(alias="from")]
    tubes_per_day: Annotated[Whole, Field(ge=0, le=10_000_000)]


class ShiftForm(Strict):
    """People who work together."""

    starts: TimeOfDay
    ends: TimeOfDay
    staff: Number


class ResourcesForm(Strict):
    """What a lab works with; leave `extraction_lines` out where nothing is extracted."""

    valid_from: Annotated[date, Field(alias="from")]
    extraction_lines: Number | None = None
    extraction_wells: Wells = 96
    extraction_minutes: Minutes = 60
    cyclers: Number
    cycler_wells: Wells = 96
    run_minutes: Minutes = 105
    control_wells: Annotated[Whole, Field(ge=0, le=96)] = 4
    tubes_per_person: Number = 650
    shifts: tuple[ShiftForm, ...] = ()
    source: Name

    @model_validator(mode="after")
    def some_wells_are_left(self) -> Self:
        """A plate is not all controls."""
        if self.control_wells >= min(self.extraction_wells, self.cycler_wells):
            raise ValueError("the controls leave no well for a tube")
        return self


class HoursForm(Strict):
    """Hours of some days of the week, Monday is 1; the whole day where `opens` is `closes`."""

    weekdays: Annotated[tuple[Annotated[Whole, Field(ge=1, le=7)], ...], Field(min_length=1)] = (1, 2, 3, 4, 5, 6, 7)
    opens: TimeOfDay
    closes: TimeOfDay


class OpeningForm(Strict):
    """When a lab is open."""

    valid_from: Annotated[date, Field(alias="from")]
    hours: tuple[HoursForm, ...]


class MoveForm(Strict):
    """Where a unit drives to, and from when on it works there."""

    leaves_at: AwareDatetime
    works_from: AwareDatetime
    place: Name
    latitude: Latitude
    longitude: Longitude

    @model_validator(mode="after")
    def arrives_after_it_leaves(self) -> Self:
        """Nobody is there before the journey."""
        if self.works_from < self.leaves_at:
            raise ValueError("works_from lies before leaves_at")
        return self


class LabForm(Located):
    """`[[lab]]`."""

    code: Code
    name: Name
    kind: LabKind
    timezone: Timezone = "Asia/Shanghai"
    capacity: tuple[CapacityForm, ...] = ()
    resources: tuple[ResourcesForm, ...] = ()
    opening: tuple[OpeningForm, ...] = ()
    move: tuple[MoveForm, ...] = ()

    @model_validator(mode="after")
    def only_what_moves_moves(self) -> Self:
        """A building stays where it is."""
        if self.move and self.kind not in {LabKind.MOBILE, LabKind.RAPID, LabKind.CABIN}:
            raise ValueError(f"a lab of kind {self.kind.value} does not move")
        return self


class SamplingPlanForm(Strict):
    """`[[sampling_plan]]`: how many tubes a site collects in which hours (0 to 23) of a local day."""

    site: Code
    day: date
    tubes: dict[Annotated[Whole, Field(ge=0, le=23)], Annotated[Whole, Field(ge=0, le=1_000_000)]]

    @property
    def tubes_by_hour(self) -> list[int]:
        """A number for every hour."""
        return [self.tubes.get(hour, 0) for hour in range(24)]


class ExpectedPeopleForm(OnePlace, Strict):
    """`[[expected_people]]`: how many people a round is for, in an area (with the areas in it) or at a site, and who says so."""

    round: RoundName
    first_day: Annotated[date, Field(alias="from")]
    people: Annotated[Whole, Field(ge=1, le=100_000_000)]
    source: Name
    version: Annotated[Whole, Field(ge=1, le=1000)] = 1


class TargetForm(Strict):
    """A target of an assay; Cts in cycles."""

    name: Name
    channel: Name
    cutoff: Annotated[Measured, Field(gt=0, le=60)]
    grey_to: Annotated[Measured, Field(gt=0, le=60)]

    @model_validator(mode="after")
    def grey_begins_at_the_cutoff(self) -> Self:
        """The grey zone lies above the cut-off."""
        if self.grey_to < self.cutoff:
            raise ValueError("grey_to lies below cutoff")
        return self


class InternalControlForm(Strict):
    """The internal control of an assay."""

    name: Name
    channel: Name
    cutoff: Annotated[Measured, Field(gt=0, le=60)]


class ControlForm(Strict):
    """How many wells of a control role."""

    role: ControlRole
    count: Annotated[Whole, Field(ge=1, le=16)]


class ContaminationForm(Strict):
    """`[assay.contamination]`: when late positives beside a strong one raise an alarm, and who said so."""

    strong_to: Annotated[Measured, Field(gt=0, le=60)]
    late_from: Annotated[Measured, Field(gt=0, le=60)]
    within_wells: Annotated[Whole, Field(ge=1, le=4)] = 1
    at_least: Annotated[Whole, Field(ge=1, le=24)] = 2
    source: Name


class AccuracyForm(Strict):
    """`[assay.accuracy]`: how often the kit finds what is there, and nothing where nothing is, and who measured it."""

    sensitivity: Annotated[Measured, Field(gt=0.5, le=1)]
    specificity: Annotated[Measured, Field(gt=0.5, le=1)]
    source: Name


class AssayForm(Strict):
    """`[[assay]]`."""

    code: Code
    version: Annotated[Whole, Field(ge=1)]
    name: Name
    pool_max: Annotated[Whole, Field(ge=1, le=100)]
    plate: Literal[96, 384] = 96
    targets: Annotated[tuple[TargetForm, ...], Field(min_length=1)]
    internal_control: InternalControlForm
    controls: tuple[ControlForm, ...]
    contamination: ContaminationForm | None = None
    accuracy: AccuracyForm | None = None

    @model_validator(mode="after")
    def names_and_roles_differ(self) -> Self:
        """Each target and each control role stands once."""
        names = [target.name for target in self.targets] + [self.internal_control.name]
        if len(set(names)) < len(names) or len({control.role for control in self.controls}) < len(self.controls):
            raise ValueError("a target or a control role stands twice")
        return self


class PoolingPolicyForm(Strict):
    """`[[pooling_policy]]`."""

    valid_from: Annotated[date, Field(alias="from")]
    zone: Zone
    group: Name = "*"
    pool_max: Annotated[Whole, Field(ge=1, le=100)]
    household: bool = False
    source: Name
    recollect_within_hours: Annotated[Whole, Field(ge=1, le=240)] = 24
    sensitivity_floor: Annotated[Measured, Field(gt=0, lt=1)] | None = None


class TransportPolicyForm(Strict):
    """`[[transport_policy]]`."""

    valid_from: Annotated[date, Field(alias="from")]
    hours_at_most: Annotated[Measured, Field(gt=0, le=240)]
    source: Name
    coldest_c: Annotated[Measured, Field(ge=-200, le=100)] | None = None
    warmest_c: Annotated[Measured, Field(ge=-200, le=100)] | None = None
    tube_hours_at_most: Annotated[Measured, Field(gt=0, le=240)] | None = None

    @model_validator(mode="after")
    def cold_lies_below_warm(self) -> Self:
        """Some temperature is allowed."""
        if self.coldest_c is not None and self.warmest_c is not None and self.warmest_c < self.coldest_c:
            raise ValueError("warmest_c lies below coldest_c")
        return self


class TimeLimitForm(Strict):
    """`[[time_limit]]`: within how many hours from receipt a tube is to be released; whatever condition is given must hold."""

    valid_from: Annotated[date, Field(alias="from")]
    name: Code
    hours: Annotated[Measured, Field(gt=0, le=240)]
    source: Name
    recollection: bool | None = None
    kind: Literal["swab_pool", "single", "aliquot_pool"] | None = None
    zone: Zone | None = None
    site: Code | None = None


class VerificationForm(Strict):
    """`[[verification]]`: which calls are verified with an assay that shares no target."""

    valid_from: Annotated[date, Field(alias="from")]
    calls: Annotated[tuple[Literal["positive", "inconclusive"], ...], Field(min_length=1)] = ("positive",)
    required: bool = False
    source: Name


class RetentionPolicyForm(Strict):
    """`[[retention_policy]]`: for how many days tubes are kept after a negative result, after any other, after they were rejected.

    `people_days`: after so many days from sampling it is forgotten who was in a tube whose result is negative. Without it never.
    """

    valid_from: Annotated[date, Field(alias="from")]
    negative_days: Days
    other_days: Days
    rejected_days: Days
    # A fortnight is looked back on when a case is traced.
    people_days: Annotated[Whole, Field(ge=15, le=3660)] | None = None
    source: Name


class CasePolicyForm(Strict):
    """`[[case_policy]]`: how the case of a pool that is not negative is handled, by zone and group, from a day on."""

    valid_from: Annotated[date, Field(alias="from")]
    zone: Zone
    group: Name = "*"
    scheme: Literal["individual", "choose", "halving", "sub_pools", "square", "recollect"] = "individual"
    sub_pool_size: Annotated[Whole, Field(ge=2, le=50)] | None = None
    most_stages: Annotated[Whole, Field(ge=1, le=10)] | None = None
    verify_original: bool = False
    recollect_too: bool = False
    recollect_within_hours: Annotated[Whole, Field(ge=1, le=240)] = 24
    retest_within_hours: Annotated[Whole, Field(ge=1, le=240)] = 24
    tell: tuple[Name, ...] = ()
    prevalence: Annotated[Measured, Field(gt=0, lt=1)] = 0.01
    sensitivity: Annotated[Measured, Field(gt=0.5, le=1)] = 1.0
    specificity: Annotated[Measured, Field(gt=0.5, le=1)] = 1.0
    source: Name

    @model_validator(mode="after")
    def sub_pools_have_a_size(self) -> Self:
        """Sub-pools are of a size, nothing else is."""
        if (self.scheme == "sub_pools") != (self.sub_pool_size is not None):
            raise ValueError("sub_pool_size belongs to the scheme sub_pools")
        return self

    @model_validator(mode="after")
    def both_routes_are_two(self) -> Self:
        """Who is sampled again besides has a kept tube that is tested."""
        if self.recollect_too and self.scheme == "recollect":
            raise ValueError("recollect_too belongs to schemes that test the kept tubes; the scheme recollect tests none")
        return self


class BarcodeFormatForm(Strict):
    """`[[barcode_format]]`."""

    name: Name
    kind: Kind
    regex: Pattern
    check: Check = "none"


class CatalogForm(Strict):
    """A whole file."""

    area: tuple[AreaForm, ...] = ()
    site: tuple[SiteForm, ...] = ()
    lab: tuple[LabForm, ...] = ()
    assay: tuple[AssayForm, ...] = ()
    pooling_policy: tuple[PoolingPolicyForm, ...] = ()
    transport_policy: tuple[TransportPolicyForm, ...] = ()
    time_limit: tuple[TimeLimitForm, ...] = ()
    verification: tuple[VerificationForm, ...] = ()
    retention_policy: tuple[RetentionPolicyForm, ...] = ()
    case_policy: tuple[CasePolicyForm, ...] = ()
    barcode_format: tuple[BarcodeFormatForm, ...] = ()
    sampling_plan: tuple[SamplingPlanForm, ...] = ()
    expected_people: tuple[ExpectedPeopleForm, ...] = ()
