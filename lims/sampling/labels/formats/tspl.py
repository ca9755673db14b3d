"""TSPL for TSC and Gprinter: the roll is described once, then each label is cleared, drawn and printed once.

All text is a picture (`BITMAP`, raw bytes whose number is told before them), so a `"` that somebody typed never ends a string.
"""

from collections.abc import Sequence
from functools import lru_cache

from lims.sampling.labels.formats.font import Bitmap
from lims.sampling.labels.formats.ink import bitmaps
from lims.sampling.labels.rules import Box, LaidOutLabel, PrintJob

EVERY_BIT = bytes(range(255, -1, -1))


def draw(job: PrintJob) -> bytes:
    """The labels in order."""
    stock = job.template
    roll = f"SIZE {stock.width_mm:g} mm,{stock.height_mm:g} mm\r\nGAP {stock.gap_mm:g} mm,0 mm\r\nDIRECTION 1\r\nREFERENCE 0,0\r\n"
    return roll.encode("ascii") + b"".join(label_commands(label) for label in job.labels)


def label_commands(label: LaidOutLabel) -> bytes:
    """One label."""
    pictures = b"".join(map(picture_command, bitmaps(label)))
    return b"CLS\r\n" + (bars_commands(label) + boxes(label.strokes)).encode("ascii") + pictures + b"PRINT 1,1\r\n"


def bars_commands(label: LaidOutLabel) -> str:
    """The printer's own Code 128 for pairs of digits (it chooses set C for them), else bar by bar."""
    bars = label.bars
    if bars is not None and label.digit_pairs:
        left, top, height = label.dots(bars.x_mm), label.dots(bars.y_mm), label.dots(bars.height_mm)
        return f'BARCODE {left},{top},"128",{height},0,0,{bars.module_dots},{bars.module_dots},"{label.code}"\r\n'
    return boxes(label.bar_boxes_dots())


def boxes(filled: Sequence[Box]) -> str:
    """Filled boxes."""
    return "".join(f"BAR {left},{top},{width},{height}\r\n" for left, top, width, height in filled)


@lru_cache(maxsize=256)
def picture_command(picture: Bitmap) -> bytes:
    """A picture at its place; TSPL burns the dots whose bit is 0."""
    place = f"BITMAP {picture.x_dots},{picture.y_dots},{picture.width_bytes},{picture.height_dots},0,"
    return place.encode("ascii") + picture.rows.translate(EVERY_BIT) + b"\r\n"
