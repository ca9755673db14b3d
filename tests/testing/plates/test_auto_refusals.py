"""Plates that cannot be laid out, however they are asked for."""

from lims.kernel.barcodes import Kind
from lims.kernel.ids import uuid7
from tests.bench import another_town, bench_state, done, lay_out, refused
from tests.factories import Town, code


def test_where_nothing_waits_there_is_no_plate(town: Town) -> None:
    barcode = code(Kind.PLATE)
    refused(lay_out(town, barcode=barcode), 409, "nothing_waits", town.lab, "ncov2")
    assert town.ben.get(f"/testing/api/plates/{barcode}").status_code == 404


def test_a_plate_that_is_laid_out_is_not_laid_out_anew(town: Town) -> None:
    first, second, barcode = code(Kind.TUBE), code(Kind.TUBE), code(Kind.PLATE)
    town.received(first)
    done(lay_out(town, barcode=barcode))
    town.received(second)
    refused(lay_out(town, barcode=barcode), 409, "plate_exists", barcode, "take a new plate")
    assert bench_state(town, second) == "waiting"


def test_a_plate_of_another_lab_is_in_use_too(town: Town) -> None:
    other, barcode = another_town(town), code(Kind.PLATE)
    other.received(code(Kind.TUBE))
    done(lay_out(other, barcode=barcode))
    town.received(code(Kind.TUBE))
    refused(lay_out(town, barcode=barcode), 409, "plate_exists", barcode)


def test_an_id_that_was_used_for_another_plate_is_refused(town: Town) -> None:
    same = str(uuid7())
    town.received(code(Kind.TUBE))
    done(lay_out(town, id=same))
    refused(lay_out(town, id=same), 409, "id_reused", same)


def test_an_assay_that_nobody_loaded_is_named(town: Town) -> None:
    refused(lay_out(town, assay="flu"), 422, "assay_unknown", "flu")


def test_a_lab_that_nobody_knows_has_no_plates(town: Town) -> None:
    refused(lay_out(town, lab="NOWHERE", by=town.somebody("cleo", "technician")), 422, "lab_unknown", "NOWHERE")


def test_ben_cannot_lay_out_for_another_lab(town: Town) -> None:
    other = another_town(town)
    refused(lay_out(other, by=town.ben), 404, "not_found", other.lab)


def test_bea_cannot_lay_out(town: Town) -> None:
    refused(lay_out(town, by=town.bea), 403, "role_missing", "technician")


def test_a_plate_of_tomorrow_is_a_wrong_clock(town: Town) -> None:
    refused(lay_out(town, at="2999-01-01T00:00:00Z"), 422, "time_in_future")


def test_a_tube_code_on_the_plate_is_the_wrong_kind(town: Town) -> None:
    refused(lay_out(town, barcode=code(Kind.TUBE)), 422, "barcode_wrong_kind", "scan a plate code")


def test_a_misread_plate_is_to_be_scanned_again(town: Town) -> None:
    barcode = code(Kind.PLATE)
    refused(lay_out(town, barcode=barcode[:-1] + str((int(barcode[-1]) + 1) % 10)), 422, "barcode_check_digit", "scan again")


def test_a_plate_of_another_lab_is_not_shown(town: Town) -> None:
    other = another_town(town)
    other.received(code(Kind.TUBE))
    plate = done(lay_out(other))["barcode"]
    refused(town.ben.get(f"/testing/api/plates/{plate}"), 404, "not_found", plate)
    refused(town.ben.get(f"/testing/api/plates/{plate}/sample-sheet"), 404, "not_found", plate)


def test_a_plate_that_nobody_laid_out_is_not_shown(town: Town) -> None:
    refused(town.ben.get(f"/testing/api/plates/{code(Kind.PLATE)}"), 404, "not_found")


def test_the_sample_sheet_of_an_instrument_nobody_knows_is_refused_with_those_there_are(town: Town) -> None:
    town.received(code(Kind.TUBE))
    plate = done(lay_out(town))["barcode"]
    answer = town.ben.get(f"/testing/api/plates/{plate}/sample-sheet", instrument="abacus")
    refused(answer, 422, "sample_sheet_unknown_instrument", "abacus", "quantstudio")
