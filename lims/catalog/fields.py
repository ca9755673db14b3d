"""What single fields of a catalogue file may hold."""

import re
from datetime import time
from typing import Annotated, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from lims.kernel.barcodes import CHECKS
from lims.kernel.numbers import Measured, Whole


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


def written_as_time(value: object) -> object:
    """A time of day as it is written; a bare 08:00 in YAML is the number 480, and nobody's hour."""
    if not isinstance(value, str | time) or (isinstance(value, time) and value.tzinfo is not None):
        raise ValueError('a time of day is written "08:00"')
    return value


Code = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_.-]+$")]
TimeOfDay = Annotated[time, BeforeValidator(written_as_time)]
Timezone = Annotated[str, AfterValidator(known_timezone)]
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]*$")]
RoundName = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]*$")]

Days = Annotated[Whole, Field(ge=0, le=3660)]
Latitude = Annotated[Measured, Field(ge=-90, le=90)]
Longitude = Annotated[Measured, Field(ge=-180, le=180)]
Wells = Annotated[Whole, Field(ge=1, le=1536)]
Minutes = Annotated[Whole, Field(ge=1, le=1440)]
Number = Annotated[Whole, Field(ge=0, le=10_000)]
Pattern = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(compilable)]
Check = Annotated[str, AfterValidator(known_check)]


class Strict(BaseModel):
    """A misspelt key is an error, not silence."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, frozen=True)


class Located(Strict):
    """What may have a place on earth, in degrees."""

    latitude: Latitude | None = None
    longitude: Longitude | None = None

    @model_validator(mode="after")
    def both_or_neither(self) -> Self:
        """A place is two numbers."""
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("latitude and longitude stand together")
        return self


class OnePlace(BaseModel):
    """What is said of an area or of a site."""

    area: Code | None = None
    site: Code | None = None

    @model_validator(mode="after")
    def one_place(self) -> Self:
        """An area or a site, not both."""
        if (self.area is None) == (self.site is None):
            raise ValueError("name an area or a site, and not both")
        return self
