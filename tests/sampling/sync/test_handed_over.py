"""What a device hands over without a network: sealed for this installation alone, imported as good as synced."""

import base64
import binascii
import json
import os
import zlib
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from httpx import Response

from lims.kernel.secrets import Keys
from tests.factories import Somebody, Town, at, tube


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def sealed(keys: Keys, tubes: list[dict[str, Any]], site: str, *, packed: str = "deflate-raw") -> dict[str, Any]:
    """An envelope as a device makes it."""
    plain = json.dumps({"device": "web-1", "sent_at": at(1), "tubes": tubes}).encode()
    if packed:
        packer = zlib.compressobj(wbits=-15)
        plain = packer.compress(plain) + packer.flush()
    head = {"device": "web-1", "site": site, "count": len(tubes), "made_at": at(1), "key": keys.slot_id, "packed": packed}
    own = ec.generate_private_key(ec.SECP256R1())
    sender = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = own.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), keys.slot))
    key, iv = HKDF(algorithm=SHA256(), length=32, salt=sender, info=b"lims outbox").derive(shared), os.urandom(12)
    clear = "\n".join(["lims outbox 1", *(str(value) for value in head.values())]).encode()
    body = AESGCM(key).encrypt(iv, plain, clear)
    return {"lims": "lims outbox 1", **head, "sender": base64url(sender), "iv": base64url(iv), "sealed": base64url(body)}


def parts(envelope: dict[str, Any], size: int = 300) -> list[str]:
    """The same as the QR codes of a screen say it."""
    clear = {name: value for name, value in envelope.items() if name != "sealed"}
    content = json.dumps(clear).encode() + b"\n" + base64.urlsafe_b64decode(envelope["sealed"] + "==")
    text = base64.b32encode(content).decode().rstrip("=")
    pieces = [text[place : place + size] for place in range(0, len(text), size)]
    return [checked(f"LIMS1/A2B3C4D5/{number}/{len(pieces)}/{piece}") for number, piece in enumerate(pieces, 1)]


def checked(part: str) -> str:
    return f"{part}/{binascii.crc32(part.encode()):08X}"


def brought(who: Somebody, content: str | bytes | dict[str, Any]) -> Response:
    """Somebody gives the page a file."""
    raw = json.dumps(content) if isinstance(content, dict) else content
    return who.web.post("/sampling/api/sync/import", files={"file": ("outbox.lims.json", raw)}, headers=who.headers)


@pytest.mark.parametrize("packed", ["deflate-raw", ""])
def test_a_sealed_outbox_is_as_good_as_synced_and_the_device_hears_already_have(town: Town, packed: str) -> None:
    mine = [tube(town.site, 3), tube(town.site, 10)]
    answer = brought(town.ana, sealed(town.program.keys, mine, town.site, packed=packed))
    assert [(one["barcode"], one["outcome"]) for one in answer.json()] == [(one["barcode"], "accepted") for one in mine]
    assert {one["outcome"] for one in brought(town.ana, sealed(town.program.keys, mine, town.site)).json()} == {"already_have"}
    assert {one["outcome"] for one in town.sync(*mine, device="web-1")} == {"already_have"}
    assert len(town.ana.get(f"/sampling/api/tubes/{mine[1]['barcode']}").json()["members"]) == 10


def test_what_lies_in_clear_names_nobody(town: Town) -> None:
    mine = tube(town.site, 2)
    text = json.dumps(sealed(town.program.keys, [mine], town.site))
    assert not any(member[word] in text for member in mine["members"] for word in ("id_number", "name", "phone"))


@pytest.mark.parametrize("field", ["device", "site", "count", "made_at", "packed", "sender", "iv", "sealed"])
def test_a_file_that_somebody_changed_is_refused_whole(town: Town, field: str) -> None:
    mine = tube(town.site)
    envelope = sealed(town.program.keys, [mine], town.site)
    other = sealed(town.program.keys, [mine], town.site)
    changed = {"count": 7, "packed": "", "sender": other["sender"], "iv": other["iv"], "sealed": other["sealed"]}.get(field, "another")
    answer = brought(town.ana, envelope | {field: changed})
    assert (answer.status_code, answer.json()["code"]) == (422, "outbox_damaged")
    assert town.ana.get(f"/sampling/api/tubes/{mine['barcode']}").status_code == 404


