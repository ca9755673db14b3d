"""A label stock as its file describes it, and everything that can be wrong with such a description.

Pure. Positions and sizes are millimetres from the top left corner of one label.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar, Literal

# "203 dpi" print heads have 8 dots a millimetre (203.2 an inch); 300 dpi heads have 11.8.
DOTS_PER_MM = {203: 8.0, 300: 300 / 25.4}
QUIET_MODULES = 10
# Start, 7 pairs of digits and check have 11 each, the stop 13: the width of one of our own codes.
OWN_CODE_MODULES = 112
# A thermal head burns a bar of one dot wider than a space of one dot; from two dots on both read well.
LEAST_MODULE_DOTS = 2
SMALLEST_FONT_MM = 1.0
ROUNDING_MM = 1e-6
PLACEHOLDER = re.compile(r"\{(\w*)\}")
PLACEHOLDERS = ("code", "grouped", "site", "site_name", "text", "reprint")

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
    description: str
    width_mm: float
    height_mm: float
    dpi: int
    bars: BarsField
    text: tuple[TextField, ...]
    languages: tuple[str, ...] = ("zh", "en")
    gap_mm: float = 2.0
    sheet: Sheet | None = None

    def wordings(self) -> Iterator[tuple[TextField, str]]:
        """Every content of every line, in all languages."""
        for line in self.text:
            for content in [line.content] if isinstance(line.content, str) else line.content.values():
                yield line, content


@dataclass(frozen=True)
class Area:
    """A rectangle on the label, for what must not overlap."""

    name: str
    left_mm: float
    top_mm: float
    right_mm: float
    bottom_mm: float

    def overlaps(self, other: "Area") -> bool:
        """Whether the two share more than an edge."""
        return (
            min(self.right_mm, other.right_mm) - max(self.left_mm, other.left_mm) > ROUNDING_MM
            and min(self.bottom_mm, other.bottom_mm) - max(self.top_mm, other.top_mm) > ROUNDING_MM
        )


def areas(template: Template) -> list[Area]:
    """The bars with their quiet zones, and every line of text."""
    bars = template.bars
    return [
        Area("the bars", bars.x_mm, bars.y_mm, bars.x_mm + bars.width_mm, bars.y_mm + bars.height_mm),
        *(
            Area(f"text {number}", line.x_mm, line.y_mm, line.x_mm + line.width_mm, line.y_mm + line.font_size_mm)
            for number, line in enumerate(template.text, 1)
        ),
    ]


def sizes_are_positive(template: Template) -> Iterator[str]:
    """Every size is more than nothing, and text large enough to print."""
    if min(template.width_mm, template.height_mm, template.bars.width_mm, template.bars.height_mm) <= 0 or template.gap_mm < 0:
        yield "a size is zero or negative"
    for number, line in enumerate(template.text, 1):
        if not SMALLEST_FONT_MM <= line.smallest_font_size_mm <= line.font_size_mm:
            yield f"text {number}: font_size_mm must be at least smallest_font_size_mm, and that at least {SMALLEST_FONT_MM:g}"


def everything_is_on_the_label(template: Template) -> Iterator[str]:
    """Bars and lines stand inside the stock."""
    for area in areas(template):
        if (
            min(area.left_mm, area.top_mm) < 0
            or area.right_mm - template.width_mm > ROUNDING_MM
            or area.bottom_mm - template.height_mm > ROUNDING_MM
        ):
            yield f"{area.name} reaches over the edge of the label"


def nothing_overlaps(template: Template) -> Iterator[str]:
    """No line stands on the bars, their quiet zones, or another line."""
    for one, other in combinations(areas(template), 2):
        if one.overlaps(other):
            yield f"{other.name} stands on {one.name}"


def our_codes_fit(template: Template) -> Iterator[str]:
    """The resolutions are known, and a code of ours fits with its quiet zones at each of them."""
    bars = template.bars
    if bars.quiet_modules < QUIET_MODULES:
        yield f"quiet_modules must be {QUIET_MODULES} or more"
    if template.dpi not in bars.module_dots:
        yield f"module_dots says nothing about {template.dpi} dpi"
    for dpi, module_dots in bars.module_dots.items():
        if dpi not in DOTS_PER_MM:
            yield f"{dpi} dpi is not known; known are {', '.join(map(str, DOTS_PER_MM))}"
        elif module_dots < LEAST_MODULE_DOTS:
            yield f"a module of {module_dots} dots at {dpi} dpi smears; use {LEAST_MODULE_DOTS} or more"
        elif (needed_mm := (OWN_CODE_MODULES + 2 * bars.quiet_modules) * module_dots / DOTS_PER_MM[dpi]) - bars.width_mm > ROUNDING_MM:
            yield f"a code needs {needed_mm:.1f} mm with its quiet zones at {dpi} dpi; the bars have {bars.width_mm:g} mm"


def the_number_and_the_reprint_mark_are_shown(template: Template) -> Iterator[str]:
    """Placeholders are known; a person can read the number, and sees that a label is a reprint."""
    used = {name for _, content in template.wordings() for name in PLACEHOLDER.findall(content)}
    if unknown := sorted(used - set(PLACEHOLDERS)):
        yield f"there is no {{{unknown[0]}}}; there are {', '.join(f'{{{name}}}' for name in PLACEHOLDERS)}"
    if not used & {"code", "grouped"}:
        yield "no text shows the number: add one with {grouped}"
    if "reprint" not in used:
        yield "no text shows the reprint mark: add one with {reprint}"


def every_language_has_its_words(template: Template) -> Iterator[str]:
    """A line written per language has all languages of the label."""
    if not template.languages:
        yield "languages is empty"
    for number, line in enumerate(template.text, 1):
        if not isinstance(line.content, str) and (missing := set(template.languages) - set(line.content)):
            yield f"text {number} has no content in {', '.join(sorted(missing))}"


def the_grid_is_on_the_sheet(template: Template) -> Iterator[str]:
    """Columns and rows with margins and gaps fit the paper."""
    sheet = template.sheet
    if sheet is None:
        return
    if sheet.columns < 1 or sheet.rows < 1 or min(sheet.margin_left_mm, sheet.margin_top_mm, sheet.column_gap_mm, sheet.row_gap_mm) < 0:
        yield "a sheet has at least one column and row, and no negative margin or gap"
        return
    right_mm = sheet.margin_left_mm + sheet.columns * template.width_mm + (sheet.columns - 1) * sheet.column_gap_mm
    bottom_mm = sheet.margin_top_mm + sheet.rows * template.height_mm + (sheet.rows - 1) * sheet.row_gap_mm
    if right_mm - sheet.width_mm > ROUNDING_MM or bottom_mm - sheet.height_mm > ROUNDING_MM:
        yield f"the labels take {right_mm:g} by {bottom_mm:g} mm, the sheet has {sheet.width_mm:g} by {sheet.height_mm:g} mm"


STOCK_RULES: tuple[Callable[[Template], Iterator[str]], ...] = (
    sizes_are_positive,
    everything_is_on_the_label,
    nothing_overlaps,
    our_codes_fit,
    the_number_and_the_reprint_mark_are_shown,
    every_language_has_its_words,
    the_grid_is_on_the_sheet,
)


def faults(template: Template) -> tuple[str, ...]:
    """Everything wrong with a stock, in words for whoever wrote its file; empty where nothing is."""
    return tuple(fault for rule in STOCK_RULES for fault in rule(template))
