"""How a case ends."""

from typing import Any

import pytest

from lims.kernel.barcodes import Kind
from lims.kernel.ids import uuid7
from tests.bench import another_town, close, done, found, note, recollected, refused, review, together, verbs
from tests.factories import Town, at, code


def reactive(town: Town, people: int = 2) -> dict[str, Any]:
    """A pool whose positive call is released."""
    pool = town.collected(people)
    town.tested(pool["barcode"], truth={pool["barcode"]: "positive"}, hours=1)
    return pool


def settle(town: Town, pool: dict[str, Any], *kinds: str) -> None:
    """The members come back, and are found so."""
    found(town, {recollected(town, member, pool["barcode"]): kind for member, kind in zip(pool["members"], kinds, strict=False)})


def standing(town: Town, pool: dict[str, Any]) -> tuple[str, str | None]:
    """A case's state and outcome."""
    case = town.case(pool["barcode"])
    assert case is not None
    return case["state"], case["outcome"]


def test_a_case_is_confirmed_by_itself_when_everybody_is_settled_and_one_is_positive(town: Town) -> None:
    pool = reactive(town)
    settle(town, pool, "positive")
    assert standing(town, pool) == ("recollecting", None)
    found(town, {recollected(town, pool["members"][1], pool["barcode"], hours=11): "negative"}, hours=12)
    assert standing(town, pool) == ("closed", "confirmed")
    case = town.case(pool["barcode"])
    assert case is not None
    assert case["closed_at"].startswith("2022-02-02T15:00")
    refused(close(town, pool["barcode"], "cleared", "why not"), 409, "case_closed", pool["barcode"], "confirmed")


def test_a_discordant_case_closes_only_with_a_reviewers_reason(town: Town) -> None:
    pool = reactive(town)
    settle(town, pool, "negative", "negative")
    assert standing(town, pool) == ("settled", None)
    for nothing in ("", "   "):
        refused(close(town, pool["barcode"], "cleared", nothing), 422, "case_without_reason", "Say why", pool["barcode"])
    refused(close(town, pool["barcode"], "unresolved", "tired"), 409, "case_all_settled", "close it as cleared")
    case = done(close(town, pool["barcode"], "cleared", "contamination on the plate before", at=at(12)))
    assert (case["state"], case["outcome"], case["closed_at"]) == ("closed", "cleared", "2022-02-02T12:00:00Z")
    assert "case.closed" in verbs(town, pool["barcode"])
    assert set(town.results(pool).values()) == {"negative"}


def test_a_case_with_somebody_unsettled_closes_as_unresolved_only(town: Town) -> None:
    pool = reactive(town)
    settle(town, pool, "negative")
    done(note(town, pool["barcode"], 2, "refused", at=at(12)))
    refused(close(town, pool["barcode"], "cleared", "enough"), 409, "case_unsettled", "members 2")
    done(close(town, pool["barcode"], "unresolved", "refused three times"))
    assert standing(town, pool) == ("closed", "unresolved")
    assert sorted(town.results(pool).values()) == ["negative", "verifying"]


def test_a_result_that_comes_after_an_unresolved_case_counts_for_its_person(town: Town) -> None:
    pool = reactive(town, 1)
    done(close(town, pool["barcode"], "unresolved", "moved away"))
    settle(town, pool, "positive")
    assert standing(town, pool) == ("closed", "unresolved")
    assert set(town.results(pool).values()) == {"positive"}


def test_a_case_whose_people_nobody_ever_told_closes_as_unresolved(town: Town) -> None:
    tube = code(Kind.TUBE)
    found(town, {tube: "positive"})
    refused(close(town, tube, "cleared", "nobody"), 409, "case_unsettled", tube)
    assert done(close(town, tube, "unresolved", "the label was torn"))["outcome"] == "unresolved"


@pytest.mark.parametrize("outcome", ["confirmed", "withdrawn"])
def test_what_comes_by_itself_is_nobodys_to_say(town: Town, outcome: str) -> None:
    pool = reactive(town)
    refused(close(town, pool["barcode"], outcome, "I say so"), 422, "case_outcome", "cleared or unresolved", outcome)


def test_a_word_that_nobody_knows_has_not_the_agreed_shape(town: Town) -> None:
    refused(close(town, reactive(town)["barcode"], "forgotten", "x"), 422, "request_malformed", "outcome")


def test_a_preliminary_case_is_not_closed_before_its_call_is_reviewed(town: Town) -> None:
    pool = town.collected(1)
    town.received(pool["barcode"])
    run = done(town.imported(town.plated(), {pool["barcode"]: "positive"}))["run"]
    refused(close(town, pool["barcode"], "unresolved", "early"), 409, "case_preliminary", "review it first")
    done(review(run, town.bea, tubes=[pool["barcode"]]))
    done(close(town, pool["barcode"], "unresolved", "late"))


def test_a_withdrawn_case_is_closed_already(town: Town) -> None:
    pool = town.collected(1)
    town.received(pool["barcode"])
    done(review(done(town.imported(town.plated(), {pool["barcode"]: "invalid"}))["run"], town.bea, "reject"))
    done(review(done(town.imported(town.plated(hours=6), hours=7))["run"], town.bea))
    refused(close(town, pool["barcode"], "unresolved", "x"), 409, "case_closed", "withdrawn")


def test_a_closed_case_is_closed_once(town: Town) -> None:
    pool, same = reactive(town), str(uuid7())
    first = done(close(town, pool["barcode"], "unresolved", "gone", id=same))
    assert done(close(town, pool["barcode"], "unresolved", "gone", id=same)) == first
    refused(close(town, pool["barcode"], "unresolved", "gone"), 409, "case_closed", "unresolved")
    refused(close(town, pool["barcode"], "unresolved", "other words", id=same), 409, "id_reused")
    assert verbs(town, pool["barcode"]).count("case.closed") == 1


def test_two_who_close_it_at_once_close_it_once(town: Town) -> None:
    pool, bea, bo = reactive(town), town.bea, town.bo
    answers = together(*[lambda who=who: close(town, pool["barcode"], "unresolved", "gone", by=who) for who in (bea, bo)])
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert {answer.json().get("code") for answer in answers} == {None, "case_closed"}


def test_only_a_reviewer_of_its_lab_closes_a_case(town: Town) -> None:
    other, barcode = another_town(town), reactive(town)["barcode"]
    refused(close(town, barcode, "unresolved", "x", by=other.bea), 404, "not_found", barcode)
    for who in (town.ben, town.ana, town.olga):
        refused(close(town, barcode, "unresolved", "x", by=who), 403, "role_missing", "reviewer")
    refused(close(town, code(Kind.TUBE), "unresolved", "x"), 404, "not_found")


def test_a_case_closed_tomorrow_is_a_wrong_clock(town: Town) -> None:
    refused(close(town, reactive(town)["barcode"], "unresolved", "x", at="2999-01-01T00:00:00Z"), 422, "time_in_future")
