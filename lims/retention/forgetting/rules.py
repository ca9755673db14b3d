"""Which days may be forgotten. Pure."""

from collections.abc import Iterable
from datetime import date, timedelta

from lims.catalog.policies import RetentionPolicy


def due(policy: RetentionPolicy | None, days: Iterable[date], today: date) -> date | None:
    """The oldest of these days of sampling that is older than the policy keeps people for; None where there is none, or no such policy."""
    if policy is None or policy.people_days is None:
        return None
    before = today - timedelta(days=policy.people_days)
    return min((day for day in days if day < before), default=None)
