"""Olga goes through the cases, piece by piece."""

from typing import Any

import pytest

from tests.bench import done, refused
from tests.factories import Town


def cases(town: Town, count: int) -> list[str]:
    """So many released cases of a lab, oldest first."""
    pools = [str(town.collected(1)["barcode"]) for _ in range(count)]
    for hours, pool in enumerate(pools):
        town.tested(pool, truth={pool: "positive"}, hours=hours)
    return pools


def pages(town: Town, **params: Any) -> list[list[str]]:
    """The ids on each page of the list."""
    found: list[list[str]] = []
    after: dict[str, str] = {}
    while True:
        answer = done(town.olga.get("/testing/api/cases", lab=town.lab, **params, **after))
        found.append([case["id"] for case in answer["items"]])
        if answer["next"] is None:
            return found
        after = {"after": answer["next"]}


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6])
def test_the_pages_hold_every_case_once_oldest_first(town: Town, limit: int) -> None:
    pools = cases(town, 5)
    found = pages(town, limit=limit)
    assert [case for page in found for case in page] == pools
    assert all(len(page) <= limit for page in found)


def test_cases_are_filtered_by_state_and_site(town: Town) -> None:
    first, second, third = cases(town, 3)
    closing = {"id": "0194c9a0-0000-7000-8000-" + second[2:14], "outcome": "unresolved", "reason": "left the city"}
    done(town.bea.post(f"/testing/api/cases/{second}/close", closing))
    assert pages(town, state="open", limit=1)[0] == [first]
    assert [case for page in pages(town, state="open", limit=1) for case in page] == [first, third]
    assert pages(town, state="closed") == [[second]]
    assert pages(town, state="settled") == [[]]
    assert pages(town, site=town.site) == [[first, second, third]]
    assert pages(town, site="nowhere") == [[]]


def test_ben_sees_the_cases_of_his_lab_without_naming_it(town: Town) -> None:
    (only,) = cases(town, 1)
    assert [case["id"] for case in done(town.ben.get("/testing/api/cases"))["items"]] == [only]


@pytest.mark.parametrize("path", ["/testing/api/cases", "/sampling/api/recollections", "/reporting/api/person-results?date=2022-02-02"])
@pytest.mark.parametrize(
    "after",
    [
        "nonsense", "W10", "WzFd", "bnVsbA", "e30", "WyJ4IiwieCIsIngiXQ", "WyJ4IiwieCJd", "WzEsMiwzXQ", "WzEsMl0",
        "W251bGwsbnVsbF0", "W1tdLHt9LG51bGxd", "WyIyMDIyLTAyLTAyIiwgIngiXQ", "WyIyMDIyLTAyLTAyVDAwOjAwOjAwKzAwOjAwIiwxLDJd", "8J-Yig",
        "WyJ4Iix0cnVlXQ", "WyJcdTAwMDAiLDFd", "WyJ4Iiw5OTk5OTk5OTk5OV0", "WyJcdWQ4MDAiLDFd", "WyJ4IiwtMV0", "eyJhIjoxLCJiIjoyfQ",
    ],
)  # fmt: skip
def test_a_cursor_that_is_none_of_ours_is_refused_and_never_fails(town: Town, path: str, after: str) -> None:
    who = {"testing": town.olga, "sampling": town.ana, "reporting": town.authority}[path.split("/")[1]]
    answer = town.web.get(f"{path}{'&' if '?' in path else '?'}after={after}", headers=who.headers)
    refused(answer, 422, "cursor_malformed", "start the list again")


def test_a_state_that_no_case_has_and_a_page_too_large_have_not_the_agreed_shape(town: Town) -> None:
    refused(town.olga.get("/testing/api/cases", state="lost"), 422, "request_malformed", "state")
    refused(town.olga.get("/testing/api/cases", limit=501), 422, "request_malformed", "limit")
    refused(town.ana.get("/sampling/api/recollections", state="lost"), 422, "request_malformed", "state")
