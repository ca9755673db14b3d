"""TSPL for TSC and Gprinter: the roll is described once, then each label is cleared, drawn and printed once.

All text is a picture (`BITMAP`, raw bytes whose number is told before them), so a `"` that somebody typed never ends a string.
"""

from lims.sampling.labels.formats.font import bitmap_of
from lims.sampling.labels.rules import LaidOutLabel, PrintJob
from lims.sampling.labels.wording import TextLine

EVERY_BIT = bytes(range(255, -1, -1))


def draw(job: PrintJob) -> bytes:
    """The labels in order."""
    stock = job.template
    roll = f"SIZE {stock.width_mm:g} mm,{stock.height_mm:g} mm\r\nGAP {stock.gap_mm:g} mm,0 mm\r\nDIRECTION 1\r\nREFERENCE 0,0\r\n"
    return roll.encode("ascii") + b"".join(label_commands(label) for label in job.labels)


def label_commands(label: LaidOutLabel) -> bytes:
    """One label."""
    texts = b"".join(text_command(label, line) for line in label.lines)
    return b"CLS\r\n" + bars_commands(label).encode("ascii") + texts + b"PRINT 1,1\r\n"


def bars_commands(label: LaidOutLabel) -> str:
    """The printer's own Code 128 for pairs of digits (it chooses set C for them), else bar by bar."""
    bars = label.bars
    if label.digit_pairs:
        left, top, height = label.dots(bars.x_mm), label.dots(bars.y_mm), label.dots(bars.height_mm)
        return f'BARCODE {left},{top},"128",{height},0,0,{bars.module_dots},{bars.module_dots},"{label.code}"\r\n'
    return "".join(f"BAR {left},{top},{width},{height}\r\n" for left, top, width, height in label.bar_boxes_dots())


def text_command(label: LaidOutLabel, line: TextLine) -> bytes:
    """A line of text as a picture at its place; TSPL burns the dots whose bit is 0."""
    picture = bitmap_of(label, line)
    if picture is None:
        return b""
    place = f"BITMAP {picture.x_dots},{picture.y_dots},{picture.width_bytes},{picture.height_dots},0,"
    return place.encode("ascii") + picture.rows.translate(EVERY_BIT) + b"\r\n"
