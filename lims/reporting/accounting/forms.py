"""Shapes of the rows behind an account."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field

from lims.kernel.pages import Blank
from lims.reporting.forms import EARLIEST, LATEST


class Part(StrEnum):
    """What is accounted for."""

    PEOPLE = "people"
    TUBES = "tubes"
    READINGS = "readings"
    LABELS = "labels"


class RowsAsked(BaseModel):
    """Which rows are asked for: those of a part of a day's account (a lab's, a site's) that stand for one of its reasons, after a code."""

    part: Part
    reason: str = Field(max_length=40)
    day: date | None = Field(None, ge=EARLIEST, le=LATEST)
    lab: Annotated[Annotated[str, Field(max_length=64)] | None, Blank] = None
    site: Annotated[Annotated[str, Field(max_length=64)] | None, Blank] = None
    after: str = Field("", max_length=64)


@dataclass(frozen=True)
class AccountRow:
    """A tube, a plate's run, or a run of labels (`code` to `last_code`), and how many people, readings or labels of it stand so.

    `state`: the tube's, the reason why labels are void, or how many readings a run should have.
    """

    code: str
    last_code: str | None
    site: str | None
    lab: str | None
    state: str | None
    count: int
