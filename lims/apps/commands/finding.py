"""What `lims doctor` says of one thing."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing looked at: fine, or what to do."""

    what: str
    seen: str
    remedy: str | None = None
