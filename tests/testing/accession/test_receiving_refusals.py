"""What Ben cannot receive, and what he is told."""

from lims.kernel.barcodes import Kind
from lims.kernel.ids import uuid7
from tests.bench import another_town, done, refused, scan
from tests.factories import Town, code


def test_a_lab_that_nobody_knows_receives_nothing(town: Town) -> None:
    cleo = town.somebody("cleo", "technician")
    refused(scan(town, code(Kind.BOX), by=cleo, lab="NOWHERE"), 422, "lab_unknown", "NOWHERE")


def test_ben_cannot_receive_for_another_lab(town: Town) -> None:
    other = another_town(town)
    refused(scan(other, code(Kind.BOX), code(Kind.TUBE), by=town.ben), 404, "not_found", other.lab)


def test_bea_who_only_reviews_cannot_receive(town: Town) -> None:
    refused(scan(town, code(Kind.BOX), by=town.bea), 403, "role_missing", "technician", town.bea.name)


def test_nobody_who_is_not_signed_in_can_receive(town: Town) -> None:
    answer = town.web.post(f"/testing/api/boxes/{code(Kind.BOX)}/receive", json={})
    refused(answer, 401, "not_signed_in", "Sign in first")


def test_a_tube_label_on_the_box_is_the_wrong_kind(town: Town) -> None:
    barcode = code(Kind.TUBE)
    refused(scan(town, barcode), 422, "barcode_wrong_kind", barcode, "tube", "scan a box code")


def test_a_box_among_the_tubes_is_the_wrong_kind_and_nothing_is_received(town: Town) -> None:
    box, barcode = code(Kind.BOX), town.collected()["barcode"]
    refused(scan(town, box, barcode, box), 422, "barcode_wrong_kind", "scan a tube code")
    assert town.ben.get(f"/sampling/api/tubes/{barcode}").status_code == 404


def test_a_misread_tube_is_to_be_scanned_again(town: Town) -> None:
    barcode = code(Kind.TUBE)
    misread = barcode[:-1] + str((int(barcode[-1]) + 1) % 10)
    refused(scan(town, code(Kind.BOX), misread), 422, "barcode_check_digit", misread, "scan again")


def test_a_code_of_no_known_supplier_is_named(town: Town) -> None:
    refused(scan(town, code(Kind.BOX), "QQ-1"), 422, "barcode_unknown_format", "QQ-1")


def test_a_code_that_is_empty_but_for_blanks_is_to_be_scanned_again(town: Town) -> None:
    refused(scan(town, code(Kind.BOX), "   "), 422, "barcode_malformed", "scan again")


def test_a_box_received_in_the_future_is_a_wrong_clock(town: Town) -> None:
    refused(scan(town, code(Kind.BOX), at="2999-01-01T00:00:00Z"), 422, "time_in_future", "check the clock")


def test_a_time_without_an_offset_is_not_understood(town: Town) -> None:
    refused(scan(town, code(Kind.BOX), at="2022-02-02T10:00:00"), 422, "request_malformed", "at")


def test_an_id_that_was_used_for_another_box_is_refused(town: Town) -> None:
    same = str(uuid7())
    done(scan(town, code(Kind.BOX), id=same))
    refused(scan(town, code(Kind.BOX), id=same), 409, "id_reused", same, "new id")
