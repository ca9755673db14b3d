"""What is told about devices."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field

from lims.kernel.errors import Refused


def plain(text: str) -> str:
    """A name that can be printed."""
    if not text.strip().isprintable() or not text.strip():
        raise Refused("request_malformed", "A device needs a name of letters, digits and signs.")
    return text.strip()


class DeviceForm(BaseModel):
    """A device to be set up."""

    id: UUID
    name: Annotated[str, Field(min_length=1, max_length=60), AfterValidator(plain)]
    site: Annotated[str, Field(min_length=1, max_length=40)]


class SetUpForm(BaseModel):
    """What the one-time link carries."""

    device: UUID
    key: Annotated[str, Field(max_length=100)]


class SetUpAnswer(BaseModel):
    """Who the device is from now on, and what it proves it with where it keeps no cookies."""

    device: str
    name: str
    site: str
    token: str
