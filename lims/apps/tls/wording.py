"""What the certificates say: names, addresses, uses. Pure."""

import ipaddress
from collections.abc import Collection

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

NOTHING = dict.fromkeys(
    (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign",
        "crl_sign", "encipher_only", "decipher_only",
    ),
    False,
)  # fmt: skip
SIGNS_CERTIFICATES = x509.KeyUsage(**NOTHING | {"key_cert_sign": True, "crl_sign": True})
SIGNS_HANDSHAKES = x509.KeyUsage(**NOTHING | {"digital_signature": True})
SHORT = 4


def named(common_name: str) -> x509.Name:
    """A name as certificates write it."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "LIMS")])


def authority_name(key: PublicKeyTypes) -> x509.Name:
    """`LIMS 1A2B3C4D`: two machines' authorities can be told apart in a phone's settings."""
    digest = x509.SubjectKeyIdentifier.from_public_key(key).digest  # type: ignore[arg-type]  # every key that certificates know
    return named(f"LIMS {digest[:SHORT].hex().upper()}")


def server_name() -> x509.Name:
    """The server's name; which hosts it speaks for stands among the alternatives."""
    return named("LIMS server")


def alternatives(names: Collection[str]) -> list[x509.GeneralName]:
    """Host names and addresses as certificates write them."""
    return [general(name) for name in sorted(names)]


def general(name: str) -> x509.GeneralName:
    """One host name or address."""
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def names_in(certificate: x509.Certificate) -> set[str]:
    """The host names and addresses that a certificate speaks for."""
    known = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {*known.get_values_for_type(x509.DNSName), *(str(one) for one in known.get_values_for_type(x509.IPAddress))}


def fingerprint(certificate: bytes) -> str:
    """The SHA-256 of a certificate (PEM), in groups that two people can compare: `1A2B 3C4D …`."""
    digest = x509.load_pem_x509_certificate(certificate).fingerprint(SHA256()).hex().upper()
    return " ".join(digest[at : at + SHORT] for at in range(0, len(digest), SHORT))
