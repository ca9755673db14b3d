"""Every code that a refusal may carry, with its HTTP status. A test holds this list against the code.

It stands in the kernel, lab words and all, because the error pages, the OpenAPI documents and the translations need one
complete list, whichever room raises the code.
"""

from typing import NamedTuple


class Refusal(NamedTuple):
    """One kind of refusal: HTTP status and a short title."""

    status: int
    title: str


CATALOGUE: dict[str, Refusal] = {
    # requests
    "request_malformed": Refusal(422, "The request does not have the agreed shape"),
    "id_reused": Refusal(409, "This id was used before with other content"),
    "time_in_future": Refusal(422, "The time lies in the future"),
    "time_without_offset": Refusal(422, "The time has no offset"),
    "not_found": Refusal(404, "There is no such object here"),
    # barcodes
    "barcode_malformed": Refusal(422, "The code is empty or too long"),
    "barcode_wrong_kind": Refusal(422, "The code names another kind of object"),
    "barcode_check_digit": Refusal(422, "The code is misread"),
    "barcode_unknown_format": Refusal(422, "The code has no known format"),
    # labels
    "label_template_unknown": Refusal(404, "There is no such label template"),
    "label_template_invalid": Refusal(422, "The label template cannot be printed"),
    "label_format_unknown": Refusal(422, "Labels do not come in this format"),
    "label_format_unsuited": Refusal(422, "The label template cannot be printed in this format"),
    "label_dpi_unknown": Refusal(422, "The label template is not made for this resolution"),
    "label_none_asked": Refusal(422, "No labels were asked for"),
    "label_too_many": Refusal(422, "More labels than one file holds"),
    "label_code_twice": Refusal(422, "A code was asked for more than once"),
    "label_code_unprintable": Refusal(422, "The code has characters a Code 128 label does not take"),
    "label_too_narrow": Refusal(422, "The code does not fit the label"),
    "label_text_too_long": Refusal(422, "The text does not fit the label"),
}
