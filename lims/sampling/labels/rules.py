"""A label before any printer: where its bars and lines of text stand, in millimetres, for every output format alike.

Pure. A stock (`Template`), a code and the facts of the print go in; a `LaidOutLabel` or a refusal comes out. Everything that
could make a label unreadable is refused here, before a sticker is wasted. Bars stand at fixed places, so that no text,
however long, can push the code off.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from barcode.codex import Code128  # type: ignore[import-untyped]  # python-barcode carries no type marker

from lims.kernel.barcodes import grouped
from lims.kernel.errors import Refused, listed
from lims.sampling.labels.stock import DOTS_PER_MM, Template
from lims.sampling.labels.wording import TextLine, written

REPRINT_MARK = "重印 REPRINT"


@dataclass(frozen=True)
class LabelFacts:
    """What stands on every label of one print besides its code."""

    site: str = ""
    site_name: str = ""
    text: str = ""
    reprint: bool = False
    language: str = "zh"


@dataclass(frozen=True)
class Bars:
    """A Code 128 in place: the first bar starts at `x_mm`; `modules` is a string of 1 (bar) and 0 (space)."""

    x_mm: float
    y_mm: float
    height_mm: float
    module_dots: int
    module_mm: float
    modules: str
    runs: tuple[tuple[int, int], ...] = field(repr=False)
    """Each dark bar as (first module, modules wide)."""


@dataclass(frozen=True)
class LaidOutLabel:
    """One label, ready for any format."""

    code: str
    dpi: int
    bars: Bars
    lines: tuple[TextLine, ...]

    def dots(self, length_mm: float) -> int:
        """A length in whole printer dots."""
        return round(length_mm * DOTS_PER_MM[self.dpi])

    def bar_boxes_dots(self) -> list[tuple[int, int, int, int]]:
        """Each bar as (left, top, width, height) in printer dots."""
        bars = self.bars
        left, top, height = self.dots(bars.x_mm), self.dots(bars.y_mm), self.dots(bars.height_mm)
        return [(left + start * bars.module_dots, top, width * bars.module_dots, height) for start, width in bars.runs]

    @property
    def digit_pairs(self) -> bool:
        """Whether the symbol is Code 128 C throughout, so that a printer told to use set C draws these very modules."""
        return self.code.isdigit() and len(self.code) % 2 == 0


@dataclass(frozen=True)
class PrintJob:
    """What one file holds: exactly these labels, in this order, each once."""

    template: Template
    facts: LabelFacts
    labels: tuple[LaidOutLabel, ...]


def lay_out_all(template: Template, codes: Sequence[str], facts: LabelFacts, dpi: int | None = None) -> PrintJob:
    """One label a code; Refused where there is no code, a code twice, or one that cannot be printed: all or none."""
    if not codes:
        raise Refused("label_none_asked", "No labels were asked for.")
    if twice := [code for code, count in Counter(codes).items() if count > 1]:
        raise Refused("label_code_twice", "Each code is printed once; asked for more than once: {codes}.", codes=listed(twice))
    return PrintJob(template, facts, tuple(lay_out(template, code, facts, dpi) for code in codes))


def lay_out(template: Template, code: str, facts: LabelFacts, dpi: int | None = None) -> LaidOutLabel:
    """The label of this code on this stock at `dpi` (the stock's own by default); Refused where it could not be read."""
    dpi = template.dpi if dpi is None else dpi
    if dpi not in template.bars.module_dots:
        known = ", ".join(map(str, sorted(template.bars.module_dots)))
        raise Refused(
            "label_dpi_unknown", "Label {template} is made for {known} dpi, not {dpi}.", template=template.name, known=known, dpi=dpi
        )
    values = {
        "code": code,
        "grouped": grouped(code),
        "site": facts.site,
        "site_name": facts.site_name,
        "text": facts.text,
        "reprint": REPRINT_MARK if facts.reprint else "",
    }
    language = facts.language if facts.language in template.languages else template.languages[0]
    lines = (written(template, line, language, values) for line in template.text)
    return LaidOutLabel(code, dpi, placed_bars(template, code, dpi), tuple(line for line in lines if line is not None))


class Symbol(Code128):  # type: ignore[misc]  # see the import
    """The library's Code 128, without its slip of dropping a leading 99.

    Set C writes the pair 99 as the value 99, which elsewhere means "change to set C"; at the start of a code python-barcode
    0.16 takes it for that and merges it into the start character: 9912 became 12.
    """

    def _try_to_optimize(self, encoded: list[int]) -> list[int]:
        optimized: list[int] = encoded if self.code.startswith("99") else super()._try_to_optimize(encoded)
        return optimized


def modules_of(code: str) -> str:
    """The Code 128 symbol of a code without quiet zones, as 1 and 0; pairs of digits take one character (set C)."""
    if not code or not all(" " <= ch <= "~" for ch in code):
        raise Refused(
            "label_code_unprintable",
            "A Code 128 label takes letters, digits and ASCII signs; {barcode} has others.",
            barcode=repr(code[:64]),
        )
    modules: str = Symbol(code).build()[0]
    return modules


def placed_bars(template: Template, code: str, dpi: int) -> Bars:
    """The bars in the middle of their area, on whole dots; Refused where they and their quiet zones are wider than it."""
    area, dots_per_mm = template.bars, DOTS_PER_MM[dpi]
    modules, module_dots = modules_of(code), area.module_dots[dpi]
    needed_dots = (len(modules) + 2 * area.quiet_modules) * module_dots
    spare_dots = int(area.width_mm * dots_per_mm + 1e-6) - needed_dots
    if spare_dots < 0:
        raise Refused(
            "label_too_narrow",
            "Code {barcode} needs {needed_mm} mm with its quiet zones; label {template} has {width_mm} mm. Use a wider label.",
            barcode=code,
            needed_mm=f"{needed_dots / dots_per_mm:.1f}",
            template=template.name,
            width_mm=f"{area.width_mm:.1f}",
        )
    first_dot = round(area.x_mm * dots_per_mm) + spare_dots // 2 + area.quiet_modules * module_dots
    return Bars(
        x_mm=first_dot / dots_per_mm,
        y_mm=area.y_mm,
        height_mm=area.height_mm,
        module_dots=module_dots,
        module_mm=module_dots / dots_per_mm,
        modules=modules,
        runs=dark_runs(modules),
    )


def dark_runs(modules: str) -> tuple[tuple[int, int], ...]:
    """Each bar of a symbol as (first module, modules wide)."""
    runs, at = [], 0
    for shade, group in groupby(modules):
        width = len(list(group))
        if shade == "1":
            runs.append((at, width))
        at += width
    return tuple(runs)
