"""Officials are told of a case that is open again by itself, and once."""

from typing import Any

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
    assert news(town, 6) == [("case.reopened", None, None)]
    done(close(town, pool["barcode"], "unresolved", "gone again"))
    assert news(town, 7) == [("case.closed", "unresolved", None)]


def test_olga_is_told_when_a_confirmed_case_is_not_over_and_when_it_is(town: Town) -> None:
    pool = firm(town)
    answered(town, pool, ["positive"])
    assert kinds(told(town)) == ["case.preliminary", "case.firm", "member.positive", "case.closed"]
    pool = joined(town, pool)
    assert news(town, 4) == [("case.reopened", "confirmed", [2])]
    answered(town, {**pool, "members": pool["members"][1:]}, ["negative"], hours=10)
    assert news(town, 5) == [("case.closed", "confirmed", None)]
    assert news(town, 6) == []
