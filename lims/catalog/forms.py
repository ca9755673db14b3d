"""The shape of a catalogue file (TOML or YAML, the same keys)."""

import re
from datetime import date
from typing import Annotated, Literal, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from lims.catalog.rules import ControlRole, LabKind, Zone
from lims.kernel.barcodes import CHECKS, Kind


def known_timezone(name: str) -> str:
    """An IANA time zone."""
    if name not in available_timezones():
        raise ValueError(f"{name} is not a time zone like Asia/Shanghai")
    return name


def compilable(pattern: str) -> str:
    """A regular expression that is one."""
    try:
        re.compile(pattern)
    except re.error as wrong:
        raise ValueError(f"not a regular expression: {wrong}") from wrong
    return pattern


def known_check(name: str) -> str:
    """A check rule that is known."""
    if name not in CHECKS:
        raise ValueError(f"check is one of {', '.join(CHECKS)}")
    return name


Code = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_.-]+$")]
Timezone = Annotated[str, AfterValidator(known_timezone)]
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]*$")]

Days = Annotated[int, Field(ge=0, le=3660)]


class Strict(BaseModel):
    """A misspelt key is an error, not silence."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, frozen=True)


class AreaForm(Strict):
    """`[[area]]`."""

    code: Code
    name: Name
    parent: Code | None = None
    zone: Zone | None = None


class SiteForm(Strict):
    """`[[site]]`."""

    code: Code
    name: Name
    area: Code
    timezone: Timezone = "Asia/Shanghai"
    priority: Annotated[int, Field(ge=1, le=9)] = 5


class CapacityForm(Strict):
    """One declared capacity of a lab."""

    valid_from: Annotated[date, Field(alias="from")]
    tubes_per_day: Annotated[int, Field(ge=0, le=10_000_000)]


class LabForm(Strict):
    """`[[lab]]`."""

    code: Code
    name: Name
    kind: LabKind
    timezone: Timezone = "Asia/Shanghai"
    capacity: tuple[CapacityForm, ...] = ()


class TargetForm(Strict):
    """A target of an assay; Cts in cycles."""

    name: Name
    channel: Name
    cutoff: Annotated[float, Field(gt=0, le=60)]
    grey_to: Annotated[float, Field(gt=0, le=60)]

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
    cutoff: Annotated[float, Field(gt=0, le=60)]


class ControlForm(Strict):
    """How many wells of a control role."""

    role: ControlRole
    count: Annotated[int, Field(ge=1, le=16)]


class ContaminationForm(Strict):
    """`[assay.contamination]`: when late positives beside a strong one raise an alarm, and who said so."""

    strong_to: Annotated[float, Field(gt=0, le=60)]
    late_from: Annotated[float, Field(gt=0, le=60)]
    within_wells: Annotated[int, Field(ge=1, le=4)] = 1
    at_least: Annotated[int, Field(ge=1, le=24)] = 2
    source: Name


class AssayForm(Strict):
    """`[[assay]]`."""

    code: Code
    version: Annotated[int, Field(ge=1)]
    name: Name
    pool_max: Annotated[int, Field(ge=1, le=100)]
    plate: Literal[96, 384] = 96
    targets: Annotated[tuple[TargetForm, ...], Field(min_length=1)]
    internal_control: InternalControlForm
    controls: tuple[ControlForm, ...]
    contamination: ContaminationForm | None = None

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
    pool_max: Annotated[int, Field(ge=1, le=100)]
    household: bool = False
    source: Name
    recollect_within_hours: Annotated[int, Field(ge=1, le=240)] = 24


class TransportPolicyForm(Strict):
    """`[[transport_policy]]`."""

    valid_from: Annotated[date, Field(alias="from")]
    hours_at_most: Annotated[float, Field(gt=0, le=240)]
    source: Name
    coldest_c: Annotated[float, Field(ge=-200, le=100)] | None = None
    warmest_c: Annotated[float, Field(ge=-200, le=100)] | None = None
    tube_hours_at_most: Annotated[float, Field(gt=0, le=240)] | None = None

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
    hours: Annotated[float, Field(gt=0, le=240)]
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
    """`[[retention_policy]]`: for how many days tubes are kept after a negative result, after any other, after they were rejected."""

    valid_from: Annotated[date, Field(alias="from")]
    negative_days: Days
    other_days: Days
    rejected_days: Days
    source: Name


class BarcodeFormatForm(Strict):
    """`[[barcode_format]]`."""

    name: Name
    kind: Kind
    regex: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(compilable)]
    check: Annotated[str, AfterValidator(known_check)] = "none"


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
    barcode_format: tuple[BarcodeFormatForm, ...] = ()
