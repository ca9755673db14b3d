"""Everyone is accounted for: with a result, open for a reason, or unexplained and named."""

import random
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import Connection, delete, text, update

from lims.custody.tables import TubeMember
from lims.reporting.accounts import Finding, LabelsAccount, Reconciliation, Whose, account_lines
from lims.reporting.reconciliation import EVERYTHING, reconcile
from lims.testing.instruments.tables import ReadingRow
from lims.testing.review.tables import Release
from tests.reporting.city import DAY, NEXT, City, at, put, uuid
from tests.reporting.random_days import Crowd

READINGS = 3


def account(city: City, whose: Whose = EVERYTHING) -> Reconciliation:
    return city.as_reports(lambda connection: reconcile(connection, DAY, whose))


def test_people_and_tubes_stand_where_they_stand(city: City) -> None:
    city.tested(city.tube("done", ("Ana", "Ben", "Bob"), received_at=at(12)))
    pool = city.tube("pool", ("Bea", "Cleo"), received_at=at(12))
    city.tested(pool, call="positive")
    city.single("own", "Bea", retest_of=pool, sealed_at=at(20), received_at=at(21))
    city.tested("own", call="positive", run_at=at(22), released_at=at(3, NEXT))
    city.tube("bad", ("Dan",), received_at=at(14), bench_state="rejected", rejected_at=at(15), rejected_for="RB")
    city.single("again", "Eve", received_at=at(14))
    city.tested("again", call="inconclusive")
    city.tube("filling", ("Fay",), field_state="open")
    city.tube("travelling", ("Gil",), dispatched_at=at(9), dispatched_to="YH")
    city.tube("waiting", ("Hal",), received_at=at(12))
    city.run(city.tube("called", ("Ida",), received_at=at(12)), call="positive")
    city.tube("void", ("Joe",), field_state="void")
    city.stray("stray")
    found = account(city)
    assert found.findings == ()
    assert found.sound
    open_people = {"not_sealed": 1, "not_received": 1, "waiting": 1, "in_review": 1, "verifying": 1, "recollect": 1, "inconclusive": 1}
    assert (found.people.sampled, found.people.with_result, found.people.open) == (12, 5, open_people)
    tubes = found.tubes
    open_tubes = {"not_sealed": 1, "not_received": 1, "waiting": 2, "in_review": 1}
    assert (tubes.registered, tubes.unregistered, tubes.received) == (9, 1, 8)
    assert (tubes.released, tubes.rejected, tubes.open) == (4, 1, open_tubes)
    assert tubes.registered + tubes.unregistered == tubes.released + tubes.rejected + sum(tubes.open.values())


def test_the_day_is_the_day_of_collection(city: City) -> None:
    city.tube("yesterday", sealed_at=at(8, DAY - timedelta(days=1)), received_at=at(12))
    assert account(city).people.sampled == 0


def test_people_that_a_tube_counts_and_does_not_list_are_missed(city: City) -> None:
    city.tested(city.tube("sound", received_at=at(12)))
    city.tested(city.tube("lost", ("Ana", "Ben", "Bob"), received_at=at(12)))
    city.connection.execute(delete(TubeMember).where(TubeMember.barcode == "lost", TubeMember.position == 2))
    found = account(city)
    assert not found.sound
    assert (found.people.sampled, found.people.with_result, found.people.unexplained) == (5, 2, 3)
    assert (found.tubes.released, found.tubes.unexplained) == (1, 1)
    assert [str(finding) for finding in found.findings] == ["lost: the tube counts other members than are listed in it (3)"]


def test_people_listed_in_a_tube_that_is_not_there_are_missed(city: City) -> None:
    city.member("nowhere", 1, "Ana", DAY, at(8))
    found = account(city)
    assert (found.people.sampled, found.people.unexplained, found.tubes.unexplained) == (1, 1, 0)
    assert found.findings == (Finding("nowhere", "members_without_tube", 1),)


