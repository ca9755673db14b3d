"""The shape of people who are expected."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from lims.sampling.people.rules import Identity, IdType, canonical_number

MOST = 2000
Line = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class PersonForm(BaseModel):
    """Somebody with a document."""

    model_config = ConfigDict(extra="ignore")

    id_type: IdType = IdType.RESIDENT_ID
    id_number: Annotated[str, Field(min_length=1, max_length=100)]
    name: Line = ""
    phone: Annotated[Line, Field(max_length=40)] = ""
    group: Annotated[Line, Field(max_length=60)] = ""

    def identity(self) -> Identity:
        """The same with the canonical number; Refused where it can never be right."""
        return Identity(self.id_type.value, canonical_number(self.id_type, self.id_number), self.name.strip(), self.phone.strip())


class RosterForm(BaseModel):
    """The people of one printed list."""

    title: Line = ""
    people: Annotated[tuple[PersonForm, ...], Field(min_length=1, max_length=MOST)]


class CodeAnswer(BaseModel):
    """A person's own code: what it says, and the rows of its QR code (1 is dark)."""

    code: str
    rows: tuple[str, ...]


class RowsAnswer(BaseModel):
    """The first sheet of a workbook, row by row."""

    rows: list[list[str]]
