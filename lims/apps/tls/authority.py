"""A certificate authority of this machine, and the server certificate it signs. Both lie in the data folder and renew themselves.

`tls/ca.key` (0600) is the authority's key: whoever has it can pretend to be any site to the phones that trust it. `tls/ca.crt`
is what phones install. `tls/server.pem` (0600) is the server's key with both certificates, in one file so that they change together.
"""

import fcntl
import os
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID

from lims.apps.tls import wording

AUTHORITY_LASTS = timedelta(days=3650)
# A new certificate over the same key: phones that have the old one go on trusting what the key signs until it ends.
AUTHORITY_RENEWED = timedelta(days=400)
# iOS believes no server certificate of more than 825 days.
SERVER_LASTS = timedelta(days=300)
SERVER_RENEWED = timedelta(days=30)
# Phones whose clock is behind.
BACKDATED = timedelta(days=2)


@dataclass(frozen=True)
class Place:
    """Where the files of this machine's authority lie."""

    folder: Path

    @classmethod
    def of(cls, data_dir: Path) -> "Place":
        """The place in a data folder."""
        return cls(data_dir / "tls")

    @property
    def authority(self) -> Path:
        """What phones install."""
        return self.folder / "ca.crt"

    @property
    def key(self) -> Path:
        """The authority's key."""
        return self.folder / "ca.key"

    @property
    def server(self) -> Path:
        """What the server shows, with its key."""
        return self.folder / "server.pem"


def kept(place: Place, names: AbstractSet[str], now: datetime) -> bool:
    """Make what is not there, renew what ends soon or lacks one of these names; whether the server's certificate is a new one."""
    place.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with alone(place.folder / "lock"):
        key = authority_key(place)
        authority = authority_certificate(place, key, now)
        if serves(place, authority, names, now):
            return False
        own = generate_private_key(SECP256R1())
        signed = server_certificate(own, names, authority, key, now)
        pem = pem_of(own) + signed.public_bytes(Encoding.PEM) + authority.public_bytes(Encoding.PEM)
        written(place.server, pem, mode=0o600)
        return True


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """One process at a time."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def authority_key(place: Place) -> EllipticCurvePrivateKey:
    """The authority's key, made once."""
    if not place.key.exists():
        written(place.key, pem_of(generate_private_key(SECP256R1())), mode=0o600)
    key = load_pem_private_key(place.key.read_bytes(), None)
    if not isinstance(key, EllipticCurvePrivateKey):
        raise TypeError(f"{place.key} is not a key of ours")
    return key


def authority_certificate(place: Place, key: EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    """What phones install: made once, made anew over the same key long before it ends."""
    if place.authority.exists():
        known = x509.load_pem_x509_certificate(place.authority.read_bytes())
        if known.public_key() == key.public_key() and known.not_valid_after_utc > now + AUTHORITY_RENEWED:
            return known
    named = wording.authority_name(key.public_key())
    made = (
        begun(named, named, key, now, AUTHORITY_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(wording.SIGNS_CERTIFICATES, critical=True)
        .sign(key, SHA256())
    )
    written(place.authority, made.public_bytes(Encoding.PEM), mode=0o644)
    return made


def server_certificate(
    own: EllipticCurvePrivateKey, names: AbstractSet[str], authority: x509.Certificate, key: EllipticCurvePrivateKey, now: datetime
) -> x509.Certificate:
    """The server's certificate for these names and addresses."""
    signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    return (
        begun(wording.server_name(), authority.subject, own, now, SERVER_LASTS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(wording.alternatives(names)), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(wording.SIGNS_HANDSHAKES, critical=True)
        .add_extension(signer, critical=False)
        .sign(key, SHA256())
    )


def begun(subject: x509.Name, issuer: x509.Name, key: EllipticCurvePrivateKey, now: datetime, lasts: timedelta) -> x509.CertificateBuilder:
    """What every certificate says."""
    return (
        x509.CertificateBuilder(subject_name=subject, issuer_name=issuer, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + lasts)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def serves(place: Place, authority: x509.Certificate, names: AbstractSet[str], now: datetime) -> bool:
    """Whether the server's certificate is this authority's, lasts a while, and carries all these names."""
    if not place.server.exists():
        return False
    known = x509.load_pem_x509_certificate(place.server.read_bytes())
    try:
        known.verify_directly_issued_by(authority)
    except Exception:  # noqa: BLE001 - whatever is wrong with it, a new one is right
        return False
    return known.not_valid_after_utc > now + SERVER_RENEWED and set(names) <= wording.names_in(known)


def pem_of(key: EllipticCurvePrivateKey) -> bytes:
    """A key as it is kept."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def written(path: Path, content: bytes, *, mode: int) -> None:
    """A file with this content, whole at every moment, and never readable by others for a moment."""
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    aside.unlink(missing_ok=True)
    aside.touch(mode=mode)
    aside.write_bytes(content)
    aside.replace(path)
