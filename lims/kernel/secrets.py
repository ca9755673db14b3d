"""Keys derived from the one secret, each for one purpose; hashing and encrypting with them."""

import hashlib
import hmac
import os
from dataclasses import dataclass
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_ID_BYTES = 4
NONCE_BYTES = 12


class UnknownKeyError(Exception):
    """Something was encrypted with a key this process does not have."""


@dataclass(frozen=True)
class Keys:
    """The derived keys: `person` names people, `cipher` hides who they are, `seal` signs the audit trail, `code` makes look-up codes."""

    person: bytes
    cipher: bytes
    seal: bytes
    code: bytes

    @classmethod
    def derive(cls, secret: bytes) -> "Keys":
        """All keys from one secret (HKDF-SHA256, one `info` per purpose)."""

        def key(purpose: bytes) -> bytes:
            return HKDF(algorithm=SHA256(), length=32, salt=b"lims", info=purpose).derive(secret)

        return cls(person=key(b"person"), cipher=key(b"cipher"), seal=key(b"seal"), code=key(b"code"))

    @cached_property
    def cipher_id(self) -> bytes:
        """The first bytes of the cipher key's hash: says which key hid a text, and nothing about the key."""
        return hashlib.sha256(self.cipher).digest()[:KEY_ID_BYTES]

    @cached_property
    def _aead(self) -> AESGCM:
        return AESGCM(self.cipher)

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
    return hmac.digest(key, message, "sha256")