def test_nobody_has_a_result_that_nobody_signed(city: City) -> None:
    city.tested(city.tube("unsigned", received_at=at(12)))
    city.connection.execute(delete(Release).where(Release.barcode == "unsigned"))
    assert account(city).findings == (Finding("unsigned", "release_missing", 2),)


def test_a_release_that_the_tube_does_not_know_is_found(city: City) -> None:
    city.tested(city.tube("forgotten", received_at=at(12)))
    city.change("forgotten", bench_state="called", released_at=None, released_call=None)
    assert account(city).findings == (Finding("forgotten", "release_unknown_to_tube", 2),)


def test_a_result_other_than_the_signed_one_is_found(city: City) -> None:
    city.tested(city.tube("turned", received_at=at(12)))
    city.change("turned", released_call="positive")
    assert account(city).findings == (Finding("turned", "release_differs", 2),)


@pytest.mark.parametrize(
    ("state", "problems"),
    [("plated", ["not_on_its_plate"]), ("called", ["not_on_its_plate", "call_missing"]), ("pooled", ["pool_missing"])],
)
def test_a_tube_that_is_nowhere_is_found(city: City, state: str, problems: list[str]) -> None:
    city.tube("adrift", received_at=at(12), bench_state=state, plate="none", well="A1", call="negative", run=uuid("none"))
    assert account(city).findings == tuple(Finding("adrift", problem, 2) for problem in problems)


def test_every_reading_of_the_days_runs_is_there_once(city: City) -> None:
    city.run(city.tube("one", received_at=at(12)), passed=False)
    city.run(city.tube("late", received_at=at(12)), when=at(1, NEXT))
    readings = account(city).readings
    assert readings is not None
    assert (readings.expected, readings.stored, readings.unexplained) == (READINGS, READINGS, 0)


def test_what_an_aliquot_pool_lends_its_tubes_is_not_counted_twice(city: City) -> None:
    member = city.single("member", "Ana", received_at=at(12), pool="liquid", bench_state="pooled")
    city.tube("liquid", (), kind="aliquot_pool", site=None, received_at=at(12), field_state=None, collected_on=None, member_count=1)
    run = city.run("liquid")
    city.evidence(member, run, "A1", "negative", at(16), pooled_in="liquid")
    city.release(run, "liquid", member)
    found = account(city)
    assert found.sound
    assert found.readings is not None
    assert (found.readings.stored, found.people.with_result, found.tubes.released) == (READINGS, 1, 1)


def test_readings_too_few_in_one_run_and_too_many_in_another_are_both_missed(city: City) -> None:
    few, many = city.run(city.tube("few", received_at=at(12))), city.run(city.tube("many", received_at=at(12)), when=at(17))
    city.connection.execute(delete(ReadingRow).where(ReadingRow.run == few, ReadingRow.target == "N"))
    put(city.connection, ReadingRow, day=DAY, barcode="many", run=many, well="A1", target="S", ct=None)
    found = account(city)
    assert found.readings is not None
    assert (found.readings.expected, found.readings.stored, found.readings.unexplained) == (2 * READINGS, 2 * READINGS, 2)
    assert sorted(finding.what for finding in found.findings) == sorted([city.plates[few], city.plates[many]])


def test_readings_of_no_run_are_found(city: City) -> None:
    run = city.run(city.tube("one", received_at=at(12)))
    city.connection.execute(update(ReadingRow).where(ReadingRow.run == run, ReadingRow.target == "N").values(run=uuid("none")))
    found = account(city)
    assert found.readings is not None
    assert (found.readings.expected, found.readings.stored, found.readings.unexplained) == (READINGS, READINGS, 2)


def test_a_long_list_is_cut_and_the_count_is_not(city: City) -> None:
    for number in range(105):
        city.member(f"nowhere {number}", 1, f"person {number}", DAY, at(8))
    found = account(city)
    assert (found.people.unexplained, len(found.findings)) == (105, 100)


