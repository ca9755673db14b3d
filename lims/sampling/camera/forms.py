"""What was read on a picture."""

from pydantic import BaseModel


class Code(BaseModel):
    """One code: `format` as browsers name it (code_128, qr_code, data_matrix), `text` as it stands there."""

    format: str
    text: str


class Codes(BaseModel):
    """Every code on a picture; none is an answer, too."""

    codes: list[Code]
