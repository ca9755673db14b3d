"""What cannot be judged yet is kept, and taken by itself the moment it can be."""

from datetime import timedelta

import pytest

from tests.factories import Town, at, person, tube
from tests.sampling.sync.crowd import insist, state, together


def outcomes(town: Town, *made: dict[str, object], device: str = "dev-1") -> list[str]:
    """What becomes of tubes sent together."""
    return [outcome["outcome"] for outcome in town.sync(*made, device=device)]


def test_a_recollection_that_came_first_is_taken_with_its_pool(town: Town) -> None:
    pool = tube(town.site, 2)
    single = tube(town.site, [person()], size=1, retest_of=pool["barcode"])
    assert outcomes(town, single) == ["held"]
    assert outcomes(town, pool) == ["accepted"]
    assert town.ana.get(f"/sampling/api/tubes/{single['barcode']}").json()["retest_of"] == pool["barcode"]
    assert outcomes(town, single) == ["already_have"]
    assert state(town, [single["barcode"]], "held") == {"held": []}


def test_pool_and_recollection_in_one_message_are_both_taken_whichever_stands_first(town: Town) -> None:
    for turned in (False, True):
        pool = tube(town.site, 2)
        single = tube(town.site, [person()], size=1, retest_of=pool["barcode"])
        made = [single, pool] if turned else [pool, single]
        assert outcomes(town, *made) == ["accepted", "accepted"]
        assert state(town, [single["barcode"]], "kept") == {"kept": []}


def test_a_chain_of_recollections_sent_backwards_in_one_message_is_taken_whole(town: Town) -> None:
    pool, who = tube(town.site, 2), person()
    first = tube(town.site, [who], size=1, retest_of=pool["barcode"])
    second = tube(town.site, [who], size=1, retest_of=first["barcode"])
    assert outcomes(town, second, first, pool) == ["accepted"] * 3


def test_a_chain_of_recollections_waits_for_its_first_link_and_is_then_taken_whole(town: Town) -> None:
    pool, who = tube(town.site, 2), person()
    first = tube(town.site, [who], size=1, retest_of=pool["barcode"])
    second = tube(town.site, [who], size=1, retest_of=first["barcode"])
    assert outcomes(town, second) == ["held"]
    assert outcomes(town, first) == ["held"]
    assert outcomes(town, pool) == ["accepted"]
    assert state(town, [first["barcode"], second["barcode"]], "held") == {"held": []}
    assert town.ana.get(f"/sampling/api/tubes/{second['barcode']}").status_code == 200


def test_a_second_recollection_is_taken_with_the_pool_that_frees_the_first(town: Town) -> None:
    pool, who = tube(town.site, 2), person()
    first = tube(town.site, [who], size=1, retest_of=pool["barcode"])
    second = tube(town.site, [who], size=1, retest_of=first["barcode"])
    third = tube(town.site, [who], size=1, retest_of=second["barcode"])
    assert outcomes(town, first) == ["held"]
    assert outcomes(town, third, second, pool) == ["accepted"] * 3
    assert state(town, [made["barcode"] for made in (first, second, third)], "held") == {"held": []}


def test_a_held_record_sent_ten_times_is_kept_once(town: Town) -> None:
    single = tube(town.site, size=1, retest_of=tube(town.site)["barcode"])
    assert outcomes(town, *[single] * 5) + outcomes(town, *[single] * 5) == ["held"] * 10
    kept = state(town, [single["barcode"]])
    assert len(kept["kept"]) == 1
    assert kept["events"] == [(single["barcode"], "sync.kept", 1)]


def test_a_record_refused_for_the_clock_and_held_later_is_freed_all_the_same(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    pool = tube(town.site, 2)
    single = tube(town.site, size=1, hours=0.5, retest_of=pool["barcode"])
    with monkeypatch.context() as early:
        early.setattr("lims.kernel.clock.TOLERATED_SKEW", -timedelta(days=50_000))
        assert outcomes(town, single) == ["refused"]
    assert outcomes(town, single) == ["held"]
    assert outcomes(town, pool) == ["accepted"]
    assert town.ana.get(f"/sampling/api/tubes/{single['barcode']}").status_code == 200


def test_the_later_revision_of_a_held_record_is_what_counts_in_the_end(town: Town) -> None:
    pool = tube(town.site, 2)
    opened = tube(town.site, size=1, retest_of=pool["barcode"], state="open", sealed_at=None)
    sealed = opened | {"revision": 2, "state": "sealed", "sealed_at": at(1)}
    for order in ((opened, sealed), (sealed, opened)):
        for made in order:
            assert outcomes(town, made) == ["held"]
    town.sync(pool)
    assert town.ana.get(f"/sampling/api/tubes/{opened['barcode']}").json()["revision"] == 2


def test_a_held_record_whose_tube_another_device_took_meanwhile_becomes_a_conflict(town: Town) -> None:
    pool = tube(town.site, 2)
    single = tube(town.site, size=1, retest_of=pool["barcode"])
    assert outcomes(town, single) == ["held"]
    assert outcomes(town, tube(town.site, barcode=single["barcode"]), device="dev-2") == ["accepted"]
    town.sync(pool)
    (kept,) = state(town, [single["barcode"]], "kept")["kept"]
    assert kept[-3:] == ("conflict", "tube_of_another_device", None)
    assert (single["barcode"], "sync.kept", 2) in state(town, [single["barcode"]], "events")["events"]


def test_a_tube_scanned_at_the_lab_is_not_yet_met_by_its_recollections(town: Town) -> None:
    pool = tube(town.site, 2)
    town.received(pool["barcode"])
    single = tube(town.site, size=1, retest_of=pool["barcode"])
    assert outcomes(town, single) == ["held"]
    assert outcomes(town, pool) == ["accepted"]
    assert outcomes(town, single) == ["already_have"]


def test_pool_and_recollection_sent_at_the_same_moment_by_two_devices_leave_nothing_held(town: Town) -> None:
    for _ in range(40):
        pool, who = tube(town.site, 1), person()
        first = tube(town.site, [who], size=1, retest_of=pool["barcode"])
        second = tube(town.site, [who], size=1, retest_of=first["barcode"])
        sent = together(lambda: insist(town, [pool]), lambda: insist(town, [first], "dev-2"), lambda: insist(town, [second], "dev-3"))  # noqa: B023 - called before the next round
        assert sent[0][0]["outcome"] == "accepted"
        assert {one["outcome"] for (one,) in sent[1:]} <= {"accepted", "held"}
        codes = [made["barcode"] for made in (pool, first, second)]
        assert state(town, codes, "held") == {"held": []}
        assert len(state(town, codes, "results")["results"]) == 3
