"""A label before any printer: where its codes, lines and words stand, for every output format alike.

Pure. A stock (`Template`), a code and the facts of the print go in; a `LaidOutLabel` or a refusal comes out. Everything that
could make a label unreadable is refused here, before a sticker is wasted. Codes stand at fixed places, so that no text,
however long, can push them off.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lims.kernel.barcodes import grouped
from lims.kernel.errors import Refused, listed
from lims.sampling.labels.stock import DOTS_PER_MM, BarsField, LineField, SquareField, Template, filled, speaking
from lims.sampling.labels.symbols import Bars, Square, modules_of, square_rows
from lims.sampling.labels.wording import TextLine, fitted

REPRINT_MARK = "重印 REPRINT"
Box = tuple[int, int, int, int]
"""A filled box as (left, top, width, height) in printer dots."""
Fitted = dict[tuple[int, str, tuple[str, ...]], TextLine | None]
"""Lines of text that were made to fit before, by their number, their words and whose they are: on a roll all but one are the same."""


@dataclass(frozen=True)
class LabelFacts:
    """What stands on a label besides its code."""

    site: str = ""
    site_name: str = ""
    text: str = ""
    reprint: bool = False
    language: str = "zh"
    lookup: str = ""
    lookup_url: str = ""
    name: str = ""
    day: str = ""


@dataclass(frozen=True)
class LaidOutLabel:
    """One label, ready for any format."""

    code: str
    dpi: int
    bars: Bars | None
    lines: tuple[TextLine, ...]
    squares: tuple[Square, ...] = ()
    strokes: tuple[Box, ...] = ()
    facts: LabelFacts = LabelFacts()

    def dots(self, length_mm: float) -> int:
        """A length in whole printer dots."""
        return round(length_mm * DOTS_PER_MM[self.dpi])

    def bar_boxes_dots(self) -> list[Box]:
        """Each bar as a box."""
        bars = self.bars
        if bars is None:
            return []
        left, top, height = self.dots(bars.x_mm), self.dots(bars.y_mm), self.dots(bars.height_mm)
        return [(left + start * bars.module_dots, top, width * bars.module_dots, height) for start, width in bars.runs]

    @property
    def digit_pairs(self) -> bool:
        """Whether the symbol is Code 128 C throughout, so that a printer told to use set C draws these very modules."""
        return self.code.isdigit() and len(self.code) % 2 == 0

    @property
    def machine_read(self) -> tuple[str, ...]:
        """What a reader finds on the label."""
        return (*([self.code] if self.bars else []), *(square.content for square in self.squares))


@dataclass(frozen=True)
class PrintJob:
    """What one file holds: exactly these labels, in this order, each once."""

    template: Template
    labels: tuple[LaidOutLabel, ...]


def lay_out_all(template: Template, codes: Sequence[str], facts: LabelFacts, dpi: int | None = None) -> PrintJob:
    """One label a code, all with the same facts; as `lay_out_each`."""
    return lay_out_each(template, [(code, facts) for code in codes], dpi)


def lay_out_each(template: Template, wanted: Sequence[tuple[str, LabelFacts]], dpi: int | None = None) -> PrintJob:
    """One label a code and its facts; Refused where there is none, one twice, or one that cannot be printed: all or none."""
    if not wanted:
        raise Refused("label_none_asked", "No labels were asked for.")
    # Several receipts may be for one tube: each has a look-up code of its own.
    times = Counter((code, facts.lookup) for code, facts in wanted)
    if twice := [code for (code, _), count in times.items() if count > 1]:
        raise Refused("label_code_twice", "Each code is printed once; asked for more than once: {codes}.", codes=listed(twice))
    known: Fitted = {}
    return PrintJob(template, tuple(lay_out(template, code, facts, dpi, known) for code, facts in wanted))


def lay_out(template: Template, code: str, facts: LabelFacts, dpi: int | None = None, known: Fitted | None = None) -> LaidOutLabel:
    """The label of this code on this stock at `dpi` (the stock's own by default); Refused where it could not be read."""
    dpi = template.dpi if dpi is None else dpi
    if dpi not in template.resolutions:
        names = ", ".join(map(str, sorted(template.resolutions)))
        raise Refused(
            "label_dpi_unknown", "Label {template} is made for {known} dpi, not {dpi}.", template=template.name, known=names, dpi=dpi
        )
    values = values_of(code, facts)
    return LaidOutLabel(
        code,
        dpi,
        placed_bars(template, template.bars, code, dpi) if template.bars else None,
        worded(template, facts.language, values, {} if known is None else known),
        tuple(placed_square(template, square, filled(square.content, values), dpi) for square in template.square),
        tuple(stroke(line, DOTS_PER_MM[dpi]) for line in template.line),
        facts,
    )


def values_of(code: str, facts: LabelFacts) -> dict[str, str]:
    """What the placeholders stand for."""
    return {
        "code": code,
        "grouped": grouped(code),
        "site": facts.site,
        "site_name": facts.site_name,
        "text": facts.text,
        "reprint": REPRINT_MARK if facts.reprint else "",
        "lookup": facts.lookup,
        "lookup_url": facts.lookup_url,
        "name": facts.name,
        "day": facts.day,
    }


def worded(template: Template, language: str, values: Mapping[str, str], known: Fitted) -> tuple[TextLine, ...]:
    """The lines of text that say something, in their places."""
    language = language if language in template.languages else template.languages[0]
    lines = []
    for number, line in enumerate(template.text):
        content = line.content if isinstance(line.content, str) else line.content[language]
        words, names = filled(content, values), tuple(speaking(content, values))
        if (number, words, names) not in known:
            known[number, words, names] = fitted(template, line, words, names)
        lines.append(known[number, words, names])
    return tuple(line for line in lines if line is not None)


def stroke(line: LineField, dots_per_mm: float) -> Box:
    """A printed line, at least one dot thick."""
    left, top, width, height = (round(length_mm * dots_per_mm) for length_mm in (line.x_mm, line.y_mm, line.width_mm, line.height_mm))
    return (left, top, max(1, width), max(1, height))


def placed_bars(template: Template, area: BarsField, code: str, dpi: int) -> Bars:
    """The bars in the middle of their area, on whole dots; Refused where they and their quiet zones are wider than it."""
    dots_per_mm = DOTS_PER_MM[dpi]
    modules, module_dots = modules_of(code), area.module_dots[dpi]
    spare_dots = room(template, code, len(modules) + 2 * area.quiet_modules, module_dots, area.width_mm, dots_per_mm)
    first_dot = round(area.x_mm * dots_per_mm) + spare_dots // 2 + area.quiet_modules * module_dots
    return Bars(
        x_mm=first_dot / dots_per_mm,
        y_mm=area.y_mm,
        height_mm=area.height_mm,
        module_dots=module_dots,
        module_mm=module_dots / dots_per_mm,
        modules=modules,
    )


def placed_square(template: Template, area: SquareField, content: str, dpi: int) -> Square:
    """A square symbol in the middle of its area, on whole dots; Refused where there is nothing to say, or too much."""
    if not content:
        raise Refused("label_code_empty", "A square code on label {template} has nothing to say.", template=template.name)
    dots_per_mm, module_dots = DOTS_PER_MM[dpi], area.module_dots[dpi]
    rows = square_rows(area.symbol, content)
    spare_dots = room(template, content, len(rows) + 2 * area.quiet_modules, module_dots, area.size_mm, dots_per_mm)
    inset_dots = spare_dots // 2 + area.quiet_modules * module_dots
    return Square(content, round(area.x_mm * dots_per_mm) + inset_dots, round(area.y_mm * dots_per_mm) + inset_dots, module_dots, rows)


def room(template: Template, content: str, modules: int, module_dots: int, width_mm: float, dots_per_mm: float) -> int:
    """The dots that are left beside a symbol and its quiet zones; Refused where it does not fit."""
    spare_dots = int(width_mm * dots_per_mm + 1e-6) - modules * module_dots
    if spare_dots < 0:
        raise Refused(
            "label_too_narrow",
            "Code {barcode} needs {needed_mm} mm with its quiet zones; label {template} has {width_mm} mm. Use a wider label.",
            barcode=content[:80],
            needed_mm=f"{modules * module_dots / dots_per_mm:.1f}",
            template=template.name,
            width_mm=f"{width_mm:.1f}",
        )
    return spare_dots
