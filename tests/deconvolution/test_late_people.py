"""Nothing is closed with a member nobody answered for: a closing answers for those who were registered when it was made."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from httpx import Response

from tests.bench import close, done, found, members, message, note, recollected, refused, single_of, verbs
from tests.factories import Town, at, person, tube


def pool_of(town: Town, people: int = 1) -> dict[str, Any]:
    """A pool whose positive call is released, and that Ana has not sealed yet."""
    pool = town.collected(people, state="open", sealed_at=None)
    town.tested(pool["barcode"], truth={pool["barcode"]: "positive"}, hours=1)
    return pool


def joined(town: Town, pool: dict[str, Any], revision: int = 2) -> dict[str, Any]:
    """The pool with somebody more in it, as Ana's device tells it now."""
    whole = pool | {"revision": revision, "members": tube(town.site, [*pool["members"], person()])["members"]}
    (outcome,) = town.sync(whole)
    assert outcome["outcome"] == "accepted", outcome
    return whole


def standing(town: Town, barcode: str) -> tuple[str, str | None, list[int]]:
    """A case's state, its outcome, and for whom it is open again."""
    case = done(town.olga.get(f"/testing/api/cases/{barcode}"))
    return case["state"], case["outcome"], case["unanswered"]


def in_lists(town: Town, barcode: str) -> list[str]:
    """The states under which the lists of cases have a case."""
    states = ("open", "recollecting", "settled", "closed")
    lists = {one: done(town.olga.get("/testing/api/cases", lab=town.lab, state=one))["items"] for one in states}
    return [state for state, cases in lists.items() if barcode in {case["id"] for case in cases}]


def listed(town: Town, barcode: str) -> list[int]:
    """Whom Ana is to call back for a tube."""
    return [row["position"] for row in done(town.ana.get("/sampling/api/recollections"))["items"] if row["tube"] == barcode]


def test_somebody_who_is_registered_after_a_closing_makes_the_case_open_again_and_is_called_back(town: Town) -> None:
    pool = pool_of(town)
    barcode = pool["barcode"]
    done(note(town, barcode, 1, "refused"))
    done(close(town, barcode, "unresolved", "refused three times"))
    assert (standing(town, barcode), listed(town, barcode)) == (("closed", "unresolved", []), [])
    joined(town, pool)
    assert standing(town, barcode) == ("open", None, [2])
    assert members(town, barcode) == ["refused", "to_recollect"]
    assert (in_lists(town, barcode), listed(town, barcode)) == (["open"], [1, 2])


def test_the_reviewer_closes_it_anew_and_that_answers_for_both(town: Town) -> None:
    pool = pool_of(town)
    barcode = pool["barcode"]
    done(close(town, barcode, "unresolved", "left the city"))
    third = joined(town, pool)
    done(close(town, barcode, "unresolved", "so did the second"))
    assert (standing(town, barcode), in_lists(town, barcode)) == (("closed", "unresolved", []), ["closed"])
    assert verbs(town, barcode).count("case.closed") == 2
    joined(town, third, 3)
    assert standing(town, barcode) == ("open", None, [3])
    done(close(town, barcode, "unresolved", "and the third"))
    done(town.bea.post(f"/testing/api/cases/{barcode}/reopen", message(reason="she is back")))
    assert standing(town, barcode) == ("open", None, [])
    done(close(town, barcode, "unresolved", "gone again"))
    assert standing(town, barcode) == ("closed", "unresolved", [])


def test_a_reviewer_does_not_answer_for_somebody_whom_the_page_did_not_show_yet(town: Town) -> None:
    pool = pool_of(town)
    barcode = pool["barcode"]
    assert 'name="members" value="1"' in town.bea.get(f"/testing/cases/{barcode}").text
    joined(town, pool)
    refused(close(town, barcode, "unresolved", "left the city", members=1), 409, "case_members_came", barcode, "2", "1")
    assert standing(town, barcode) == ("open", None, [])
    assert done(close(town, barcode, "unresolved", "both left", members=2))["outcome"] == "unresolved"


def test_a_case_that_is_open_again_by_itself_is_not_reopened_and_not_closed_as_it_was(town: Town) -> None:
    pool = pool_of(town)
    barcode = pool["barcode"]
    found(town, {recollected(town, pool["members"][0], barcode): "negative"})
    done(close(town, barcode, "cleared", "diluted"))
    joined(town, pool)
    assert standing(town, barcode) == ("recollecting", None, [2])
    refused(town.bea.post(f"/testing/api/cases/{barcode}/reopen", message(reason="x")), 409, "case_not_closed", barcode)
    refused(close(town, barcode, "cleared", "diluted"), 409, "case_unsettled", "members 2")


@pytest.mark.parametrize(("kind", "state", "outcome"), [("negative", "settled", None), ("positive", "closed", "confirmed")])
def test_who_comes_later_is_settled_like_anybody_and_only_results_close_the_case_by_themselves(
    town: Town, kind: str, state: str, outcome: str | None
) -> None:
    pool = pool_of(town)
    barcode = pool["barcode"]
    found(town, {recollected(town, pool["members"][0], barcode): "negative"})
    done(close(town, barcode, "cleared", "diluted"))
    whole = joined(town, pool)
    found(town, {recollected(town, whole["members"][1], barcode, hours=9): kind}, hours=10)
    assert standing(town, barcode)[:2] == (state, outcome)
    assert in_lists(town, barcode) == [state]


