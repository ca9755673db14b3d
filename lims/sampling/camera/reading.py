"""Codes on a picture. The picture is looked at and forgotten: nothing of it is stored or logged."""

from io import BytesIO
from threading import BoundedSemaphore

import zxingcpp
from PIL import Image

from lims.kernel.errors import Refused
from lims.sampling.camera.forms import Code
from lims.sampling.camera.rules import MOST_PIXELS

NAMES = {
    zxingcpp.BarcodeFormat.Code128: "code_128",
    zxingcpp.BarcodeFormat.QRCode: "qr_code",
    zxingcpp.BarcodeFormat.DataMatrix: "data_matrix",
}
# Reading pictures is the least urgent work of the server: never more than two processors of it, and nobody queues for them.
READERS = BoundedSemaphore(2)


def codes_on(picture: bytes) -> list[Code]:
    """The codes on a JPEG, which takes some milliseconds of one processor; Refused where it is no picture, or all readers are at work."""
    if not READERS.acquire(blocking=False):
        raise Refused("overloaded", "Too much is asked of the server right now; nothing was taken, send it again.")
    try:
        # Made anew each time: one that outlives the program is called a leak at its end, on the user's screen.
        kinds = zxingcpp.BarcodeFormats(list(NAMES))
        found = zxingcpp.read_barcodes(grey(picture), formats=kinds, text_mode=zxingcpp.TextMode.Plain)
    finally:
        READERS.release()
    return [Code(format=NAMES[code.format], text=code.text) for code in found if code.text]


def grey(picture: bytes) -> Image.Image:
    """The picture as dots; its size is known from its head, before anything of it is unpacked."""
    opened = opened_only(picture)
    if opened.width * opened.height > MOST_PIXELS:
        raise too_many_pixels()
    # A progressive JPEG is unpacked once for each of its scans, and a small file may hold thousands of them.
    if opened.info.get("progressive"):
        raise Refused("frame_unreadable", "The picture is a progressive JPEG; send a baseline one.")
    opened.draft("L", opened.size)
    try:
        return opened.convert("L")
    except OSError as error:
        raise no_picture() from error


def opened_only(picture: bytes) -> Image.Image:
    """The picture with nothing but its head read."""
    try:
        return Image.open(BytesIO(picture), formats=["JPEG"])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise too_many_pixels() from error
    except (OSError, SyntaxError, ValueError) as error:
        raise no_picture() from error


def too_many_pixels() -> Refused:
    """The refusal of a picture that would take much to unpack, however small its file is."""
    return Refused("frame_too_large", "The picture has more pixels than are read here; at most {most}.", most=MOST_PIXELS)


def no_picture() -> Refused:
    """The refusal of what is no JPEG, or half of one."""
    return Refused("frame_unreadable", "This is no whole JPEG picture; send the picture again.")
