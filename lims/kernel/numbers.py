"""Numbers as messages carry them: of JSON's `true` Python makes a 1, and nobody has counted that."""

from typing import Annotated

from pydantic import BeforeValidator


def counted(value: object) -> object:
    """A number, or its digits; ValueError for `true` and `false`."""
    if isinstance(value, bool):
        raise ValueError("write a number, not true or false")  # noqa: TRY004 - pydantic makes a refusal of a ValueError only
    return value


Whole = Annotated[int, BeforeValidator(counted)]
Measured = Annotated[float, BeforeValidator(counted)]
