"""Members come back, one by one."""

from typing import Any

import pytest

from lims.kernel.barcodes import Kind
from tests.bench import done, found, members, recollected, refused, reject, review, single_of
from tests.factories import Town, code, person


def reactive(town: Town, people: int = 2) -> dict[str, Any]:
    """A pool whose positive call is released."""
    pool = town.collected(people)
    town.tested(pool["barcode"], truth={pool["barcode"]: "positive"}, hours=1)
    return pool


def test_a_recollected_member_who_is_negative_settles_her_own_verifying_and_nobody_elses(town: Town) -> None:
    pool = reactive(town)
    single = recollected(town, pool["members"][0], pool["barcode"])
    assert members(town, pool["barcode"]) == ["recollected", "to_recollect"]
    town.received(single, hours=7)
    assert members(town, pool["barcode"]) == ["received", "to_recollect"]
    run = done(town.imported(town.plated(hours=8), hours=9))["run"]
    assert members(town, pool["barcode"]) == ["received", "to_recollect"]
    done(review(run, town.bea))
    assert members(town, pool["barcode"]) == ["negative", "to_recollect"]
    first, second = (member["id_number"] for member in pool["members"])
    assert town.results(pool) == {(first, pool["barcode"]): "negative", (second, pool["barcode"]): "verifying"}


@pytest.mark.parametrize(
    ("kind", "state", "row"),
    [
        ("negative", "negative", "negative"),
        ("positive", "positive", "positive"),
        ("single_target", "inconclusive", "inconclusive"),
        ("grey_zone", "inconclusive", "inconclusive"),
        ("invalid", "to_recollect", "recollect"),
    ],
)
def test_what_a_single_says_is_what_its_member_is(town: Town, kind: str, state: str, row: str) -> None:
    pool = reactive(town, 1)
    single = recollected(town, pool["members"][0], pool["barcode"])
    found(town, {single: kind})
    case = town.case(pool["barcode"])
    assert case is not None
    assert case["members"] == [{"position": 1, "state": state, "tube": single}]
    assert set(town.results(pool).values()) == {row}


def test_a_rejected_single_puts_its_member_back(town: Town) -> None:
    pool = reactive(town, 1)
    single = recollected(town, pool["members"][0], pool["barcode"])
    town.received(single, hours=7)
    done(reject(town, single))
    assert members(town, pool["barcode"]) == ["to_recollect"]
    assert set(town.results(pool).values()) == {"verifying"}


@pytest.mark.parametrize("answers", ["the pool", "the first single"])
@pytest.mark.parametrize("first", ["invalid", "single_target", "rejected"])
def test_a_recollection_of_a_recollection_settles_the_member(town: Town, answers: str, first: str) -> None:
    pool = reactive(town, 1)
    failed = recollected(town, pool["members"][0], pool["barcode"])
    if first == "rejected":
        town.received(failed, hours=7)
        done(reject(town, failed))
    else:
        found(town, {failed: first})
    again = recollected(town, pool["members"][0], pool["barcode"] if answers == "the pool" else failed, hours=11)
    assert members(town, pool["barcode"]) == ["recollected"]
    found(town, {again: "positive"}, hours=12)
    assert members(town, pool["barcode"]) == ["positive"]
    assert set(town.results(pool).values()) == {"positive"}


def test_two_singles_of_one_member_count_by_the_last_collected_whichever_was_tested_first(town: Town) -> None:
    pool = reactive(town, 1)
    first = recollected(town, pool["members"][0], pool["barcode"], hours=6)
    last = recollected(town, pool["members"][0], pool["barcode"], hours=8)
    found(town, {last: "negative"}, hours=9)
    found(town, {first: "invalid"}, hours=12)
    assert members(town, pool["barcode"]) == ["negative"]
    assert set(town.results(pool).values()) == {"negative"}


def test_a_positive_single_is_not_outweighed_by_a_later_negative_one(town: Town) -> None:
    pool = reactive(town, 1)
    first = recollected(town, pool["members"][0], pool["barcode"], hours=6)
    last = recollected(town, pool["members"][0], pool["barcode"], hours=8)
    found(town, {first: "positive", last: "negative"}, hours=9)
    assert members(town, pool["barcode"]) == ["positive"]
    assert set(town.results(pool).values()) == {"positive"}


