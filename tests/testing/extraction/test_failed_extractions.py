"""A failed extraction control invalidates its batch, on every plate it went to."""

from typing import Any

from lims.kernel.barcodes import Kind
from tests.bench import (
    bench_state,
    control_wells,
    done,
    extract,
    extracted,
    lay_out,
    message,
    mix,
    refused,
    review,
    spoiled_file,
    together,
    tubes_in,
    verbs,
)
from tests.factories import Town, code


def batch_of(town: Town, batch: dict[str, Any]) -> dict[str, Any]:
    return done(town.ben.get(f"/testing/api/extractions/{batch['barcode']}"))


def two_plates(town: Town) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """A batch, the plate that carries its controls, and a plate with one of its tubes among controls of the plate's own."""
    batch = extracted(town, 3)
    moved = tubes_in(batch)[0]
    own = {"A1": moved, "A2": "control:weak_positive", "A3": "control:negative", "A4": "control:negative", "A5": "control:blank"}
    second = done(lay_out(town, own))
    first = done(lay_out(town, batches=[batch["barcode"]]))
    assert second["wells"]["A1"] == {"tube": moved, "batch": batch["barcode"]}
    return batch, first, second


def spoil(town: Town, plate: dict[str, Any], batch: dict[str, Any], role: str = "negative") -> dict[str, Any]:
    """Ben imports a run in which a control of the batch is out."""
    (well, *_) = control_wells(plate, role, batch["barcode"])
    return done(town.upload(plate["barcode"], spoiled_file(town, plate, well)))


def test_each_control_of_a_batch_invalidates_it(town: Town) -> None:
    for role in ("weak_positive", "negative", "blank"):
        batch = extracted(town, 2)
        plate = done(lay_out(town, batches=[batch["barcode"]]))
        (well, *_) = control_wells(plate, role, batch["barcode"])
        answer = done(town.upload(plate["barcode"], spoiled_file(town, plate, well)))
        assert answer["control_verdict"] == "failed"
        assert {(reason["well"], reason["batch"]) for reason in answer["reasons"]} == {(well, batch["barcode"])}
        told = batch_of(town, batch)
        assert told["state"] == "failed"
        assert [(each["plate"], each["well"]) for each in told["failures"]] == [(plate["barcode"], well)]


def test_a_batch_in_control_is_released(town: Town) -> None:
    batch = extracted(town, 3)
    run = done(town.imported(done(lay_out(town, batches=[batch["barcode"]]))))["run"]
    assert sorted(done(town.reviewed(run))["released"]) == sorted(tubes_in(batch))
    assert batch_of(town, batch)["state"] == "extracted"


def test_its_tubes_on_another_plate_in_control_are_not_released(town: Town) -> None:
    batch, first, second = two_plates(town)
    run = done(town.imported(second))
    assert run["control_verdict"] == "passed"
    spoil(town, first, batch)
    assert done(review(run["run"], town.bea))["released"] == []
    well = control_wells(first, "negative", batch["barcode"])[0]
    refused(review(run["run"], town.bea, tubes=tubes_in(second)), 409, "extraction_failed", batch["barcode"], well, first["barcode"])


def test_it_is_the_same_where_the_control_failed_before_the_other_plate_was_run(town: Town) -> None:
    batch, first, second = two_plates(town)
    spoil(town, first, batch)
    run = done(town.imported(second))
    assert run["control_verdict"] == "passed"
    refused(review(run["run"], town.bea, tubes=tubes_in(second)), 409, "extraction_failed", batch["barcode"])


def test_the_other_batches_of_a_plate_stand_where_they_bring_all_controls(town: Town) -> None:
    bad, good = extracted(town, 2), extracted(town, 3)
    plate = done(lay_out(town, batches=[bad["barcode"], good["barcode"]]))
    answer = spoil(town, plate, bad)
    assert answer["control_verdict"] == "passed"
    assert [reason["batch"] for reason in answer["reasons"]] == [bad["barcode"]] * len(answer["reasons"])
    assert sorted(done(review(answer["run"], town.bea))["released"]) == sorted(tubes_in(good))
    assert (batch_of(town, bad)["state"], batch_of(town, good)["state"]) == ("failed", "extracted")


