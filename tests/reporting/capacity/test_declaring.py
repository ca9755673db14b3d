"""The three capacities of a lab beside each other, and declaring anew."""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from lims.catalog import queries as catalog
from lims.kernel import clock, ids
from lims.kernel.db import Access
from lims.reporting.capacity.board import best_days
from lims.reporting.capacity.rules import Best
from tests.factories import Town
from tests.reporting.city import LATER, NEXT, City, at


def today() -> date:
    """The day at the lab. Asked in each test: a run of all tests may begin before midnight and come here after it."""
    return clock.local_day(clock.now(), "Asia/Shanghai")


def declaration(town: Town, tubes: int = 150, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(ids.uuid7()),
        "lab": town.lab,
        "from": today().isoformat(),
        "tubes_per_day": tubes,
        "why": "two cyclers broke",
    } | changes


def test_olga_declares_anew_and_what_was_declared_before_stays(town: Town) -> None:
    day, told = today(), declaration(town)
    answer = town.olga.post("/reporting/api/capacities", told)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["declared"], answer.json()["declarations"][0]["why"]) == (150, "two cyclers broke")
    assert [(row["from"], row["version"], row["tubes_per_day"]) for row in answer.json()["declarations"]] == [
        (day.isoformat(), 2, 150), ("2022-01-01", 1, 400),
    ]  # fmt: skip
    assert town.olga.post("/reporting/api/capacities", told).json() == answer.json()
    assert town.olga.post("/reporting/api/capacities", told | {"tubes_per_day": 151}).status_code == 409
    town.olga.post("/reporting/api/capacities", declaration(town, 170))
    with town.program.database.transaction(Access.BENCH) as connection:
        assert catalog.capacity_on(connection, town.lab, day) == 170
        assert catalog.capacity_on(connection, town.lab, day - timedelta(days=1)) == 400
    figures = town.olga.get("/reporting/api/throughput", **{"from": day, "to": day, "by": "lab", "lab": town.lab}).json()["rows"]
    assert figures[0]["capacity_tubes"] == 170


def test_nothing_is_declared_anew_for_days_gone_by(town: Town) -> None:
    answer = town.olga.post("/reporting/api/capacities", declaration(town) | {"from": (today() - timedelta(days=1)).isoformat()})
    assert (answer.status_code, answer.json()["code"]) == (422, "capacity_past")
    assert "at the earliest" in answer.json()["detail"]


def test_only_who_plans_sees_and_declares_and_only_for_labs_within_reach(town: Town) -> None:
    bound = town.somebody("oscar", "official", lab=town.lab)
    other = town.somebody("otto", "official", lab="somewhere-else")
    of_site = town.somebody("orla", "official", site=town.site)
    assert bound.post("/reporting/api/capacities", declaration(town)).status_code == 200
    assert [item["lab"] for item in bound.get("/reporting/api/capacities").json()["items"]] == [town.lab]
    for who, status in ((other, 404), (of_site, 404), (town.ben, 403), (town.ana, 403), (town.authority, 403)):
        assert who.post("/reporting/api/capacities", declaration(town)).status_code == status
        assert who.get("/reporting/api/capacities", lab=town.lab).status_code == status
    assert town.ada.get("/reporting/api/capacities", lab=town.lab).json()["items"][0]["declared"] == 150
    assert town.olga.post("/reporting/api/capacities", declaration(town, lab="nowhere")).json()["code"] == "lab_unknown"
    assert town.web.get("/reporting/capacity", headers=of_site.headers).status_code == 404
    assert town.web.get("/reporting/capacity", headers=town.ben.headers).status_code == 403


def test_what_was_tested_is_seen_as_the_best_24_hours(city: City) -> None:
    for number, when in enumerate((at(16), at(20), at(0.5, NEXT), at(15.5, NEXT), at(16, NEXT))):
        tube = city.tube(f"b{number}", received_at=at(0.5))
        city.run(tube, when=when)

    def best_until(now: datetime) -> dict[str, Best]:
        return city.as_bench(partial(best_days, catalog=city.catalog, now=now))

    best = best_until(LATER)
    # Between 16:00 and 16:00 of the next day there were four; the one at 16:00 sharp belongs to the next hour.
    assert (best["YH"].tubes, best["YH"].until) == (4, at(16, NEXT))
    assert set(best) == {"YH"}
    assert best_until(at(0, NEXT) + timedelta(days=31)) == {}


def test_the_page_of_a_lab_asks_the_database_a_fixed_number_of_times(town: Town) -> None:
    bound = town.somebody("oscar", "official", lab=town.lab)
    town.web.get("/reporting/capacity", headers=bound.headers)  # the catalogue is read once, and then known
    page = town.web.get("/reporting/capacity", headers=bound.headers)
    assert page.status_code == 200
    assert "its resources are not in the catalogue" in page.text
    assert int(page.headers["x-statements"]) <= 5
