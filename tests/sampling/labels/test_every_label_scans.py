"""Each stock at 203 and 300 dpi is read by an independent reader: clean always, degraded nearly always."""

import random
from collections.abc import Callable
from io import BytesIO
from math import ceil

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from lims.kernel.barcodes import Kind, own_code, own_kind
from lims.sampling.labels import templates
from lims.sampling.labels.formats import render
from lims.sampling.labels.rules import LabelFacts, lay_out_all
from lims.sampling.labels.stock import BarsField, SquareField

Read = Callable[[Image.Image], list[str]]
Damage = Callable[[Image.Image, float, random.Random], Image.Image]
STOCKS = templates.names()
SAMPLE = 20
PIXELS_A_MODULE = 6


def blurred(picture: Image.Image, module: float, luck: random.Random) -> Image.Image:
    """A scanner out of focus, by up to half of the thinnest bar."""
    return picture.filter(ImageFilter.GaussianBlur(luck.uniform(0.2, 0.5) * module))


def rotated(picture: Image.Image, _: float, luck: random.Random) -> Image.Image:
    """A label stuck on askew."""
    return picture.rotate(luck.uniform(-8, 8), resample=Image.Resampling.BILINEAR, expand=True, fillcolor=255)


def smeared(picture: Image.Image, module: float, luck: random.Random) -> Image.Image:
    """A wet thumb: ink dragged sideways by up to a third of the thinnest bar, and a dark and a pale wipe across the bars."""
    shift = luck.uniform(-1 / 3, 1 / 3) * module
    shifted = picture.transform(picture.size, Image.Transform.AFFINE, (1, 0, shift, 0, 1, 0), Image.Resampling.BILINEAR, fillcolor=255)
    # Ink is where it was and, paler, where it was dragged to.
    dragged = ImageChops.darker(picture, Image.eval(shifted, lambda grey: 255 - (255 - grey) * 6 // 10))
    pen, (width, height) = ImageDraw.Draw(dragged), picture.size
    for grey in (0, 255):
        top = luck.uniform(0.25, 0.6) * height
        pen.line((0, top, width, top + luck.uniform(-0.1, 0.1) * height), fill=grey, width=height // 25)
    return dragged


def on_white(label: Image.Image, pixels_a_dot: int) -> Image.Image:
    """A label as a camera sees it: on a lighter tube, several pixels a dot."""
    seen = Image.new("L", (label.width + 40, label.height + 40), 255)
    seen.paste(label.convert("L"), (20, 20))
    return seen.resize((seen.width * pixels_a_dot, seen.height * pixels_a_dot), Image.Resampling.NEAREST)


def labels_of(stock: str, dpi: int, facts: LabelFacts, codes: list[str]) -> list[Image.Image]:
    """The labels one by one, cut from the strip."""
    template = templates.load(stock)
    strip = Image.open(BytesIO(render(template, codes, facts, "png", dpi=dpi)))
    job = lay_out_all(template, codes, facts, dpi)
    height = job.labels[0].dots(template.height_mm)
    pitch = height + job.labels[0].dots(template.gap_mm)
    return [strip.crop((0, number * pitch, strip.width, number * pitch + height)) for number in range(len(codes))]


def coded(stock: str) -> list[BarsField | SquareField]:
    """The codes of a stock."""
    template = templates.load(stock)
    return [*([template.bars] if template.bars else []), *template.square]


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


# A wipe across the corner marks of a QR code ends it; a receipt's code stands beside it in letters, all other stocks have bars.
DAMAGES = [
    (stock, damage)
    for stock in STOCKS
    if not stock.endswith("_sheet")
    for damage in ((blurred, rotated, smeared) if templates.load(stock).bars else (blurred, rotated))
]


@pytest.mark.parametrize(("stock", "damage"), DAMAGES)
@pytest.mark.parametrize("dpi", [203, 300])
def test_a_damaged_label_is_still_read(stock: str, dpi: int, damage: Damage, facts: LabelFacts, read: Read) -> None:
    luck = random.Random(f"{stock} {dpi} {damage.__name__}")
    codes = [own_code(Kind.TUBE, luck.randrange(10**11)) for _ in range(SAMPLE)]
    wanted = [set(label.machine_read) for label in lay_out_all(templates.load(stock), codes, facts, dpi).labels]
    module_dots = min(field.module_dots[dpi] for field in coded(stock))
    pixels_a_dot = ceil(PIXELS_A_MODULE / module_dots)
    labels = (on_white(label, pixels_a_dot) for label in labels_of(stock, dpi, facts, codes))
    seen = [set(read(damage(label, pixels_a_dot * module_dots, luck))) for label in labels]
    # A reader may see a second, wrong number in a blurred symbol (it happens once in this sample); our check digit drops it.
    mistaken = [
        code for found, codes_there in zip(seen, wanted, strict=True) for code in found - codes_there if own_kind(code) is Kind.TUBE
    ]
    assert mistaken == []
    # One of the two codes of a label that carries two is enough. Of 20, 99 % is all of them.
    assert [found & codes_there != set() for found, codes_there in zip(seen, wanted, strict=True)] == [True] * SAMPLE


@pytest.mark.parametrize(("stock", "per_page"), [("tube_35x30_sheet", 45), ("tube_38x21_sheet", 65)])
def test_a_whole_sheet_is_read_in_one_picture(
    stock: str, per_page: int, facts: LabelFacts, read: Read, pages: Callable[..., list[Image.Image]]
) -> None:
    template = templates.load(stock)
    codes = [own_code(Kind.TUBE, serial) for serial in range(per_page + 1)]
    first, second = pages(lay_out_all(template, codes, facts), 200)
    assert read(first) == sorted(codes[:per_page])
    assert read(second) == codes[per_page:]
