"""Shapes of what is asked for by its code."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field


class FindForm(BaseModel):
    """What was scanned: of a box, tube, plate, extraction batch or lot."""

    code: Annotated[str, Field(min_length=1, max_length=200)]


class Found(BaseModel):
    """What it is, its canonical code, and the page that shows it."""

    kind: Literal["box", "tube", "plate", "batch", "lot", "rack"]
    code: str
    opens: str
