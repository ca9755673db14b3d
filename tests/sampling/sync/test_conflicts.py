"""Ada settles two stories about one tube; whatever she decides, nothing is lost."""

import json
from typing import Any
from uuid import uuid4

import pytest
from httpx import Response

from tests.factories import Somebody, Town, at, person, tube
from tests.sampling.sync.crowd import state, together


def contested(town: Town) -> tuple[dict[str, Any], dict[str, Any]]:
    """A tube of Ana's, and what a second device says of the same code."""
    mine = town.collected(2)
    hers = tube(town.site, 3, barcode=mine["barcode"])
    town.sync(hers, device="dev-2")
    return mine, hers


def listed(town: Town, barcode: str) -> list[dict[str, Any]]:
    """The open conflicts about a tube, as Ada sees them."""
    answer = town.ada.get("/sampling/api/conflicts", site=town.site)
    assert answer.status_code == 200, answer.text
    return [item for item in answer.json()["items"] if item["barcode"] == barcode]


def resolve(town: Town, barcode: str, resolution: str, by: Somebody | None = None) -> Response:
    """Settle the only conflict about a tube."""
    (item,) = listed(town, barcode)
    return (by or town.ada).post(f"/sampling/api/conflicts/{item['id']}/resolve", {"resolution": resolution, "reason": "asked Ana"})


def numbers(town: Town, barcode: str) -> list[str]:
    """Who is in a tube."""
    return [member["id_number"] for member in town.ana.get(f"/sampling/api/tubes/{barcode}").json()["members"]]


def people_of(made: dict[str, Any]) -> list[str]:
    """Who was sent in a tube."""
    return [member["id_number"] for member in made["members"]]


def test_ada_sees_both_stories_side_by_side(town: Town) -> None:
    mine, hers = contested(town)
    (item,) = listed(town, mine["barcode"])
    assert (item["code"], item["site"]) == ("tube_of_another_device", town.site)
    assert item["sent"]["tube"] == hers
    assert item["sent"]["device"] == "dev-2"
    assert (item["stored"]["record"], item["stored"]["device"], item["stored"]["people"]) == (mine["id"], "dev-1", 2)


def test_keeping_what_is_stored_changes_nothing_and_the_other_story_stays_on_record(town: Town) -> None:
    mine, _ = contested(town)
    before = state(town, [mine["barcode"]], "tubes", "members", "results")
    assert resolve(town, mine["barcode"], "keep_stored").json()["resolution"] == "keep_stored"
    assert state(town, [mine["barcode"]], "tubes", "members", "results") == before
    assert [row[-1] for row in state(town, [mine["barcode"]], "kept")["kept"]] == ["keep_stored"]
    assert listed(town, mine["barcode"]) == []


def test_taking_what_was_sent_puts_its_people_in_and_keeps_the_others_on_record(town: Town) -> None:
    mine, hers = contested(town)
    assert resolve(town, mine["barcode"], "take_this").status_code == 200
    assert numbers(town, mine["barcode"]) == people_of(hers)
    assert set(town.results(mine)) == {(number, mine["barcode"]) for number in people_of(hers)}
    assert sorted(row[-1] for row in state(town, [mine["barcode"]], "kept")["kept"]) == ["replaced", "take_this"]
    verbs = [line["verb"] for line in town.ana.get(f"/sampling/api/tubes/{mine['barcode']}").json()["history"]]
    assert verbs[-2:] != ["tube.registered"]
    assert {"tube.replaced", "conflict.resolved"} <= set(verbs)


def test_the_loser_sent_again_after_take_this_is_a_conflict_once_more_and_not_lost(town: Town) -> None:
    mine, hers = contested(town)
    resolve(town, mine["barcode"], "take_this")
    assert [outcome["outcome"] for outcome in town.sync(mine)] == ["conflict"]
    assert [outcome["outcome"] for outcome in town.sync(hers, device="dev-2")] == ["already_have"]


def test_a_settled_conflict_sent_again_is_not_asked_of_ada_again(town: Town) -> None:
    mine, hers = contested(town)
    resolve(town, mine["barcode"], "keep_stored")
    assert [outcome["outcome"] for outcome in town.sync(hers, device="dev-2")] == ["conflict"]
    assert listed(town, mine["barcode"]) == []


def test_a_barcode_that_was_corrected_on_the_device_can_be_taken_and_the_wrong_tube_is_void(town: Town) -> None:
    wrong = town.collected(2)
    right = wrong | {"barcode": tube(town.site)["barcode"], "revision": 2}
    assert [outcome["code"] for outcome in town.sync(right)] == ["record_of_another_tube"]
    assert resolve(town, right["barcode"], "take_this").status_code == 200
    assert numbers(town, right["barcode"]) == people_of(wrong)
    assert town.results(wrong) == {}
    assert town.ana.get(f"/sampling/api/tubes/{wrong['barcode']}").json()["state"] == "void"
    assert [outcome["outcome"] for outcome in town.sync(right)] == ["already_have"]


def test_what_waited_for_the_tube_that_was_put_in_place_is_taken(town: Town) -> None:
    wrong = town.collected(2)
    right = wrong | {"barcode": tube(town.site)["barcode"], "revision": 2}
    single = tube(town.site, [person()], size=1, retest_of=right["barcode"])
    assert [outcome["outcome"] for outcome in town.sync(single)] == ["held"]
    town.sync(right)
    resolve(town, right["barcode"], "take_this")
    assert state(town, [single["barcode"]], "held") == {"held": []}
    assert town.ana.get(f"/sampling/api/tubes/{single['barcode']}").status_code == 200


