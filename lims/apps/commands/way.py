"""The way of a device to the server, step by step, for `lims doctor`: its name, the connection, the certificate, who answers, the sign-in.

A browser tells a page only that nobody has answered; from here each of them can be told from the others. What stands behind a
step that failed is not looked at.
"""

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import httpx

from lims.apps.commands.finding import Finding
from lims.apps.tls.authority import Place
from lims.kernel import clock

PATIENCE_SECONDS = 5
ENDS_SOON = timedelta(days=14)
PORTS = {"http": 80, "https": 443}


def look(url: str, token: str | None, data_dir: Path) -> Iterator[Finding]:
    """What a device meets that goes to this address."""
    address = urlsplit(url)
    host, port = address.hostname or "", address.port or PORTS.get(address.scheme, 0)
    if not host or not port:
        yield Finding("address", f"{url} is none", "Write it whole: https://HOST or https://HOST:PORT.")
        return
    try:
        socket.getaddrinfo(host, port)
    except OSError:
        yield Finding(
            "name", f"{host} is not found", "Enter the name in the DNS that the devices ask, or give them the address in numbers."
        )
        return
    trusted = trust(data_dir)
    try:
        with socket.create_connection((host, port), PATIENCE_SECONDS) as connection:
            if address.scheme == "https":
                yield certificate(connection, host, trusted)
    except ssl.SSLError as trouble:
        said = getattr(trouble, "verify_message", "") or trouble.reason or "no TLS is spoken there"
        yield Finding(
            "certificate", f"{host} is not believed: {said}", "Renew it, or put this name into it: see `lims serve --help`, --tls."
        )
        return
    except OSError:
        yield Finding("server", f"nobody answers at {host}:{port}", "Start `lims serve` there, and let this port through the firewall.")
        return
    yield from answers(address, token, trusted)


def trust(data_dir: Path) -> ssl.SSLContext:
    """Whom devices believe: the authorities of the world, and this machine's own, which they install from `/device/`."""
    context = ssl.create_default_context()
    own = Place.of(data_dir).authority
    if own.exists():
        context.load_verify_locations(own)
    return context


def certificate(connection: socket.socket, host: str, trusted: ssl.SSLContext) -> Finding:
    """How long the certificate lasts; ssl.SSLError where it is not believed."""
    with trusted.wrap_socket(connection, server_hostname=host) as secured:
        shown = secured.getpeercert() or {}
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), UTC)
    soon = ends - clock.now() < ENDS_SOON
    return Finding("certificate", f"believed, ends on {ends:%Y-%m-%d}", "Renew it before devices stop believing it." if soon else None)


def answers(address: SplitResult, token: str | None, trusted: ssl.SSLContext) -> Iterator[Finding]:
    """Who answers there, whether it can work, and whether it knows the token."""
    base = f"{address.scheme}://{address.netloc}"
    with httpx.Client(base_url=base, verify=trusted, timeout=PATIENCE_SECONDS, trust_env=False) as client:
        try:
            alive, ready = client.get("/healthz"), client.get("/readyz")
        except httpx.HTTPError as trouble:
            yield Finding("server", f"breaks off ({type(trouble).__name__})", "Look into its log; restart `lims serve`.")
            return
        if told(alive).get("status") != "alive":
            yield Finding(
                "server", f"something else answers at {base} ({alive.status_code})", "Look at the proxy before it, and at the address."
            )
            return
        fault = None if ready.is_success else "Look at database and schema, here and on the server's own machine."
        seen = told(ready).get("title" if fault else "status", ready.status_code)
        yield Finding("server", f"answers at {base}: {seen}", fault)
        if token:
            asked = client.get("/", headers={"Authorization": f"Bearer {token}"})
            ended = asked.status_code == httpx.codes.UNAUTHORIZED
            yield Finding(
                "token", "not known, or ended" if ended else "known", "Make another: `lims user add NAME … --token`." if ended else None
            )


def told(answer: httpx.Response) -> dict[str, object]:
    """The document of an answer; empty where it is none of ours."""
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
