"""The list of people that Ana calls back."""

from typing import Any

from tests.bench import another_town, close, done, found, note, recollected, refused, reject, review
from tests.factories import Town


def reactive(town: Town, people: int = 2, *, hours: float = 1) -> dict[str, Any]:
    """A pool whose positive call is released three hours later."""
    pool = town.collected(people)
    town.tested(pool["barcode"], truth={pool["barcode"]: "positive"}, hours=hours)
    return pool


def single(town: Town, kind: str) -> dict[str, Any]:
    """Somebody's own tube, found so and released."""
    made = town.collected(1, size=1)
    found(town, {made["barcode"]: kind}, hours=1)
    return made


def listed(town: Town, **params: Any) -> list[tuple[str, int, str]]:
    """Tube, position and state of everybody on Ana's list."""
    return [(row["tube"], row["position"], row["state"]) for row in done(town.ana.get("/sampling/api/recollections", **params))["items"]]


def test_the_people_of_a_released_pool_are_to_be_called_back_with_their_names(town: Town) -> None:
    pool = reactive(town)
    rows = done(town.ana.get("/sampling/api/recollections", site=town.site))["items"]
    assert [(row["tube"], row["position"], row["state"], row["case"], row["site"], row["single"]) for row in rows] == [
        (pool["barcode"], place, "to_recollect", pool["barcode"], town.site, None) for place in (1, 2)
    ]
    for row, member in zip(rows, pool["members"], strict=True):
        assert {key: row[key] for key in ("id_type", "id_number", "name", "phone")} == {
            key: member[key] for key in ("id_type", "id_number", "name", "phone")
        }


def test_nobody_is_called_back_for_a_pool_that_is_not_released(town: Town) -> None:
    pool = town.collected(2)
    town.received(pool["barcode"])
    done(town.imported(town.plated(), {pool["barcode"]: "positive"}))
    assert listed(town) == []


def test_who_came_back_is_off_the_list_and_can_be_asked_for(town: Town) -> None:
    pool = reactive(town, 4)
    barcode = pool["barcode"]
    tubes = [recollected(town, member, barcode) for member in pool["members"][:3]]
    found(town, {tubes[2]: "negative"})
    town.received(tubes[1], hours=11)
    assert listed(town) == [(barcode, 4, "to_recollect")]
    assert listed(town, state="recollected") == [(barcode, 1, "recollected")]
    assert listed(town, state="received") == [(barcode, 2, "received")]
    assert listed(town, state="negative") == [(barcode, 3, "negative")]
    assert listed(town, state="positive") == []


def test_nothing_else_at_the_site_tells_by_name_who_has_which_result(town: Town) -> None:
    pool = reactive(town, 3)
    barcode = pool["barcode"]
    singles = [recollected(town, member, barcode) for member in pool["members"][:2]]
    found(town, dict(zip(singles, ("positive", "negative"), strict=True)))
    answer = done(note(town, barcode, 3, "notified"))
    assert [member["state"] for member in answer["members"]] == ["received", "received", "notified"]
    assert [member["state"] for member in done(note(town, barcode, 3, "notified", by=town.ben))["members"]][:2] == ["positive", "negative"]
    for code in (barcode, *singles):
        said = done(town.ana.get(f"/sampling/api/tubes/{code}"))
        assert {"tube.tested", "tube.released"} <= {line["verb"] for line in said["history"]}
        assert not [line for line in said["history"] if "call" in line["what"]]
    near = done(town.ana.get(f"/sampling/api/cases/{barcode}/contacts"))["items"]
    assert {row["released_call"] for row in near if row["tube"] in singles} <= {None}


def test_the_outcome_of_a_case_is_not_told_to_those_who_know_its_people(town: Town) -> None:
    pool = reactive(town, 1)
    found(town, {recollected(town, pool["members"][0], pool["barcode"]): "negative"})
    answer = done(note(town, pool["barcode"], 1, "notified"))
    assert (answer["state"], answer["members"][0]["state"]) == ("recollecting", "received")
    done(close(town, pool["barcode"], "cleared", "diluted"))
    answer = done(note(town, pool["barcode"], 1, "notified"))
    assert (answer["state"], answer["outcome"]) == ("closed", None)


def test_who_was_called_or_refused_is_still_on_it_in_that_state(town: Town) -> None:
    pool = reactive(town, 3)
    done(note(town, pool["barcode"], 1, "notified"))
    done(note(town, pool["barcode"], 2, "refused"))
    assert [state for _, _, state in listed(town)] == ["notified", "refused", "to_recollect"]
    assert listed(town, state="refused") == [(pool["barcode"], 2, "refused")]


def test_the_people_of_a_rejected_tube_are_on_it_without_a_case(town: Town) -> None:
    pool = town.collected(2)
    town.received(pool["barcode"])
    done(reject(town, pool["barcode"]))
    rows = done(town.ana.get("/sampling/api/recollections"))["items"]
    assert [(row["position"], row["state"], row["case"]) for row in rows] == [(1, "to_recollect", None), (2, "to_recollect", None)]
    settled = recollected(town, pool["members"][0], pool["barcode"])
    found(town, {settled: "negative"})
    assert listed(town) == [(pool["barcode"], 2, "to_recollect")]
    assert sorted(town.results(pool).values()) == ["negative", "recollect"]


