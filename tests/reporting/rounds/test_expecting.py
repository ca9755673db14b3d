"""Olga says how many people a round is for, and sees how many of them came."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from lims.catalog import actions, queries
from lims.catalog.forms import CatalogForm
from lims.kernel import ids
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.kernel.program import Program
from tests.factories import Town

DAY = "2022-02-02"


def round_of(town: Town) -> str:
    return f"round of {town.site}"


def expecting(town: Town, people: int = 40, **changes: Any) -> dict[str, Any]:
    told = {"id": str(ids.uuid7()), "round": round_of(town), "from": DAY, "site": town.site, "people": people, "source": "register"}
    return {name: value for name, value in (told | changes).items() if value is not None}


def lines(town: Town, **asked: Any) -> list[dict[str, Any]]:
    answer = town.olga.get("/reporting/api/day/rounds", **{"day": DAY} | asked)
    assert answer.status_code == 200, answer.text
    return [row for row in answer.json()["rows"] if row["round"] == round_of(town)]


def test_a_round_is_a_share_of_its_people_as_soon_as_somebody_has_said_how_many_they_are(town: Town) -> None:
    town.collected(6, round=round_of(town))
    (line,) = lines(town)
    assert (line["sampled_people"], line["expected_people"], line["coverage"]) == (6, None, None)
    told = expecting(town, 40)
    answer = town.olga.post("/reporting/api/rounds/expected", told)
    assert answer.status_code == 200, answer.text
    assert [(item["site"], item["expected_people"], item["coverage"]) for item in answer.json()["items"]] == [
        (None, 40, 0.15), (town.site, 40, 0.15)
    ]  # fmt: skip
    assert town.olga.post("/reporting/api/rounds/expected", told).json() == answer.json()
    assert town.olga.post("/reporting/api/rounds/expected", told | {"people": 41}).status_code == 409
    town.olga.post("/reporting/api/rounds/expected", expecting(town, 30))
    assert [line["coverage"] for line in lines(town)] == [0.2, 0.2]
    said = town.olga.get("/reporting/api/rounds/said", day=DAY).json()["items"]
    assert [(one["version"], one["people"]) for one in said if one["place"] == town.site] == [(2, 30), (1, 40)]


def test_the_page_of_the_day_leads_to_the_tubes_of_the_round(town: Town) -> None:
    town.collected(6, round=round_of(town))
    town.olga.post("/reporting/api/rounds/expected", expecting(town, 12))
    of_site = town.somebody("orla", "official", site=town.site)
    page = town.web.get(f"/reporting/?day={DAY}&lang=en", headers=of_site.headers)
    assert f"Round {round_of(town)} has reached 50" in page.text
    links = set(re.findall(r'href="(/reporting/rows[^"]*figure=sampled[^"]*)"', page.text))
    assert len(links) > 1
    for link in links:
        rows = town.web.get(link.replace("&amp;", "&") + "&lang=en", headers=of_site.headers)
        assert "1 tubes, 6 people: sampled" in rows.text, link
    assert lines(town, lab=town.lab) == []


def test_recollections_are_not_sampled_twice(town: Town) -> None:
    pool = town.collected(2, round=round_of(town))
    town.collected(1, size=1, retest_of=pool["barcode"], round=round_of(town))
    assert [line["sampled_people"] for line in lines(town)] == [2]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"site": "nowhere"}, 404, "site_unknown"),
        ({"site": None, "area": "nowhere"}, 404, "area_unknown"),
        ({"area": "330111"}, 422, None),
        ({"site": None}, 422, None),
        ({"people": 0}, 422, None),
        ({"round": ""}, 422, None),
        ({"source": ""}, 422, None),
    ],
)
def test_what_cannot_be_expected_is_refused(town: Town, changes: dict[str, Any], status: int, code: str | None) -> None:
    answer = town.olga.post("/reporting/api/rounds/expected", expecting(town, **changes))
    assert answer.status_code == status
    assert code in (None, answer.json()["code"])


def test_only_who_plans_for_the_whole_says_how_many_are_expected(town: Town) -> None:
    of_lab, of_site = town.somebody("oscar", "official", lab=town.lab), town.somebody("orla", "official", site=town.site)
    for who, status in ((of_lab, 404), (of_site, 404), (town.ben, 403), (town.ana, 403), (town.authority, 403)):
        assert who.post("/reporting/api/rounds/expected", expecting(town)).status_code == status
        assert who.get("/reporting/api/rounds", day=DAY).status_code == status
        assert who.get("/reporting/api/rounds/said", day=DAY).status_code == status
        assert town.web.get("/reporting/rounds", headers=who.headers).status_code == status
    assert town.ada.get("/reporting/api/rounds", day=DAY).status_code == 200


def a_file(**changes: Any) -> CatalogForm:
    expected = {"round": "of a file", "from": "2022-02-02", "area": "exp-area", "people": 500, "source": "register of 2021"} | changes
    return CatalogForm.model_validate({"area": [{"code": "exp-area", "name": "区"}], "expected_people": [expected]})


def test_a_catalogue_file_says_how_many_are_expected_and_never_says_otherwise_under_the_same_version(program: Program) -> None:
    with program.database.transaction(Access.OWNER) as connection:
        first = actions.load(connection, a_file(), datetime.now(UTC), "tests")
        again = actions.load(connection, a_file(), datetime.now(UTC), "tests")
        assert "expected_people of a file area exp-area 1 new" in first.changes
        assert again.changes == ()
        with pytest.raises(Refused, match="give the changed number a new version"):
            actions.load(connection, a_file(people=600), datetime.now(UTC), "tests")
        actions.load(connection, a_file(people=600, version=2), datetime.now(UTC), "tests")
        stored = queries.stored_rows(connection)["expected_people"]
        assert [stored["of a file", "area", "exp-area", version]["people"] for version in (1, 2)] == [500, 600]


def test_a_file_that_expects_people_nowhere_is_refused_by_name(program: Program) -> None:
    with pytest.raises(ValidationError, match="not both"):
        a_file(site="FY-001")
    with program.database.transaction(Access.OWNER) as connection, pytest.raises(Refused, match="nowhere is named but not described"):
        actions.load(connection, a_file(area="nowhere"), datetime.now(UTC), "tests")
