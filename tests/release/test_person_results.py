"""The authority's computer fetches results: who sees what."""

from typing import Any

import pytest

from tests.bench import done, found, recollected, refused, reject, review
from tests.factories import Somebody, Town, at, person

PATH = "/reporting/api/person-results"


def rows(town: Town, by: Somebody | None = None, **params: Any) -> list[dict[str, Any]]:
    """The rows of a town's day."""
    items: list[dict[str, Any]] = done((by or town.authority).get(PATH, **{"date": "2022-02-02", "site": town.site} | params))["items"]
    return items


def test_a_row_says_whose_result_it_is_of_which_tube_and_since_when(town: Town) -> None:
    who = person(name="欧阳娜娜")
    pool = town.collected([who])
    town.tested(pool["barcode"])
    assert rows(town) == [
        {
            "id_type": "resident_id",
            "id_number": who["id_number"],
            "name": "欧阳娜娜",
            "tube": pool["barcode"],
            "position": 1,
            "site": town.site,
            "collected_at": at(0).replace("+00:00", "Z"),
            "state": "negative",
            "pooled": True,
            "released_at": at(5).replace("+00:00", "Z"),
            "amended_at": None,
        }
    ]


def test_a_program_without_the_scope_sees_a_surname_and_four_characters(town: Town) -> None:
    stats = town.somebody("stats", "integration")
    resident, traveller = person(name="欧阳娜娜"), person(name="Bo", id_type="passport", id_number="E12345678")
    town.collected([resident, traveller])
    number = resident["id_number"]
    assert [(row["name"], row["id_number"]) for row in rows(town, stats)] == [
        ("欧***", f"{number[:2]}{'*' * 14}{number[-2:]}"),
        ("B*", "E1*****78"),
    ]
    text = stats.get(PATH, date="2022-02-02", site=town.site).text
    assert all(secret not in text for secret in (number, "欧阳", "E12345678"))
    assert all(secret not in stats.get(PATH, date="2022-02-02", site=town.site, format="csv").text for secret in (number, "欧阳"))


@pytest.mark.parametrize(
    ("kind", "size", "state"),
    [
        ("negative", 10, "negative"),
        ("positive", 10, "verifying"),
        ("single_target", 10, "verifying"),
        ("invalid", 10, "verifying"),
        ("negative", 1, "negative"),
        ("positive", 1, "positive"),
        ("grey_zone", 1, "inconclusive"),
        ("invalid", 1, "recollect"),
    ],
)
def test_what_a_released_tube_says_of_its_people(town: Town, kind: str, size: int, state: str) -> None:
    made = town.collected(1, size=size)
    found(town, {made["barcode"]: kind}, hours=1)
    (row,) = rows(town)
    assert (row["state"], row["pooled"]) == (state, size > 1)


def test_a_person_is_pending_at_every_step_before_the_release(town: Town) -> None:
    pool = town.collected(1)
    states = [rows(town)[0]["state"]]
    town.received(pool["barcode"])
    states.append(rows(town)[0]["state"])
    plate = town.plated()
    states.append(rows(town)[0]["state"])
    run = done(town.imported(plate))["run"]
    states.append(rows(town)[0]["state"])
    assert states == ["pending"] * 4
    assert rows(town)[0]["released_at"] is None
    done(review(run, town.bea))
    assert rows(town)[0]["state"] == "negative"


def test_a_person_of_a_tube_that_waits_for_a_repeat_is_pending_again(town: Town) -> None:
    pool = town.collected(1)
    town.received(pool["barcode"])
    run = done(town.imported(town.plated(), {pool["barcode"]: "positive"}))["run"]
    done(review(run, town.bea, "reject"))
    assert rows(town)[0]["state"] == "pending"


def test_a_person_whose_recollection_is_released_has_that_result_and_its_time_in_both_rows(town: Town) -> None:
    pool = town.collected(1)
    town.tested(pool["barcode"], truth={pool["barcode"]: "positive"}, hours=1)
    single = recollected(town, pool["members"][0], pool["barcode"])
    found(town, {single: "negative"})
    assert {(row["tube"], row["state"], row["released_at"]) for row in rows(town)} == {
        (pool["barcode"], "negative", at(10).replace("+00:00", "Z")),
        (single, "negative", at(10).replace("+00:00", "Z")),
    }


