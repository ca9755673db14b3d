"""The tables of the figures of cases as rows for files."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from lims.reporting.casework.measures import Figures
from lims.reporting.casework.rules import Spread


@dataclass(frozen=True)
class TimeRow:
    """Since a case was opened: until when, to how many of how many it has happened, and within how many minutes."""

    until: str
    happened: int
    of: int
    minutes_p50: float | None
    minutes_p90: float | None


@dataclass(frozen=True)
class SizeRow:
    """Released pools with so many people, and the tests they took."""

    people: int
    pools: int
    not_negative: int
    tests: int
    tests_saved: int


@dataclass(frozen=True)
class SiteRow:
    """The members of a site's pools that are to be sampled again, and how they stand."""

    site: str
    members: int
    sampled: int
    share: float
    waiting: int
    unreachable: int
    refused: int
    transferred: int


def times(figures: Figures) -> list[TimeRow]:
    """How long each step took."""

    def row(until: str, spread: Spread) -> TimeRow:
        return TimeRow(until, spread.count, spread.of, spread.minutes_p50, spread.minutes_p90)

    return [
        row("called", figures.called), row("sampled_again", figures.sampled),
        row("settled", figures.settled), row("settled_cases", figures.settled_cases),
    ]  # fmt: skip


def sizes(figures: Figures) -> list[SizeRow]:
    """Pools by how many people are in them."""
    return [
        SizeRow(one.people, one.pools, one.reactive + one.invalid, one.pool_tests + one.single_tests, one.saved) for one in figures.sizes
    ]


def sites(figures: Figures) -> list[SiteRow]:
    """How complete recollection is, the least complete site first."""
    return [
        SiteRow(one.site, one.members, one.sampled, round(one.share, 4), one.waiting, one.unreachable, one.refused, one.transferred)
        for one in figures.recollections
    ]


TABLES: dict[str, tuple[type, Callable[[Figures], Sequence[Any]]]] = {
    "times": (TimeRow, times),
    "sizes": (SizeRow, sizes),
    "sites": (SiteRow, sites),
}
