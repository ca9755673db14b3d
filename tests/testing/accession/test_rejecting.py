"""Ben turns a tube away: its people are sampled again."""

import pytest

from lims.custody.rules import REJECTION_REASONS
from lims.kernel.barcodes import Kind
from lims.kernel.ids import uuid7
from tests.bench import another_town, bench_state, done, lay_out, mix, refused, reject, review, verbs
from tests.factories import Town, at, code


def test_the_people_of_a_rejected_tube_are_recollected(town: Town) -> None:
    pool = town.collected(3)
    town.received(pool["barcode"])
    assert done(reject(town, pool["barcode"], "leaking")) == {"barcode": pool["barcode"], "state": "rejected", "reason": "leaking"}
    assert set(town.results(pool).values()) == {"recollect"}
    assert town.case(pool["barcode"]) is None


@pytest.mark.parametrize("reason", REJECTION_REASONS)
def test_every_reason_of_hl7_0490_and_of_pools_is_known(town: Town, reason: str) -> None:
    barcode = code(Kind.TUBE)
    town.received(barcode)
    assert done(reject(town, barcode, reason))["reason"] == reason


def test_a_reason_that_nobody_knows_is_refused_with_those_there_are(town: Town) -> None:
    barcode = code(Kind.TUBE)
    town.received(barcode)
    refused(reject(town, barcode, "ugly"), 422, "rejection_reason", "ugly", "leaking", "EX")
    assert bench_state(town, barcode) == "waiting"


def test_a_tube_on_a_plate_can_be_rejected_and_the_run_does_not_call_it(town: Town) -> None:
    broken, whole = town.collected(1), town.collected(1)
    town.received(broken["barcode"], whole["barcode"])
    plate = town.plated()
    done(reject(town, broken["barcode"], "RB"))
    run = done(town.imported(plate))["run"]
    assert done(review(run, town.bea))["released"] == [whole["barcode"]]
    assert set(town.results(broken).values()) == {"recollect"}


def test_a_called_tube_can_be_rejected_and_is_then_never_released(town: Town) -> None:
    pool = town.collected(2)
    town.received(pool["barcode"])
    run = done(town.imported(town.plated()))["run"]
    done(reject(town, pool["barcode"], "RN"))
    assert done(review(run, town.bea))["released"] == []
    refused(review(run, town.bea, tubes=[pool["barcode"]]), 409, "review_tube_moved_on", pool["barcode"], "rejected")
    assert set(town.results(pool).values()) == {"recollect"}


def test_a_rejected_tube_waits_for_no_plate(town: Town) -> None:
    barcode = code(Kind.TUBE)
    town.received(barcode)
    done(reject(town, barcode))
    refused(lay_out(town), 409, "nothing_waits", town.lab)


def test_a_rejected_tube_cannot_be_rejected_once_more(town: Town) -> None:
    barcode = code(Kind.TUBE)
    town.received(barcode)
    done(reject(town, barcode))
    refused(reject(town, barcode), 409, "tube_state", barcode, "rejected")


def test_a_released_tube_cannot_be_rejected(town: Town) -> None:
    pool = town.collected(1)
    town.tested(pool["barcode"])
    refused(reject(town, pool["barcode"]), 409, "tube_state", pool["barcode"], "released")
    assert set(town.results(pool).values()) == {"negative"}


def test_a_member_of_an_aliquot_pool_cannot_be_rejected_while_the_pool_is_tested(town: Town) -> None:
    singles = [town.collected(1, size=1)["barcode"] for _ in range(2)]
    town.received(*singles)
    done(mix(town, *singles))
    refused(reject(town, singles[0]), 409, "tube_state", singles[0], "pooled")


def test_the_members_of_a_rejected_aliquot_pool_are_tested_by_themselves(town: Town) -> None:
    singles = [town.collected(1, size=1) for _ in range(2)]
    codes = sorted(single["barcode"] for single in singles)
    town.received(*codes)
    pool = done(mix(town, *codes))["barcode"]
    done(reject(town, pool, "leaking"))
    assert [bench_state(town, barcode) for barcode in codes] == ["waiting", "waiting"]
    assert {verbs(town, barcode)[-1] for barcode in codes} == {"tube.returned"}
    run = done(town.imported(town.plated()))["run"]
    assert done(review(run, town.bea))["released"] == codes
    assert set(town.results(*singles).values()) == {"negative"}


def test_a_tube_that_was_never_received_is_not_known_in_this_lab(town: Town) -> None:
    barcode = town.collected()["barcode"]
    refused(reject(town, barcode), 404, "not_found", barcode)
    refused(reject(town, code(Kind.TUBE)), 404, "not_found")


def test_a_tube_of_another_lab_is_not_known_in_this_one(town: Town) -> None:
    other, barcode = another_town(town), code(Kind.TUBE)
    other.received(barcode)
    refused(reject(town, barcode), 404, "not_found", barcode)
    assert bench_state(other, barcode) == "waiting"


def test_ana_cannot_reject(town: Town) -> None:
    refused(reject(town, code(Kind.TUBE), by=town.ana), 403, "role_missing", "technician")


def test_the_same_rejection_sent_again_is_one(town: Town) -> None:
    barcode, same = code(Kind.TUBE), str(uuid7())
    town.received(barcode)
    assert done(reject(town, barcode, id=same)) == done(reject(town, barcode, id=same))
    assert verbs(town, barcode).count("tube.rejected") == 1


def test_a_rejection_under_a_used_id_with_another_reason_is_refused(town: Town) -> None:
    barcode, same = code(Kind.TUBE), str(uuid7())
    town.received(barcode)
    done(reject(town, barcode, "EX", id=same))
    refused(reject(town, barcode, "QS", id=same), 409, "id_reused")


def test_a_rejection_from_tomorrow_is_a_wrong_clock(town: Town) -> None:
    refused(reject(town, code(Kind.TUBE), at="2999-01-01T00:00:00Z"), 422, "time_in_future")


def test_a_rejection_may_be_told_later_and_keeps_the_time_it_happened(town: Town) -> None:
    barcode = code(Kind.TUBE)
    town.received(barcode)
    done(reject(town, barcode, at=at(2.5)))
    assert done(town.ben.get(f"/sampling/api/tubes/{barcode}"))["rejected_at"].startswith("2022-02-02T02:30")
