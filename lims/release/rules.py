"""What the world may know of a person's result. Pure."""

from enum import StrEnum


class ResultState(StrEnum):
    """The result of one person in one tube."""

    PENDING = "pending"
    NEGATIVE = "negative"
    POSITIVE = "positive"
    VERIFYING = "verifying"
    INCONCLUSIVE = "inconclusive"
    RECOLLECT = "recollect"