def test_people_of_a_tube_that_nobody_had_registered_make_its_closed_case_open_again(town: Town) -> None:
    pool = tube(town.site, [person(), person()])
    barcode = pool["barcode"]
    found(town, {barcode: "positive"})
    done(close(town, barcode, "unresolved", "the label was torn"))
    assert in_lists(town, barcode) == ["closed"]
    (outcome,) = town.sync(pool)
    assert outcome["outcome"] == "accepted"
    assert standing(town, barcode) == ("open", None, [1, 2])
    assert (in_lists(town, barcode), listed(town, barcode)) == (["open"], [1, 2])


def test_somebody_whom_an_admin_puts_in_the_place_of_another_is_answered_for_by_nobody(town: Town) -> None:
    pool = town.collected(1)
    barcode = pool["barcode"]
    town.tested(barcode, truth={barcode: "positive"}, hours=1)
    done(close(town, barcode, "unresolved", "left the city"))
    (outcome,) = town.sync(pool | {"revision": 2, "members": tube(town.site, [person()])["members"]})
    assert outcome["outcome"] == "conflict"
    assert standing(town, barcode) == ("closed", "unresolved", [])
    (conflict,) = [one for one in done(town.ada.get("/sampling/api/conflicts"))["items"] if one["barcode"] == barcode]
    settled = message(resolution="take_this", reason="the wrong card was scanned")
    done(town.ada.post(f"/sampling/api/conflicts/{conflict['id']}/resolve", settled))
    assert standing(town, barcode) == ("open", None, [1])


def test_the_same_people_sent_again_or_a_seal_open_nothing(town: Town) -> None:
    pool = pool_of(town, 2)
    barcode = pool["barcode"]
    done(close(town, barcode, "unresolved", "both left"))
    town.sync(pool)
    (outcome,) = town.sync(pool | {"revision": 2, "state": "sealed", "sealed_at": at(0.1)})
    assert outcome["outcome"] == "accepted"
    assert (standing(town, barcode), in_lists(town, barcode)) == (("closed", "unresolved", []), ["closed"])


def test_a_withdrawn_case_stays_so_whoever_is_registered_later(town: Town) -> None:
    pool = town.collected(1, state="open", sealed_at=None)
    barcode = pool["barcode"]
    town.received(barcode)
    done(town.reviewed(done(town.imported(town.plated(), {barcode: "positive"}))["run"], "reject"))
    done(town.reviewed(done(town.imported(town.plated()))["run"]))
    whole = joined(town, pool)
    assert (standing(town, barcode), members(town, barcode)) == (("closed", "withdrawn", []), ["negative", "negative"])
    assert set(town.results(whole).values()) == {"negative"}


def shuffled(luck: random.Random, *messages: Callable[[], Response]) -> None:
    """Tell these in an order drawn by lot, and again what is not understood yet: nobody can be noted of before he is known."""
    waiting = [*messages]
    luck.shuffle(waiting)
    while waiting:
        waiting = [tell for tell in waiting if tell().status_code == 404]


@pytest.mark.parametrize("number", range(6))
def test_what_comes_after_a_closing_may_come_in_any_order(town: Town, number: int) -> None:
    pool = pool_of(town)
    barcode = pool["barcode"]
    done(close(town, barcode, "unresolved", "left the city"))
    whole = pool | {"revision": 2, "members": tube(town.site, [*pool["members"], person(), person()])["members"]}
    back = single_of(town, whole["members"][1], barcode)
    refusal = message(event="refused")
    shuffled(
        random.Random(number),
        lambda: town.ana.post("/sampling/api/sync", {"device": "dev-1", "sent_at": at(40), "tubes": [whole]}),
        lambda: town.ana.post("/sampling/api/sync", {"device": "dev-2", "sent_at": at(40), "tubes": [back]}),
        lambda: town.ana.post(f"/testing/api/cases/{barcode}/members/3", refusal),
    )
    assert standing(town, barcode) == ("recollecting", None, [2, 3])
    assert members(town, barcode) == ["to_recollect", "recollected", "refused"]
    assert (in_lists(town, barcode), listed(town, barcode)) == (["recollecting"], [1, 3])


def page_of(town: Town, barcode: str) -> tuple[bool, ...]:
    """Whether the page of a case says in English and in Chinese for how many it is open again, and in both that it once was."""
    told = {
        "en": ("was closed: 1 (members 2)", "by itself: people were registered"),
        "zh": ("结案后又登记了 1 人", "结案时未登记的人员"),
    }
    pages = {language: town.bea.get(f"/testing/cases/{barcode}", lang=language).text for language in told}
    return tuple(told[language][number] in pages[language] for number in range(2) for language in told)


def test_the_page_says_why_the_case_is_open_again_and_keeps_it_among_its_decisions(town: Town) -> None:
    pool = pool_of(town)
    barcode = pool["barcode"]
    done(close(town, barcode, "unresolved", "left the city"))
    assert page_of(town, barcode) == (False, False, False, False)
    joined(town, pool)
    assert page_of(town, barcode) == (True, True, True, True)
    done(close(town, barcode, "unresolved", "so did the second"))
    assert page_of(town, barcode) == (False, False, True, True)
