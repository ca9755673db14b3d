"""A plate may be run again; every run is kept, and only the newest in control can be signed off."""

from datetime import timedelta
from typing import Any

import pytest

from lims.kernel import clock
from lims.kernel.barcodes import Kind
from tests.bench import bench_state, done, refused, reject, review
from tests.factories import Town, code


def plated(town: Town, count: int = 2) -> tuple[dict[str, Any], list[str]]:
    """A plate with some tubes, and the tubes."""
    tubes = sorted(code(Kind.TUBE) for _ in range(count))
    town.received(*tubes)
    return town.plated(), tubes


def test_the_run_before_the_last_is_superseded(town: Town) -> None:
    plate, (first, second) = plated(town)
    old = done(town.imported(plate, {first: "positive"}))["run"]
    new = done(town.imported(plate, {first: "single_target"}, hours=5))["run"]
    refused(review(old, town.bea), 409, "run_superseded", plate["barcode"], "review that run")
    refused(review(old, town.bea, tubes=[first]), 409, "run_superseded")
    assert done(review(new, town.bea))["released"] == [second]
    assert done(review(new, town.bea, tubes=[first]))["released"] == [first]


def test_a_tube_positive_in_one_run_and_negative_in_the_next_is_nobodys_clean_negative(town: Town) -> None:
    plate, (doubtful, clean) = plated(town)
    done(town.imported(plate, {doubtful: "positive"}))
    new = done(town.imported(plate, hours=5))["run"]
    assert done(review(new, town.bea))["released"] == [clean]
    assert bench_state(town, doubtful) == "called"
    # A reviewer who names it takes it upon herself.
    assert done(review(new, town.bea, tubes=[doubtful]))["released"] == [doubtful]


def test_a_tube_once_seen_in_the_grey_zone_is_no_clean_negative_either(town: Town) -> None:
    plate, (doubtful, clean) = plated(town)
    done(town.imported(plate, {doubtful: "grey_zone"}))
    new = done(town.imported(plate, hours=5))["run"]
    assert done(review(new, town.bea))["released"] == [clean]


def test_what_a_run_out_of_control_said_casts_no_doubt(town: Town) -> None:
    plate, tubes = plated(town)
    done(town.imported(plate, {tubes[0]: "positive"}, spoiled="negative"))
    new = done(town.imported(plate, hours=5))["run"]
    assert done(review(new, town.bea))["released"] == tubes


def test_a_rerun_out_of_control_does_not_supersede(town: Town) -> None:
    plate, tubes = plated(town)
    good = done(town.imported(plate))["run"]
    bad = done(town.imported(plate, hours=5, spoiled="weak_positive"))["run"]
    refused(review(bad, town.bea), 409, "controls_failed", plate["barcode"])
    assert done(review(good, town.bea))["released"] == tubes


def test_the_newest_run_is_the_one_imported_last_also_when_the_clock_was_set_back(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    plate, (first, second) = plated(town)
    old = done(town.imported(plate))["run"]
    earlier = clock.now() - timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: earlier)
    new = done(town.imported(plate, {first: "positive"}, hours=5))["run"]
    refused(review(old, town.bea), 409, "run_superseded")
    assert done(review(new, town.bea))["released"] == [second]


def test_a_rerun_leaves_what_was_released_or_rejected_meanwhile(town: Town) -> None:
    plate, (released, rejected, waiting) = plated(town, 3)
    old = done(town.imported(plate))["run"]
    done(review(old, town.bea, tubes=[released]))
    done(reject(town, rejected))
    new = done(town.imported(plate, {released: "positive", rejected: "positive"}, hours=5))["run"]
    assert [bench_state(town, tube) for tube in (released, rejected, waiting)] == ["released", "rejected", "called"]
    assert done(review(new, town.bea))["released"] == [waiting]
    refused(review(new, town.bea, tubes=[released]), 409, "tube_released", released)
    refused(review(new, town.bea, tubes=[rejected]), 409, "review_tube_moved_on", rejected, "rejected")


def test_a_tube_sent_back_from_the_plate_is_not_called_by_its_rerun(town: Town) -> None:
    plate, (repeated, stays) = plated(town)
    old = done(town.imported(plate, {repeated: "invalid"}))["run"]
    done(review(old, town.bea, "reject", [repeated]))
    new = done(town.imported(plate, hours=5))["run"]
    assert (bench_state(town, repeated), bench_state(town, stays)) == ("waiting", "called")
    assert done(review(new, town.bea))["released"] == [stays]
    refused(review(new, town.bea, tubes=[repeated]), 409, "review_tube_moved_on", repeated)


def test_every_run_of_a_plate_is_kept_as_it_was(town: Town) -> None:
    plate, (tube, _) = plated(town)
    said = {}
    for hours, kind in ((4, "positive"), (5, "invalid"), (6, "negative")):
        run = done(town.imported(plate, {tube: kind}, hours=hours))
        said[run["run"]] = run
    assert {run: done(town.ben.get(f"/testing/api/runs/{run}")) for run in said} == said
