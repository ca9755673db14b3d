"""How a phone learns to trust this server: the authority's certificate, and a page with the way there."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from lims.apps.tls.context import own_authority
from lims.apps.tls.wording import fingerprint
from lims.kernel.auth.door import marked, program_of
from lims.kernel.errors import Refused
from lims.kernel.program import Program
from lims.sampling.labels.symbols import square_rows
from lims.web.address import public_address
from lims.web.render import page

router = APIRouter(include_in_schema=False)
CERTIFICATE = "/device/ca.crt"


def open_door(request: Request) -> Program:
    """A phone that does not trust us yet cannot sign in; a certificate is no secret."""
    return program_of(request)


Anybody = Annotated[Program, Depends(marked(open_door, (), "a phone trusts us before anybody signs in on it"))]


@router.get(CERTIFICATE)
def authority(program: Anybody) -> Response:
    """The certificate that phones install."""
    path = own_authority(program.settings.data_dir)
    if path is None:
        raise Refused("no_authority", "This server has no authority of its own; nothing needs to be installed.")
    return Response(path.read_bytes(), media_type="application/x-x509-ca-cert")


@router.get("/device/")
def device(request: Request, program: Anybody) -> Response:
    """What to do on a phone, system by system."""
    path = own_authority(program.settings.data_dir)
    base = public_address(request)
    address = f"{base}{CERTIFICATE}"
    facts = {
        "certificate": CERTIFICATE if path else None,
        "address": address,
        "rows": square_rows("qr", address) if path else (),
        "start": f"{base}/sampling/",
        "fingerprint": fingerprint(path.read_bytes()) if path else "",
        "encrypted": request.url.scheme == "https",
    }
    return page(request, "device/device.html", facts)
