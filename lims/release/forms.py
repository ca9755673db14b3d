"""Shapes of results."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from lims.release.rules import ResultState
from lims.sampling.people.rules import IdType


class PersonResult(BaseModel):
    """The result of one person in one tube; masked for those without the scope `identity`. `amended_at`: when it was replaced last."""

    id_type: str
    id_number: str
    name: str
    tube: str
    position: int
    site: str
    collected_at: datetime
    state: ResultState
    pooled: bool
    released_at: datetime | None
    amended_at: datetime | None


class LookupForm(BaseModel):
    """Somebody asks for the own result, with the code handed out at sampling."""

    id_type: IdType
    id_number: Annotated[str, Field(min_length=1, max_length=100)]
    code: Annotated[str, Field(min_length=1, max_length=40)]


class LookupAnswer(BaseModel):
    """The own latest result. `pooled`: the specimen was tested together with others."""

    state: ResultState
    collected_at: datetime
    pooled: bool
    released_at: datetime | None
    amended_at: datetime | None
