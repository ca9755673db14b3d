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
    "time_impossible": Refusal(422, "No clock says this time"),
    "not_found": Refusal(404, "There is no such object here"),
    "method_not_allowed": Refusal(405, "This path has no such method"),
    "cursor_malformed": Refusal(422, "The cursor is not one of ours"),
    "internal": Refusal(500, "Something went wrong on the server"),
    "database_unreachable": Refusal(503, "The database does not answer"),
    "server_ended": Refusal(500, "The server did not start"),
    "overloaded": Refusal(503, "Too much is asked of the server right now"),
    # signing in
    "not_signed_in": Refusal(401, "Nobody is signed in"),
    "role_missing": Refusal(403, "This is for another role"),
    "foreign_page": Refusal(403, "The request comes from another site's page"),
    "sign_in_wrong": Refusal(401, "The name or the password is wrong"),
    "sign_in_limited": Refusal(429, "Too many wrong passwords"),
    "user_role_unknown": Refusal(422, "There is no such role or scope"),
    "user_incomplete": Refusal(422, "A user lacks a name or a role"),
    "no_authority": Refusal(404, "There is no certificate to install"),
    # catalogue
    "catalog_malformed": Refusal(422, "The catalogue file is not as it should be"),
    "assay_version_changed": Refusal(409, "A stored assay version is never changed"),
    "assay_unknown": Refusal(422, "There is no such assay"),
    "lab_unknown": Refusal(422, "There is no such lab"),
    "site_unknown": Refusal(404, "There is no such site"),
    # people and their results
    "id_number_malformed": Refusal(422, "The ID number cannot be one"),
    "resident_id_invalid": Refusal(422, "The resident ID is wrong"),
    "lookup_unknown": Refusal(404, "There is no result for this number and code"),
    "lookup_limited": Refusal(429, "Too many wrong codes"),
    # sync: outcomes held, conflict and refused
    "record_malformed": Refusal(422, "The record does not have the agreed shape"),
    "held_for_tube": Refusal(202, "Kept until the tube it answers is known"),
    "record_of_another_tube": Refusal(409, "The record was sent for another tube"),
    "tube_of_another_device": Refusal(409, "Another device has registered this tube"),
    "revision_differs": Refusal(409, "The same revision was sent with other content"),
    "void_in_lab": Refusal(409, "The tube is in a lab and cannot be given up"),
    "tube_closed": Refusal(409, "The tube cannot be changed any more"),
    "device_link_used": Refusal(410, "The link of the device was used or has ended"),
    "device_revoked": Refusal(403, "The device is out of use"),
    "device_of_another_site": Refusal(403, "The device belongs to another site"),
    "conflict_resolved": Refusal(409, "The conflict was settled otherwise"),
    "retest_of_itself": Refusal(422, "A tube cannot be its own recollection"),
    "single_of_many": Refusal(422, "A single tube holds one person"),
    "tube_overfull": Refusal(422, "The tube is full"),
    "tube_empty": Refusal(422, "The tube is sealed with nobody in it"),
    "tube_exists": Refusal(409, "The tube exists already"),
    "person_twice": Refusal(422, "The same person is in the tube twice"),
    "positions_wrong": Refusal(422, "The positions in the tube are wrong"),
    "sealed_without_time": Refusal(422, "Nobody said when the tube was sealed"),
    # labels reserved and printed
    "label_count": Refusal(422, "Not this many labels at a time"),
    "label_range_taken": Refusal(409, "These codes were given out before"),
    "label_range_unknown": Refusal(404, "These codes were not reserved"),
    "reprint_without_reason": Refusal(409, "A reprint needs a reason"),
    "print_job_open": Refusal(409, "These labels are being printed"),
    "print_job_state": Refusal(409, "The print job is not in a state for this"),
    "print_job_elsewhere": Refusal(409, "Another printer is at the print job"),
    "print_take_unknown": Refusal(409, "The print job has not handed out these labels"),
    "print_scan_foreign": Refusal(422, "The scanned label is none of the print job"),
    "label_used": Refusal(409, "The label is in use"),
    "print_refused": Refusal(409, "The server does not hand out labels"),
    "printer_silent": Refusal(503, "The printer does not take the labels"),
    # boxes
    "box_packed": Refusal(409, "The box is sealed already"),
    "box_dispatched": Refusal(409, "The box has left already"),
    "box_tube_twice": Refusal(422, "A tube is listed twice"),
    "box_tube_unknown": Refusal(409, "A tube is not registered at this site"),
    "box_tube_not_sealed": Refusal(409, "A tube is not sealed"),
    "box_tube_packed": Refusal(409, "A tube is in another box"),
    # bench
    "rejection_reason": Refusal(422, "There is no such rejection reason"),
    "tube_state": Refusal(409, "The tube is not in a state for this"),
    "nothing_waits": Refusal(409, "No tube waits"),
    "plate_exists": Refusal(409, "The plate is laid out already"),
    "plate_empty": Refusal(422, "There is no tube on the plate"),
    "plate_well": Refusal(422, "There is no such well"),
    "plate_well_twice": Refusal(422, "A well is named twice"),
    "plate_control_unknown": Refusal(422, "There is no such control"),
    "plate_controls_missing": Refusal(422, "The plate lacks controls"),
    "plate_tube_twice": Refusal(422, "A tube stands in two wells"),
    "plate_tube_unknown": Refusal(409, "A tube was not received in this lab"),
    "plate_pool_too_large": Refusal(409, "The assay is not valid for pools of this size"),
    "pool_exists": Refusal(409, "The pool's code is in use"),
    "pool_member_twice": Refusal(422, "A tube goes into a pool once"),
    "pooled_before": Refusal(409, "The tube was in a pool before"),
    "pool_of_pools": Refusal(409, "Pools are never pooled"),
    # runs
    "run_other_plate": Refusal(422, "The file is of another plate"),
    "run_unidentified": Refusal(422, "Nothing shows which plate the file is of"),
    "run_well_missing": Refusal(422, "The file lacks wells"),
    "run_well_foreign": Refusal(422, "The file has wells that were not planned"),
    "run_target_missing": Refusal(422, "A well lacks a target"),
    "run_target_foreign": Refusal(422, "A target is not the assay's"),
    "run_dye_foreign": Refusal(422, "A dye is not the assay's"),
    "run_sample_moved": Refusal(422, "A sample or control stands elsewhere than planned"),
    "run_sample_unnamed": Refusal(422, "A sample is not named"),
    "run_imported": Refusal(409, "The file is being imported"),
    # review
    "own_import": Refusal(403, "Nobody signs off their own import"),
    "controls_failed": Refusal(409, "The controls of the run failed"),
    "run_superseded": Refusal(409, "The plate was run again"),
    "review_tube_unknown": Refusal(409, "The tube is not in this run"),
    "review_tube_moved_on": Refusal(409, "The tube has moved on"),
    "tube_released": Refusal(409, "The tube was released already"),
    "no_evidence": Refusal(409, "There is no call to release"),
    # cases
    "case_without_reason": Refusal(422, "A case is closed with a reason"),
    "case_closed": Refusal(409, "The case is closed already"),
    "case_preliminary": Refusal(409, "The call is not released yet"),
    "case_unsettled": Refusal(409, "Members are not settled"),
    "case_all_settled": Refusal(409, "Every member is settled"),
    "case_outcome": Refusal(422, "This outcome comes by itself"),
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
    "label_code_empty": Refusal(422, "A code on the label has nothing to say"),
    "label_too_narrow": Refusal(422, "The code does not fit the label"),
    "label_text_too_long": Refusal(422, "The text does not fit the label"),
    # reports
    "report_days_reversed": Refusal(422, "The report ends before it begins"),
    "report_too_long": Refusal(422, "The report covers too many days"),
    "report_too_large": Refusal(422, "The report has too many rows"),
    "report_format_unknown": Refusal(422, "A report does not come in this format"),
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
    "tube_released_call_fkey": ("no_evidence", "Nobody has released this result of this tube."),
    "label_range_never_twice": ("label_range_taken", "These codes were given out before; ask again."),
    "print_job_one_at_a_time": ("print_job_open", "These labels are being printed by another job; finish or cancel that one first."),
    "run_plate_sha256_key": ("run_imported", "This file is being imported right now; ask again."),
    "case_closure_pkey": ("case_closed", "This case is closed already."),
    "tube_member_barcode_person_id_day_key": ("person_twice", "The same person stands twice in this tube."),
    "message_pkey": ("id_reused", "This id was used before."),
}
