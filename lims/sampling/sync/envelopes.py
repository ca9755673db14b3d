"""A device's outbox as it leaves without a network: a sealed file that only this installation can open, or that file in parts as QR codes.

In clear stand the device, the site, the count of tubes and the time; everything about people is sealed. `static/sampling/sealing.js`
makes it, `series.js` cuts it up; both say the same of its shape.
"""

import base64
import binascii
import json
import re
import zlib
from typing import Annotated, Literal

from pydantic import BaseModel, Field, ValidationError

from lims.kernel.errors import Refused
from lims.kernel.secrets import Keys, UnknownKeyError

MARK = "lims outbox 1"
PART = "LIMS1/"
PART_SHAPE = re.compile(r"(LIMS1/([A-Z2-7]{8})/([0-9]{1,4})/([0-9]{1,4})/([A-Z2-7]+))/([0-9A-F]{8})", re.ASCII)
MOST_PARTS = 2000
MOST_PLAIN_BYTES = 64 * 2**20
NONCE_BYTES = 12


class Envelope(BaseModel):
    """A sealed outbox. `key` names the installation it is for; `sender`, `iv` and `sealed` are base64url."""

    lims: Literal["lims outbox 1"]
    device: Annotated[str, Field(max_length=100)]
    site: Annotated[str, Field(max_length=40)]
    count: int
    made_at: Annotated[str, Field(max_length=40)]
    key: Annotated[str, Field(max_length=16)]
    packed: Literal["deflate-raw", ""]
    sender: str
    iv: str
    sealed: str

    @property
    def head(self) -> bytes:
        """What stands in clear, as it is authenticated."""
        return "\n".join([MARK, self.device, self.site, str(self.count), self.made_at, self.key, self.packed]).encode()


def opened(text: str, keys: Keys) -> str:
    """The messages in a file that a device made: a sealed one is opened, parts of QR codes are put together, any other is as it is."""
    whole = put_together(text) if text.lstrip().upper().startswith(PART) else text
    try:
        document = json.loads(whole)
    except ValueError:
        if whole is not text:
            raise damaged("the device") from None
        return text
    if not isinstance(document, dict) or "sealed" not in document:
        return whole
    try:
        envelope = Envelope.model_validate(document)
    except ValidationError:
        raise damaged("the device") from None
    return unsealed(envelope, keys)


def unsealed(envelope: Envelope, keys: Keys) -> str:
    """What is in an envelope; Refused where it is for another installation, or is not as the device sealed it."""
    if envelope.key != keys.slot_id:
        raise Refused(
            "outbox_other_installation",
            "Device {device} sealed this file for another installation (key {theirs}, this one has {ours}); it can only be opened there.",
            device=envelope.device,
            theirs=envelope.key,
            ours=keys.slot_id,
        )
    try:
        plain = keys.open_sealed(bytes_of(envelope.sender), bytes_of(envelope.iv), bytes_of(envelope.sealed), envelope.head)
        return unpacked(plain).decode() if envelope.packed else plain.decode()
    except (UnknownKeyError, ValueError, zlib.error):
        raise damaged(f"device {envelope.device}") from None


def damaged(maker: str) -> Refused:
    """The refusal of a file that is not as it was made."""
    return Refused(
        "outbox_damaged", "This file was cut or changed after {maker} made it; nothing of it was taken. Hand it over again.", maker=maker
    )


def bytes_of(text: str) -> bytes:
    """The bytes of base64url; ValueError where it is none."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def unpacked(content: bytes) -> bytes:
    """Raw deflate, as far as any device's outbox may reach; ValueError beyond."""
    reader = zlib.decompressobj(-zlib.MAX_WBITS)
    plain = reader.decompress(content, MOST_PLAIN_BYTES)
    if reader.unconsumed_tail or not reader.eof:
        raise ValueError("too long, or cut")
    return plain


def put_together(text: str) -> str:
    """The envelope out of scanned parts `LIMS1/<series>/<n>/<of>/<base32>/<CRC-32>`, in any order; Refused naming the missing."""
    parts: dict[int, str] = {}
    names = set()
    for line in text.upper().split():
        name, number, of, piece = taken_apart(line)
        names.add((name, of))
        parts[number] = piece
    if len(names) > 1:
        raise Refused("outbox_parts_mixed", "These QR codes are of {count} hand-overs; scan one after the other.", count=len(names))
    if missing := [str(number) for number in range(1, of + 1) if number not in parts]:
        raise Refused(
            "outbox_parts_missing", "{count} of {total} QR codes are missing: {missing}.", count=len(missing), total=of,
            missing=", ".join(missing),
        )  # fmt: skip
    whole = "".join(parts[number] for number in range(1, of + 1))
    try:
        clear, _, sealed = base64.b32decode(whole + "=" * (-len(whole) % 8)).partition(b"\n")
        return json.dumps(json.loads(clear) | {"sealed": base64.urlsafe_b64encode(sealed).decode()})
    except (TypeError, ValueError):
        raise damaged("the device") from None


def taken_apart(line: str) -> tuple[str, int, int, str]:
    """Series, number, count and piece of a part; Refused where a character of it was lost on its way."""
    found = PART_SHAPE.fullmatch(line)
    if found is None or binascii.crc32(found[1].encode()) != int(found[6], 16) or not 1 <= int(found[3]) <= int(found[4]) <= MOST_PARTS:
        raise damaged("the device")
    return found[2], int(found[3]), int(found[4]), found[5]
