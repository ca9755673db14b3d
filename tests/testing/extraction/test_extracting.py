"""Ben extracts what waits, and fills plates from what he has extracted."""

from collections import Counter

from lims.kernel.barcodes import Kind
from tests.bench import another_town, bench_state, done, extract, extracted, lay_out, message, refused, tubes_in, verbs
from tests.factories import Town, code


def roles(laid_out: dict[str, dict[str, dict[str, str]]]) -> Counter[str]:
    return Counter(what["control"] for what in laid_out["wells"].values() if "control" in what)


def test_what_waits_is_extracted_beside_the_controls_of_the_assay(town: Town) -> None:
    tubes = [code(Kind.TUBE) for _ in range(3)]
    town.received(*tubes)
    batch = done(extract(town, instrument="line 2"))
    assert sorted(tubes_in(batch)) == sorted(tubes)
    assert roles(batch) == {"weak_positive": 1, "negative": 2, "blank": 1}
    assert (batch["state"], batch["instrument"], batch["extracted_by"]) == ("extracted", "line 2", town.ben.name)
    assert batch["waiting"] == sorted(tubes)
    assert {bench_state(town, tube) for tube in tubes} == {"waiting"}
    assert verbs(town, tubes[0])[-1] == "tube.extracted"
    assert done(town.ben.get(f"/testing/api/extractions/{batch['barcode']}")) == batch


def test_a_batch_sent_twice_is_one_batch(town: Town) -> None:
    town.received(code(Kind.TUBE))
    body = message(barcode=code(Kind.PLATE), lab=town.lab, assay="ncov2")
    first, again = (done(town.ben.post("/testing/api/extractions", body)) for _ in range(2))
    assert first == again
    refused(town.ben.post("/testing/api/extractions", body | {"instrument": "line 3"}), 409, "id_reused")


def test_what_is_extracted_is_not_laid_out_with_what_is_not(town: Town) -> None:
    extracted(town, 2)
    refused(lay_out(town), 409, "nothing_waits")
    fresh = code(Kind.TUBE)
    town.received(fresh)
    assert tubes_in(done(lay_out(town))) == [fresh]


def test_a_plate_of_a_batch_keeps_its_wells_and_its_controls(town: Town) -> None:
    batch = extracted(town)
    plate = done(lay_out(town, batches=[batch["barcode"]]))
    expected = {well: what | {"batch": batch["barcode"], "from": well} for well, what in batch["wells"].items()}
    assert (plate["wells"], plate["batches"]) == (expected, [batch["barcode"]])
    assert done(town.ben.get(f"/testing/api/extractions/{batch['barcode']}"))["waiting"] == []


def test_the_controls_of_a_batch_move_from_batch_to_batch(town: Town) -> None:
    first, second = extracted(town, 20), extracted(town, 20)
    places = [{well for well, what in batch["wells"].items() if "control" in what} for batch in (first, second)]
    assert places[0] != places[1]


def test_two_short_batches_share_a_plate_and_every_well_knows_its_batch(town: Town) -> None:
    one, other = extracted(town, 2), extracted(town, 3)
    plate = done(lay_out(town, batches=[one["barcode"], other["barcode"]]))
    assert sorted(tubes_in(plate)) == sorted(tubes_in(one) + tubes_in(other))
    of_batch = {what["tube"]: what["batch"] for what in plate["wells"].values() if "tube" in what}
    assert {of_batch[tube] for tube in tubes_in(one)} == {one["barcode"]}
    assert roles(plate) == {"weak_positive": 2, "negative": 4, "blank": 2}


def test_a_batch_without_a_weak_positive_gets_one_on_its_plate(town: Town) -> None:
    tube = code(Kind.TUBE)
    town.received(tube)
    batch = done(extract(town, {"A1": tube, "B1": "control:negative", "C1": "control:negative", "D1": "control:blank"}))
    plate = done(lay_out(town, batches=[batch["barcode"]]))
    (own,) = [what for what in plate["wells"].values() if "batch" not in what]
    assert own == {"control": "weak_positive"}


def test_a_repeat_is_laid_out_from_its_eluate(town: Town) -> None:
    batch = extracted(town, 3)
    plate = done(lay_out(town, batches=[batch["barcode"]]))
    run = town.imported(plate).json()["run"]
    tube = tubes_in(batch)[0]
    assert town.reviewed(run, "reject", [tube]).status_code == 200
    again = done(lay_out(town, batches="eluates"))
    (what,) = [what for what in again["wells"].values() if "tube" in what]
    assert what == {"tube": tube, "batch": batch["barcode"]}
    assert roles(again) == {"weak_positive": 1, "negative": 2, "blank": 1}


def test_a_batch_of_which_nothing_waits_is_left_out_by_name(town: Town) -> None:
    batch = extracted(town)
    done(lay_out(town, batches=[batch["barcode"]]))
    refused(lay_out(town, batches=[batch["barcode"]]), 409, "batch_empty", batch["barcode"])


def test_batches_that_fill_more_than_a_plate_are_refused_with_the_numbers(town: Town) -> None:
    one, other = extracted(town, 60), extracted(town, 60)
    refused(lay_out(town, batches=[one["barcode"], other["barcode"]]), 409, "plate_overfull", "128", "96")


def test_a_tube_is_extracted_once(town: Town) -> None:
    tube = tubes_in(extracted(town, 1))[0]
    refused(extract(town, {"A1": tube, "B1": "control:negative"}), 409, "extraction_tube_extracted", tube)


def test_a_batch_needs_a_control_that_shows_contamination(town: Town) -> None:
    tube = code(Kind.TUBE)
    town.received(tube)
    refused(extract(town, {"A1": tube, "B1": "control:weak_positive"}), 422, "extraction_without_control")


def test_a_deep_well_plate_is_used_for_one_batch_and_for_no_plate(town: Town) -> None:
    batch = extracted(town)
    town.received(code(Kind.TUBE))
    refused(extract(town, barcode=batch["barcode"]), 409, "extraction_exists", batch["barcode"])
    refused(lay_out(town, barcode=batch["barcode"]), 409, "plate_exists", batch["barcode"])


def test_nothing_to_extract_is_said(town: Town) -> None:
    refused(extract(town), 409, "nothing_waits", town.lab)


def test_cleo_of_another_lab_neither_sees_nor_uses_the_batch(town: Town) -> None:
    batch, cleo = extracted(town), another_town(town)
    refused(cleo.ben.get(f"/testing/api/extractions/{batch['barcode']}"), 404, "not_found")
    refused(cleo.ben.post(f"/testing/api/extractions/{batch['barcode']}/re-extract", message(note="x")), 404, "not_found")
    refused(lay_out(cleo, batches=[batch["barcode"]]), 404, "not_found", batch["barcode"])
    refused(extract(town, by=cleo.ben), 404, "not_found")


def test_ana_has_no_business_at_the_extractor(town: Town) -> None:
    refused(extract(town, by=town.ana), 403, "role_missing")
