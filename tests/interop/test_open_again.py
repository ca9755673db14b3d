"""Officials are told of a case that is open again by itself, and once."""

from typing import Any

import pytest

from tests.bench import close, done, message
from tests.factories import Town, person, tube
from tests.interop.telling import answered, kinds, told


def firm(town: Town) -> dict[str, Any]:
    """A pool of one whose positive call is released, and that Ana has not sealed yet."""
    pool = town.collected(1, state="open", sealed_at=None)
    town.tested(pool["barcode"], truth={pool["barcode"]: "positive"}, hours=1)
    return pool


def joined(town: Town, pool: dict[str, Any]) -> dict[str, Any]:
    """The pool with somebody more in it."""
    whole = pool | {"revision": len(pool["members"]) + 1, "members": tube(town.site, [*pool["members"], person()])["members"]}
    (outcome,) = town.sync(whole)
    assert outcome["outcome"] == "accepted", outcome
    return whole


def news(town: Town, before: int) -> list[tuple[str, str | None, list[int] | None]]:
    """What was told after so many notices: of what kind, with which outcome, for whom."""
    return [(one["kind"], one["data"]["outcome"], one["data"].get("members")) for one in told(town)[before:]]


def test_olga_is_told_of_each_closing_and_of_each_time_that_people_came_later(town: Town) -> None:
    pool = firm(town)
    done(close(town, pool["barcode"], "unresolved", "left the city"))
    assert kinds(told(town)) == ["case.preliminary", "case.firm", "case.closed"]
    pool = joined(town, pool)
    assert news(town, 3) == [("case.reopened", "unresolved", [2])]
    assert news(town, 4) == []
    page = town.somebody("oda", "official", lab=town.lab).get("/reporting/notices", lang="en").text
    assert "open again: nobody has answered for members 2 yet" in page
    done(close(town, pool["barcode"], "unresolved", "so did the second"))
    assert news(town, 4) == [("case.closed", "unresolved", None)]
    pool = joined(town, pool)
    assert news(town, 5) == [("case.reopened", "unresolved", [3])]
    done(close(town, pool["barcode"], "unresolved", "and the third"))
    done(town.bea.post(f"/testing/api/cases/{pool['barcode']}/reopen", message(reason="she is back")))
    assert news(town, 6) == [("case.closed", "unresolved", None), ("case.reopened", None, None)]
    done(close(town, pool["barcode"], "unresolved", "gone again"))
    assert news(town, 8) == [("case.closed", "unresolved", None)]


def test_olga_is_told_when_a_confirmed_case_is_not_over_and_when_it_is(town: Town) -> None:
    pool = firm(town)
    answered(town, pool, ["positive"])
    assert kinds(told(town)) == ["case.preliminary", "case.firm", "member.positive", "case.closed"]
    pool = joined(town, pool)
    assert news(town, 4) == [("case.reopened", "confirmed", [2])]
    answered(town, {**pool, "members": pool["members"][1:]}, ["negative"], hours=10)
    assert news(town, 5) == [("case.closed", "confirmed", None)]
    assert news(town, 6) == []


def test_what_was_between_two_looks_of_the_worker_is_told_from_the_decisions(town: Town) -> None:
    pool = firm(town)
    assert kinds(told(town)) == ["case.preliminary", "case.firm"]
    done(close(town, pool["barcode"], "unresolved", "left the city"))
    pool = joined(town, pool)
    done(close(town, pool["barcode"], "unresolved", "so did the second"))
    done(town.bea.post(f"/testing/api/cases/{pool['barcode']}/reopen", message(reason="she is back")))
    pool = joined(town, pool)
    done(close(town, pool["barcode"], "unresolved", "all three left"))
    joined(town, pool)
    assert news(town, 2) == [
        ("case.closed", "unresolved", None),
        ("case.reopened", "unresolved", [2]),
        ("case.closed", "unresolved", None),
        ("case.reopened", None, None),
        ("case.closed", "unresolved", None),
        ("case.reopened", "unresolved", [4]),
    ]
    assert news(town, 8) == []


def test_a_closing_that_was_told_is_not_told_again_with_what_came_to_nothing_of_it(town: Town) -> None:
    pool = firm(town)
    done(close(town, pool["barcode"], "unresolved", "left the city"))
    assert kinds(told(town)) == ["case.preliminary", "case.firm", "case.closed"]
    pool = joined(town, pool)
    done(close(town, pool["barcode"], "unresolved", "so did the second"))
    assert news(town, 3) == [("case.reopened", "unresolved", [2]), ("case.closed", "unresolved", None)]
    assert news(town, 5) == []


def test_a_closing_that_results_overtook_is_told_before_them(town: Town) -> None:
    pool = firm(town)
    done(close(town, pool["barcode"], "unresolved", "left the city"))
    pool = joined(town, pool)
    answered(town, pool, ["negative", "positive"], hours=10)
    assert [kind for kind, _, _ in news(town, 0)] == [
        "case.preliminary", "case.firm", "case.closed", "case.reopened", "member.positive", "case.closed",
    ]  # fmt: skip
    assert [(kind, outcome, who) for kind, outcome, who in news(town, 2) if kind != "member.positive"] == [
        ("case.closed", "unresolved", None), ("case.reopened", "unresolved", [2]), ("case.closed", "confirmed", None),
    ]  # fmt: skip
    assert news(town, 6) == []


@pytest.mark.parametrize("looks", [frozenset(), frozenset({0}), frozenset({1}), frozenset({2}), frozenset({0, 2}), frozenset({0, 1, 2, 3})])
def test_whenever_the_worker_looks_the_same_is_told(town: Town, looks: frozenset[int]) -> None:
    pool = firm(town)
    for step in range(4):
        done(close(town, pool["barcode"], "unresolved", "gone"))
        if step in looks:
            told(town)
        pool = joined(town, pool)
    assert news(town, 2) == [
        one for who in range(2, 6) for one in (("case.closed", "unresolved", None), ("case.reopened", "unresolved", [who]))
    ]
    assert news(town, 10) == []
