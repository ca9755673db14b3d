"""PNG: the labels as one strip of dots, one below the other with the gap of the roll between them.

Drawn dot for dot at the printer's resolution, so it is also a preview of what ZPL and TSPL print.
"""

from io import BytesIO

from PIL import Image, ImageDraw

from lims.sampling.labels.formats.font import ink_of
from lims.sampling.labels.formats.ink import square_ink
from lims.sampling.labels.rules import LaidOutLabel, PrintJob


def draw(job: PrintJob) -> bytes:
    """The strip, black and white, its resolution written into the file."""
    first = job.labels[0]
    width_dots, height_dots = first.dots(job.template.width_mm), first.dots(job.template.height_mm)
    pitch_dots = height_dots + first.dots(job.template.gap_mm)
    strip = Image.new("1", (width_dots, pitch_dots * (len(job.labels) - 1) + height_dots), 1)
    for number, label in enumerate(job.labels):
        paint(strip, label, number * pitch_dots)
    file = BytesIO()
    strip.save(file, "PNG", dpi=(first.dpi, first.dpi))
    return file.getvalue()


def paint(strip: Image.Image, label: LaidOutLabel, top_dots: int) -> None:
    """One label on the strip."""
    pen = ImageDraw.Draw(strip)
    for line in label.lines:
        strip.paste(ink_of(line, label.dpi), (label.dots(line.x_mm), top_dots + label.dots(line.y_mm)))
    for square in label.squares:
        strip.paste(0, (square.x_dots, top_dots + square.y_dots), square_ink(square))
    for left, top, width, height in (*label.bar_boxes_dots(), *label.strokes):
        pen.rectangle((left, top_dots + top, left + width - 1, top_dots + top + height - 1), fill=0)