def test_rows_are_those_of_the_day_of_collection_where_it_was_collected(town: Town) -> None:
    evening, night = town.collected(1, hours=15.5), town.collected(1, hours=16.5)
    assert [row["tube"] for row in rows(town)] == [evening["barcode"]]
    assert [row["tube"] for row in rows(town, date="2022-02-03")] == [night["barcode"]]
    assert rows(town, date="2022-02-01") == []


def test_rows_are_filtered_by_state(town: Town) -> None:
    negative, positive, waiting, rejected = (town.collected(1, size=1) for _ in range(4))
    found(town, {negative["barcode"]: "negative", positive["barcode"]: "positive"}, hours=1)
    town.received(rejected["barcode"])
    done(reject(town, rejected["barcode"]))
    for state, made in (("negative", negative), ("positive", positive), ("pending", waiting), ("recollect", rejected)):
        assert [row["tube"] for row in rows(town, state=state)] == [made["barcode"]]
    assert rows(town, state="verifying") == []


def test_without_a_site_the_rows_of_every_site_come(town: Town) -> None:
    other = Town.build(town.program, town.web)
    ours, theirs = town.collected(1, hours=40), other.collected(1, hours=40)
    found_tubes = {row["tube"] for row in done(town.authority.get(PATH, date="2022-02-04", limit=5000))["items"]}
    assert {ours["barcode"], theirs["barcode"]} <= found_tubes
    assert rows(town, site="nowhere") == []


def test_a_program_bound_to_a_site_or_lab_is_told_of_nobody_elsewhere(town: Town) -> None:
    other = Town.build(town.program, town.web)
    ours, theirs = town.collected(1, hours=41), other.collected(1, hours=41)
    found(town, {ours["barcode"]: "negative"}, hours=42)
    found(other, {theirs["barcode"]: "negative"}, hours=42)
    of_site = town.somebody("of_site", "integration", site=town.site, scopes=("identity",))
    of_lab = town.somebody("of_lab", "integration", lab=town.lab, scopes=("identity",))
    for program in (of_site, of_lab):
        items = done(program.get(PATH, date="2022-02-04", limit=5000))["items"]
        assert [row["tube"] for row in items] == [ours["barcode"]]
        assert theirs["barcode"] not in program.get(PATH, date="2022-02-04", format="csv").text
    refused(of_site.get(PATH, date="2022-02-04", site=other.site), 404, "not_found", other.site)
    assert done(of_lab.get(PATH, date="2022-02-04", site=other.site))["items"] == []


def test_tubes_that_were_given_up_or_of_which_nobody_told_have_no_rows(town: Town) -> None:
    kept = town.collected(1)
    gone = town.collected(1, state="open", sealed_at=None)
    assert town.sync(gone | {"revision": 2, "state": "void"})[0]["outcome"] == "accepted"
    assert [row["tube"] for row in rows(town)] == [kept["barcode"]]


def test_nobody_but_an_integration_fetches_results(town: Town) -> None:
    for who in (town.ana, town.ben, town.bea, town.olga, town.ada, town.carl):
        refused(who.get(PATH, date="2022-02-02"), 403, "role_missing", "integration")
    refused(town.web.get(f"{PATH}?date=2022-02-02"), 401, "not_signed_in")


@pytest.mark.parametrize(
    "params",
    [{"date": "yesterday"}, {"date": "2022-02-30"}, {}, {"date": "2022-02-02", "state": "healthy"}, {"date": "2022-02-02", "format": "xml"},
     {"date": "2022-02-02", "limit": 0}, {"date": "2022-02-02", "limit": 5001}],
)  # fmt: skip
def test_a_question_of_another_shape_is_told_where(town: Town, params: dict[str, Any]) -> None:
    wrong = next((name for name in ("limit", "format", "state", "date") if name in params), "date")
    refused(town.authority.get(PATH, **params), 422, "request_malformed", wrong)
