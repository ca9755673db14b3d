"""Every number of a day's account leads to what stands behind it, and that adds up to the number."""

import random
from dataclasses import asdict
from datetime import timedelta

import pytest
from lxml import html

from lims.kernel import clock, ids
from lims.reporting.accounting.board import REASONS, rows_behind
from lims.reporting.accounting.forms import AccountRow, Part, RowsAsked
from lims.reporting.accounts import Whose
from lims.reporting.reconciliation import EVERYTHING, reconcile
from lims.testing.instruments.tables import ReadingRow
from tests.factories import Somebody, Town
from tests.reporting.city import DAY, City, at, put
from tests.reporting.random_days import Crowd

MOST = 10_000


def behind(city: City, part: Part, reason: str, after: str = "", most: int = MOST, whose: Whose = EVERYTHING) -> list[AccountRow]:
    asked = RowsAsked(part=part, reason=reason, day=DAY, after=after)
    return city.as_reports(lambda connection: rows_behind(connection, asked, whose, DAY, most))


def numbers(city: City, whose: Whose = EVERYTHING) -> dict[tuple[Part, str], int]:
    """Every number of the account but those of labels, by part and reason."""
    found = city.as_reports(lambda connection: reconcile(connection, DAY, whose))
    people, tubes = asdict(found.people), asdict(found.tubes)
    flat = [(Part.PEOPLE, people | people["open"]), (Part.TUBES, tubes | tubes["open"])]
    flat += [(Part.READINGS, asdict(found.readings))] if found.readings else []
    return {(part, reason): values.get(reason, 0) for part, values in flat for reason in REASONS[part]}


@pytest.mark.parametrize("seed", range(3))
def test_the_rows_behind_each_number_add_up_to_it(city: City, seed: int) -> None:
    crowd = Crowd(city, random.Random(seed), sites=("FY-001", "FY-002", "TK-001"), labs=("YH", "MV", "JL"))
    crowd.live_through(DAY, 40)
    city.member("nowhere", 1, "Ana", DAY, at(8))
    city.tube("adrift", received_at=at(12), bench_state="plated", plate="none", well="A1")
    counted = numbers(city)
    # Readings that differ are counted by how many are too few or too many; their rows are the runs.
    listed = {(part, reason): sum(row.count for row in behind(city, part, reason)) for part, reason in counted}
    assert listed == counted
    for whose in (Whose(lab="YH"), Whose(site="TK-001"), Whose("MV", "FY-002")):
        own = numbers(city, whose)
        assert {(part, reason): sum(row.count for row in behind(city, part, reason, whose=whose)) for part, reason in own} == own
    assert counted[Part.PEOPLE, "unexplained"] == 3
    assert counted[Part.PEOPLE, "verifying"] > 0


def test_who_is_in_a_row_stands_by_its_code_and_the_list_goes_on_where_it_ended(city: City) -> None:
    for number in range(5):
        city.tube(f"w{number}", ("Ana", "Ben"), received_at=at(12))
    first = behind(city, Part.PEOPLE, "waiting", most=3)
    assert [(row.code, row.site, row.lab, row.count) for row in first] == [(f"w{n}", "FY-001", "YH", 2) for n in range(3)]
    assert [row.code for row in behind(city, Part.PEOPLE, "waiting", after=first[-1].code)] == ["w3", "w4"]
    assert [row.code for row in behind(city, Part.TUBES, "waiting", after="w3")] == ["w4"]


def test_a_run_whose_readings_differ_is_named(city: City) -> None:
    run = city.run(city.tube("one", received_at=at(12)))
    city.run(city.tube("two", received_at=at(12)), when=at(16) + timedelta(minutes=1))
    put(city.connection, ReadingRow, day=DAY, barcode="one", run=run, well="A1", target="S", ct=None)
    assert [(row.code, row.state, row.count) for row in behind(city, Part.READINGS, "unexplained")] == [(city.plates[run], "3", 4)]
    assert len(behind(city, Part.READINGS, "stored")) == 2


def test_the_page_of_the_account_leads_to_all_of_them(town: Town) -> None:
    town.tested(town.collected(4)["barcode"], town.collected(3)["barcode"])
    town.collected(2)
    page = html.fromstring(town.web.get("/reporting/reconciliation?day=2022-02-02&lang=en", headers=town.olga.headers).text)
    cells = [cell for cell in page.xpath("//tbody//td[contains(@class, 'number')]") if cell.text_content().strip() not in ("0", "")]
    links = [cell.xpath(".//a/@href") for cell in page.xpath("//section//tbody//td[contains(@class, 'number')]")]
    assert len([link for link in links if link]) >= 4
    assert all(cell.xpath(".//a") or cell.xpath(".//*[contains(text(), '0')]") for cell in cells)
    for (link,) in (link for link in links if link):
        shown = town.web.get(link, headers=town.olga.headers)
        assert shown.status_code == 200, (link, shown.text)
        assert "format=csv" in shown.text
        for form in ("csv", "xlsx", "json"):
            file = town.web.get(f"{link.replace('/reporting/', '/reporting/api/', 1)}&format={form}", headers=town.olga.headers)
            assert file.status_code == 200


def test_the_account_itself_is_a_file(town: Town) -> None:
    town.collected(2)
    told = town.olga.get("/reporting/api/reconciliation", date="2022-02-02").json()
    file = town.web.get("/reporting/api/reconciliation", params={"date": "2022-02-02", "format": "csv"}, headers=town.olga.headers)
    lines = [line.split(",") for line in file.content.decode("utf-8-sig").splitlines()]
    assert lines[0] == ["part", "reason", "count"]
    seen = {(part, reason): int(count) for part, reason, count in lines[1:]}
    assert seen["people", "sampled"] == told["people"]["sampled"]
    assert {reason: seen["people", reason] for reason in told["people"]["open"]} == told["people"]["open"]
    assert seen["labels", "unexplained"] == told["labels"]["unexplained"]


