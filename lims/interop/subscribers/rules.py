"""Which notices go where, how they are signed, when they are tried again. Pure."""

import base64
import hmac
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

from lims.kernel.errors import Refused

Network = IPv4Network | IPv6Network
# Pauses after each failure, as Standard Webhooks advises: close together at first, then over three days.
PAUSES = (
    timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=5), timedelta(hours=10),
    timedelta(hours=14), timedelta(hours=20), timedelta(hours=24),
)  # fmt: skip
SECRET_BYTES = 32
BOTH_SIGN = timedelta(hours=24)  # the time that a receiver has to learn a new secret
PREFIX = "whsec_"
LONGEST_ADDRESS = 1000
MAIL = "mailto:"
MAILBOX = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,255}")
LOOPBACK_NAMES = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True)
class Tried:
    """What came of one attempt: the status of the answer (None where there was none), how long it took, why it failed.

    `in_doubt`: everything was said, and no answer came; it may have arrived.
    """

    status: int | None
    milliseconds: int
    said: str = ""
    in_doubt: bool = False

    @property
    def arrived(self) -> bool:
        """Whether the receiver has taken it: any 2xx. A redirect is not followed, so it is a failure."""
        return self.status is not None and HTTPStatus(200) <= self.status < HTTPStatus(300)

    @property
    def unwanted(self) -> bool:
        """Whether the receiver wants nothing more: 410, as Standard Webhooks says."""
        return self.status == HTTPStatus.GONE


def pause_after(failures: int) -> timedelta | None:
    """How long to wait after this many failures in a row; None where it was tried often enough."""
    return PAUSES[failures - 1] if failures <= len(PAUSES) else None


def body_of(number: int, kind: str, at: datetime, data: Mapping[str, Any]) -> bytes:
    """What is sent: the same bytes however often."""
    said = {"type": kind, "timestamp": at.isoformat(), "data": {"number": number, **data}}
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def signed(secrets: Sequence[bytes], message: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers of Standard Webhooks (symmetric, v1): HMAC-SHA256 over id, seconds since 1970 and body, in Base64, for each secret."""
    seconds = str(int(at.timestamp()))
    digests = (hmac.digest(secret, f"{message}.{seconds}.".encode() + body, "sha256") for secret in secrets)
    signature = " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests)
    return {"webhook-id": message, "webhook-timestamp": seconds, "webhook-signature": signature}


def shown_secret(secret: bytes) -> str:
    """A secret as receivers are given it."""
    return PREFIX + base64.b64encode(secret).decode()


def networks_of(text: str) -> tuple[Network, ...]:
    """The networks of a setting; Refused where one is none."""
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as wrong:
        raise Refused("webhook_networks", "LIMS_WEBHOOK_NETWORKS: {wrong}.", wrong=wrong) from None


def may_reach(address: str, networks: Collection[Network]) -> bool:
    """Whether a notice may go to this IP address: a public one, or one of the networks that the operator has named."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return any(ip in network for network in networks) or (ip.is_global and not ip.is_multicast)


def mailbox(address: str) -> str:
    """Where an e-mail goes, of an address that begins with `mailto:`."""
    return address.removeprefix(MAIL)


def refuse_mailbox(address: str, server: str) -> None:
    """Refused where this is no mailbox, or no mail server is configured."""
    if not MAILBOX.fullmatch(mailbox(address)):
        raise Refused("webhook_address", "{address} is no e-mail address.", address=mailbox(address)[:LONGEST_ADDRESS])
    if not server:
        raise Refused("mail_unconfigured", "No mail server is configured: set LIMS_SMTP_HOST and LIMS_MAIL_FROM, then try again.")


def refuse_address(address: str, networks: Collection[Network]) -> None:
    """Refused where this is no address for a webhook: https only, but for this very machine where the operator has named its network."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise Refused("webhook_address", "{address} is no web address.", address=address) from None
    if not host or not address.isprintable() or " " in address or len(address) > LONGEST_ADDRESS:
        raise Refused("webhook_address", "{address} is no web address.", address=address)
    if parts.username or parts.password or parts.fragment:
        raise Refused("webhook_address", "{host}: leave name, password and # out of the address; the signature says who we are.", host=host)
    if parts.scheme != "https" and not (parts.scheme == "http" and host in LOOPBACK_NAMES):
        raise Refused("webhook_address", "{host}: a webhook goes by https.", host=host)
    literal = "127.0.0.1" if host == "localhost" else host
    if is_literal(literal) and not may_reach(literal, networks):
        raise Refused(
            "webhook_private", "{host} is not a public address. If it is meant, name its network in LIMS_WEBHOOK_NETWORKS.", host=host
        )


def is_literal(host: str) -> bool:
    """Whether a host is an IP address itself."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


@dataclass(frozen=True)
class Wish:
    """What a subscriber is told: kinds (none: all), an area (None: everywhere), and as which audience (None: whoever is named)."""

    kinds: Sequence[str] = ()
    area: str | None = None
    audience: str | None = None


def wants(wish: Wish, kind: str, areas: Collection[str], tell: Collection[str]) -> bool:
    """Whether a subscriber is told of a notice; `areas`: the notice's, and all above; `tell`: whom its policy names, none: everybody."""
    named = wish.audience is None or not tell or wish.audience in tell
    return named and (not wish.kinds or kind in wish.kinds) and (wish.area is None or wish.area in areas)


def unheard(named: Sequence[str], audiences: Sequence[str | None]) -> list[str]:
    """Of the audiences that policies name those that nobody is told as; none where nobody is told as any, so that all are told of all."""
    return [audience for audience in named if audience not in audiences] if any(audiences) else []


def with_those_above(area: str | None, parents: Mapping[str, str | None]) -> set[str]:
    """An area and all that it lies in."""
    found: set[str] = set()
    while area is not None and area not in found:
        found.add(area)
        area = parents.get(area)
    return found
