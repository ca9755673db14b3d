"""A label read back before it is printed, by a reader that knows nothing of our drawing.

zxing-cpp reads with its own code; what it writes (QR, DataMatrix) comes out of libzint. The picture is that of the printer,
dot for dot.
"""

from dataclasses import dataclass
from io import BytesIO

import zxingcpp
from PIL import Image, ImageOps

from lims.sampling.labels.formats import png
from lims.sampling.labels.rules import LabelFacts, PrintJob, lay_out
from lims.sampling.labels.stock import Template

KINDS = (zxingcpp.BarcodeFormat.Code128, zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.DataMatrix)
# A label stands on something: some white around it, as much as a quiet zone, is what a scanner sees.
AROUND_DOTS = 40


@dataclass(frozen=True)
class ReadBack:
    """A label as a picture, what should be read on it, and what was."""

    code: str
    picture: bytes
    wanted: tuple[str, ...]
    found: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Whether every code on it was read, and nothing else."""
        return sorted(self.wanted) == sorted(self.found)


def read_back(template: Template, code: str, facts: LabelFacts, dpi: int | None = None) -> ReadBack:
    """The label of this code at this resolution, drawn and read; Refused where it could not be printed at all."""
    label = lay_out(template, code, facts, dpi)
    picture = png.draw(PrintJob(template, (label,)))
    seen = ImageOps.expand(Image.open(BytesIO(picture)).convert("L"), AROUND_DOTS, fill=255)
    # Made anew each time: one that outlives the program is called a leak at its end, on the user's screen.
    kinds = zxingcpp.BarcodeFormats(KINDS)
    found = tuple(barcode.text for barcode in zxingcpp.read_barcodes(seen, formats=kinds))
    return ReadBack(code, picture, label.machine_read, found)