def test_a_pool_of_the_lab_cannot_be_put_aside_for_a_devices_tube(town: Town) -> None:
    single = town.collected(1, size=1)
    town.received(single["barcode"])
    pool = tube(town.site)
    town.ben.post("/testing/api/pools", {"id": pool["id"], "barcode": pool["barcode"], "lab": town.lab, "members": [single["barcode"]]})
    town.sync(tube(town.site, barcode=pool["barcode"]))
    answer = resolve(town, pool["barcode"], "take_this")
    assert (answer.status_code, answer.json()["code"]) == (409, "tube_exists")
    assert resolve(town, pool["barcode"], "keep_stored").status_code == 200


def test_the_same_decision_again_is_the_same_answer_and_another_one_is_refused(town: Town) -> None:
    mine, _ = contested(town)
    (item,) = listed(town, mine["barcode"])
    path, reason = f"/sampling/api/conflicts/{item['id']}/resolve", "asked Ana"
    decisions = [town.ada.post(path, {"resolution": word, "reason": reason}) for word in ("keep_stored", "keep_stored", "take_this")]
    assert [answer.status_code for answer in decisions] == [200, 200, 409]
    assert decisions[2].json()["code"] == "conflict_resolved"
    assert town.ada.name in decisions[2].json()["detail"]


def test_of_two_supervisors_at_once_one_decides(town: Town) -> None:
    mine, _ = contested(town)
    (item,) = listed(town, mine["barcode"])
    ada, alma, path = town.ada, town.somebody("alma", "admin"), f"/sampling/api/conflicts/{item['id']}/resolve"
    answers = together(
        lambda: ada.post(path, {"resolution": "keep_stored", "reason": "so"}),
        lambda: alma.post(path, {"resolution": "take_this", "reason": "no"}),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]


@pytest.mark.parametrize(
    "body", [{"resolution": "toss_a_coin", "reason": "so"}, {"resolution": "take_this", "reason": ""}, {"resolution": "take_this"}]
)
def test_a_decision_of_no_known_kind_or_without_a_reason_is_refused(town: Town, body: dict[str, str]) -> None:
    mine, _ = contested(town)
    (item,) = listed(town, mine["barcode"])
    answer = town.ada.post(f"/sampling/api/conflicts/{item['id']}/resolve", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "request_malformed")


def test_a_supervisor_of_another_site_neither_sees_nor_settles_it(town: Town) -> None:
    mine, _ = contested(town)
    elsewhere = Town.build(town.program, town.web)
    cleo = elsewhere.somebody("cleo", "admin", site=elsewhere.site)
    (item,) = listed(town, mine["barcode"])
    assert cleo.get("/sampling/api/conflicts", site=town.site).json()["items"] == []
    answer = cleo.post(f"/sampling/api/conflicts/{item['id']}/resolve", {"resolution": "keep_stored", "reason": "so"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_the_list_is_read_page_by_page(town: Town) -> None:
    for _ in range(3):
        contested(town)
    seen: list[str] = []
    after: dict[str, str] = {}
    for _ in range(3):
        page = town.ada.get("/sampling/api/conflicts", site=town.site, limit=2, **after).json()
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert len(seen) == len(set(seen)) == 3


def test_half_a_character_in_what_was_sent_does_not_close_the_list_to_ada(town: Town) -> None:
    mine = town.collected(1)
    hers = tube(town.site, barcode=mine["barcode"], note="\ud800 \x00")
    body = json.dumps({"device": "dev-2", "sent_at": at(4), "tubes": [hers]})
    town.web.post("/sampling/api/sync", content=body, headers=town.ana.headers | {"Content-Type": "application/json"})
    (item,) = listed(town, mine["barcode"])
    assert item["sent"]["tube"]["note"] == "? \x00"


@pytest.mark.parametrize("junk", ["[" * 300 + "]" * 300, '{"a":' * 300 + "1" + "}" * 300, "NaN", "-Infinity", "1e999", "9" * 4000], ids=len)
def test_whatever_else_stands_in_what_was_sent_does_not_close_the_list_to_ada(town: Town, junk: str) -> None:
    mine = town.collected()
    sent = json.dumps({"device": "dev-2", "sent_at": at(1), "tubes": [mine | {"round": "another", "junk": "@"}]}).replace('"@"', junk)
    answer = town.web.post("/sampling/api/sync", content=sent, headers=town.ana.headers | {"Content-Type": "application/json"})
    (outcome,) = answer.json()["tubes"]
    assert outcome["outcome"] == "conflict"
    (item,) = listed(town, mine["barcode"])
    assert item["sent"]["tube"]["members"] == mine["members"]


@pytest.mark.parametrize("path", ["conflicts", "devices"])
def test_a_list_is_begun_and_not_narrowed_by_words_that_say_nothing(town: Town, path: str) -> None:
    contested(town)
    town.ada.post("/sampling/api/devices", {"id": str(uuid4()), "name": "Ana's phone", "site": town.site})
    plain, blank = town.ada.get(f"/sampling/api/{path}"), town.ada.get(f"/sampling/api/{path}", site="", after="")
    assert (blank.status_code, blank.json()) == (200, plain.json())
    assert blank.json()["items"]
