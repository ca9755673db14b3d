"""Barcodes as they come out of a scanner, and as they should be.

Our own codes are 14 digits: a two-digit kind, an 11-digit serial and a Damm check digit, which catches every single wrong
digit and every swap of neighbours. Codes of suppliers are described by formats, which are data (`BarcodeFormat`).
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from stdnum import damm, luhn
from stdnum.iso7064 import mod_11_10, mod_37_36

from lims.kernel.errors import Refused


class Kind(StrEnum):
    """What a code is stuck on."""

    TUBE = "tube"
    BOX = "box"
    PLATE = "plate"
    VEHICLE = "vehicle"
    PLACE = "place"


PREFIX = {Kind.TUBE: "10", Kind.BOX: "20", Kind.PLATE: "30", Kind.VEHICLE: "40", Kind.PLACE: "50"}
KIND_OF_PREFIX = {prefix: kind for kind, prefix in PREFIX.items()}
SERIALS = 10**11
OWN = re.compile(r"[0-9]{14}")
LONGEST = 64

CHECKS = {
    "none": lambda _code: True,
    "damm": damm.is_valid,
    "luhn": luhn.is_valid,
    "mod11_10": mod_11_10.is_valid,
    "mod37_36": mod_37_36.is_valid,
}

# AIM symbology identifiers (]C1, ]Q3, …) that scanners may be set to send before the code.
AIM_PREFIX = re.compile(r"^(?:\][A-Za-z][0-9])+")


@dataclass(frozen=True)
class BarcodeFormat:
    """A supplier's codes: which kind of object they name, how they look and how they are checked."""

    name: str
    kind: str
    regex: str
    check: str


def normalise(scan: str) -> str:
    """What a scanner or keyboard sent, as one canonical string: NFKC, no control characters, blanks or AIM prefix, upper case."""
    text, before = scan, None
    # Until it stays as it is: letters that meet only when something between them went may be of another form again.
    while text != before and not OWN.fullmatch(text):
        before = text
        text = unicodedata.normalize("NFKC", text)
        text = "".join(ch for ch in text if unicodedata.category(ch)[0] != "C" and not ch.isspace())
        text = AIM_PREFIX.sub("", text).upper()
    return text


def own_code(kind: Kind, serial: int) -> str:
    """Our code of this kind and serial number (less than 10¹¹), with its check digit."""
    if not 0 <= serial < SERIALS:
        raise ValueError(f"serial {serial} does not fit 11 digits")
    body = f"{PREFIX[kind]}{serial:011d}"
    return body + str(damm.calc_check_digit(body))


def serial_of(code: str) -> int:
    """The serial number inside one of our own codes."""
    return int(code[2:13])


def own_kind(code: str) -> Kind | None:
    """The kind of one of our own codes; None where the code is none of ours or its check digit is wrong."""
    if OWN.fullmatch(code) and damm.is_valid(code):
        return KIND_OF_PREFIX.get(code[:2])
    return None


def grouped(code: str) -> str:
    """A code as people read it: 10 0000 0000 0176."""
    return f"{code[:2]} {code[2:6]} {code[6:10]} {code[10:]}" if OWN.fullmatch(code) else code


def check(code: str, kind: Kind, formats: Sequence[BarcodeFormat] = ()) -> str:
    """The code itself where it is a valid code of this kind, ours or a configured supplier's; Refused otherwise."""
    if not code or len(code) > LONGEST:
        raise Refused(
            "barcode_malformed", "The {kind} code is empty or longer than {most} characters; scan again.", kind=kind.value, most=LONGEST
        )
    own = own_kind(code)
    if own is kind:
        return code
    if own is not None:
        raise Refused("barcode_wrong_kind", "{code} is a {own} code; scan a {kind} code.", code=code, own=own.value, kind=kind.value)
    alike = [candidate for candidate in formats if candidate.kind == kind and compiled(candidate.regex).fullmatch(code)]
    if any(CHECKS[candidate.check](code) for candidate in alike):  # two suppliers' codes may look alike and be checked otherwise
        return code
    if alike:
        raise Refused("barcode_check_digit", "{code} is misread: its check character is wrong; scan again.", code=code)
    if OWN.fullmatch(code) and code[:2] in KIND_OF_PREFIX:
        raise Refused("barcode_check_digit", "{code} is misread: its check digit is wrong; scan again.", code=code)
    raise Refused("barcode_unknown_format", "{code} is not a {kind} code of ours or of a known supplier.", code=code, kind=kind.value)


@lru_cache(maxsize=256)
def compiled(regex: str) -> re.Pattern[str]:
    """A format's pattern, compiled once; small letters in it mean the capitals that every scan becomes."""
    return re.compile(regex, re.IGNORECASE)