def test_a_control_of_the_plate_itself_still_fails_the_whole_plate(town: Town) -> None:
    batch, _, second = two_plates(town)
    (well, *_) = control_wells(second, "negative")
    assert done(town.upload(second["barcode"], spoiled_file(town, second, well)))["control_verdict"] == "failed"
    assert batch_of(town, batch)["state"] == "extracted"


def test_the_plate_run_again_with_its_control_in_order_makes_the_batch_valid_again(town: Town) -> None:
    batch, first, second = two_plates(town)
    spoil(town, first, batch)
    run = done(town.imported(second))["run"]
    assert done(town.imported(first, hours=5))["control_verdict"] == "passed"
    assert batch_of(town, batch)["state"] == "extracted"
    assert done(review(run, town.bea))["released"] == tubes_in(second)


def test_what_was_released_before_is_listed_and_stays_until_a_reviewer_decides(town: Town) -> None:
    batch, first, second = two_plates(town)
    run = done(town.imported(second))["run"]
    assert done(review(run, town.bea))["released"] == tubes_in(second)
    spoil(town, first, batch)
    assert bench_state(town, tubes_in(second)[0]) == "released"
    page = town.bea.get("/testing/").text
    assert batch["barcode"] in page
    answer = done(town.ben.post(f"/testing/api/extractions/{batch['barcode']}/re-extract", message()))
    assert answer["released"] == tubes_in(second)
    assert sorted(answer["returned"]) == sorted(set(tubes_in(batch)) - set(tubes_in(second)))
    decision = message(decision="The official was told; the people come again.")
    assert town.bea.post(f"/testing/api/extractions/{batch['barcode']}/settle", decision).status_code == 204
    assert batch["barcode"] not in town.bea.get("/testing/").text


def test_a_technician_does_not_decide_on_what_was_released(town: Town) -> None:
    batch = extracted(town)
    answer = town.ben.post(f"/testing/api/extractions/{batch['barcode']}/settle", message(decision="fine"))
    refused(answer, 403, "role_missing")


def test_its_tubes_go_back_to_be_extracted_again_and_may_then_be_released(town: Town) -> None:
    batch, first, second = two_plates(town)
    town.imported(second)
    spoil(town, first, batch)
    answer = done(town.ben.post(f"/testing/api/extractions/{batch['barcode']}/re-extract", message()))
    assert sorted(answer["returned"]) == sorted(tubes_in(batch))
    assert verbs(town, tubes_in(batch)[0])[-1] == "tube.returned"
    again = done(extract(town))
    assert sorted(tubes_in(again)) == sorted(tubes_in(batch))
    run = done(town.imported(done(lay_out(town, batches=[again["barcode"]])), hours=8))["run"]
    # The tube of the second plate was called before, and negative: nothing is in doubt.
    assert sorted(done(review(run, town.bea))["released"]) == sorted(tubes_in(batch))


def test_re_extraction_sent_twice_is_done_once(town: Town) -> None:
    batch, first, _ = two_plates(town)
    spoil(town, first, batch)
    body = message()
    answers = [done(town.ben.post(f"/testing/api/extractions/{batch['barcode']}/re-extract", body)) for _ in range(2)]
    assert answers[0] == answers[1]


def test_a_batch_without_a_failed_control_is_given_up_only_with_a_reason(town: Town) -> None:
    batch = extracted(town)
    path = f"/testing/api/extractions/{batch['barcode']}/re-extract"
    refused(town.ben.post(path, message()), 422, "extraction_sound", batch["barcode"])
    assert sorted(done(town.ben.post(path, message(note="the extractor stopped")))["returned"]) == sorted(tubes_in(batch))
    told = batch_of(town, batch)
    assert (told["state"], told["failures"][0]["sentence"], told["waiting"]) == ("failed", "the extractor stopped", [])


