"""Bea releases what Ben found."""

import pytest

from lims.kernel.barcodes import Kind
from lims.kernel.ids import uuid7
from tests.bench import bench_state, done, refused, reject, review, verbs
from tests.factories import Town, at, code


def called(town: Town, *kinds: str) -> tuple[str, list[str]]:
    """A run in control of one tube of each kind, and the tubes in this order."""
    tubes = [code(Kind.TUBE) for _ in kinds]
    town.received(*tubes)
    return str(done(town.imported(town.plated(), dict(zip(tubes, kinds, strict=True))))["run"]), tubes


def test_the_clean_negatives_are_released_together(town: Town) -> None:
    run, tubes = called(town, "negative", "negative", "negative")
    assert done(review(run, town.bea)) == {"released": sorted(tubes), "returned": []}
    assert {bench_state(town, tube) for tube in tubes} == {"released"}


def test_nothing_but_a_negative_goes_along_with_them(town: Town) -> None:
    run, (negative, *others) = called(town, "negative", "positive", "single_target", "grey_zone", "invalid")
    assert done(review(run, town.bea))["released"] == [negative]
    assert {bench_state(town, tube) for tube in others} == {"called"}


def test_what_is_not_negative_is_released_by_naming_it(town: Town) -> None:
    run, (negative, positive, invalid) = called(town, "negative", "positive", "invalid")
    assert done(review(run, town.bea, tubes=[positive]))["released"] == [positive]
    assert done(review(run, town.bea, tubes=[invalid, invalid]))["released"] == [invalid]
    assert bench_state(town, negative) == "called"


@pytest.mark.parametrize(("decision", "list_of"), [("approve", "released"), ("reject", "returned")])
def test_a_tube_is_named_as_a_scanner_writes_it(town: Town, decision: str, list_of: str) -> None:
    tube = f"SX{code(Kind.TUBE)[5:13]}"
    town.received(tube)
    run = str(done(town.imported(town.plated(), {tube: "positive"}))["run"])
    assert done(review(run, town.bea, decision, [f"]C1{tube.lower()} "]))[list_of] == [tube]


def test_the_same_tubes_named_in_another_order_are_the_same_decision(town: Town) -> None:
    run, tubes = called(town, "positive", "invalid")
    same = str(uuid7())
    first = done(review(run, town.bea, tubes=tubes, id=same))
    assert done(review(run, town.bea, tubes=tubes[::-1], id=same)) == first
    refused(review(run, town.bea, tubes=tubes[1:], id=same), 409, "id_reused")


def test_a_negative_may_be_named_too(town: Town) -> None:
    run, (first, second) = called(town, "negative", "negative")
    assert done(review(run, town.bea, tubes=[second]))["released"] == [second]
    assert done(review(run, town.bea))["released"] == [first]


def test_the_same_decision_again_answers_the_same_and_releases_nothing_twice(town: Town) -> None:
    run, (first, second) = called(town, "negative", "positive")
    same = str(uuid7())
    assert done(review(run, town.bea, id=same)) == done(review(run, town.bea, id=same)) == {"released": [first], "returned": []}
    assert verbs(town, first).count("tube.released") == 1
    assert done(review(run, town.bea)) == {"released": [], "returned": []}
    assert bench_state(town, second) == "called"


def test_a_reviewer_who_approves_a_plate_of_positives_releases_none(town: Town) -> None:
    run, _ = called(town, "positive", "positive")
    assert done(review(run, town.bea))["released"] == []


def test_the_release_is_dated_as_told_and_never_from_tomorrow(town: Town) -> None:
    run, (tube,) = called(town, "negative")
    refused(review(run, town.bea, at="2999-01-01T00:00:00Z"), 422, "time_in_future", "check the clock")
    done(review(run, town.bea, at=at(5.5)))
    assert done(town.ben.get(f"/sampling/api/tubes/{tube}"))["released_at"].startswith("2022-02-02T05:30")


def test_a_tube_that_is_not_in_this_run_is_named(town: Town) -> None:
    run, (tube,) = called(town, "negative")
    _, (other,) = called(town, "negative")
    for decision in ("approve", "reject"):
        refused(review(run, town.bea, decision, [tube, other]), 409, "review_tube_unknown", other)
    assert bench_state(town, tube) == "called"


def test_a_tube_released_already_is_not_released_again_nor_sent_back(town: Town) -> None:
    run, (tube,) = called(town, "positive")
    done(review(run, town.bea, tubes=[tube]))
    refused(review(run, town.bea, tubes=[tube]), 409, "tube_released", tube)
    refused(review(run, town.bea, "reject", [tube]), 409, "review_tube_moved_on", tube, "released")


def test_one_tube_that_cannot_go_holds_back_the_others_named_with_it(town: Town) -> None:
    run, (good, bad) = called(town, "negative", "negative")
    done(reject(town, bad))
    refused(review(run, town.bea, tubes=[good, bad]), 409, "review_tube_moved_on", bad, "rejected")
    assert bench_state(town, good) == "called"


def test_a_run_that_nobody_knows_is_not_reviewed(town: Town) -> None:
    refused(review(str(uuid7()), town.bea), 404, "not_found", "Run")


def test_a_decision_that_is_neither_has_not_the_agreed_shape(town: Town) -> None:
    run, _ = called(town, "negative")
    refused(review(run, town.bea, "postpone"), 422, "request_malformed", "decision")
    refused(review(run, town.bea, tubes=[]), 422, "request_malformed", "tubes")


def test_bea_releases_a_plate_of_92_negatives_in_one_action(town: Town) -> None:
    run, tubes = called(town, *["negative"] * 92)
    assert done(review(run, town.bea)) == {"released": sorted(tubes), "returned": []}
    assert {bench_state(town, tube) for tube in tubes} == {"released"}
