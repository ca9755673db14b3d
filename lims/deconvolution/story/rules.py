"""Where a tube is, and what "near" means. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

SAMPLED_NEAR = 5  # tubes before and after at the same site


class Whereabouts(StrEnum):
    """Where a tube is now."""

    AT_SITE = "at_site"
    BOXED = "boxed"
    ON_ITS_WAY = "on_its_way"
    WAITING = "waiting"
    POOLED = "pooled"
    PLATED = "plated"
    CALLED = "called"
    RELEASED = "released"
    REJECTED = "rejected"


class Near(StrEnum):
    """How a tube was near another one."""

    BEFORE = "before"
    AFTER = "after"
    BOX = "box"
    WELL = "well"
    PLATE = "plate"


@dataclass(frozen=True)
class Spot:
    """Where a tube is now: in which box, at which lab, on which plate, as far as it has come."""

    where: Whereabouts
    box: str | None = None
    lab: str | None = None
    plate: str | None = None
    well: str | None = None


@dataclass(frozen=True)
class Neighbour:
    """A tube that was near another: in which ways, its distance in wells or minutes, and what is known of it."""

    barcode: str
    near: tuple[Near, ...]
    site: str | None
    sealed_at: datetime | None
    wells: tuple[str, ...]
    spot: Spot
    released_call: str | None
    reactive: bool


@dataclass(frozen=True)
class Read:
    """What one run said of a tube: readings by target, the call with its reasons and version, who imported and who released it."""

    run: UUID
    plate: str
    well: str
    controls_passed: bool
    call: str
    reasons: tuple[str, ...]
    assay: str
    assay_version: int
    instrument: str | None
    at: datetime
    imported_by: str
    laid_by: str
    readings: Mapping[str, float | None]
    pooled_in: str | None
    released_by: str | None
    has_curves: bool


@dataclass(frozen=True)
class Line:
    """One event of a tube, its box, or a tube that answers it; `position`: whose single tube it is."""

    at: datetime
    recorded_at: datetime
    subject: str
    verb: str
    actor: str
    what: Mapping[str, Any]
    position: int | None = None


def spot(tube: Any) -> Spot:  # noqa: ANN401 - a row with the tube's columns
    """Where a tube is now, from its row."""
    if tube.bench_state is not None:
        return Spot(Whereabouts(tube.bench_state), tube.received_box, tube.lab, tube.plate, tube.well)
    if tube.dispatched_at is not None:
        return Spot(Whereabouts.ON_ITS_WAY, tube.box, tube.dispatched_to)
    return Spot(Whereabouts.BOXED if tube.box else Whereabouts.AT_SITE, tube.box)


def adjacent(well: str) -> frozenset[str]:
    """The up to eight wells around a well; those beyond the plate's edge are simply not on it."""
    row, column = ord(well[0]), int(well[1:])
    around = ((row + down, column + right) for down in (-1, 0, 1) for right in (-1, 0, 1))
    return frozenset(f"{chr(r)}{c}" for r, c in around if (r, c) != (row, column) and r >= ord("A") and c >= 1)
