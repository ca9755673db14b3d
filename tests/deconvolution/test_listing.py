"""Olga goes through the cases, piece by piece."""

from dataclasses import replace
from typing import Any

import pytest

from lims.deconvolution.queries import Among, reactive_pools
from lims.deconvolution.rules import CaseState
from lims.kernel.db import Access
from tests.bench import done, found, recollected, refused
from tests.deconvolution.plans.at_work import reactive, read_out
from tests.factories import Town


def cases(town: Town, count: int) -> list[str]:
    """So many released cases of a lab, oldest first."""
    pools = [str(town.collected(1)["barcode"]) for _ in range(count)]
    for hours, pool in enumerate(pools):
        town.tested(pool, truth={pool: "positive"}, hours=hours)
    return pools


def pages(town: Town, **params: Any) -> list[list[str]]:
    """The ids on each page of the list."""
    lists: list[list[str]] = []
    after: dict[str, str] = {}
    while True:
        answer = done(town.olga.get("/testing/api/cases", lab=town.lab, **params, **after))
        lists.append([case["id"] for case in answer["items"]])
        if answer["next"] is None:
            return lists
        after = {"after": answer["next"]}


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6])
def test_the_pages_hold_every_case_once_oldest_first(town: Town, limit: int) -> None:
    pools = cases(town, 5)
    read = pages(town, limit=limit)
    assert [case for page in read for case in page] == pools
    assert all(len(page) <= limit for page in read)


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


def test_old_cases_that_are_over_are_not_even_read_for_the_list_of_those_that_are_not(town: Town) -> None:
    pools = [town.collected(2) for _ in range(3)]
    for hours, pool in enumerate(pools):
        town.tested(pool["barcode"], truth={pool["barcode"]: "positive"}, hours=hours)
    for pool in pools[:2]:
        found(town, {recollected(town, member, pool["barcode"]): "positive" for member in pool["members"]})
    kept, tubes = reactive(town, 2)
    read_out(town, {tubes[0]: "positive"})
    still_kept, _ = reactive(town, 2)
    with town.program.database.transaction(Access.BENCH) as connection:
        asked = Among(lab=town.lab, states=frozenset(CaseState) - {CaseState.CLOSED})
        assert {row.barcode for row in reactive_pools(connection, asked, None, 10)} == {pools[2]["barcode"], still_kept}
        over = {row.barcode for row in reactive_pools(connection, replace(asked, states=frozenset({CaseState.CLOSED})), None, 10)}
    assert over == {pools[0]["barcode"], pools[1]["barcode"], kept}


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