def test_somebody_else_in_the_single_settles_nobody(town: Town) -> None:
    pool = reactive(town, 1)
    stranger = recollected(town, person(), pool["barcode"])
    found(town, {stranger: "negative"})
    assert members(town, pool["barcode"]) == ["to_recollect"]
    assert set(town.results(pool).values()) == {"verifying"}


def test_a_single_that_arrives_before_its_pool_is_held_and_counts_when_the_pool_comes(town: Town) -> None:
    barcode, who = code(Kind.TUBE), person()
    single = single_of(town, who, barcode)
    (outcome,) = town.sync(single)
    assert (outcome["outcome"], outcome["code"]) == ("held", "held_for_tube")
    town.tested(barcode, truth={barcode: "positive"}, hours=1)
    found(town, {single["barcode"]: "negative"})
    pool = town.collected([who, person()], barcode=barcode)
    assert members(town, barcode) == ["negative", "to_recollect"]
    assert town.sync(single)[0]["outcome"] == "already_have"
    assert sorted(town.results(pool).values()) == ["negative", "verifying"]


def test_a_single_collected_on_suspicion_counts_once_the_pool_is_released(town: Town) -> None:
    pool = town.collected(1)
    town.received(pool["barcode"])
    run = done(town.imported(town.plated(), {pool["barcode"]: "positive"}))["run"]
    single = recollected(town, pool["members"][0], pool["barcode"])
    found(town, {single: "negative"})
    case = town.case(pool["barcode"])
    assert case is not None
    assert (case["state"], case["preliminary"], case["members"][0]["state"]) == ("recollecting", True, "negative")
    assert set(town.results(pool).values()) == {"pending"}
    done(review(run, town.bea, tubes=[pool["barcode"]]))
    assert set(town.results(pool).values()) == {"negative"}


def test_a_pool_that_answers_a_pool_is_a_case_of_its_own_and_settles_nobody_of_the_first(town: Town) -> None:
    pool = reactive(town, 2)
    people = [{key: member[key] for key in ("id_type", "id_number", "name", "phone", "group")} for member in pool["members"]]
    again = town.collected(people, hours=6, retest_of=pool["barcode"])
    town.tested(again["barcode"], truth={again["barcode"]: "positive"}, hours=7)
    assert members(town, again["barcode"]) == ["to_recollect"] * 2
    single = recollected(town, pool["members"][0], again["barcode"], hours=12)
    found(town, {single: "positive"}, hours=13)
    assert members(town, again["barcode"]) == ["positive", "to_recollect"]
    # The case and the row of a person never part.
    rows = [town.results(pool)[member["id_number"], pool["barcode"]] for member in pool["members"]]
    assert [state if state in ("negative", "positive") else "open" for state in rows] == [
        state if state in ("negative", "positive") else "open" for state in members(town, pool["barcode"])
    ]


def test_a_tube_that_was_registered_unsealed_and_never_told_of_again_counts_like_any_other(town: Town) -> None:
    pool = reactive(town, 1)
    lost = single_of(town, pool["members"][0], pool["barcode"], state="open", sealed_at=None)
    assert town.sync(lost)[0]["outcome"] == "accepted"
    sealed = recollected(town, pool["members"][0], pool["barcode"], hours=9)
    found(town, {lost["barcode"]: "invalid", sealed: "negative"}, hours=10)
    row = town.results(pool)[pool["members"][0]["id_number"], pool["barcode"]]
    assert (members(town, pool["barcode"]), row) == (["negative"], "negative")


def test_a_person_in_two_pools_is_settled_in_the_one_whose_single_it_was(town: Town) -> None:
    who = person()
    first, second = town.collected([who]), town.collected([who, person()])
    for pool in (first, second):
        town.tested(pool["barcode"], truth={pool["barcode"]: "positive"}, hours=1)
    found(town, {recollected(town, first["members"][0], first["barcode"]): "positive"})
    assert members(town, first["barcode"]) == ["positive"]
    assert members(town, second["barcode"]) == ["to_recollect", "to_recollect"]


def test_the_single_of_a_pool_may_be_tested_in_another_lab(town: Town) -> None:
    other, pool = Town.build(town.program, town.web), reactive(town, 1)
    single = recollected(town, pool["members"][0], pool["barcode"])
    found(other, {single: "negative"})
    assert members(town, pool["barcode"]) == ["negative"]
    refused(town.ben.post(f"/testing/api/tubes/{single}/reject", {"id": pool["id"], "reason": "EX"}), 404, "not_found", single)
