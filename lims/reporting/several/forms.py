"""Shapes of comparisons as files."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class BesideRow:
    """A figure of some days, of as many right before them, and of the same weekdays earlier; with the first and last of each."""

    figure: str
    now: int
    before: int
    weeks_before: int
    first: date
    last: date
    before_first: date
    before_last: date
    weeks_before_first: date
    weeks_before_last: date
