"""Bea sends tubes back for a repeat."""

from lims.kernel.barcodes import Kind
from lims.kernel.ids import uuid7
from tests.bench import bench_state, done, members, refused, reject, review, verbs
from tests.factories import Town, code


def run_of(town: Town, truth: dict[str, str] | None = None, *, hours: float = 4, spoiled: str = "") -> str:
    """What waits is plated and read."""
    return str(done(town.imported(town.plated(hours=hours - 1), truth, hours=hours, spoiled=spoiled))["run"])


def received(town: Town, count: int) -> list[str]:
    """Tubes that wait."""
    tubes = sorted(code(Kind.TUBE) for _ in range(count))
    town.received(*tubes)
    return tubes


def test_named_tubes_wait_again_and_the_others_stay(town: Town) -> None:
    first, second = received(town, 2)
    run = run_of(town, {first: "invalid"})
    assert done(review(run, town.bea, "reject", [first])) == {"released": [], "returned": [first]}
    assert (bench_state(town, first), bench_state(town, second)) == ("waiting", "called")
    assert "tube.returned" in verbs(town, first)


def test_without_names_everything_undecided_goes_back(town: Town) -> None:
    first, second, third = received(town, 3)
    run = run_of(town)
    done(review(run, town.bea, tubes=[first]))
    done(reject(town, second))
    assert done(review(run, town.bea, "reject"))["returned"] == [third]
    assert [bench_state(town, tube) for tube in (first, second, third)] == ["released", "rejected", "waiting"]


def test_the_tubes_of_a_failed_plate_go_back_together(town: Town) -> None:
    tubes = received(town, 3)
    run = run_of(town, spoiled="negative")
    assert done(review(run, town.bea, "reject"))["returned"] == tubes
    assert done(review(run_of(town, hours=6), town.bea))["released"] == tubes


def test_a_tube_sent_back_is_no_longer_released_by_the_old_run(town: Town) -> None:
    (tube,) = received(town, 1)
    old = run_of(town)
    done(review(old, town.bea, "reject"))
    run_of(town, hours=6)
    refused(review(old, town.bea, tubes=[tube]), 409, "review_tube_moved_on", tube)
    refused(review(old, town.bea, "reject", [tube]), 409, "review_tube_moved_on", tube)
    assert done(review(old, town.bea))["released"] == []


def test_a_pool_repeated_negative_is_a_clean_negative_and_its_case_is_withdrawn(town: Town) -> None:
    pool = town.collected(3)
    town.received(pool["barcode"])
    done(review(run_of(town, {pool["barcode"]: "single_target"}), town.bea, "reject", [pool["barcode"]]))
    case = town.case(pool["barcode"])
    assert case is not None
    assert (case["state"], case["preliminary"]) == ("open", True)
    assert done(review(run_of(town, hours=6), town.bea))["released"] == [pool["barcode"]]
    case = town.case(pool["barcode"])
    assert case is not None
    assert (case["state"], case["outcome"], case["preliminary"]) == ("closed", "withdrawn", False)
    assert set(town.results(pool).values()) == {"negative"}


def test_a_pool_repeated_positive_makes_its_case_firm(town: Town) -> None:
    pool = town.collected(2)
    town.received(pool["barcode"])
    done(review(run_of(town, {pool["barcode"]: "grey_zone"}), town.bea, "reject"))
    done(review(run_of(town, {pool["barcode"]: "positive"}, hours=6), town.bea, tubes=[pool["barcode"]]))
    case = town.case(pool["barcode"])
    assert case is not None
    assert (case["state"], case["preliminary"], case["call"], case["outcome"]) == ("open", False, "positive", None)
    assert members(town, pool["barcode"]) == ["to_recollect"] * 2


def test_the_same_rejection_again_answers_the_same(town: Town) -> None:
    (tube,) = received(town, 1)
    run, same = run_of(town), str(uuid7())
    first = done(review(run, town.bea, "reject", id=same))
    assert done(review(run, town.bea, "reject", id=same)) == first == {"released": [], "returned": [tube]}
    # Late, after the repeat was called: the repeat is not sent back.
    run_of(town, hours=6)
    assert done(review(run, town.bea, "reject", id=same)) == first
    assert bench_state(town, tube) == "called"


def test_bea_says_why(town: Town) -> None:
    (tube,) = received(town, 1)
    run = run_of(town)
    done(review(run, town.bea, "reject", [tube], comment="bubbles in the well"))
    refused(review(run, town.bea, "reject", [tube], comment="x" * 501), 422, "request_malformed", "comment")
