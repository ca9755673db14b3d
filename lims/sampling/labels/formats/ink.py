"""What printers get as pictures: every line of text and every square code."""

from collections.abc import Iterator
from functools import lru_cache

from PIL import Image

from lims.sampling.labels.formats.font import Bitmap, bitmap_of
from lims.sampling.labels.rules import LaidOutLabel
from lims.sampling.labels.symbols import Square


def bitmaps(label: LaidOutLabel) -> Iterator[Bitmap]:
    """The pictures of a label, words first."""
    for line in label.lines:
        picture = bitmap_of(line, label.dpi)
        if picture is not None:
            yield picture
    for square in label.squares:
        yield square_bitmap(square)


@lru_cache(maxsize=256)
def square_bitmap(square: Square) -> Bitmap:
    """A square code as dots."""
    ink = square_ink(square)
    width_bytes = (ink.width + 7) // 8
    return Bitmap(square.x_dots, square.y_dots, width_bytes, ink.height, ink.tobytes())


def square_ink(square: Square) -> Image.Image:
    """A square code as a picture of one bit a dot, 1 = black."""
    size = len(square.rows)
    modules = Image.new("1", (size, size))
    modules.putdata([255 if module == "1" else 0 for row in square.rows for module in row])
    return modules.resize((size * square.module_dots,) * 2, Image.Resampling.NEAREST)
