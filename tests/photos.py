"""Labels as a camera sees them: drawn by the product's own renderer, lying a little askew on a table, out of perfect focus."""

from io import BytesIO

from PIL import Image, ImageFilter

from lims.sampling.labels.formats import render
from lims.sampling.labels.rules import LabelFacts
from lims.sampling.labels.symbols import square_rows
from lims.sampling.labels.templates import load

FACTS = LabelFacts(site="FY-012", site_name="福永社区体育中心采样点")
DPI = 203
TABLE = 120


def label(code: str, stock: str = "tube_50x25") -> Image.Image:
    """The label of a code as it comes out of the printer."""
    return Image.open(BytesIO(render(load(stock), [code], FACTS, "png", dpi=DPI))).convert("L")


def square(symbol: str, content: str) -> Image.Image:
    """A `qr` or `datamatrix` code of anything, four white modules around it."""
    rows = square_rows(symbol, content)
    picture = Image.new("L", (len(rows[0]) + 8, len(rows) + 8), 255)
    for y, row in enumerate(rows):
        for x, bit in enumerate(row):
            picture.putpixel((x + 4, y + 4), 0 if bit == "1" else 255)
    return picture.resize((picture.width * 8, picture.height * 8), Image.Resampling.NEAREST)


def on_the_table(*labels: Image.Image, size: tuple[int, int] = (960, 540), wide: float = 0.6, askew: float = 3.0) -> Image.Image:
    """Labels one below the other, each this share of the picture wide; none is an empty table."""
    table = Image.new("L", size, TABLE)
    for number, one in enumerate(labels):
        dots = round(size[0] * wide)
        larger = one.resize((dots, round(one.height * dots / one.width)), Image.Resampling.BICUBIC).rotate(
            askew, expand=True, fillcolor=TABLE
        )
        middle = size[1] * (2 * number + 1) // (2 * len(labels))
        table.paste(larger, ((size[0] - larger.width) // 2, middle - larger.height // 2))
    return table.filter(ImageFilter.GaussianBlur(0.8)).convert("RGB")


def jpeg(picture: Image.Image, **how: object) -> bytes:
    """A picture as a browser sends it."""
    file = BytesIO()
    picture.save(file, "JPEG", **{"quality": 70, **how})
    return file.getvalue()
