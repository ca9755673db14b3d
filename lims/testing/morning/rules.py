"""What waits, sorted by the limit it has to keep. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from lims.catalog.policies import TimeLimit

LimitOf = Callable[[Any], TimeLimit | None]


class Stage(StrEnum):
    """Where the tubes of a plate stand."""

    TO_RUN = "to_run"
    TO_REVIEW = "to_review"
    FAILED = "failed"


@dataclass(frozen=True)
class Standing:
    """Tubes that wait together: how many, since when the oldest, when the first is due (None without a limit), how many are late."""

    tubes: int = 0
    oldest: datetime | None = None
    due: datetime | None = None
    late: int = 0

    def with_(self, other: "Standing") -> "Standing":
        """Both together."""
        return Standing(self.tubes + other.tubes, earlier(self.oldest, other.oldest), earlier(self.due, other.due), self.late + other.late)


@dataclass(frozen=True)
class Waiting:
    """A class of tubes that wait for a plate; `limit` is None for those that no time limit covers. Eluates are counted apart."""

    limit: TimeLimit | None
    standing: Standing
    extracted: int


@dataclass(frozen=True)
class OnPlate:
    """A plate with undecided tubes, and the run that can be decided on."""

    barcode: str
    standing: Standing
    run: Any | None = None

    @property
    def stage(self) -> Stage:
        """What is to be done with it next."""
        if self.run is None:
            return Stage.TO_RUN
        return Stage.TO_REVIEW if self.run.controls_passed else Stage.FAILED


@dataclass(frozen=True)
class Bench:
    """Everything that is begun and not finished in a lab."""

    waiting: Sequence[Waiting] = ()
    plates: Mapping[Stage, Sequence[OnPlate]] = field(default_factory=dict)

    def total(self, stage: Stage) -> Standing:
        """The tubes of all plates at a stage together."""
        return together(plate.standing for plate in self.plates.get(stage, ()))

    @property
    def queue(self) -> Standing:
        """All that wait for a plate together."""
        return together(one.standing for one in self.waiting)


def earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    """The earlier of two moments that there may not be."""
    return min((moment for moment in (one, other) if moment is not None), default=None)


def together(standings: Iterable[Standing]) -> Standing:
    """All of these."""
    total = Standing()
    for one in standings:
        total = total.with_(one)
    return total


def standing_of(group: Any, limit: TimeLimit | None, now: datetime) -> Standing:  # noqa: ANN401 - a row: tubes, oldest
    """A group of tubes with the same limit. Where its oldest is late all are taken to be late until they are counted (`late_before`)."""
    due = limit.due(group.oldest) if limit else None
    return Standing(group.tubes, group.oldest, due, group.tubes if due is not None and due < now else 0)


def late_before(groups: Iterable[Any], limit_of: LimitOf, now: datetime) -> list[tuple[Any, datetime]]:
    """The groups with late tubes, each with the moment before which a tube must have come to be late."""
    limits = [(group, limit_of(group)) for group in groups]
    return [(group, now - timedelta(hours=limit.hours)) for group, limit in limits if limit and standing_of(group, limit, now).late > 0]


def queue_of(groups: Iterable[Any], limit_of: LimitOf, late: Mapping[tuple[Any, ...], int], now: datetime) -> list[Waiting]:
    """What waits for a plate by class, the first due first. Groups are rows: site, kind, recollection, tubes, extracted, oldest."""
    classes: dict[str, Waiting] = {}
    for group in groups:
        limit = limit_of(group)
        own = replace(standing_of(group, limit, now), late=late.get((group.site, group.kind, group.recollection), 0))
        known = classes.get(limit.name if limit else "", Waiting(limit, Standing(), 0))
        classes[limit.name if limit else ""] = Waiting(limit, known.standing.with_(own), known.extracted + group.extracted)
    return in_order(classes.values())


def plates_of(groups: Iterable[Any], limit_of: LimitOf, runs: Mapping[str, Any], now: datetime) -> dict[Stage, list[OnPlate]]:
    """The plates with undecided tubes by stage, the first due first. Groups are rows: plate, site, kind, recollection, tubes, oldest."""
    plates: dict[str, OnPlate] = {}
    for group in groups:
        known = plates.get(group.plate, OnPlate(group.plate, Standing(), runs.get(group.plate)))
        plates[group.plate] = replace(known, standing=known.standing.with_(standing_of(group, limit_of(group), now)))
    found: dict[Stage, list[OnPlate]] = {stage: [] for stage in Stage}
    for plate in in_order(plates.values()):
        found[plate.stage].append(plate)
    return found


def in_order(things: Iterable[Any]) -> list[Any]:
    """By what is due first, then by age; what has no limit comes last."""

    def urgency(thing: Any) -> tuple[bool, float, float]:  # noqa: ANN401 - anything with a standing
        due, oldest = thing.standing.due, thing.standing.oldest
        return due is None, due.timestamp() if due else 0.0, oldest.timestamp() if oldest else 0.0

    return sorted(things, key=urgency)


def by_run(readings: Iterable[Any]) -> list[list[Any]]:
    """Readings of one tube, run by run in their order."""
    runs: dict[Any, list[Any]] = {}
    for reading in readings:
        runs.setdefault(reading.run, []).append(reading)
    return list(runs.values())
