"""What the label tests share: a reader that knows nothing of our drawing, and pages turned into pixels."""

from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
import typst
import zxingcpp
from PIL import Image

from lims.kernel.barcodes import Kind, own_code
from lims.sampling.labels import templates
from lims.sampling.labels.formats import pdf, render
from lims.sampling.labels.rules import LabelFacts, PrintJob
from lims.web import paper
from tests.sampling.labels.damage import FACTS

Read = Callable[[Image.Image], list[str]]
Pages = Callable[[PrintJob, float], list[Image.Image]]


@pytest.fixture
def facts() -> LabelFacts:
    """A reprint at Fuyong, with every line filled."""
    return FACTS


@pytest.fixture
def codes() -> list[str]:
    """Our smallest and largest tube numbers and some between."""
    return [own_code(Kind.TUBE, serial) for serial in (0, 17, 123_456_789, 55_555_555_555, 99_999_999_999)]


@pytest.fixture(scope="session")
def read() -> Read:
    """What zxing-cpp finds on a picture, every code of a kind that labels carry, sorted."""
    kinds = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.Code128, zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.DataMatrix])

    def found(picture: Image.Image) -> list[str]:
        pixels = np.ascontiguousarray(np.asarray(picture.convert("L")))
        return sorted(barcode.text for barcode in zxingcpp.read_barcodes(pixels, formats=kinds))

    return found


@pytest.fixture(scope="session")
def pages() -> Pages:
    """The pages of the PDF as pixels, drawn by Typst's own rasteriser."""

    def drawn(job: PrintJob, ppi: float) -> list[Image.Image]:
        pictures = typst.compile(pdf.SOURCE, font_paths=paper.fonts(), sys_inputs=pdf.inputs(job), format="png", ppi=ppi)
        listed = pictures if isinstance(pictures, list) else [pictures]
        return [Image.open(BytesIO(picture)) for picture in listed if isinstance(picture, bytes)]

    return drawn


@pytest.fixture(scope="session")
def preview() -> Callable[[str, str, LabelFacts, int], Image.Image]:
    """One label as the PNG shows it."""

    def shown(stock: str, code: str, facts: LabelFacts, dpi: int) -> Image.Image:
        return Image.open(BytesIO(render(templates.load(stock), [code], facts, "png", dpi=dpi))).convert("L")

    return shown
