"""The one font of labels and documents, Noto Sans SC, from its wheel: where it lies, and its letters as dots.

Label printers have no Chinese letters, and what Latin ones they have differs from make to make. So every line of text goes
to them as a small picture, which also means that no text can ever be read as a command.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from PIL import Image, ImageChops, ImageDraw, ImageFont

from lims.sampling.labels.stock import DOTS_PER_MM
from lims.sampling.labels.wording import ASCENT_EM, TextLine
from lims.web.paper import FOLDER

WEIGHT = {False: 400, True: 700}
INK = 128
# A roll of labels differs in its numbers, and drawing letters is what takes time: figures are drawn once and put side by side.
FIGURES = frozenset("0123456789 ")
SHADES = [255 if grey >= INK else 0 for grey in range(256)]


@dataclass(frozen=True)
class Bitmap:
    """A picture of dots: rows of whole bytes, the leftmost dot in the highest bit, 1 = black."""

    x_dots: int
    y_dots: int
    width_bytes: int
    height_dots: int
    rows: bytes


class Cell(NamedTuple):
    """One figure as grey dots, and how far the next one stands from it."""

    advance_dots: float
    ink: Image.Image


@lru_cache(maxsize=64)
def font_of(size_dots: int, bold: bool) -> ImageFont.FreeTypeFont:  # noqa: FBT001 - the cache key, passed by position
    """The font at one size and weight."""
    font = ImageFont.truetype(str(FOLDER / "NotoSansSC[wght].ttf"), size_dots)
    font.set_variation_by_axes([WEIGHT[bold]])
    return font


@lru_cache(maxsize=256)
def cell_of(letter: str, size_dots: int, bold: bool) -> Cell:  # noqa: FBT001 - the cache key, passed by position
    """A figure by itself. Figures neither kern nor reach over their advance, so a number is its figures side by side."""
    font = font_of(size_dots, bold)
    advance_dots = font.getlength(letter)
    ink = Image.new("L", (round(advance_dots), size_dots), 255)
    ImageDraw.Draw(ink).text((0, round(size_dots * ASCENT_EM)), letter, fill=0, font=font, anchor="ls")
    return Cell(advance_dots, ink)


@lru_cache(maxsize=1024)
def ink_of(line: TextLine, dpi: int) -> Image.Image:
    """The line's place on the label as a picture of one bit a dot, black on white, its letters aligned in it.

    Remembered: on a roll of labels all lines but the number are the same.
    """
    width_dots, size_dots = (round(length_mm * DOTS_PER_MM[dpi]) for length_mm in (line.width_mm, line.font_size_mm))
    font = font_of(size_dots, line.bold)
    letters = [cell_of(letter, size_dots, line.bold) for letter in line.text] if set(line.text) <= FIGURES else []
    free_dots = width_dots - (sum(cell.advance_dots for cell in letters) if letters else font.getlength(line.text))
    left_dots = {"left": 0.0, "center": free_dots / 2, "right": free_dots}[line.align]
    picture = Image.new("L", (width_dots, size_dots), 255)
    if letters:
        for cell in letters:
            picture.paste(cell.ink, (round(left_dots), 0))
            left_dots += cell.advance_dots
    else:
        ImageDraw.Draw(picture).text((round(left_dots), round(size_dots * ASCENT_EM)), line.text, fill=0, font=font, anchor="ls")
    return picture.point(SHADES).convert("1", dither=Image.Dither.NONE)


@lru_cache(maxsize=1024)
def bitmap_of(line: TextLine, dpi: int) -> Bitmap | None:
    """The line as a picture cropped to its ink; None where its letters leave none."""
    black = ImageChops.invert(ink_of(line, dpi))
    box = black.getbbox()
    if box is None:
        return None
    ink = black.crop(box)
    left_dots, top_dots = (round(length_mm * DOTS_PER_MM[dpi]) for length_mm in (line.x_mm, line.y_mm))
    return Bitmap(left_dots + box[0], top_dots + box[1], (ink.width + 7) // 8, ink.height, ink.tobytes())
