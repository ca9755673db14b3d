"""Bea and Bo decide on one run at the same moment: each tube ends in exactly one state."""

import pytest
from sqlalchemy import select

from lims.kernel.barcodes import Kind
from lims.kernel.db import Access
from lims.kernel.ids import uuid7
from lims.testing.review.tables import Release, Returned
from tests.bench import bench_state, done, reject, review, together, verbs
from tests.factories import Town, code


def called(town: Town, count: int) -> tuple[str, list[str]]:
    """A run of so many negative tubes, and the tubes."""
    tubes = sorted(code(Kind.TUBE) for _ in range(count))
    town.received(*tubes)
    return str(done(town.imported(town.plated()))["run"]), tubes


def decided(town: Town, tubes: list[str]) -> tuple[set[str], set[str]]:
    """What the database says was released, and what was sent back."""
    with town.program.database.transaction(Access.OWNER) as connection:
        released = connection.execute(select(Release.barcode).where(Release.barcode.in_(tubes))).scalars().all()
        returned = connection.execute(select(Returned.barcode).where(Returned.barcode.in_(tubes))).scalars().all()
    assert len(released) == len(set(released))
    assert len(returned) == len(set(returned))
    return set(released), set(returned)


@pytest.mark.parametrize("attempt", range(3))
def test_one_approves_and_one_rejects(town: Town, attempt: int) -> None:
    run, tubes = called(town, 20)
    bea, bo = town.bea, town.bo
    answers = [done(answer) for answer in together(lambda: review(run, bea), lambda: review(run, bo, "reject"))]
    released, returned = decided(town, tubes)
    assert (released | returned, released & returned) == (set(tubes), set())
    assert sorted(released) == answers[0]["released"]
    assert sorted(returned) == answers[1]["returned"]
    for tube in tubes:
        assert bench_state(town, tube) == ("released" if tube in released else "waiting")
        assert len([verb for verb in verbs(town, tube) if verb in ("tube.released", "tube.returned")]) == 1


@pytest.mark.parametrize("attempt", range(3))
def test_each_names_half_and_they_overlap(town: Town, attempt: int) -> None:
    run, tubes = called(town, 12)
    bea, bo = town.bea, town.bo
    answers = together(lambda: review(run, bea, tubes=tubes[:8]), lambda: review(run, bo, "reject", tubes[4:]))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    released, returned = decided(town, tubes)
    assert (released, returned) in [(set(tubes[:8]), set()), (set(), set(tubes[4:]))]


def test_both_approve(town: Town) -> None:
    run, tubes = called(town, 20)
    bea, bo = town.bea, town.bo
    answers = [done(answer) for answer in together(lambda: review(run, bea), lambda: review(run, bo))]
    assert sorted(answers[0]["released"] + answers[1]["released"]) == tubes
    assert decided(town, tubes) == (set(tubes), set())


def test_one_approval_sent_four_times_at_once_is_one(town: Town) -> None:
    run, tubes = called(town, 10)
    bea, same = town.bea, str(uuid7())
    answers = [done(answer) for answer in together(*[lambda: review(run, bea, id=same)] * 4)]
    assert answers == [{"released": tubes, "returned": []}] * 4


def test_bea_releases_while_ben_rejects_and_runs_the_plate_again(town: Town) -> None:
    tubes = sorted(code(Kind.TUBE) for _ in range(6))
    town.received(*tubes)
    plate, ben, bea = town.plated(), town.ben, town.bea
    run = str(done(town.imported(plate))["run"])
    rerun = town.run_file(plate, {tubes[1]: "positive"})
    approved, rejected, imported = together(
        lambda: review(run, bea),
        lambda: reject(town, tubes[0], by=ben),
        lambda: town.upload(plate["barcode"], rerun, by=ben, hours=5),
    )
    assert imported.status_code == 201
    released, _ = decided(town, tubes)
    assert bench_state(town, tubes[0]) == ("rejected" if rejected.status_code == 200 else "released")
    assert (tubes[0] in released) == (rejected.status_code == 409)
    # Either the approval came first, whole, or it finds the plate run again.
    if approved.status_code == 409:
        assert approved.json()["code"] == "run_superseded"
        assert released == set()
    else:
        assert released == set(approved.json()["released"])
    assert {bench_state(town, tube) for tube in tubes[1:]} <= {"released", "called"}
