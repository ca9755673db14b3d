"""A case that was closed is opened again; what was looked into before; and members who are handed over."""

from typing import Any

import pytest

from lims.kernel.ids import uuid7
from tests.bench import another_town, close, done, found, members, message, note, recollected, refused, together, verbs
from tests.factories import Somebody, Town, at


def reactive(town: Town, people: int = 2) -> dict[str, Any]:
    """A pool whose positive call is released."""
    pool = town.collected(people)
    town.tested(pool["barcode"], truth={pool["barcode"]: "positive"}, hours=1)
    return pool


def settled(town: Town, *kinds: str) -> dict[str, Any]:
    """A pool whose members came back and were found so."""
    pool = reactive(town, len(kinds))
    found(town, {recollected(town, member, pool["barcode"]): kind for member, kind in zip(pool["members"], kinds, strict=True)})
    return pool


def reopen(town: Town, case: str, reason: str = "a result came late", by: Somebody | None = None, **changes: object) -> Any:
    """Bea opens a case again."""
    return (by or town.bea).post(f"/testing/api/cases/{case}/reopen", message(reason=reason) | changes)


def test_a_discordant_case_keeps_what_was_looked_into(town: Town) -> None:
    barcode = settled(town, "negative", "negative")["barcode"]
    checks: dict[str, Any] = {"swapped": "no", "contaminated": "yes", "diluted": "unclear", "wrong_list": "no"}
    done(close(town, barcode, "cleared", "a strong positive in the next well", **checks))
    page = town.olga.get(f"/testing/cases/{barcode}").text
    for told in ("contaminated: yes", "low positive, diluted: unclear", "a strong positive in the next well"):
        assert told in page
    refused(close(town, barcode, "cleared", "x", swapped="perhaps"), 422, "request_malformed", "swapped")


def test_a_cleared_case_is_reopened_with_a_reason_and_closed_again(town: Town) -> None:
    barcode = settled(town, "negative")["barcode"]
    done(close(town, barcode, "cleared", "diluted"))
    refused(reopen(town, barcode, "  "), 422, "case_without_reason", barcode)
    case = done(reopen(town, barcode))
    assert (case["state"], case["outcome"], case["closed_at"]) == ("settled", None, None)
    assert "case.reopened" in verbs(town, barcode)
    refused(reopen(town, barcode), 409, "case_not_closed", barcode)
    assert done(close(town, barcode, "cleared", "looked at again"))["outcome"] == "cleared"
    assert done(reopen(town, barcode))["state"] == "settled"


def test_the_people_of_a_reopened_case_are_called_back_again(town: Town) -> None:
    barcode = reactive(town, 1)["barcode"]
    done(close(town, barcode, "unresolved", "left the city"))
    listed = town.ana.get("/sampling/api/recollections").json()["items"]
    assert [row["tube"] for row in listed] == []
    done(reopen(town, barcode))
    listed = town.ana.get("/sampling/api/recollections").json()["items"]
    assert [row["tube"] for row in listed] == [barcode]


@pytest.mark.parametrize("kind", ["positive", "withdrawn"])
def test_what_was_closed_by_its_results_is_reopened_by_results_only(town: Town, kind: str) -> None:
    if kind == "positive":
        barcode = settled(town, "positive")["barcode"]
    else:
        barcode = town.collected(1)["barcode"]
        town.received(barcode)
        run = done(town.imported(town.plated(), {barcode: "positive"}))["run"]
        done(town.reviewed(run, "reject"))
        done(town.reviewed(done(town.imported(town.plated()))["run"]))
    refused(reopen(town, barcode), 409, "case_closed_by_results", barcode, "Amend")


def test_the_same_reopening_again_is_one_and_two_at_once_are_one(town: Town) -> None:
    barcode, same = settled(town, "negative")["barcode"], str(uuid7())
    done(close(town, barcode, "cleared", "diluted"))
    assert done(reopen(town, barcode, id=same)) == done(reopen(town, barcode, id=same))
    refused(reopen(town, barcode, "another", id=same), 409, "id_reused", same)
    done(close(town, barcode, "cleared", "diluted"))
    answers = together(lambda: reopen(town, barcode), lambda: reopen(town, barcode))
    assert sorted(answer.status_code for answer in answers) == [200, 409]


def test_only_a_reviewer_of_its_lab_reopens_a_case(town: Town) -> None:
    barcode, other = settled(town, "negative")["barcode"], another_town(town)
    done(close(town, barcode, "cleared", "diluted"))
    refused(reopen(town, barcode, by=town.ben), 403, "role_missing")
    refused(reopen(town, barcode, by=town.olga), 403, "role_missing")
    refused(reopen(town, barcode, by=other.bea), 404, "not_found", barcode)


def test_who_was_not_settled_is_on_record_when_a_case_is_closed(town: Town) -> None:
    pool = reactive(town)
    done(note(town, pool["barcode"], 2, "refused", at=at(6)))
    done(close(town, pool["barcode"], "unresolved", "one refuses, one left"))
    history = done(town.ben.get(f"/sampling/api/tubes/{pool['barcode']}"))["history"]
    (closing,) = [line["what"] for line in history if line["verb"] == "case.closed"]
    assert closing["unsettled"] == {"1": "to_recollect", "2": "refused"}


def test_a_member_who_moves_to_another_site_is_called_back_and_sampled_there(town: Town) -> None:
    pool, other = reactive(town), another_town(town)
    refused(note(town, pool["barcode"], 2, "notified", by=other.ana), 404, "not_found")
    done(note(town, pool["barcode"], 2, "transferred", to_site=other.site, at=at(6)))
    (row,) = other.ana.get("/sampling/api/recollections").json()["items"]
    assert (row["tube"], row["position"], row["name"], row["state"]) == (pool["barcode"], 2, pool["members"][1]["name"], "transferred")
    assert row["tried"][0]["to_site"] == other.site
    done(note(town, pool["barcode"], 2, "notified", by=other.ana, at=at(7)))
    refused(note(town, pool["barcode"], 1, "notified", by=other.ana), 404, "not_found")
    assert members(town, pool["barcode"]) == ["to_recollect", "notified"]
    recollected(other, pool["members"][1], pool["barcode"], hours=8)
    assert members(town, pool["barcode"]) == ["to_recollect", "recollected"]
    assert other.ana.get("/sampling/api/recollections").json()["items"] == []


def test_the_last_hand_over_counts(town: Town) -> None:
    pool, second, third = reactive(town, 1), another_town(town), another_town(town)
    done(note(town, pool["barcode"], 1, "transferred", to_site=third.site, at=at(8)))
    done(note(town, pool["barcode"], 1, "transferred", to_site=second.site, at=at(6)))
    assert second.ana.get("/sampling/api/recollections").json()["items"] == []
    assert len(third.ana.get("/sampling/api/recollections").json()["items"]) == 1


def test_a_hand_over_to_another_city_is_on_record_and_to_an_unknown_site_is_refused(town: Town) -> None:
    barcode = reactive(town, 1)["barcode"]
    refused(note(town, barcode, 1, "transferred", to_site="nowhere"), 404, "site_unknown", "nowhere")
    refused(note(town, barcode, 1, "notified", to_place="杭州"), 422, "request_malformed")
    done(note(town, barcode, 1, "transferred", to_place="杭州市疾控中心"))
    (row,) = town.ana.get("/sampling/api/recollections").json()["items"]
    assert row["tried"][0]["to_place"] == "杭州市疾控中心"
