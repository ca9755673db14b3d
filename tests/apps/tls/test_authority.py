"""The machine's own authority: made once, renewed by itself, believed by whoever installed it."""

import socket
import ssl
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from lims.apps.tls import context, wording
from lims.apps.tls.authority import SERVER_LASTS, Place, kept
from lims.kernel import addresses

NOW = datetime(2022, 2, 2, tzinfo=UTC)
NAMES = frozenset({"localhost", "127.0.0.1", "192.168.1.5", "lab.local"})


def server_of(place: Place) -> x509.Certificate:
    """The certificate the server shows."""
    return x509.load_pem_x509_certificate(place.server.read_bytes())


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An authority for a few names."""
    made = Place.of(tmp_path)
    assert kept(made, NAMES, NOW)
    return made


def test_nobody_else_reads_the_keys(place: Place) -> None:
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (place.folder, place.key, place.server, place.authority)}
    assert modes == {"tls": 0o700, "ca.key": 0o600, "server.pem": 0o600, "ca.crt": 0o644}


def test_the_authority_lasts_ten_years_and_the_server_as_long_as_phones_allow(place: Place) -> None:
    made, own = x509.load_pem_x509_certificate(place.authority.read_bytes()), server_of(place)
    assert made.not_valid_after_utc - NOW == timedelta(days=3650)
    assert own.not_valid_after_utc - own.not_valid_before_utc < timedelta(days=398)
    assert made.extensions.get_extension_for_class(x509.BasicConstraints).value == x509.BasicConstraints(ca=True, path_length=0)
    assert wording.names_in(own) == NAMES


def test_asked_again_it_keeps_what_it_has(place: Place) -> None:
    before = place.server.read_bytes(), place.authority.read_bytes()
    assert not kept(place, NAMES - {"lab.local"}, NOW + timedelta(days=200))
    assert (place.server.read_bytes(), place.authority.read_bytes()) == before


def test_the_server_gets_a_new_certificate_before_the_old_one_ends(place: Place) -> None:
    trusted, later = place.authority.read_bytes(), NOW + SERVER_LASTS - timedelta(days=20)
    assert kept(place, NAMES, later)
    assert server_of(place).not_valid_after_utc > NOW + SERVER_LASTS
    assert place.authority.read_bytes() == trusted, "phones go on trusting what they have installed"


def test_a_new_address_is_in_a_new_certificate(place: Place) -> None:
    assert kept(place, NAMES | {"10.0.0.9"}, NOW)
    assert "10.0.0.9" in wording.names_in(server_of(place))


def test_phones_with_the_old_authority_trust_what_the_renewed_one_signs(place: Place) -> None:
    old = x509.load_pem_x509_certificate(place.authority.read_bytes())
    assert kept(place, NAMES, NOW + timedelta(days=3300))
    assert place.authority.read_bytes() != old.public_bytes(Encoding.PEM)
    server_of(place).verify_directly_issued_by(old)


def test_a_spoilt_certificate_is_made_anew(place: Place) -> None:
    other = Place.of(place.folder)
    kept(other, NAMES, NOW)
    place.server.write_bytes(other.server.read_bytes())
    assert kept(place, NAMES, NOW)


def test_this_machine_names_itself() -> None:
    assert addresses.names() | {"another"} > addresses.LOOPBACK
    assert not any(addresses.reachable(address) for address in ("127.0.0.1", "::1", "169.254.3.4", "::", "nothing"))


def shake_hands(server: ssl.SSLContext, trusted: Path, host: str = "localhost") -> str:
    """The serial number of the certificate that a client which trusts only this authority is shown."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        answering = threading.Thread(target=lambda: server.wrap_socket(ours, server_side=True).close())
        answering.start()
        with ssl.create_default_context(cafile=str(trusted)).wrap_socket(theirs, server_hostname=host) as client:
            shown = client.getpeercert() or {}
        answering.join()
    return str(shown["serialNumber"])


def test_whoever_trusts_the_authority_trusts_the_server_and_a_renewed_certificate_needs_no_restart(tmp_path: Path) -> None:
    place, names = Place.of(tmp_path), set(NAMES)
    server = context.Renewing(place.server, place.server, lambda: kept(place, names, datetime.now(UTC)))
    asked = server.context  # the server goes on listening with the very first one
    first = shake_hands(asked, place.authority)
    names.add("10.0.0.9")
    assert shake_hands(asked, place.authority) == first, "looked at once a minute, not at every handshake"
    server.looked_at -= context.LOOK_SECONDS + 1
    second = shake_hands(asked, place.authority)
    assert second != first
    assert shake_hands(asked, place.authority, "127.0.0.1") == second, "a phone that goes by the address names no host"


def test_what_cannot_be_renewed_goes_on_as_it_is(place: Place) -> None:
    def fail() -> None:
        if place.folder.with_name("full").exists():
            raise OSError

    server = context.Renewing(place.server, place.server, fail)
    before = server.context
    place.folder.with_name("full").touch()
    server.look()
    assert server.context is before
