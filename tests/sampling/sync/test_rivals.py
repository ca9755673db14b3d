"""Two who claim the same tube, the same place in it, or the same words: one owner, and the other is told who and when."""

from collections import Counter
from typing import Any

import pytest

from tests.factories import Town, person, tube
from tests.sampling.sync.crowd import insist, state, together


def test_a_second_device_with_the_same_tube_is_told_who_has_it_and_since_when(town: Town) -> None:
    mine = town.collected(2)
    (outcome,) = town.sync(tube(town.site, 2, barcode=mine["barcode"]), device="dev-2")
    assert (outcome["outcome"], outcome["code"]) == ("conflict", "tube_of_another_device")
    registered = town.ana.get(f"/sampling/api/tubes/{mine['barcode']}").json()["history"][0]["recorded_at"]
    assert "device dev-1" in outcome["detail"]
    assert registered[:19].replace("T", " ") in outcome["detail"]
    assert "call your supervisor" in outcome["detail"]
    assert len(state(town, [mine["barcode"]], "kept")["kept"]) == 1


def test_of_a_hundred_pairs_at_once_each_tube_has_one_owner_and_the_other_is_told(town: Town) -> None:
    pairs = [(tube(town.site, 1), tube(town.site, 1)) for _ in range(100)]
    mine = [first for first, _ in pairs]
    hers = [second | {"barcode": first["barcode"]} for first, second in pairs][::-1]
    answers = together(
        *[
            lambda tubes=tubes, device=device: [
                outcome for start in range(0, 100, 10) for outcome in insist(town, tubes[start : start + 10], device)
            ]
            for tubes, device in ((mine, "dev-1"), (hers, "dev-2"))
        ]
    )
    told = Counter((outcome["barcode"], outcome["outcome"]) for device in answers for outcome in device)
    assert told == {(made["barcode"], word): 1 for made in mine for word in ("accepted", "conflict")}
    winners = {outcome["id"] for device in answers for outcome in device if outcome["outcome"] == "accepted"}
    stored = state(town, [made["barcode"] for made in mine], "tubes", "kept")
    assert {str(row[1]) for row in stored["tubes"]} == winners
    assert len(stored["kept"]) == 100


def tenth(base: dict[str, Any]) -> dict[str, Any]:
    """The same tube, filled up with somebody."""
    return base | {"revision": 2, "members": [*base["members"], person() | {"position": 10, "collected_at": base["opened_at"]}]}


def test_of_twenty_devices_that_fill_the_tenth_place_at_once_one_does_and_the_others_are_kept(town: Town) -> None:
    nine = town.collected(9, state="open", sealed_at=None)
    claims = [tenth(nine) for _ in range(20)]
    answers = together(*[lambda claim=claim, number=number: insist(town, [claim], f"dev-{number}") for number, claim in enumerate(claims)])
    assert Counter(outcome["outcome"] for (outcome,) in answers) == {"accepted": 1, "conflict": 19}
    stored = state(town, [nine["barcode"]], "members", "kept")
    assert len(stored["members"]) == 10
    assert len(stored["kept"]) == 19
    winner = next(claim for claim, (outcome,) in zip(claims, answers, strict=True) if outcome["outcome"] == "accepted")
    last = town.ana.get(f"/sampling/api/tubes/{nine['barcode']}").json()["members"][-1]
    assert last["id_number"] == winner["members"][-1]["id_number"]


@pytest.mark.parametrize("change", [{"round": "R2"}, {"pool_size": 11}, {"sealed_at": "2022-02-02T08:06:01+08:00"}])
def test_one_thing_changed_under_the_same_revision_is_a_conflict_and_both_are_kept(town: Town, change: dict[str, Any]) -> None:
    mine = town.collected(2)
    before = state(town, [mine["barcode"]], "tubes", "members")
    (outcome,) = town.sync(mine | change)
    assert (outcome["outcome"], outcome["code"]) == ("conflict", "revision_differs")
    assert "sent before with other content" in outcome["detail"]
    assert state(town, [mine["barcode"]], "tubes", "members") == before
    assert len(state(town, [mine["barcode"]], "kept")["kept"]) == 1


@pytest.mark.parametrize("field", ["name", "phone", "group", "collected_at"])
def test_one_letter_changed_about_a_person_is_a_conflict(town: Town, field: str) -> None:
    mine = town.collected(2)
    member = mine["members"][0]
    other = member | {field: member[field].replace("2022", "2021") if field == "collected_at" else member[field] + "0"}
    (outcome,) = town.sync(mine | {"members": [other, mine["members"][1]]})
    assert (outcome["outcome"], outcome["code"]) == ("conflict", "revision_differs")


def test_a_sealed_tube_that_is_changed_is_a_conflict_and_stays_as_it_is(town: Town) -> None:
    mine = town.collected(2)
    (outcome,) = town.sync(tube(town.site, 3) | {"id": mine["id"], "barcode": mine["barcode"], "revision": 2})
    assert (outcome["outcome"], outcome["code"]) == ("conflict", "tube_closed")
    assert "is sealed" in outcome["detail"]
    assert town.ana.get(f"/sampling/api/tubes/{mine['barcode']}").json()["member_count"] == 2


def test_a_voided_tube_cannot_be_filled_again(town: Town) -> None:
    mine = town.collected(2, state="void")
    (outcome,) = town.sync(mine | {"state": "sealed", "revision": 2})
    assert (outcome["outcome"], outcome["code"]) == ("conflict", "tube_closed")
    assert "is void" in outcome["detail"]


def test_a_record_sent_under_a_second_barcode_is_a_conflict_that_names_the_first(town: Town) -> None:
    mine = town.collected(2)
    (outcome,) = town.sync(tube(town.site, 2, id=mine["id"], revision=2))
    assert (outcome["outcome"], outcome["code"]) == ("conflict", "record_of_another_tube")
    assert mine["barcode"] in outcome["detail"]


def test_the_same_id_for_two_tubes_of_one_message_is_a_conflict_of_the_second(town: Town) -> None:
    first = tube(town.site)
    assert [outcome["code"] for outcome in town.sync(first, tube(town.site, id=first["id"]))] == [None, "record_of_another_tube"]


def test_a_tube_made_as_a_pool_in_the_lab_is_not_taken_by_a_device(town: Town) -> None:
    single = town.collected(1, size=1)
    town.received(single["barcode"])
    pool = tube(town.site)
    made = {"id": pool["id"], "barcode": pool["barcode"], "lab": town.lab, "members": [single["barcode"]]}
    assert town.ben.post("/testing/api/pools", made).status_code == 200
    (outcome,) = town.sync(tube(town.site, barcode=pool["barcode"]))
    assert (outcome["outcome"], outcome["code"]) == ("conflict", "tube_of_another_device")
    assert "by a lab" in outcome["detail"]
