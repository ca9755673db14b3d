"""Everything that can be wrong with a label stock, in words for whoever wrote its file. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

from lims.sampling.labels.stock import (
    DOTS_PER_MM,
    KINDS,
    PLACEHOLDERS,
    QUIET_MODULES,
    RECEIPT,
    BarsField,
    SquareField,
    Template,
    placeholders,
)

# Start, 7 pairs of digits and check have 11 each, the stop 13: the width of one of our own codes.
OWN_CODE_MODULES = 112
# The side of the smallest square symbol that holds one of our own codes.
OWN_SQUARE_MODULES = {"qr": 21, "datamatrix": 14}
# A thermal head burns a bar of one dot wider than a space of one dot; from two dots on both read well.
LEAST_MODULE_DOTS = 2
SMALLEST_FONT_MM = 1.0
LARGEST_MM = 300
THINNEST_LINE_MM, THICKEST_LINE_MM = 0.1, 3.0
ROUNDING_MM = 1e-6


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
    """The codes with their quiet zones, every line of text, and every printed line."""
    bars = template.bars
    boxes = [("the bars", bars.x_mm, bars.y_mm, bars.width_mm, bars.height_mm)] if bars else []
    boxes += [(f"square {number}", one.x_mm, one.y_mm, one.size_mm, one.size_mm) for number, one in enumerate(template.square, 1)]
    boxes += [(f"text {number}", one.x_mm, one.y_mm, one.width_mm, one.font_size_mm) for number, one in enumerate(template.text, 1)]
    boxes += [(f"line {number}", one.x_mm, one.y_mm, one.width_mm, one.height_mm) for number, one in enumerate(template.line, 1)]
    return [Area(name, x_mm, y_mm, x_mm + width_mm, y_mm + height_mm) for name, x_mm, y_mm, width_mm, height_mm in boxes]


def sizes_are_positive(template: Template) -> Iterator[str]:
    """Every size is more than nothing, text is large enough to print, and a line is thin."""
    codes = [*([template.bars.width_mm, template.bars.height_mm] if template.bars else []), *(one.size_mm for one in template.square)]
    if min(template.width_mm, template.height_mm, *codes) <= 0 or template.gap_mm < 0:
        yield "a size is zero or negative"
    if max(template.width_mm, template.height_mm, template.gap_mm) > LARGEST_MM:
        yield f"a label is at most {LARGEST_MM} mm wide, high and apart"
    for number, line in enumerate(template.text, 1):
        if not SMALLEST_FONT_MM <= line.smallest_font_size_mm <= line.font_size_mm:
            yield f"text {number}: font_size_mm must be at least smallest_font_size_mm, and that at least {SMALLEST_FONT_MM:g}"
    for number, stroke in enumerate(template.line, 1):
        if not THINNEST_LINE_MM <= min(stroke.width_mm, stroke.height_mm) <= THICKEST_LINE_MM:
            yield f"line {number}: a line is {THINNEST_LINE_MM:g} to {THICKEST_LINE_MM:g} mm thick"


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
    """No text stands on a code, its quiet zone, or another text; printed lines may meet each other."""
    for one, other in combinations(areas(template), 2):
        if one.overlaps(other) and not (one.name.startswith("line") and other.name.startswith("line")):
            yield f"{other.name} stands on {one.name}"


def our_codes_fit(template: Template) -> Iterator[str]:
    """There is a code, and one of ours fits with its quiet zones at each resolution."""
    coded = [template.bars] if template.bars else []
    squares = [square for square in template.square if square.content == "{code}"]
    if template.kind != RECEIPT and not [*coded, *squares]:
        yield "there is no code: add [bars], or a [[square]] with the content {code}"
    for bars in coded:
        if bars.quiet_modules < QUIET_MODULES:
            yield f"quiet_modules must be {QUIET_MODULES} or more"
        yield from modules_fit(template, bars, "the bars", OWN_CODE_MODULES, bars.width_mm)
    for number, square in enumerate(template.square, 1):
        own = OWN_SQUARE_MODULES[square.symbol] if square in squares else 0
        yield from modules_fit(template, square, f"square {number}", own, square.size_mm)


def modules_fit(template: Template, field: BarsField | SquareField, name: str, modules: int, room_mm: float) -> Iterator[str]:
    """The resolutions of one code are known, and that many modules fit at each of them."""
    has = "have" if isinstance(field, BarsField) else "has"
    if template.dpi not in field.module_dots:
        yield f"{name}: module_dots says nothing about {template.dpi} dpi"
    for dpi, module_dots in field.module_dots.items():
        if dpi not in DOTS_PER_MM:
            yield f"{dpi} dpi is not known; known are {', '.join(map(str, DOTS_PER_MM))}"
        elif module_dots < LEAST_MODULE_DOTS:
            yield f"a module of {module_dots} dots at {dpi} dpi smears; use {LEAST_MODULE_DOTS} or more"
        elif (needed_mm := (modules + 2 * field.quiet_modules) * module_dots / DOTS_PER_MM[dpi]) - room_mm > ROUNDING_MM:
            yield f"a code needs {needed_mm:.1f} mm with its quiet zones at {dpi} dpi; {name} {has} {room_mm:g} mm"


def it_is_a_label_of_something(template: Template) -> Iterator[str]:
    """The kind is one there is."""
    if template.kind not in KINDS:
        yield f"there is no kind {template.kind!r}; there are {', '.join(KINDS)}"


def what_must_be_read_is_shown(template: Template) -> Iterator[str]:
    """Placeholders are known; a person can read the number, and sees that a label is a reprint; a receipt shows its code."""
    used = {name for content in template.contents() for name in placeholders(content)}
    written = {name for _, content in template.wordings() for name in placeholders(content)}
    if unknown := sorted(used - set(PLACEHOLDERS)):
        yield f"there is no {{{unknown[0]}}}; there are {', '.join(f'{{{name}}}' for name in PLACEHOLDERS)}"
    if template.kind == RECEIPT:
        if "lookup" not in written:
            yield "no text shows the code for the result: add one with {lookup}"
        return
    if not written & {"code", "grouped"}:
        yield "no text shows the number: add one with {grouped}"
    if "reprint" not in written:
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
    it_is_a_label_of_something,
    what_must_be_read_is_shown,
    every_language_has_its_words,
    the_grid_is_on_the_sheet,
)


def faults(template: Template) -> tuple[str, ...]:
    """Everything wrong with a stock, in words for whoever wrote its file; empty where nothing is."""
    return tuple(fault for rule in STOCK_RULES for fault in rule(template))