@pytest.mark.parametrize("seed", range(3))
def test_the_accounts_of_labs_and_those_of_sites_add_up_to_the_account_of_everything(city: City, seed: int) -> None:
    crowd = Crowd(city, random.Random(seed), sites=("FY-001", "FY-002", "TK-001"), labs=("YH", "MV", "JL"))
    crowd.live_through(DAY, 40)
    city.tube("adrift", received_at=at(12), site="FY-002", lab="MV", bench_state="plated", plate="none", well="A1")
    city.tube("nowhere", field_state="sealed")
    city.stray("stray")
    whole = numbers(account(city))
    labs = [*city.catalog.labs, ""]
    of_labs = [numbers(account(city, Whose(lab=lab))) for lab in labs]
    of_sites = [numbers(account(city, Whose(site=site))) for site in city.catalog.sites]
    assert sum(of_labs, Counter()) == whole
    assert all(one["people sampled"] and one["people unexplained"] < whole["people sampled"] for one in of_sites)
    strays = whole["tubes unregistered"]
    assert sum(of_sites, Counter()) == whole - without_site(city, strays)
    both = [numbers(account(city, Whose(lab, site))) for lab in labs for site in city.catalog.sites]
    assert sum(both, Counter()) == sum(of_sites, Counter())


def without_site(city: City, strays: int) -> Counter[str]:
    """What is no site's: the runs, and tubes that nobody has registered."""
    listed = city.as_reports(rows_behind_strays)
    found = numbers(account(city))
    readings = Counter({name: count for name, count in found.items() if name.startswith("readings")})
    return readings + Counter({"tubes unregistered": strays, "tubes received": strays}) + Counter(f"tubes {state}" for state in listed)


def rows_behind_strays(connection: Connection) -> list[str]:
    """Where tubes that nobody has registered stand in an account."""
    words = {"plated": "on_plate", "called": "in_review"}
    return [words.get(state, state) for state in connection.execute(STRAYS, {"day": DAY}).scalars()]


STRAYS = text("""
    SELECT bench_state FROM tube JOIN lab ON lab.code = tube.lab
    WHERE registered_at IS NULL AND CAST(received_at AT TIME ZONE lab.timezone AS date) = :day
""")


def numbers(found: Reconciliation) -> Counter[str]:
    return Counter({f"{line.part} {line.reason}": line.count for line in account_lines(found) if line.part != "labels" and line.count})


def test_a_tube_on_its_way_is_the_labs_it_was_sent_to_and_one_that_came_elsewhere_is_that_labs(city: City) -> None:
    city.tube("sent", ("Ana", "Ben"), dispatched_at=at(9), dispatched_to="MV")
    city.tube("astray", ("Bea",), dispatched_at=at(9), dispatched_to="MV", received_at=at(12), lab="YH")
    of_mv, of_yh = account(city, Whose(lab="MV")), account(city, Whose(lab="YH"))
    assert (of_mv.people.open, of_mv.tubes.open) == ({"not_received": 2}, {"not_received": 1})
    assert (of_yh.people.open, of_yh.tubes.open) == ({"waiting": 1}, {"waiting": 1})


def test_of_a_lab_there_are_no_labels_and_of_a_site_no_readings(city: City) -> None:
    city.run(city.tube("one", received_at=at(12)))
    of_lab, of_site = account(city, Whose(lab="YH")), account(city, Whose(site="FY-001"))
    assert of_lab.readings is not None
    assert (of_lab.readings.stored, of_lab.labels) == (READINGS, None)
    assert (of_site.readings, of_site.labels) == (None, LabelsAccount(0, 0, 0, 0, 0, 0, 0))


def test_what_does_not_add_up_is_told_to_those_it_concerns(city: City) -> None:
    city.tested(city.tube("unsigned", site="FY-002", received_at=at(12), lab="MV"))
    city.connection.execute(delete(Release).where(Release.barcode == "unsigned"))
    concerned = [Whose(), Whose(lab="MV"), Whose(site="FY-002")]
    assert [account(city, whose).findings for whose in concerned] == [(Finding("unsigned", "release_missing", 2),)] * 3
    assert [account(city, whose).findings for whose in (Whose(lab="YH"), Whose(site="FY-001"))] == [(), ()]
