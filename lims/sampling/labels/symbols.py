"""A code as dark and white modules: Code 128, QR and DataMatrix. Pure."""

from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

import zxingcpp
from barcode.charsets import code128 as charset  # type: ignore[import-untyped]  # python-barcode carries no type marker
from barcode.codex import Code128  # type: ignore[import-untyped]  # as above

from lims.kernel.errors import Refused

DARK = 0
# Set C of Code 128: its start character, and how check characters wrap.
START_C, CHECK_BASE = 105, 103
LAST_BAR = "11"


class Symbol(Code128):  # type: ignore[misc]  # see the import
    """The library's Code 128, without its slip of dropping a leading 99.

    Set C writes the pair 99 as the value 99, which elsewhere means "change to set C"; at the start of a code python-barcode
    0.16 takes it for that and merges it into the start character: 9912 became 12.
    """

    def _try_to_optimize(self, encoded: list[int]) -> list[int]:
        optimized: list[int] = encoded if self.code.startswith("99") else super()._try_to_optimize(encoded)
        return optimized


def modules_of(code: str) -> str:
    """The Code 128 symbol of a code without quiet zones, as 1 and 0; pairs of digits take one character (set C)."""
    if not code or not all(" " <= ch <= "~" for ch in code):
        raise Refused(
            "label_code_unprintable",
            "A Code 128 label takes letters, digits and ASCII signs; {barcode} has others.",
            barcode=repr(code[:64]),
        )
    if code.isdigit() and len(code) % 2 == 0:
        return pairs_of_digits(code)
    modules: str = Symbol(code).build()[0]
    return modules


def pairs_of_digits(code: str) -> str:
    """`modules_of` for an even number of digits, set C throughout: the road that ten thousand labels take, a tenth as long."""
    pairs = [int(code[at : at + 2]) for at in range(0, len(code), 2)]
    check = START_C + sum(place * pair for place, pair in enumerate(pairs, 1))
    return "".join(charset.CODES[value] for value in (START_C, *pairs, check % CHECK_BASE)) + f"{charset.STOP}{LAST_BAR}"


def dark_runs(modules: str) -> tuple[tuple[int, int], ...]:
    """Each bar of a symbol as (first module, modules wide)."""
    runs, at = [], 0
    for shade, group in groupby(modules):
        width = len(list(group))
        if shade == "1":
            runs.append((at, width))
        at += width
    return tuple(runs)


@dataclass(frozen=True)
class Bars:
    """A Code 128 in place: the first bar starts at `x_mm`; `modules` is a string of 1 (bar) and 0 (space)."""

    x_mm: float
    y_mm: float
    height_mm: float
    module_dots: int
    module_mm: float
    modules: str

    @cached_property
    def runs(self) -> tuple[tuple[int, int], ...]:
        """Each dark bar as (first module, modules wide)."""
        return dark_runs(self.modules)


@dataclass(frozen=True)
class Square:
    """A QR code or DataMatrix in place, in printer dots; each row is a string of 1 (dark) and 0 (white)."""

    content: str
    x_dots: int
    y_dots: int
    module_dots: int
    rows: tuple[str, ...]


def square_rows(symbol: str, content: str) -> tuple[str, ...]:
    """The rows of a QR code (a quarter of it may be damaged: level Q) or a DataMatrix (ECC 200), without quiet zone."""
    if symbol == "qr":
        made = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.QRCode, ec_level="Q")
    else:
        # Never one of the oblong DataMatrix sizes: its place on the label is a square.
        made = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.DataMatrix, force_square=True)
    image = made.to_image(scale=1, add_quiet_zones=False)
    height, width = image.shape
    pixels = bytes(memoryview(image))  # type: ignore[arg-type]  # it has the buffer protocol, its stub does not say so
    return tuple("".join("1" if shade == DARK else "0" for shade in pixels[row * width : (row + 1) * width]) for row in range(height))
