"""A label stock as its file describes it.

Pure. Positions and sizes are millimetres from the top left corner of one label. What can be wrong with it: `faults.py`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import ClassVar, Literal

from lims.kernel.barcodes import Kind

# "203 dpi" print heads have 8 dots a millimetre (203.2 an inch); 300 dpi heads have 11.8.
DOTS_PER_MM = {203: 8.0, 300: 300 / 25.4}
QUIET_MODULES = 10
# White around a square symbol, in modules: QR asks for 4, DataMatrix for 1, of which a thermal head may burn a half away.
SQUARE_QUIET_MODULES = {"qr": 4, "datamatrix": 2}
RECEIPT = "receipt"
KINDS = (*(kind.value for kind in Kind), RECEIPT)
# {grouped}, or {text|site_name|'no name'}: the first that says something, then the words in quotes.
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
QUOTED = re.compile(r"'([^'{}|]*)'")
PLACEHOLDERS = ("code", "grouped", "site", "site_name", "text", "reprint", "lookup", "lookup_url", "name", "day")

# The loader refuses fields it does not know, so that a misspelt one is not silently ignored, and TOML's nan and inf.
STRICT: Mapping[str, str | bool] = {"extra": "forbid", "allow_inf_nan": False}


@dataclass(frozen=True)
class Sheet:
    """A page of labels: paper size, grid, and the distances between its labels."""

    __pydantic_config__: ClassVar[Mapping[str, str | bool]] = STRICT
    width_mm: float
    height_mm: float
    columns: int
    rows: int
    margin_left_mm: float
    margin_top_mm: float
    column_gap_mm: float = 0.0
    row_gap_mm: float = 0.0


@dataclass(frozen=True)
class BarsField:
    """Where the Code 128 may stand, quiet zones included, and how many printer dots make one module at each resolution."""

    __pydantic_config__: ClassVar[Mapping[str, str | bool]] = STRICT
    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float
    module_dots: Mapping[int, int]
    quiet_modules: int = QUIET_MODULES


@dataclass(frozen=True)
class SquareField:
    """Where a QR code or DataMatrix may stand, quiet zone included, what it says, and how many dots make one module."""

    __pydantic_config__: ClassVar[Mapping[str, str | bool]] = STRICT
    symbol: Literal["qr", "datamatrix"]
    x_mm: float
    y_mm: float
    size_mm: float
    module_dots: Mapping[int, int]
    content: str = "{code}"

    @property
    def quiet_modules(self) -> int:
        """White on each side, in modules."""
        return SQUARE_QUIET_MODULES[self.symbol]


@dataclass(frozen=True)
class LineField:
    """A printed line: a filled box, thin in one direction."""

    __pydantic_config__: ClassVar[Mapping[str, str | bool]] = STRICT
    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float


@dataclass(frozen=True)
class TextField:
    """One line of text: its box, its size, and its content, the same in every language or one a language."""

    __pydantic_config__: ClassVar[Mapping[str, str | bool]] = STRICT
    x_mm: float
    y_mm: float
    width_mm: float
    font_size_mm: float
    content: str | Mapping[str, str]
    smallest_font_size_mm: float = 1.5
    align: Literal["left", "center", "right"] = "left"
    bold: bool = False


@dataclass(frozen=True)
class Template:
    """One label stock."""

    __pydantic_config__: ClassVar[Mapping[str, str | bool]] = STRICT
    name: str
    description: str | Mapping[str, str]
    width_mm: float
    height_mm: float
    dpi: int
    text: tuple[TextField, ...]
    kind: str = Kind.TUBE.value
    bars: BarsField | None = None
    square: tuple[SquareField, ...] = ()
    line: tuple[LineField, ...] = ()
    languages: tuple[str, ...] = ("zh", "en")
    gap_mm: float = 2.0
    sheet: Sheet | None = None

    def described(self, language: str) -> str:
        """What people see when they choose, in their language where the file has it, otherwise in the first that it has."""
        if isinstance(self.description, str):
            return self.description
        return self.description.get(language) or next(iter(self.description.values()), self.name)

    def wordings(self) -> Iterator[tuple[TextField, str]]:
        """Every content of every line, in all languages."""
        for line in self.text:
            for content in [line.content] if isinstance(line.content, str) else line.content.values():
                yield line, content

    def contents(self) -> Iterator[str]:
        """Every content there is, of square codes too."""
        yield from (content for _, content in self.wordings())
        yield from (square.content for square in self.square)

    @property
    def resolutions(self) -> frozenset[int]:
        """The resolutions for which every code of this stock has a module width."""
        widths = [*([self.bars.module_dots] if self.bars else []), *(square.module_dots for square in self.square)]
        return frozenset.intersection(frozenset(DOTS_PER_MM), *map(frozenset, widths))


def placeholders(content: str) -> Iterator[str]:
    """Every name in braces; words in quotes are none."""
    for inside in PLACEHOLDER.findall(content):
        yield from (part for part in inside.split("|") if not QUOTED.fullmatch(part))


def speaking(content: str, values: Mapping[str, str]) -> Iterator[str]:
    """The names whose values the filled content says: of alternatives the first that says something."""
    for inside in PLACEHOLDER.findall(content):
        names = (part for part in inside.split("|") if QUOTED.fullmatch(part) or values[part])
        yield from (part for part in islice(names, 1) if not QUOTED.fullmatch(part))


def filled(content: str, values: Mapping[str, str]) -> str:
    """The content with its placeholders filled: of alternatives the first that says something.

    One pass and no `str.format`: what a person typed is never looked into for placeholders or attributes.
    """

    def said(match: re.Match[str]) -> str:
        parts = match[1].split("|")
        return next((word for part in parts if (word := quoted[1] if (quoted := QUOTED.fullmatch(part)) else values[part])), "")

    return PLACEHOLDER.sub(said, content)
