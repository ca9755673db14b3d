"""Identifiers that sort by time."""

import secrets
from datetime import datetime
from uuid import UUID

from lims.kernel import clock


def uuid7(at: datetime | None = None) -> UUID:
    """A UUID version 7 (RFC 9562): 48 bits of milliseconds, then 74 random bits."""
    milliseconds = int((at or clock.now()).timestamp() * 1000)
    value = (milliseconds << 80) | (7 << 76) | (secrets.randbits(12) << 64) | (2 << 62) | secrets.randbits(62)
    return UUID(int=value)
