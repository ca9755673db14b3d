"""ZPL for Zebra printers: one `^XA … ^XZ` a label, each to be printed once.

All text is a picture (`^GFA`, hexadecimal), so a `^` or `~` that somebody typed never reaches the printer as a character.
"""

from collections.abc import Sequence
from functools import lru_cache

from lims.sampling.labels.formats.font import Bitmap
from lims.sampling.labels.formats.ink import bitmaps
from lims.sampling.labels.rules import Box, LaidOutLabel, PrintJob


def draw(job: PrintJob) -> bytes:
    """The labels in order, as ASCII."""
    return "".join(label_commands(job, label) for label in job.labels).encode("ascii")


def label_commands(job: PrintJob, label: LaidOutLabel) -> str:
    """One label. What an earlier job may have left set in the printer (home, shift, orientation) is set back."""
    width_dots, height_dots = label.dots(job.template.width_mm), label.dots(job.template.height_mm)
    pictures = "".join(map(picture_command, bitmaps(label)))
    start = f"^XA^LH0,0^LS0^PON^FWN^PW{width_dots}^LL{height_dots}\n"
    return f"{start}{bars_commands(label)}{boxes(label.strokes)}{pictures}^PQ1,0,1,N^XZ\n"


def bars_commands(label: LaidOutLabel) -> str:
    """The printer's own Code 128 where it surely draws our modules (pairs of digits, set C told by `>;`), else bar by bar."""
    bars = label.bars
    if bars is not None and label.digit_pairs:
        height_dots = label.dots(bars.height_mm)
        origin = f"^FO{label.dots(bars.x_mm)},{label.dots(bars.y_mm)}"
        return f"{origin}^BY{bars.module_dots},3,{height_dots}^BCN,{height_dots},N,N,N^FD>;{label.code}^FS\n"
    return boxes(label.bar_boxes_dots())


def boxes(filled: Sequence[Box]) -> str:
    """Filled boxes: the line of each is as thick as its shorter side."""
    drawn = "".join(f"^FO{left},{top}^GB{width},{height},{min(width, height)}^FS" for left, top, width, height in filled)
    return f"{drawn}\n" if drawn else ""


@lru_cache(maxsize=256)
def picture_command(picture: Bitmap) -> str:
    """A picture at its place."""
    size = len(picture.rows)
    return f"^FO{picture.x_dots},{picture.y_dots}^GFA,{size},{size},{picture.width_bytes},{picture.rows.hex().upper()}^FS\n"
