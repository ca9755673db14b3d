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
    # run files and sample sheets
    "run_file_empty": Refusal(422, "The run file holds no readings"),
    "run_file_too_large": Refusal(422, "The run file is larger than any run"),
    "run_file_unreadable": Refusal(422, "The run file is damaged"),
    "run_file_unknown_format": Refusal(422, "The run file is in no known format"),
    "run_file_truncated": Refusal(422, "The run file is cut off"),
    "run_file_columns": Refusal(422, "The run file's columns are not as they must be"),
    "run_file_no_ct": Refusal(422, "The run file has no Ct"),
    "run_file_no_target": Refusal(422, "A reading of the run file has no target"),
    "run_file_no_plate": Refusal(422, "The run file does not name its plate"),
    "run_file_two_plates": Refusal(422, "The run file is of more than one plate"),
    "run_file_two_samples": Refusal(422, "A well of the run file has two samples"),
    "run_file_bad_well": Refusal(422, "A well of the run file does not exist"),
    "run_file_bad_ct": Refusal(422, "A Ct of the run file is not a Ct"),
    "run_file_doubled": Refusal(422, "A reading stands in the run file twice"),
    "run_file_contradiction": Refusal(422, "The run file contradicts itself"),
    "sample_sheet_unknown_instrument": Refusal(422, "There is no sample sheet for this instrument"),
}

# What a violated constraint says, by its name: the code and the sentence. The action that writes refuses earlier and says
# more; this is for the race that it loses.
OF_CONSTRAINT: dict[str, tuple[str, str]] = {
    "tube_not_overfull_check": ("tube_overfull", "This tube holds no more people. Scan a new tube."),
    "tube_pkey": ("tube_exists", "This tube exists already."),
    "plate_pkey": ("plate_exists", "This plate is laid out already; take a new plate."),
    "release_pkey": ("tube_released", "This tube was released already."),
    "release_two_people_check": ("own_import", "Nobody signs off the run that they imported."),
    "release_in_control_check": ("controls_failed", "The controls of this run failed."),
    "release_evidence_fkey": ("no_evidence", "There is no call of this run for this tube."),
    "label_range_never_twice": ("label_range_taken", "These codes were given out before; ask again."),
    "run_plate_sha256_key": ("run_imported", "This file is being imported right now; ask again."),
    "case_closure_pkey": ("case_closed", "This case is closed already."),
    "tube_member_barcode_person_id_day_key": ("person_twice", "The same person stands twice in this tube."),
    "message_pkey": ("id_reused", "This id was used before."),
}
