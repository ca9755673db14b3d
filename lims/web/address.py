"""The address under which another device reaches this server."""

from urllib.parse import urlsplit

from fastapi import Request

from lims.kernel import addresses
from lims.kernel.auth.door import program_of


def public_address(request: Request) -> str:
    """`https://host:port` without a path: as it was set, or as this request came; never the loopback, where there is another way."""
    if chosen := program_of(request).settings.public_url:
        return chosen.rstrip("/")
    came = urlsplit(str(request.base_url))
    host = came.hostname or ""
    if host in addresses.LOOPBACK:
        host = next(iter(addresses.addresses()), host)
    return f"{came.scheme}://{addresses.in_address(host)}{f':{came.port}' if came.port else ''}"
