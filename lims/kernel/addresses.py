"""Under which names and addresses this machine can be reached."""

import contextlib
import ipaddress
import socket
import struct
from collections.abc import Iterator

# Addresses of documentation (RFC 5737, RFC 3849): asking for the road to them sends nothing.
ELSEWHERE = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
ADDRESS_OF_INTERFACE = 0x8915  # SIOCGIFADDR of Linux
NAME_BYTES = 15


def names() -> frozenset[str]:
    """Host names and addresses of this machine, its loopback among them."""
    host = socket.gethostname().lower()
    found = {*LOOPBACK, *addresses()}
    if host and is_name(host):
        found |= {host} if host.endswith(".local") or "." in host else {host, f"{host}.local"}
    return frozenset(found)


def addresses() -> list[str]:
    """The addresses that others can reach, the one that the way out starts from first."""
    found = [*outward(), *of_interfaces()]
    with contextlib.suppress(OSError):
        found += [str(entry[4][0]) for entry in socket.getaddrinfo(socket.gethostname(), None, type=socket.SOCK_STREAM)]
    return [address for address in dict.fromkeys(found) if reachable(address)]


def outward() -> Iterator[str]:
    """Our end of the way to somewhere else."""
    for family, target in ELSEWHERE:
        with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((target, 9))
            yield str(probe.getsockname()[0])


def of_interfaces() -> Iterator[str]:
    """The IPv4 address of each interface, where the system can be asked: a hotspot's is on no way out."""
    try:
        from fcntl import ioctl  # noqa: PLC0415 - Windows has none
    except ImportError:
        return
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, name in socket.if_nameindex():
            with contextlib.suppress(OSError):
                answer = ioctl(probe.fileno(), ADDRESS_OF_INTERFACE, struct.pack("256s", name.encode()[:NAME_BYTES]))
                yield socket.inet_ntoa(answer[20:24])


def reachable(address: str) -> bool:
    """Whether others can use this address: neither our own loopback nor bound to one wire."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return False
    return not (known.is_loopback or known.is_link_local or known.is_unspecified)


def is_name(text: str) -> bool:
    """Whether a certificate can carry this host name."""
    return text.isascii() and all(part and part.replace("-", "").isalnum() for part in text.split("."))


def in_address(host: str) -> str:
    """A host as it stands in a web address: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host