def test_run_and_batch_say_what_had_left_the_lab_before_and_what_to_do_until_the_control_is_in_order(town: Town) -> None:
    batch, first, second = two_plates(town)
    (tube,) = tubes_in(second)
    run = done(town.imported(second))["run"]
    done(review(run, town.bea))
    pages = (f"/testing/runs/{run}", f"/testing/extractions/{batch['barcode']}")
    released = "before the control of their extraction batch was seen to fail: 1."
    said = (released, f"/testing/results/{tube}", "where none does, have its people sampled again")
    assert [words for path in pages for words in said[::2] if words in town.bea.get(path).text] == []
    other = spoil(town, first, batch)["run"]
    assert [words for path in pages for words in said if words not in town.bea.get(path).text] == []
    assert said[0] not in town.bea.get(f"/testing/runs/{other}").text
    done(town.imported(first, hours=6))
    assert [words for path in pages for words in said[:1] if words in town.bea.get(path).text] == []


def test_nothing_of_an_invalid_batch_is_laid_out(town: Town) -> None:
    batch = extracted(town, 2)
    plate = done(lay_out(town, batches=[batch["barcode"]]))
    run = spoil(town, plate, batch)["run"]
    done(review(run, town.bea, "reject"))
    refused(lay_out(town, batches=[batch["barcode"]]), 409, "extraction_failed", batch["barcode"])
    refused(lay_out(town, batches="eluates"), 409, "nothing_waits")


def test_a_pool_of_an_invalid_batch_and_its_members_stay_unreleased(town: Town) -> None:
    singles = [town.collected(1, size=1)["barcode"] for _ in range(2)]
    town.received(*singles)
    pool = code(Kind.TUBE)
    done(mix(town, *singles, barcode=pool))
    batch = done(extract(town))
    plate = done(lay_out(town, batches=[batch["barcode"]]))
    run = spoil(town, plate, batch)["run"]
    refused(review(run, town.bea, tubes=[pool]), 409, "controls_failed")
    assert {bench_state(town, single) for single in singles} == {"pooled"}


def test_bea_reads_on_the_run_what_is_invalid_and_is_offered_only_what_stands(town: Town) -> None:
    bad, good = extracted(town, 2), extracted(town, 3)
    plate = done(lay_out(town, batches=[bad["barcode"], good["barcode"]]))
    run = spoil(town, plate, bad)["run"]
    page = town.bea.get(f"/testing/runs/{run}").text
    assert "2 tubes of this run were extracted in a batch that is invalid" in page
    assert "Release 3 clean negatives" in page
    batch = town.bea.get(f"/testing/extractions/{bad['barcode']}").text
    assert "the negative control shows amplification" in batch
    assert plate["barcode"] in batch


def test_a_positive_of_an_invalid_batch_is_not_offered_for_release(town: Town) -> None:
    batch, first, second = two_plates(town)
    tube = tubes_in(second)[0]
    run = done(town.imported(second, {tube: "positive"}))["run"]
    assert "Release this tube" in town.bea.get(f"/testing/runs/{run}").text
    spoil(town, first, batch)
    page = town.bea.get(f"/testing/runs/{run}").text
    assert "Release this tube" not in page
    assert "Send back for a repeat" in page


def test_who_releases_and_who_judges_at_once_cannot_pass_each_other(town: Town) -> None:
    """Either the release came first, and is listed, or the failure did, and it was refused."""
    batch, first, second = two_plates(town)
    run = done(town.imported(second))["run"]
    together(lambda: review(run, town.bea).status_code, lambda: spoil(town, first, batch)["run"])
    tube = tubes_in(second)[0]
    answer = done(town.ben.post(f"/testing/api/extractions/{batch['barcode']}/re-extract", message()))
    assert (answer["released"] == [tube]) == (bench_state(town, tube) == "released")
    assert (tube in answer["returned"]) == (bench_state(town, tube) == "waiting")
