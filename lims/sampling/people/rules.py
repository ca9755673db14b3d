"""Identity numbers and what becomes of them. Pure but for the keys."""

import json
import re
import unicodedata
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from pydantic_core import to_json
from stdnum.cn import ric

from lims.kernel.errors import Refused
from lims.kernel.secrets import Keys, keyed

CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford base 32: no I, L, O, U
CODE_LETTERS = 8
PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.")  # what a person's own code says as it is
LONGEST_NUMBER = 40
SHOWN_ENDS = 2
RESIDENT_ID = re.compile(r"[0-9]{17}[0-9X]")
PRINTED = re.compile(r"[A-Z0-9()/.]+")
CHINESE = re.compile(r"[A-Z0-9()/.\u4e00-\u9fff]+")  # the numbers of soldiers and police begin with words: 军字第1234567号
EARLIEST_BIRTH = date(1890, 1, 1)


class IdType(StrEnum):
    """Which document a number stands on."""

    RESIDENT_ID = "resident_id"
    PASSPORT = "passport"
    HK_MACAU_PERMIT = "hk_macau_permit"
    TAIWAN_PERMIT = "taiwan_permit"
    FOREIGN_RESIDENT = "foreign_resident"
    OTHER = "other"


class Identity(NamedTuple):
    """What is known of a person; kept encrypted, shown to few."""

    id_type: str
    id_number: str
    name: str
    phone: str

    def packed(self) -> bytes:
        """As it is encrypted."""
        return to_json(self._asdict())

    @classmethod
    def unpacked(cls, plain: bytes) -> "Identity":
        """As it was before it was encrypted."""
        return cls(**json.loads(plain))


def canonical_number(id_type: str, number: str) -> str:
    """One string for one document, however it was scanned: NFKC, no blanks, controls or hyphens, upper case; checked where it can be."""
    text = number
    if not (text.isascii() and text.isalnum()):  # as nearly all are, and these stay as they are
        text = unicodedata.normalize("NFKC", text)
        text = "".join(ch for ch in text if unicodedata.category(ch)[0] not in "CZ" and ch != "-")
    text = text.upper()
    if not text or len(text) > LONGEST_NUMBER:
        raise Refused("id_number_malformed", "An ID number is empty or longer than {most} characters.", most=LONGEST_NUMBER)
    if id_type == IdType.RESIDENT_ID:
        check_resident_id(text)
    elif not (CHINESE if id_type == IdType.OTHER else PRINTED).fullmatch(text):
        raise Refused("id_number_malformed", "An ID number has characters that no document carries; read it again.")
    return text


def check_resident_id(number: str) -> None:
    """GB 11643: length, birth date and check character are errors; an unknown region code is not (districts were renamed)."""
    # Not `ric.validate`: it also looks the region up, refuses old ones, and costs twenty times as much.
    if not RESIDENT_ID.fullmatch(number) or ric.calc_check_digit(number) != number[-1]:
        raise Refused("resident_id_invalid", "A resident ID has a wrong length or check character; read the card again.")
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        born = EARLIEST_BIRTH
    if born <= EARLIEST_BIRTH:
        raise Refused("resident_id_invalid", "A resident ID has an impossible birth date; read the card again.")


def check_born(number: str, now: datetime) -> None:
    """Refused where a resident ID is of somebody not born yet; a day is allowed for places where it is tomorrow already."""
    if number[6:14] > last_birth(now.date()):
        raise Refused("resident_id_invalid", "A resident ID has a birth date in the future; read the card again.")


@lru_cache(maxsize=4)
def last_birth(today: date) -> str:
    """The last day on which somebody can have been born, as it stands in a resident ID; asked for everybody who is sampled."""
    return f"{today + timedelta(days=1):%Y%m%d}"


def person_id(keys: Keys, id_type: str, canonical: str) -> UUID:
    """The name of a person everywhere outside this room: the first 128 bits of an HMAC of type and canonical number."""
    return UUID(bytes=keyed(keys.person, "person", id_type, canonical)[:16])


def lookup_code(keys: Keys, barcode: str, person: UUID) -> str:
    """The code handed out at sampling, with which somebody may ask for the own result: 40 bits, made anew from the key when needed."""
    value = int.from_bytes(keyed(keys.code, "lookup", barcode, person.hex)[:5])
    return "".join(CODE_ALPHABET[(value >> (5 * place)) & 31] for place in range(CODE_LETTERS))


def masked_name(name: str) -> str:
    """The surname, and a star for what follows."""
    return name[:1] + "*" * max(len(name) - 1, 1) if name else ""


def masked_number(number: str) -> str:
    """The first and the last two characters; of a number as short as these, nothing."""
    if len(number) <= 2 * SHOWN_ENDS:
        return "*" * len(number)
    return f"{number[:2]}{'*' * max(len(number) - 4, 1)}{number[-2:]}"


def person_code(identity: Identity, group: str = "") -> str:
    """What a person's own QR code says: LIMS:P1:type:number:name:phone:group.

    Upper-case letters, digits and % alone, so that no keyboard layout, caps lock or input method of a scanner can spoil it
    (the reader folds cases and widths), and the compact form of a QR code holds it: other characters are %XX of UTF-8.
    """
    kind = identity.id_type.upper().replace("_", "-")
    fields = (kind, identity.id_number, identity.name, identity.phone, group)
    return ":".join(("LIMS", "P1", *("".join(ch if ch in PLAIN else escaped(ch) for ch in text) for text in fields)))


def escaped(character: str) -> str:
    """A character as %XX of each of its bytes."""
    return "".join(f"%{byte:02X}" for byte in character.encode())
