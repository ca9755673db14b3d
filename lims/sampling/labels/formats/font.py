"""The one font of labels and documents, Noto Sans SC, from its wheel: where it lies, and its letters as dots.

Label printers have no Chinese letters, and what Latin ones they have differs from make to make. So every line of text goes
to them as a small picture, which also means that no text can ever be read as a command.
"""

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from lims.sampling.labels.rules import LaidOutLabel
from lims.sampling.labels.wording import ASCENT_EM, TextLine

FAMILY = "Noto Sans SC"
FOLDER = Path(str(files("justmytype_intl_cjk"))) / "fonts" / "ofl" / "notosanssc"
WEIGHT = {False: 400, True: 700}
INK = 128


@dataclass(frozen=True)
class Bitmap:
    """A picture of dots: rows of whole bytes, the leftmost dot in the highest bit, 1 = black."""

    x_dots: int
    y_dots: int
    width_bytes: int
    height_dots: int
    rows: bytes


@lru_cache(maxsize=64)
def font_of(size_dots: int, bold: bool) -> ImageFont.FreeTypeFont:  # noqa: FBT001 - the cache key, passed by position
    """The font at one size and weight."""
    font = ImageFont.truetype(str(FOLDER / "NotoSansSC[wght].ttf"), size_dots)
    font.set_variation_by_axes([WEIGHT[bold]])
    return font


def ink_of(label: LaidOutLabel, line: TextLine) -> Image.Image:
    """The line's place on the label as a picture of one bit a dot, black on white, its letters aligned in it."""
    return painted(line, label.dots(line.width_mm), label.dots(line.font_size_mm))


@lru_cache(maxsize=1024)
def painted(line: TextLine, width_dots: int, size_dots: int) -> Image.Image:
    """`ink_of`, remembered: on a roll of labels all lines but the number are the same."""
    font = font_of(size_dots, line.bold)
    free_dots = width_dots - font.getlength(line.text)
    left_dots = {"left": 0.0, "center": free_dots / 2, "right": free_dots}[line.align]
    picture = Image.new("L", (width_dots, size_dots), 255)
    ImageDraw.Draw(picture).text((round(left_dots), round(size_dots * ASCENT_EM)), line.text, fill=0, font=font, anchor="ls")
    return picture.point(lambda grey: 255 if grey >= INK else 0).convert("1", dither=Image.Dither.NONE)


def bitmap_of(label: LaidOutLabel, line: TextLine) -> Bitmap | None:
    """The line as a picture cropped to its ink; None where its letters leave none."""
    black = Image.eval(ink_of(label, line).convert("L"), lambda grey: 255 - grey)
    box = black.getbbox()
    if box is None:
        return None
    ink = black.crop(box).convert("1", dither=Image.Dither.NONE)
    width_bytes = (ink.width + 7) // 8
    return Bitmap(label.dots(line.x_mm) + box[0], label.dots(line.y_mm) + box[1], width_bytes, ink.height, ink.tobytes())
