"""Reading the camera's pictures for devices that cannot read codes themselves."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from lims.kernel.auth.actions import digest_of
from lims.kernel.auth.door import Work, allow, token_of
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.sampling.camera import reading
from lims.sampling.camera.forms import Codes
from lims.sampling.camera.rules import A_SECOND, MOST_BYTES, Pace

router = APIRouter(prefix="/sampling/api", tags=["camera"])
BODY = {"requestBody": {"required": True, "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}}
# Of this process: several let through so many times more, which is still not many.
PACE = Pace()


async def picture_of(request: Request) -> bytes:
    """The body, read only as far as it may reach."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MOST_BYTES:
            raise Refused("frame_too_large", "The picture has more than {most} bytes; send less of it.", most=MOST_BYTES)
    return bytes(content)


@router.post("/frames", openapi_extra=BODY)
def frames(
    request: Request,
    picture: Annotated[bytes, Depends(picture_of)],
    work: Annotated[Work, allow(Role.SAMPLER, Role.TECHNICIAN, using=Access.FIELD)],
) -> Codes:
    """The Code 128, QR and DataMatrix codes on a picture (a baseline JPEG); nothing of it is kept."""
    # A plain function: it runs on a thread, beside the event loop.
    if not PACE.admits(digest_of(token_of(request) or ""), work.now.timestamp()):
        raise Refused("frames_limited", "At most {most} pictures a second are read for a device; wait a moment.", most=A_SECOND)
    return Codes(codes=reading.codes_on(picture))