def test_an_invalid_or_unclear_single_calls_its_person_back_without_a_case(town: Town) -> None:
    unclear = [single(town, kind)["barcode"] for kind in ("invalid", "single_target", "grey_zone")]
    for kind in ("negative", "positive"):
        single(town, kind)
    rows = done(town.ana.get("/sampling/api/recollections"))["items"]
    assert sorted(row["tube"] for row in rows) == sorted(unclear)
    assert {row["case"] for row in rows} == {None}


def test_a_failed_recollection_calls_its_person_back_once_for_the_pool(town: Town) -> None:
    pool = reactive(town, 1)
    failed = recollected(town, pool["members"][0], pool["barcode"])
    found(town, {failed: "invalid"})
    (row,) = done(town.ana.get("/sampling/api/recollections"))["items"]
    assert (row["tube"], row["state"], row["single"]) == (pool["barcode"], "to_recollect", failed)
    again = recollected(town, pool["members"][0], failed, hours=11)
    found(town, {again: "grey_zone"}, hours=12)
    assert listed(town) == [(pool["barcode"], 1, "inconclusive")]


def test_an_unclear_recollection_of_a_case_that_was_withdrawn_calls_its_person_back_for_itself(town: Town) -> None:
    pool = town.collected(1)
    town.received(pool["barcode"])
    run = done(town.imported(town.plated(), {pool["barcode"]: "positive"}))["run"]
    early = recollected(town, pool["members"][0], pool["barcode"])
    found(town, {early: "grey_zone"})
    done(review(run, town.bea, "reject"))
    town.received(pool["barcode"])
    done(review(done(town.imported(town.plated(hours=12), hours=13))["run"], town.bea))
    case = town.case(pool["barcode"])
    assert case is not None
    assert case["outcome"] == "withdrawn"
    assert [tube for tube, _, _ in listed(town)] == [early]


def test_a_recollection_of_somebody_who_was_not_in_the_pool_speaks_for_itself(town: Town) -> None:
    pool, other = reactive(town, 1), reactive(town, 1)
    wrong = recollected(town, other["members"][0], pool["barcode"])
    found(town, {wrong: "invalid"})
    assert sorted(tube for tube, _, _ in listed(town)) == sorted([pool["barcode"], other["barcode"], wrong])


def test_a_pool_that_answers_a_pool_calls_its_own_people_back(town: Town) -> None:
    pool = reactive(town, 1)
    people = [{key: pool["members"][0][key] for key in ("id_type", "id_number", "name", "phone", "group")}]
    again = town.collected(people, hours=6, retest_of=pool["barcode"])
    found(town, {again["barcode"]: "positive"})
    assert sorted(tube for tube, _, _ in listed(town)) == sorted([pool["barcode"], again["barcode"]])


def test_nobody_of_a_closed_case_is_on_it(town: Town) -> None:
    resigned, confirmed = reactive(town, 1), reactive(town, 1)
    done(close(town, resigned["barcode"], "unresolved", "left the country"))
    found(town, {recollected(town, confirmed["members"][0], confirmed["barcode"]): "positive"})
    assert listed(town) == []


def test_nor_anybody_of_a_closed_case_whose_tube_was_rejected_nor_their_failed_recollections(town: Town) -> None:
    pool = town.collected(2)
    town.received(pool["barcode"])
    done(town.imported(town.plated(), {pool["barcode"]: "positive"}))
    done(reject(town, pool["barcode"], "RN"))
    found(town, {recollected(town, pool["members"][0], pool["barcode"]): "invalid"})
    assert len(listed(town)) == 2
    done(close(town, pool["barcode"], "unresolved", "both are in hospital"))
    assert listed(town) == []


def test_people_of_a_rejected_tube_stay_listed_when_its_device_gives_it_up(town: Town) -> None:
    pool = town.collected(2, state="open", sealed_at=None)
    town.received(pool["barcode"])
    done(reject(town, pool["barcode"]))
    (outcome,) = town.sync(pool | {"revision": 2, "state": "void"})
    assert outcome["outcome"] == "conflict"
    assert listed(town) == [(pool["barcode"], place, "to_recollect") for place in (1, 2)]


def test_the_most_urgent_come_first_and_pages_hold_everybody_once(town: Town) -> None:
    late, early, middle = (reactive(town, 3, hours=hours) for hours in (9, 1, 5))
    expected = [(pool["barcode"], place, "to_recollect") for pool in (early, middle, late) for place in (1, 2, 3)]
    assert listed(town) == expected
    for limit in (1, 2, 4, 9):
        rows: list[tuple[str, int, str]] = []
        after: dict[str, str] = {}
        while True:
            page = done(town.ana.get("/sampling/api/recollections", limit=limit, **after))
            rows += [(row["tube"], row["position"], row["state"]) for row in page["items"]]
            if page["next"] is None:
                break
            after = {"after": page["next"]}
        assert rows == expected


def test_ana_sees_the_people_of_her_site_only_and_nobody_else_sees_any(town: Town) -> None:
    other = another_town(town)
    pool = reactive(town, 1)
    assert listed(other) == []
    refused(other.ana.get("/sampling/api/recollections", site=town.site), 404, "not_found", town.site)
    for who in (town.ben, town.bea, town.olga, town.carl, town.ada):
        refused(who.get("/sampling/api/recollections"), 403, "role_missing", "sampler")
    assert [tube for tube, _, _ in listed(town)] == [pool["barcode"]]
