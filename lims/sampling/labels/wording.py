"""The words of a label: placeholders filled, control characters gone, and the line made to fit its place.

Pure: the widths of the letters are a table here, so that fitting needs no font.
"""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from lims.kernel.errors import Refused
from lims.sampling.labels.stock import Template, TextField

# A line with one of these must be complete or refused; a line without (a long site name) may end in an ellipsis.
NEVER_CUT = frozenset({"code", "grouped", "text", "reprint", "lookup", "day"})
ELLIPSIS = "…"
# The square of a Chinese letter reaches this far above the base line and the rest below it: the height of a line.
ASCENT_EM = 0.88
# Advance widths of ASCII 32 to 126 in Noto Sans SC, in thousandths of the font size, the wider of regular and bold; a test
# holds them against the font. Every other character counts as a full square, which no common one exceeds.
ADVANCES = (
    *(227, 370, 574, 590, 590, 963, 740, 325, 378, 378, 507, 590, 325, 370, 325, 392, 590, 590, 590, 590, 590, 590, 590, 590),
    *(590, 590, 325, 325, 590, 590, 590, 514, 1007, 641, 681, 656, 714, 615, 585, 717, 757, 330, 568, 686, 578, 853, 749, 770),
    *(667, 770, 682, 624, 625, 748, 619, 915, 627, 580, 613, 378, 392, 378, 590, 567, 626, 591, 644, 527, 644, 581, 372, 597),
    *(640, 304, 306, 604, 315, 964, 641, 626, 644, 644, 437, 495, 421, 637, 576, 863, 562, 574, 511, 378, 296, 378, 590),
)
# Kerning may widen a pair of letters by a hair; without this slack such a line would wrap.
SLACK = 0.98


@dataclass(frozen=True)
class TextLine:
    """A line of text in place; `y_mm` is the top of the line, which is as high as its font size."""

    x_mm: float
    y_mm: float
    width_mm: float
    font_size_mm: float
    align: str
    bold: bool
    text: str


def fitted(template: Template, line: TextField, filled: str, names: Collection[str]) -> TextLine | None:
    """The line with its words, as large as fits; None where nothing is to be said, Refused where a complete line cannot fit.

    `names` are the placeholders that speak in it.
    """
    words = one_line(filled)
    if not words:
        return None
    size_mm = min(line.font_size_mm, line.width_mm * SLACK / width_em(words))
    if size_mm < line.smallest_font_size_mm:
        if NEVER_CUT.intersection(names):
            raise too_long(template, line, words)
        size_mm = line.smallest_font_size_mm
        words = cut(words, line.width_mm * SLACK / size_mm)
    # A line made smaller stays on its base line, beside its neighbours.
    top_mm = line.y_mm + (line.font_size_mm - size_mm) * ASCENT_EM
    return TextLine(line.x_mm, top_mm, line.width_mm, size_mm, line.align, line.bold, words)


def one_line(text: str) -> str:
    """Text without control, direction or line-break characters, and with single blanks."""
    spaced = (" " if ch.isspace() or unicodedata.category(ch)[0] == "Z" else ch for ch in text)
    return " ".join("".join(ch for ch in spaced if unicodedata.category(ch) not in {"Cc", "Cf", "Cs"}).split())


def width_em(text: str) -> float:
    """How many times the font size a text is wide, at most."""
    return sum(ADVANCES[ord(ch) - 32] / 1000 if " " <= ch <= "~" else 1.0 for ch in text)


def cut(text: str, room_em: float) -> str:
    """As much of a text as fits, and an ellipsis."""
    while text and width_em(text + ELLIPSIS) > room_em:
        text = text[:-1]
    return text.rstrip() + ELLIPSIS


def too_long(template: Template, line: TextField, words: str) -> Refused:
    """The refusal of a line that must be complete and does not fit even in its smallest size."""
    return Refused(
        "label_text_too_long",
        "“{words}” needs {needed_mm} mm in the smallest print; its line on label {template} has {width_mm} mm. Shorten it.",
        words=words[:80],
        needed_mm=f"{width_em(words) * line.smallest_font_size_mm:.0f}",
        template=template.name,
        width_mm=f"{line.width_mm:.0f}",
    )