def test_a_file_for_another_installation_says_so(town: Town) -> None:
    other = Keys.derive(b"another secret")
    answer = brought(town.ana, sealed(other, [tube(town.site)], town.site))
    assert (answer.status_code, answer.json()["code"]) == (422, "outbox_other_installation")
    assert other.slot_id in answer.json()["detail"]
    assert town.program.keys.slot_id in answer.json()["detail"]


def test_codes_may_be_scanned_in_any_order_and_twice_and_the_missing_are_named(town: Town) -> None:
    mine = tube(town.site, 10)
    codes = parts(sealed(town.program.keys, [mine], town.site))
    assert len(codes) > 3
    answer = brought(town.ana, "\n".join([*codes[3:], codes[0]]))
    assert answer.json()["code"] == "outbox_parts_missing"
    assert answer.json()["detail"].endswith("2, 3.")
    answer = brought(town.ana, "\r\n".join([*reversed(codes), codes[1].lower()]))
    assert [one["outcome"] for one in answer.json()] == ["accepted"]


def test_a_code_that_lost_a_character_on_its_way_is_refused(town: Town) -> None:
    codes = parts(sealed(town.program.keys, [tube(town.site, 10)], town.site))
    for spoilt in (codes[0][:40] + codes[0][41:], codes[0][:40] + ("A" if codes[0][40] != "A" else "B") + codes[0][41:]):
        assert brought(town.ana, "\n".join([spoilt, *codes[1:]])).json()["code"] == "outbox_damaged"


def test_codes_of_two_hand_overs_are_not_mixed(town: Town) -> None:
    codes = parts(sealed(town.program.keys, [tube(town.site, 10)], town.site))
    other = checked(codes[1].rpartition("/")[0].replace("A2B3C4D5", "ZZZZZZZZ"))
    assert brought(town.ana, "\n".join([codes[0], other])).json()["code"] == "outbox_parts_mixed"


@pytest.mark.parametrize("content", [
    b"", b"\xff\xfe", "7", "hello", '{"sealed": 1}', "LIMS1/A2B3C4D5", checked("LIMS1/A2B3C4D5/0/1/AA"),
    checked("LIMS1/A2B3C4D5/2/1/AA"), checked("LIMS1/A2B3C4D5/1/9999/AA"), checked("LIMS1/A2B3C4D5/1/1/A"),
    checked("LIMS1/A2B3C4D5/1/1/AA"),
    checked("LIMS1/A2B3C4D5/1/1/" + base64.b32encode(b"[[\nxxx").decode().rstrip("=")),
    checked("LIMS1/A2B3C4D5/1/1/" + base64.b32encode(b"7\nxxx").decode().rstrip("=")),
])  # fmt: skip
def test_what_no_device_hands_over_is_refused(town: Town, content: str | bytes) -> None:
    answer = brought(town.ana, content)
    assert (answer.status_code, answer.json()["code"]) in {(422, "outbox_unreadable"), (422, "outbox_damaged")}


def test_a_file_that_unfolds_without_end_is_refused(town: Town) -> None:
    bomb = "x" * (65 * 2**20)
    assert brought(town.ana, sealed(town.program.keys, [{"note": bomb}], town.site)).json()["code"] == "outbox_damaged"


def test_cleo_cannot_bring_tubes_into_anas_site_and_ada_can(town: Town) -> None:
    envelope = sealed(town.program.keys, [tube(town.site)], town.site)
    cleo = Town.build(town.program, town.web).ana
    assert [one["outcome"] for one in brought(cleo, envelope).json()] == ["refused"]
    assert brought(town.ben, envelope).status_code == 403
    assert [one["outcome"] for one in brought(town.ada, envelope).json()] == ["accepted"]
