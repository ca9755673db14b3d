"""The charts of a document as what is drawn of them: lengths in tubes; titles and notes are lines, one a language. Pure.

Behind each stands a table of the same document with the same numbers.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    """One bar across, what it is of, and what is said at its end; `limit` is a line that it may reach."""

    label: str
    said: str
    value: float
    limit: float | None = None


@dataclass(frozen=True)
class Bars:
    """Bars below each other on one axis from 0 to `most`."""

    title: tuple[str, ...]
    note: tuple[str, ...]
    bars: tuple[Bar, ...]
    most: float
    kind: str = "bars"


@dataclass(frozen=True)
class Band:
    """What lies between two curves over the hours of a day."""

    label: str
    upper: tuple[int, ...]
    lower: tuple[int, ...]


@dataclass(frozen=True)
class Bands:
    """Bands on each other over 24 hours, the undermost first; the axis goes from 0 to `most`."""

    title: tuple[str, ...]
    note: tuple[str, ...]
    bands: tuple[Band, ...]
    most: int
    kind: str = "bands"


@dataclass(frozen=True)
class Columns:
    """A column for each hour of a day; `limit` is a line across all."""

    title: tuple[str, ...]
    note: tuple[str, ...]
    values: tuple[int, ...]
    limit: float | None
    most: float
    kind: str = "columns"


Chart = Bars | Bands | Columns