def test_labels_lead_to_their_blocks_and_runs(town: Town) -> None:
    answer = town.ana.post("/sampling/api/label-ranges", {"id": str(ids.uuid7()), "site": town.site, "count": 5})
    assert answer.status_code in (200, 201), answer.text
    day = clock.local_day(clock.now(), "Asia/Shanghai").isoformat()
    asked = {"part": "labels", "reason": "not_printed", "day": day}
    rows = [row for row in town.olga.get("/reporting/api/reconciliation/rows", **asked).json()["items"] if row["site"] == town.site]
    assert [(row["code"], row["last_code"], row["count"]) for row in rows] == [(answer.json()["first"], answer.json()["last"], 5)]


def another(town: Town) -> Town:
    """The same city with a site and a lab of others."""
    return Town.build(town.program, town.web)


def officials(town: Town) -> dict[str, Somebody]:
    """Who is bound to this lab, and who to this site."""
    return {"lab": town.somebody("oscar", "official", lab=town.lab), "site": town.somebody("orla", "official", site=town.site)}


def codes(who: Somebody, **more: str) -> set[str]:
    """The released tubes that somebody is shown behind the account."""
    asked = {"part": "tubes", "reason": "released", "day": "2022-02-02"} | more
    return {row["code"] for row in who.get("/reporting/api/reconciliation/rows", **asked).json()["items"]}


def test_who_is_bound_to_a_site_or_lab_has_the_account_of_that_alone(town: Town) -> None:
    there = another(town)
    ours, theirs = town.collected(4)["barcode"], there.collected(3)["barcode"]
    town.tested(ours)
    there.tested(theirs)
    for place in (town, there):
        people = 4 if place is town else 3
        for who in officials(place).values():
            told = who.get("/reporting/api/reconciliation", date="2022-02-02").json()
            assert (told["people"]["sampled"], told["people"]["with_result"], told["tubes"]["released"]) == (people, people, 1)
            assert codes(who) == {ours if place is town else theirs}
    assert codes(town.olga) >= {ours, theirs}
    assert (codes(town.olga, lab=town.lab), codes(town.olga, site=there.site)) == ({ours}, {theirs})


def test_who_is_bound_sees_on_the_page_and_in_the_file_what_the_answer_says(town: Town) -> None:
    there = another(town)
    town.tested(town.collected(4)["barcode"])
    there.tested(there.collected(3)["barcode"])
    for who in officials(town).values():
        page = html.fromstring(town.web.get("/reporting/reconciliation?day=2022-02-02&lang=en", headers=who.headers).text)
        sums = [cell.text_content() for cell in page.xpath("//tfoot//td")]
        assert sums[:2] == ["4", "1"]
        assert not page.xpath("//select[@name='lab']")
        file = town.web.get("/reporting/api/reconciliation", params={"date": "2022-02-02", "format": "csv"}, headers=who.headers)
        assert "people,sampled,4" in file.text
        (link,) = page.xpath("//section[.//h2='Tubes']//td[@class='number']/a[text()='1']/@href")
        rows = town.web.get(link, headers=who.headers)
        assert (rows.status_code, len(html.fromstring(rows.text).xpath("//tbody/tr"))) == (200, 1)


@pytest.mark.parametrize("path", ["/reporting/api/reconciliation", "/reporting/reconciliation"])
@pytest.mark.parametrize("bound_to", ["lab", "site"])
def test_nobody_gets_the_account_of_anothers_site_or_lab(town: Town, path: str, bound_to: str) -> None:
    there, who = another(town), officials(town)[bound_to]
    foreign = {bound_to: there.lab if bound_to == "lab" else there.site}
    rows = {"part": "tubes", "reason": "released", "day": "2022-02-02"}
    assert town.web.get(path, params={"date": "2022-02-02"} | foreign, headers=who.headers).status_code == 404
    assert town.web.get(f"{path}/rows", params=rows | foreign, headers=who.headers).status_code == 404
    for stranger in (town.ben, town.ana, town.authority):
        assert town.web.get(path, params={"date": "2022-02-02"}, headers=stranger.headers).status_code == 403
        assert town.web.get(f"{path}/rows", params=rows, headers=stranger.headers).status_code == 403


@pytest.mark.parametrize(("bound_to", "part", "reason"), [("lab", "labels", "used"), ("site", "readings", "stored")])
def test_what_is_not_divided_so_is_refused_and_the_page_says_why(town: Town, bound_to: str, part: str, reason: str) -> None:
    who = officials(town)[bound_to]
    answer = who.get("/reporting/api/reconciliation/rows", part=part, reason=reason, day="2022-02-02")
    assert (answer.status_code, answer.json()["code"]) == (404, "account_undivided")
    assert who.get("/reporting/api/reconciliation", date="2022-02-02").json()[part] is None
    page = town.web.get("/reporting/reconciliation?day=2022-02-02&lang=en", headers=who.headers).text
    assert answer.json()["detail"] in page
    assert f"part={part}" not in page


@pytest.mark.parametrize(("part", "reason"), [("people", "released"), ("labels", "nothing"), ("tubes", "with_result")])
def test_a_reason_that_an_account_does_not_know_is_refused(town: Town, part: str, reason: str) -> None:
    answer = town.olga.get("/reporting/api/reconciliation/rows", part=part, reason=reason)
    assert (answer.status_code, answer.json()["code"]) == (404, "figure_unknown")
