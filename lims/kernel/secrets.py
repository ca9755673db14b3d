"""Keys derived from the one secret, each for one purpose; hashing and encrypting with them."""

import hashlib
import os
from dataclasses import dataclass
from functools import cached_property, lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

# The order of the curve P-256, which every browser knows (FIPS 186-5).
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
SCALAR_BYTES = 48  # half as much again as the order, so that the remainder favours no key
KEY_ID_BYTES = 4
NONCE_BYTES = 12
BLOCK_BYTES = 64  # of SHA-256


class UnknownKeyError(Exception):
    """Something was encrypted with a key this process does not have."""


@dataclass(frozen=True)
class Keys:
    """The derived keys.

    `person` names people, `cipher` hides who they are, `seal` signs the audit trail, `code` makes look-up codes, and `letterbox`
    opens what devices have sealed.
    """

    person: bytes
    cipher: bytes
    seal: bytes
    code: bytes
    letterbox: bytes

    @classmethod
    def derive(cls, secret: bytes) -> "Keys":
        """All keys from one secret (HKDF-SHA256, one `info` per purpose)."""

        def key(purpose: bytes, length: int = 32) -> bytes:
            return HKDF(algorithm=SHA256(), length=length, salt=b"lims", info=purpose).derive(secret)

        letterbox = key(b"letterbox", SCALAR_BYTES)
        return cls(person=key(b"person"), cipher=key(b"cipher"), seal=key(b"seal"), code=key(b"code"), letterbox=letterbox)

    @cached_property
    def cipher_id(self) -> bytes:
        """The first bytes of the cipher key's hash: says which key hid a text, and nothing about the key."""
        return hashlib.sha256(self.cipher).digest()[:KEY_ID_BYTES]

    @cached_property
    def _aead(self) -> AESGCM:
        return AESGCM(self.cipher)

    @cached_property
    def slot_key(self) -> ec.EllipticCurvePrivateKey:
        """The private key (P-256) of what devices seal for this installation."""
        return ec.derive_private_key(int.from_bytes(self.letterbox) % (P256_ORDER - 1) + 1, ec.SECP256R1())

    @cached_property
    def slot(self) -> bytes:
        """Its public point, uncompressed: 65 bytes that anybody may know."""
        return self.slot_key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @cached_property
    def slot_id(self) -> str:
        """Which installation a sealed file is for, in eight letters."""
        return hashlib.sha256(self.slot).hexdigest()[: 2 * KEY_ID_BYTES]

    def open_sealed(self, sender: bytes, nonce: bytes, sealed: bytes, head: bytes) -> bytes:
        """What a device sealed for `slot` with a key of one use (ECDH P-256, HKDF-SHA256, AES-256-GCM; `head` is authenticated).

        UnknownKeyError where anything of it was altered, ValueError where `sender` is no point of the curve.
        """
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        shared = self.slot_key.exchange(ec.ECDH(), point)
        key = HKDF(algorithm=SHA256(), length=32, salt=sender, info=b"lims outbox").derive(shared)
        try:
            return AESGCM(key).decrypt(nonce, sealed, head)
        except InvalidTag as wrong:
            raise UnknownKeyError("altered after it was sealed") from wrong

    def hide(self, plain: bytes) -> bytes:
        """Encrypt (AES-256-GCM): key id, nonce, ciphertext with tag."""
        nonce = os.urandom(NONCE_BYTES)
        return self.cipher_id + nonce + self._aead.encrypt(nonce, plain, self.cipher_id)

    def show(self, hidden: bytes) -> bytes:
        """The plain text of what `hide` made; UnknownKeyError where it was made with another key or altered."""
        key_id, nonce = hidden[:KEY_ID_BYTES], hidden[KEY_ID_BYTES : KEY_ID_BYTES + NONCE_BYTES]
        if key_id != self.cipher_id:
            raise UnknownKeyError(f"encrypted with key {key_id.hex()}, this program has {self.cipher_id.hex()}")
        try:
            return self._aead.decrypt(nonce, hidden[KEY_ID_BYTES + NONCE_BYTES :], key_id)
        except InvalidTag as wrong:
            raise UnknownKeyError("altered after it was encrypted") from wrong


def keyed(key: bytes, *parts: str) -> bytes:
    """HMAC-SHA256 of parts, each prefixed with its length so that no two lists of parts collide."""
    message = b"".join([len(raw).to_bytes(4) + raw for raw in map(str.encode, parts)])
    inner, outer = (pad.copy() for pad in _pads(key))
    inner.update(message)
    outer.update(inner.digest())
    return outer.digest()


@lru_cache(maxsize=8)
def _pads(key: bytes) -> "tuple[hashlib._Hash, hashlib._Hash]":
    """A key's two beginnings of an HMAC-SHA256 (RFC 2104), made once: every person costs two of them, and `hmac` begins anew each time."""
    block = (key if len(key) <= BLOCK_BYTES else hashlib.sha256(key).digest()).ljust(BLOCK_BYTES, b"\0")
    return hashlib.sha256(bytes(byte ^ 0x36 for byte in block)), hashlib.sha256(bytes(byte ^ 0x5C for byte in block))
