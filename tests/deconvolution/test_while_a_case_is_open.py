"""What happens to members while their case is open: another pool, a late registration, fewer people than swabs."""

from typing import Any

import pytest

from tests.bench import close, done, found, members, note, recollected, refused, reject
from tests.factories import Town, at, person, tube


def reactive(town: Town, people: list[dict[str, Any]] | int = 2, *, hours: float = 1, **how: Any) -> dict[str, Any]:
    """A pool whose positive call is released."""
    pool = town.collected(people, **how)
    town.tested(pool["barcode"], truth={pool["barcode"]: "positive"}, hours=hours)
    return pool


def listed(town: Town) -> list[tuple[str, int]]:
    """Whom Ana is to call back: tube and position."""
    items = done(town.ana.get("/sampling/api/recollections", site=town.site))["items"]
    return sorted((row["tube"], row["position"]) for row in items)


def test_a_member_of_two_cases_is_called_back_for_both_and_noted_in_each(town: Town) -> None:
    who = person()
    first, second = reactive(town, [who]), reactive(town, [person(), who])
    assert listed(town) == sorted([(first["barcode"], 1), (second["barcode"], 1), (second["barcode"], 2)])
    done(note(town, first["barcode"], 1, "refused"))
    assert members(town, first["barcode"]) == ["refused"]
    assert members(town, second["barcode"])[1] == "to_recollect"
    found(town, {recollected(town, second["members"][1], second["barcode"]): "positive"})
    assert members(town, second["barcode"])[1] == "positive"
    assert members(town, first["barcode"]) == ["refused"], "the site says which case a single tube answers"


@pytest.mark.parametrize("call", ["negative", "positive"])
def test_a_member_who_stands_in_another_pool_meanwhile_is_settled_by_his_own_single_alone(town: Town, call: str) -> None:
    who = person()
    first = reactive(town, [who])
    later = town.collected([who, person()], hours=4)
    town.tested(later["barcode"], truth={later["barcode"]: call}, hours=5)
    assert members(town, first["barcode"]) == ["to_recollect"]
    assert (first["barcode"], 1) in listed(town)
    assert (town.case(later["barcode"]) is not None) == (call == "positive")
    assert "also in tube" in town.bea.get(f"/testing/cases/{first['barcode']}", lang="en").text


def test_somebody_who_is_added_to_a_pool_after_its_result_is_a_member_like_any_other(town: Town) -> None:
    pool = reactive(town, 1, state="open", sealed_at=None)
    found(town, {recollected(town, pool["members"][0], pool["barcode"]): "positive"})
    case = town.case(pool["barcode"])
    assert case is not None
    assert (case["state"], case["outcome"]) == ("closed", "confirmed")
    both = tube(town.site, [*pool["members"], person()])["members"]
    (outcome,) = town.sync(pool | {"revision": 2, "state": "sealed", "sealed_at": at(0.1), "members": both})
    assert outcome["outcome"] == "accepted"
    case = town.case(pool["barcode"])
    assert case is not None
    assert (case["state"], members(town, pool["barcode"])) == ("recollecting", ["positive", "to_recollect"])
    assert listed(town) == [(pool["barcode"], 2)]


def test_nobody_is_added_to_a_sealed_pool_behind_its_result(town: Town) -> None:
    pool = reactive(town, 1)
    (outcome,) = town.sync(pool | {"revision": 2, "members": tube(town.site, [*pool["members"], person()])["members"]})
    assert outcome["outcome"] == "conflict"
    assert members(town, pool["barcode"]) == ["to_recollect"]


def test_a_pool_with_more_swabs_than_people_is_turned_away_and_everybody_known_is_sampled_again(town: Town) -> None:
    pool = town.collected(2)
    town.received(pool["barcode"])
    done(reject(town, pool["barcode"], "swab_count"))
    assert town.case(pool["barcode"]) is None
    assert listed(town) == [(pool["barcode"], 1), (pool["barcode"], 2)]


def test_a_case_with_more_swabs_than_people_is_closed_by_a_reviewer_who_says_so_and_by_nobody_else(town: Town) -> None:
    pool = reactive(town, 1)
    found(town, {recollected(town, pool["members"][0], pool["barcode"]): "negative"})
    case = town.case(pool["barcode"])
    assert case is not None
    assert (case["state"], case["outcome"]) == ("settled", None)
    refused(close(town, pool["barcode"], "unresolved", "a second swab in the tube"), 409, "case_all_settled")
    done(close(town, pool["barcode"], "cleared", "a second swab in the tube, nobody knows whose", wrong_list="yes"))
    case = town.case(pool["barcode"])
    assert case is not None
    assert case["outcome"] == "cleared"


def test_a_member_who_refused_and_comes_after_all_is_listed_no_more(town: Town) -> None:
    pool = reactive(town, 1)
    done(note(town, pool["barcode"], 1, "refused"))
    assert listed(town) == [(pool["barcode"], 1)], "somebody asks again"
    recollected(town, pool["members"][0], pool["barcode"])
    assert listed(town) == []
