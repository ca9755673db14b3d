"""ZPL for Zebra printers: one `^XA … ^XZ` a label, each to be printed once.

All text is a picture (`^GFA`, hexadecimal), so a `^` or `~` that somebody typed never reaches the printer as a character.
"""

from lims.sampling.labels.formats.font import bitmap_of
from lims.sampling.labels.rules import LaidOutLabel, PrintJob
from lims.sampling.labels.wording import TextLine


def draw(job: PrintJob) -> bytes:
    """The labels in order, as ASCII."""
    return "".join(label_commands(job, label) for label in job.labels).encode("ascii")


def label_commands(job: PrintJob, label: LaidOutLabel) -> str:
    """One label. What an earlier job may have left set in the printer (home, shift, orientation) is set back."""
    width_dots, height_dots = label.dots(job.template.width_mm), label.dots(job.template.height_mm)
    texts = "".join(text_command(label, line) for line in label.lines)
    return f"^XA^LH0,0^LS0^PON^FWN^PW{width_dots}^LL{height_dots}\n{bars_commands(label)}{texts}^PQ1,0,1,N^XZ\n"


def bars_commands(label: LaidOutLabel) -> str:
    """The printer's own Code 128 where it surely draws our modules (pairs of digits, set C told by `>;`), else bar by bar."""
    bars = label.bars
    if label.digit_pairs:
        height_dots = label.dots(bars.height_mm)
        origin = f"^FO{label.dots(bars.x_mm)},{label.dots(bars.y_mm)}"
        return f"{origin}^BY{bars.module_dots},3,{height_dots}^BCN,{height_dots},N,N,N^FD>;{label.code}^FS\n"
    # A filled box: its line is as thick as its shorter side.
    boxes = label.bar_boxes_dots()
    return "".join(f"^FO{left},{top}^GB{width},{height},{min(width, height)}^FS" for left, top, width, height in boxes) + "\n"


def text_command(label: LaidOutLabel, line: TextLine) -> str:
    """A line of text as a picture at its place."""
    picture = bitmap_of(label, line)
    if picture is None:
        return ""
    size = len(picture.rows)
    return f"^FO{picture.x_dots},{picture.y_dots}^GFA,{size},{size},{picture.width_bytes},{picture.rows.hex().upper()}^FS\n"
