"""The figures as one table for other programs: a line for each, under a name that stays the same."""

from collections.abc import Iterator
from dataclasses import dataclass

from lims.reporting.casework.measures import Figures
from lims.reporting.casework.rules import Spread


@dataclass(frozen=True)
class FigureLine:
    """One figure: its name, which part of it (a band of ages, an outcome, a site; empty: the whole), its unit, its value (null: none)."""

    figure: str
    part: str
    unit: str
    value: float | None


def lines_of(figures: Figures) -> list[FigureLine]:
    """Every figure, in the order of the page."""
    return [*of_cases(figures), *of_times(figures), *of_discordance(figures), *of_tests(figures), *of_sites(figures)]


def of_cases(figures: Figures) -> Iterator[FigureLine]:
    """How many there were, and how they stand."""
    yield FigureLine("cases", "", "cases", figures.cases)
    for outcome, count in sorted(figures.ends.items()):
        yield FigureLine("closed_cases", outcome, "cases", count)
    for band, count in figures.ages.items():
        yield FigureLine("open_cases", f"{band} h", "cases", count)
    yield FigureLine("overdue_cases", "", "cases", figures.overdue)


def of_times(figures: Figures) -> Iterator[FigureLine]:
    """How long it took."""
    for name, unit, spread in (
        ("called", "members", figures.called),
        ("sampled_again", "members", figures.sampled),
        ("settled", "members", figures.settled),
        ("settled_cases", "cases", figures.settled_cases),
    ):
        yield from of_spread(name, unit, spread)


def of_spread(name: str, unit: str, spread: Spread) -> Iterator[FigureLine]:
    """To how many of how many it happened, and how soon."""
    yield FigureLine(name, "count", unit, spread.count)
    yield FigureLine(name, "of", unit, spread.of)
    yield FigureLine(name, "p50", "minutes", spread.minutes_p50)
    yield FigureLine(name, "p90", "minutes", spread.minutes_p90)


def of_discordance(figures: Figures) -> Iterator[FigureLine]:
    """The discordant cases, and what was to be expected."""
    found, pools = figures.discordance, figures.prevalence
    yield FigureLine("discordant_cases", "count", "cases", found.discordant)
    yield FigureLine("discordant_cases", "of", "cases", found.judged)
    yield FigureLine("discordant_cases", "share", "ratio", found.share)
    yield FigureLine("discordant_cases", "expected_share", "ratio", found.expected_share)
    yield FigureLine("discordant_cases", "chance_of_so_many", "ratio", found.chance)
    yield FigureLine("prevalence", "estimate", "ratio", pools.prevalence if pools else None)
    yield FigureLine("prevalence", "low", "ratio", pools.interval.low if pools else None)
    yield FigureLine("prevalence", "high", "ratio", pools.interval.high if pools else None)


def of_tests(figures: Figures) -> Iterator[FigureLine]:
    """The tests that pooling saved."""
    tests = figures.saving
    yield FigureLine("released_pools", "", "pools", tests.pools)
    yield FigureLine("people_in_pools", "", "people", tests.people)
    yield FigureLine("tests", "pools", "tests", tests.pool_tests)
    yield FigureLine("tests", "singles", "tests", tests.single_tests)
    yield FigureLine("tests_saved", "", "tests", tests.saved)
    yield FigureLine("tests_saved", "share", "ratio", tests.share)


def of_sites(figures: Figures) -> Iterator[FigureLine]:
    """How complete recollection is, site by site."""
    for one in figures.recollections:
        yield FigureLine("to_sample_again", one.site, "members", one.members)
        yield FigureLine("sampled_again_of_site", one.site, "members", one.sampled)
        yield FigureLine("sampled_again_share", one.site, "ratio", one.share)
