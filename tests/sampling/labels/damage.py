"""What happens to labels between printer and scanner, and what an independent reader still finds on them."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from io import BytesIO
from math import ceil, radians, tan

import numpy as np
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter

from lims.kernel.barcodes import Kind, own_code
from lims.sampling.labels import templates
from lims.sampling.labels.formats import png
from lims.sampling.labels.rules import LabelFacts, LaidOutLabel, PrintJob, lay_out_all

Damage = Callable[[Image.Image, float, random.Random], Image.Image]
# Formats are made of them anew each time: such an object that outlives the program is called a leak at its end.
KINDS = (zxingcpp.BarcodeFormat.Code128, zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.DataMatrix)
STOCKS = templates.names()
# A reprint at Fuyong, with every line filled.
FACTS = LabelFacts(
    site="FY-012", site_name="福永社区体育中心采样点", text="夜场 Batch 7", reprint=True, name="赵试", day="2022-02-02",
    lookup="ABCD2345", lookup_url="https://screening.example.org/sampling/result/ABCD2345",
)  # fmt: skip
DPI = (203, 300)
PIXELS_A_MODULE = 6
MARGIN_DOTS = 20
SMEARED_SHARE = 0.05
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def clean(picture: Image.Image, _: float, __: random.Random) -> Image.Image:
    """Fresh from the printer."""
    return picture


def blurred(picture: Image.Image, module: float, luck: random.Random) -> Image.Image:
    """A scanner out of focus, by up to half of the thinnest bar."""
    return picture.filter(ImageFilter.GaussianBlur(luck.uniform(0.2, 0.5) * module))


def rotated(picture: Image.Image, _: float, luck: random.Random) -> Image.Image:
    """A label stuck on askew, by up to 8 degrees: 5 are promised."""
    return picture.rotate(luck.uniform(-8, 8), resample=Image.Resampling.BILINEAR, expand=True, fillcolor=255)


def smeared(picture: Image.Image, _: float, luck: random.Random) -> Image.Image:
    """A wet thumb across the label: a band of a twentieth of its area from edge to edge, slanted by up to 15 degrees.

    Under it the ink is gone, or all is black, or the ink is dragged along the label. No steeper: bars that are gone from top to
    bottom end any Code 128.
    """
    width, height = picture.size
    middle, slant = luck.uniform(0, height), tan(radians(luck.uniform(-15, 15)))
    lift = slant * luck.uniform(0, width)
    band = Image.new("L", picture.size, 0)
    ImageDraw.Draw(band).line((0, middle - lift, width, middle - lift + slant * width), fill=255, width=round(SMEARED_SHARE * height))
    under = luck.choice((0, 255, dragged(picture, width // 20)))
    done = picture.copy()
    done.paste(under, (0, 0), mask=band) if isinstance(under, Image.Image) else done.paste(under, (0, 0, width, height), mask=band)
    return done


def dragged(picture: Image.Image, far: int) -> Image.Image:
    """Every dot spread over so many pixels to its right."""
    total = np.cumsum(np.pad(np.asarray(picture, np.float32), ((0, 0), (far, 0)), mode="edge"), axis=1)
    return Image.fromarray(((total[:, far:] - total[:, :-far]) / far).astype(np.uint8))


DEGRADED: tuple[Damage, ...] = (blurred, rotated, smeared)


def found_on(picture: Image.Image) -> set[str]:
    """What zxing-cpp reads on a picture."""
    pixels = np.ascontiguousarray(np.asarray(picture.convert("L")))
    return {barcode.text for barcode in zxingcpp.read_barcodes(pixels, formats=zxingcpp.BarcodeFormats(KINDS))}


@dataclass(frozen=True)
class Seen:
    """A damaged label: what stands on it, and what was read."""

    wanted: frozenset[str]
    found: frozenset[str]

    @property
    def read(self) -> bool:
        """Whether a code was read: one of the two is enough on a label that carries two."""
        return bool(self.wanted & self.found)


def damaged(stock: str, dpi: int, damage: Damage, facts: LabelFacts, count: int) -> list[Seen]:
    """So many labels of a stock with codes drawn by lot, each damaged in its own way, and read. The same every time."""
    luck = random.Random(f"{stock} {dpi} {damage.__name__}")
    template, seen = templates.load(stock), []
    for _ in range(count):
        lookup = "".join(luck.choices(LETTERS, k=8))
        said = replace(facts, lookup=lookup, lookup_url=f"https://screening.example.org/sampling/result/{lookup}")
        job = lay_out_all(template, [own_code(Kind.TUBE, luck.randrange(10**11))], said, dpi)
        label = job.labels[0]
        pixels_a_dot = ceil(PIXELS_A_MODULE / finest(label))
        hurt = damage(enlarged(job, pixels_a_dot), pixels_a_dot * finest(label), luck)
        on_white = Image.new("L", tuple(side + 2 * MARGIN_DOTS * pixels_a_dot for side in hurt.size), 255)  # type: ignore[arg-type]  # two sides
        on_white.paste(hurt, (MARGIN_DOTS * pixels_a_dot,) * 2)
        seen.append(Seen(frozenset(label.machine_read), frozenset(found_on(on_white))))
    return seen


def finest(label: LaidOutLabel) -> int:
    """The dots of the smallest module on a label."""
    return min([*([label.bars.module_dots] if label.bars else []), *(square.module_dots for square in label.squares)])


def enlarged(job: PrintJob, times: int) -> Image.Image:
    """A label as a camera sees it: several pixels a dot."""
    picture = Image.open(BytesIO(png.draw(job))).convert("L")
    return picture.resize((picture.width * times, picture.height * times), Image.Resampling.NEAREST)
