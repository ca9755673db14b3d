"""Each stock at 203 and 300 dpi is read by an independent reader: clean always, degraded nearly always."""

from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image

from lims.kernel.barcodes import Kind, own_code, own_kind
from lims.sampling.labels import templates
from lims.sampling.labels.formats import render
from lims.sampling.labels.rules import LabelFacts, lay_out_all
from tests.sampling.labels.damage import DEGRADED, DPI, STOCKS, Damage, damaged

Read = Callable[[Image.Image], list[str]]
SAMPLE = 20


def labels_of(stock: str, dpi: int, facts: LabelFacts, codes: list[str]) -> list[Image.Image]:
    """The labels one by one, cut from the strip."""
    template = templates.load(stock)
    strip = Image.open(BytesIO(render(template, codes, facts, "png", dpi=dpi)))
    job = lay_out_all(template, codes, facts, dpi)
    height = job.labels[0].dots(template.height_mm)
    pitch = height + job.labels[0].dots(template.gap_mm)
    return [strip.crop((0, number * pitch, strip.width, number * pitch + height)) for number in range(len(codes))]


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("stock", STOCKS)
def test_a_label_printed_dot_for_dot_is_read(stock: str, dpi: int, facts: LabelFacts, codes: list[str], read: Read) -> None:
    labels = lay_out_all(templates.load(stock), codes, facts, dpi).labels
    assert [read(picture) for picture in labels_of(stock, dpi, facts, codes)] == [sorted(label.machine_read) for label in labels]


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("stock", STOCKS)
def test_a_label_of_the_pdf_is_read(
    stock: str,
    dpi: int,
    facts: LabelFacts,
    codes: list[str],
    read: Read,
    pages: Callable[..., list[Image.Image]],
) -> None:
    job = lay_out_all(templates.load(stock), codes, facts, dpi)
    found = [code for page in pages(job, 300) for code in read(page)]
    assert sorted(found) == sorted(code for label in job.labels for code in label.machine_read)


@pytest.mark.parametrize("damage", DEGRADED)
@pytest.mark.parametrize("stock", STOCKS)
@pytest.mark.parametrize("dpi", DPI)
def test_a_damaged_label_is_still_read(stock: str, dpi: int, damage: Damage, facts: LabelFacts) -> None:
    seen = damaged(stock, dpi, damage, facts, SAMPLE)
    # A reader may see a second, wrong number in a blurred symbol; our check digit drops it.
    assert [code for one in seen for code in one.found - one.wanted if own_kind(code) is Kind.TUBE] == []
    # The proof measures 200 of each; of 20, 99 % is all of them.
    assert [one.read for one in seen] == [True] * SAMPLE


@pytest.mark.parametrize(("stock", "per_page"), [("tube_35x30_sheet", 45), ("tube_38x21_sheet", 65)])
def test_a_whole_sheet_is_read_in_one_picture(
    stock: str, per_page: int, facts: LabelFacts, read: Read, pages: Callable[..., list[Image.Image]]
) -> None:
    template = templates.load(stock)
    codes = [own_code(Kind.TUBE, serial) for serial in range(per_page + 1)]
    first, second = pages(lay_out_all(template, codes, facts), 200)
    assert read(first) == sorted(codes[:per_page])
    assert read(second) == codes[per_page:]
