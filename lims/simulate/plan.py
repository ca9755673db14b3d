"""What is to be simulated, and who may call the server."""

import json
from dataclasses import dataclass, field
from datetime import date
from math import inf
from pathlib import Path

from lims.simulate.instrument import Kit

MOST_NOISE = 10


class PlanError(ValueError):
    """A plan or a credentials file that cannot be carried out; the sentence says what to change."""


@dataclass(frozen=True)
class Plan:
    """One day in numbers."""

    people: int
    date: date
    prevalence: float = 0.001
    noise: float = 1.0  # how often an instrument sees something where nobody is infected: times the usual
    pool_size: int = 10
    labs: int | None = None  # how many of the labs in the credentials take part; None: all
    seed: int = 1
    speed: float | None = None  # times real time; None: as fast as the server answers
    timezone: str = "Asia/Shanghai"
    connections: int = 16  # requests under way at once
    people_per_device: int = 400
    kit: Kit = field(default_factory=Kit)

    def __post_init__(self) -> None:
        """Refuse numbers that make no day."""
        if self.people < 1:
            raise PlanError("--people must be at least 1")
        if not 0 <= self.prevalence <= 1:
            raise PlanError("--prevalence is a share between 0 and 1, for example 0.001")
        if not 0 <= self.noise <= MOST_NOISE:
            raise PlanError(f"--noise is a factor between 0 and {MOST_NOISE}, for example 1")
        if self.pool_size < 1:
            raise PlanError("--pool-size must be at least 1")
        if self.speed is not None and not 0 < self.speed < inf:
            raise PlanError("--speed is max, or x and a number above 0, for example x60")


@dataclass(frozen=True)
class Credentials:
    """Bearer tokens of everybody outside who calls the server."""

    samplers: dict[str, str]  # site code -> token
    courier: str
    technicians: dict[str, str]  # lab code -> token
    reviewers: dict[str, str]  # lab code -> token of somebody who is not that lab's technician
    official: str
    integration: str  # with the scope identity, so that the truth can be compared person by person
    admin: str

    @classmethod
    def read(cls, path: Path) -> "Credentials":
        """From a JSON file with exactly these keys."""
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise PlanError(f"{path} is no credentials file: {error}") from error

    def labs(self, count: int | None) -> list[str]:
        """The labs that take part."""
        labs = [lab for lab in self.technicians if lab in self.reviewers]
        if not labs or not self.samplers:
            raise PlanError("The credentials name no site, or no lab with both a technician and a reviewer.")
        if count is not None and not 1 <= count <= len(labs):
            raise PlanError(f"--labs {count}: the credentials know {len(labs)} labs.")
        return labs[:count]
