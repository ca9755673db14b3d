"""The outlook of a city, read from where its tubes stand."""

from datetime import timedelta

from sqlalchemy import Connection

from lims.catalog.tables import SamplingPlan
from lims.custody.tables import Box
from lims.reporting.recent import Recent
from lims.reporting.tomorrow import board, queries
from lims.reporting.tomorrow.outlook import Facts, LabOutlook, Outlook, outlook_of
from tests.factories import Town
from tests.reporting.city import CHINA, DAY, NEXT, City, at, put

NOON = at(12)
BEFORE = timedelta(days=1)


def outlook(city: City) -> Outlook:
    def read(connection: Connection) -> Facts:
        return board.facts_of(connection, city.catalog, NOON, CHINA, board.read_habits(connection, city.catalog, NOON, CHINA))

    return outlook_of(city.catalog, city.as_bench(read), NOON, CHINA)


def of(found: Outlook, lab: str) -> LabOutlook:
    return next(each for each in found.labs if each.lab.code == lab)


def test_what_a_lab_still_has_to_test_waits_and_what_is_called_does_not(city: City) -> None:
    for number in range(3):
        city.tube(f"w{number}", received_at=at(11))
    city.run(city.tube("called", received_at=at(9)), when=at(11))
    city.tube("mixed", received_at=at(9), kind="aliquot_pool", bench_state="waiting", pool_size=10)
    assert of(outlook(city), "YH").waiting == 3
    # 240 tubes a day are ten an hour.
    assert of(outlook(city), "YH").clears == NOON + timedelta(minutes=18)


def test_boxes_on_their_way_and_tubes_at_the_site_arrive_as_others_did(city: City) -> None:
    for number in range(4):
        city.tube(f"past{number}", sealed_at=at(8) - BEFORE, dispatched_at=at(8.5) - BEFORE, dispatched_to="YH", received_at=at(9) - BEFORE)
    put(city.connection, Box, barcode="B1", site="FY-001", packed_tubes=40, sealed_at=at(11.4), dispatched_at=at(11.75), dispatched_to="YH")
    put(city.connection, Box, barcode="B2", site="FY-001", packed_tubes=20, sealed_at=at(11.9))
    put(
        city.connection,
        Box,
        barcode="B3",
        site="FY-001",
        packed_tubes=10,
        dispatched_at=at(9),
        dispatched_to="MV",
        received_at=at(10),
        lab="MV",
    )
    put(city.connection, Box, barcode="lost", site="FY-001", packed_tubes=90, sealed_at=at(9) - 9 * BEFORE)
    city.tube("loose", sealed_at=at(11.8))
    found = of(outlook(city), "YH")
    # Half an hour from leaving, an hour from sealing; the yesterday of this site is expected again, but not before eight tomorrow.
    assert [round(each.expected) for each in found.arrivals[:3]] == [60, 1, 0]
    assert sum(each.expected for each in of(outlook(city), "MV").arrivals) == 0


def test_a_plan_is_counted_on_instead_of_the_last_days(city: City) -> None:
    city.tube("past", sealed_at=at(20) - BEFORE, received_at=at(22) - BEFORE)
    put(city.connection, SamplingPlan, site="FY-001", day=DAY, tubes_by_hour=[0] * 14 + [120] + [0] * 9)
    found = of(outlook(city), "YH")
    coming = {number: round(each.expected, 2) for number, each in enumerate(found.arrivals) if each.expected}
    # Planned for 14 to 15 h, two hours on the way as the tube of yesterday; tomorrow, unplanned, is as yesterday.
    assert coming == {4: 120.0, 34: 1.0}


def test_pools_seen_lately_are_what_retests_are_expected_by(city: City) -> None:
    city.tested(city.tube("p", ("A", "B", "C"), received_at=at(9)), call="positive", run_at=at(10), released_at=at(11))
    city.tested(*(city.tube(f"n{n}", ("D", "E"), received_at=at(9)) for n in range(3)), run_at=at(10), released_at=at(11))
    city.tested(city.single("s", "F", received_at=at(9)), run_at=at(10), released_at=at(11))
    city.tested(city.tube("old", received_at=at(9) - 9 * BEFORE), run_at=at(10) - 9 * BEFORE, released_at=at(11) - 9 * BEFORE)
    pools = outlook(city).pools
    assert (pools.seen, pools.positive, pools.people) == (4, 1, 9)


def test_of_several_declarations_the_last_one_until_a_day_counts(city: City) -> None:
    found = city.as_bench(lambda connection: queries.declared(connection, DAY, NEXT))
    assert found["YH"] == {DAY: 240, NEXT: 480}


def test_the_outlook_is_for_those_who_plan_and_of_one_lab_for_those_bound_to_it(town: Town) -> None:
    bound = town.somebody("oscar", "official", lab=town.lab)
    of_site = town.somebody("orla", "official", site=town.site)
    assert [lab["lab"] for lab in bound.get("/reporting/api/outlook").json()["labs"]] == [town.lab]
    assert bound.get("/reporting/api/outlook").json()["together"] is None
    assert set(bound.get("/reporting/api/outlook").json()["labs"][0]["retests"]) == {"low", "expected", "high"}
    own = town.web.get("/reporting/tomorrow", headers=bound.headers | {"Accept-Language": "en"}).text
    assert "wells for retests" in own
    assert "of the last seven days" not in own, "how many pools all labs saw is not this lab's business"
    assert town.ada.get("/reporting/api/outlook").json()["together"]["capacity_tomorrow"] >= 400
    assert town.lab in [lab["lab"] for lab in town.ada.get("/reporting/api/outlook").json()["labs"]]
    assert of_site.get("/reporting/api/outlook").status_code == 404
    assert town.ben.get("/reporting/api/outlook").status_code == 403
    other = Town.build(town.program, town.web)
    for path, status in ((f"?lab={town.lab}", 200), ("", 200), (f"?lab={other.lab}", 404), ("?lab=nowhere", 422)):
        answer = town.web.get(f"/reporting/tomorrow{path}", headers=bound.headers | {"Accept": "text/html"})
        assert answer.status_code == status, path
    assert other.lab not in town.web.get("/reporting/tomorrow", headers=bound.headers).text


def test_an_outlook_asks_the_database_a_fixed_number_of_times(town: Town) -> None:
    town.olga.get("/reporting/api/outlook")
    first = int(town.olga.get("/reporting/api/outlook").headers["x-statements"])
    for _ in range(3):
        town.collected()
    assert int(town.olga.get("/reporting/api/outlook").headers["x-statements"]) == first <= 12


def test_what_is_read_from_weeks_of_tubes_is_kept_for_ten_minutes(city: City) -> None:
    answers = iter(["first", "second", "third"])
    recent = Recent[str]()

    def asked(minutes: int) -> str:
        return recent.at(city.connection, NOON + timedelta(minutes=minutes), lambda: next(answers))

    assert [asked(0), asked(9), asked(10), asked(19), asked(-5)] == ["first", "first", "second", "second", "third"]
