"""People of an aliquot pool are sampled again where the policy says so, where their tubes are gone, or where somebody decides it."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Connection

from lims.catalog.rules import Catalog
from lims.custody.rules import TURNED_AWAY_FOR
from lims.deconvolution import board
from tests.bench import bench_state, close, done, found, members, message, mix, recollected, refused, review, verbs
from tests.deconvolution.plans.at_work import choose, load_policy, read_out, stands, to_mix
from tests.factories import Town, person
from tests.interop.test_who_is_told import named


def reactive(town: Town, count: int, group: str = "community") -> tuple[str, dict[str, Any]]:
    """An aliquot pool that was released positive, and the person in each of its tubes, in order."""
    made = [town.collected([person(group=group)], size=1) for _ in range(count)]
    people = {str(one["barcode"]): one["members"][0] for one in made}
    town.received(*people)
    pool = str(done(mix(town, *people))["barcode"])
    done(review(str(done(town.imported(town.plated(), {pool: "positive"}))["run"]), town.bea, tubes=[pool]))
    return pool, dict(sorted(people.items()))


def listed(town: Town) -> list[dict[str, Any]]:
    """Whom Ana is to call back."""
    items: list[dict[str, Any]] = done(town.ana.get("/sampling/api/recollections", site=town.site))["items"]
    return items


def recollect(town: Town, case: str, **more: Any) -> Any:
    """Ben has people of a case sampled again."""
    return town.ben.post(f"/testing/api/cases/{case}/recollect", message(**more))


def test_a_policy_may_send_everybody_of_an_aliquot_pool_to_be_sampled_again(town: Town) -> None:
    (ours,) = named("group")
    load_policy(town, group=ours, scheme="recollect", recollect_within_hours=5, retest_within_hours=2, source="instruction 12")
    pool, people = reactive(town, 3, ours)
    assert members(town, pool) == ["to_recollect"] * 3
    assert {bench_state(town, tube) for tube in people} == {"rejected"}
    case = town.case(pool)
    assert case is not None
    assert [(one["tube"], one["why"], one["reason"], one["deadline"]) for one in sorted(listed(town), key=lambda one: one["tube"])] == [
        (tube, "rejected", "resample", case["deadline"]) for tube in people
    ]
    assert "3 of 3 people" in town.ben.get(f"/testing/cases/{pool}", lang="en").text
    singles = {recollected(town, member, tube): "negative" for tube, member in people.items()}
    (first, *_) = singles
    found(town, singles | {first: "positive"})
    assert members(town, pool) == ["positive", "negative", "negative"]
    case = town.case(pool)
    assert case is not None
    assert (case["state"], case["outcome"]) == ("closed", "confirmed")
    assert listed(town) == []


def test_a_pool_that_is_found_negative_is_not_touched_by_that_policy(town: Town) -> None:
    (ours,) = named("group")
    load_policy(town, group=ours, scheme="recollect")
    made = [town.collected([person(group=ours)], size=1)["barcode"] for _ in range(2)]
    town.received(*made)
    pool = str(done(mix(town, *made))["barcode"])
    done(review(str(done(town.imported(town.plated()))["run"]), town.bea))
    assert town.case(pool) is None
    assert {bench_state(town, tube) for tube in made} == {"released"}


@pytest.mark.parametrize("reason", ["lost", "QS", "resample"])
def test_ben_has_everybody_sampled_again_whose_kept_tube_is_gone(town: Town, reason: str) -> None:
    pool, people = reactive(town, 3)
    said = message(reason=reason, note="the freezer failed")
    for _ in range(2):
        view = done(town.ben.post(f"/testing/api/cases/{pool}/recollect", said))
        assert (view["untested"], view["called_back"]) == (0, 3)
    assert [one["reason"] for one in listed(town)] == [reason] * 3
    assert TURNED_AWAY_FOR[reason] in town.ben.get(f"/testing/tubes/{next(iter(people))}", lang="en").text
    assert all(verbs(town, tube).count("tube.rejected") == 1 for tube in people)
    refused(recollect(town, pool), 409, "recollect_none", pool)


def test_retest_and_recollection_are_mixed_freely_in_one_case(town: Town) -> None:
    pool, people = reactive(town, 4)
    tubes = list(people)
    done(choose(town, pool, "halving"))
    done(recollect(town, pool, tubes=tubes[:2]))
    assert to_mix(town, pool) == [tubes[2:]]
    assert members(town, pool) == ["to_recollect"] * 2 + ["received"] * 2
    again = {recollected(town, people[tube], tube): "negative" for tube in tubes[:2]}
    found(town, again)
    done(choose(town, pool, "individual"))
    read_out(town, {tubes[2]: "positive"})
    assert members(town, pool) == ["negative", "negative", "positive", "negative"]


def test_a_tube_on_a_plate_is_tested_and_not_sent_back(town: Town) -> None:
    pool, people = reactive(town, 2)
    (first, second) = people
    town.plated()
    refused(recollect(town, pool), 409, "recollect_none")
    assert {bench_state(town, tube) for tube in (first, second)} == {"plated"}


def test_what_cannot_be_sampled_again_is_refused_with_the_reason(town: Town) -> None:
    swabs = town.collected(2)
    town.tested(swabs["barcode"], truth={swabs["barcode"]: "positive"})
    refused(recollect(town, swabs["barcode"]), 409, "scheme_not_aliquot")
    _, (stranger, *_) = reactive(town, 2)
    pool, _ = reactive(town, 2)
    refused(recollect(town, pool, tubes=[stranger]), 404, "case_tube_unknown", stranger)
    refused(recollect(town, "1000"), 404, "not_found")
    refused(recollect(town, pool, reason="EX"), 422, "request_malformed")
    said = message()
    done(town.ben.post(f"/testing/api/cases/{pool}/recollect", said))
    refused(town.ben.post(f"/testing/api/cases/{pool}/recollect", said | {"note": "else"}), 409, "id_reused")


def test_only_who_works_in_its_lab_has_people_sampled_again(town: Town) -> None:
    pool, _ = reactive(town, 2)
    refused(town.ana.post(f"/testing/api/cases/{pool}/recollect", message()), 403, "role_missing")
    refused(town.olga.post(f"/testing/api/cases/{pool}/recollect", message()), 403, "role_missing")
    stranger = Town.build(town.program, town.web).ben
    refused(stranger.post(f"/testing/api/cases/{pool}/recollect", message()), 404, "not_found")
    assert stands(town, pool)["untested"] == 2


def test_nobody_of_an_aliquot_pool_is_called_back_once_its_case_is_closed(town: Town) -> None:
    pool, _ = reactive(town, 2)
    done(recollect(town, pool))
    assert len(listed(town)) == 2
    done(close(town, pool, "unresolved", "both left the country"))
    assert listed(town) == []


def test_the_case_of_a_pool_that_a_reviewer_has_closed_is_not_even_put_together(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, these = list[str](), board.these

    def noted(connection: Connection, known: Catalog, codes: Sequence[str]) -> list[board.Case]:
        asked.extend(codes)
        return these(connection, known, codes)

    monkeypatch.setattr(board, "these", noted)
    pool, people = reactive(town, 2)
    done(recollect(town, pool))
    asked.clear()
    assert {one["tube"] for one in listed(town)} == {*people}
    assert asked == [pool]
    done(close(town, pool, "unresolved", "left the city"))
    asked.clear()
    assert listed(town) == []
    assert asked == []
