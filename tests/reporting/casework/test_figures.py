"""Every figure of cases is what a recount of the raw rows says, and opens the rows that it counts."""

import csv
import io
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from lxml import html

from lims.reporting.casework.rules import Behind
from tests.bench import another_town, close, done, mix, note, recollected, refused, review
from tests.deconvolution.crowd import Crowd
from tests.deconvolution.history import History, histories
from tests.factories import Somebody, Town
from tests.reporting.casework.recount import Recount

FIGURES = "/reporting/api/cases"
DAY = {"from": "2022-02-02", "to": "2022-02-02"}


def figures(town: Town, by: Somebody | None = None, **asked: Any) -> dict[tuple[str, str], Any]:
    """The figures of the day of the tests in this town's lab, by name and part."""
    answer = done((by or town.olga).get(FIGURES, **(DAY | {"lab": town.lab} | asked)))
    return {(line["figure"], line["part"]): line["value"] for line in answer["rows"]}


def rows(town: Town, what: str, **asked: object) -> list[dict[str, Any]]:
    """All rows behind a figure, page by page."""
    found: list[dict[str, Any]] = []
    after = None
    while True:
        answer = done(
            town.olga.get(f"{FIGURES}/{what}", **(DAY | {"lab": town.lab, "limit": 7} | asked), **({"after": after} if after else {}))
        )
        found += answer["items"]
        if not (after := answer["next"]):
            return found


def table(town: Town, name: str) -> list[dict[str, Any]]:
    """A table of the page of figures."""
    found: list[dict[str, Any]] = done(town.olga.get(f"{FIGURES}/tables/{name}", **(DAY | {"lab": town.lab})))["rows"]
    return found


def crowd(town: Town, count: int, number: int) -> None:
    """So many cases with all kinds of fates."""
    found: list[History] = []

    @seed(number)
    @settings(max_examples=count, database=None, suppress_health_check=[HealthCheck.too_slow])
    @given(history=histories())
    def draw(history: History) -> None:
        found.append(history)

    draw()
    Crowd(town, found, random.Random(number)).live()


def repeated(town: Town) -> str:
    """A pool that was positive at first, and negative when it was repeated."""
    pool = town.collected(3)["barcode"]
    town.received(pool)
    run = town.imported(town.plated(), {pool: "positive"}).json()["run"]
    assert review(run, town.bea, "reject", [pool]).status_code == 200
    again = town.imported(town.plated(hours=6), hours=7).json()["run"]
    assert town.reviewed(again, hours=8).status_code == 200
    return str(pool)


def test_every_figure_of_a_crowd_of_cases_is_what_the_raw_rows_say(town: Town) -> None:
    crowd(town, 50, 7)
    repeated(town)
    town.tested(*(town.collected(4)["barcode"] for _ in range(5)))
    expected, found = Recount(town).figures(), figures(town)
    assert {name: found.get(name) for name in expected} == pytest.approx(expected)
    assert found["closed_cases", "withdrawn"] == 1
    assert found["tests", "singles"] > 0

    assert len(rows(town, "cases")) == found["cases", ""]
    assert len(rows(town, "open", part="48-")) == found["open_cases", "48- h"]
    assert len(rows(town, "discordant")) == found["discordant_cases", "count"]
    assert len(rows(town, "judged")) == found["discordant_cases", "of"]
    timed = {"called": "called", "sampled": "sampled_again", "settled": "settled", "settled-cases": "settled_cases"}
    for what, name in timed.items():
        assert len(rows(town, what)) == found[name, "of"], what
        assert len(rows(town, what, part="happened")) == found[name, "count"], what
    assert len(rows(town, "recollection", site=town.site, part="sampled")) == found["sampled_again_of_site", town.site]
    pools = rows(town, "pools")
    assert len(pools) == found["released_pools", ""]
    assert sum(row["people"] - row["pool_tests"] - row["single_tests"] for row in pools) == found["tests_saved", ""]
    for size in table(town, "sizes"):
        of_size = rows(town, "pools", part=str(size["people"]))
        assert len(of_size) == size["pools"]
        assert {row["people"] for row in of_size} == {size["people"]}
        assert sum(row["pool_tests"] + row["single_tests"] for row in of_size) == size["tests"]
        assert len(rows(town, "pools", part=f"{size['people']} not-negative")) == size["not_negative"]


def discordant(town: Town) -> str:
    """A pool of two, called and sampled again an hour later, both negative."""
    pool = town.collected(2)
    town.tested(pool["barcode"], truth={pool["barcode"]: "positive"})  # read at 4 h
    note(town, pool["barcode"], 1, "unreachable", at="2022-02-02T05:00:00+00:00")
    singles = [recollected(town, member, pool["barcode"], hours=6) for member in pool["members"]]
    town.tested(*singles, hours=7)
    return str(pool["barcode"])


def test_bea_reads_how_soon_a_case_was_called_sampled_and_settled(town: Town) -> None:
    discordant(town)
    found = figures(town, town.bea)
    assert found["called", "count"] == 1
    assert found["called", "of"] == 2
    assert found["called", "p50"] == 60
    assert found["sampled_again", "p90"] == 120
    assert found["settled_cases", "p50"] == 6 * 60
    assert found["discordant_cases", "share"] == 1
    assert found["open_cases", "48- h"] == 1


def test_a_case_that_is_closed_is_no_longer_open_and_still_counts(town: Town) -> None:
    pool = discordant(town)
    done(close(town, pool, "cleared", "diluted"))
    found = figures(town)
    assert found["open_cases", "48- h"] == 0
    assert found["closed_cases", "cleared"] == 1
    assert found["discordant_cases", "count"] == 1


def test_a_perfect_assay_expects_no_discordant_case_and_one_is_unusual(town: Town) -> None:
    discordant(town)
    found = figures(town, sensitivity=1, specificity=1)
    assert found["discordant_cases", "expected_share"] == 0
    assert found["discordant_cases", "chance_of_so_many"] == 0
    assert figures(town)["discordant_cases", "expected_share"] > 0


def test_an_aliquot_pool_is_tested_again_and_nobody_is_called(town: Town) -> None:
    singles = [town.collected(1, size=1)["barcode"] for _ in range(4)]
    town.received(*singles)
    pool = done(mix(town, *singles))["barcode"]
    run = town.imported(town.plated(), {pool: "positive"}).json()["run"]
    done(review(run, town.bea, tubes=[pool]))
    again = town.imported(town.plated(hours=6), {singles[0]: "positive"}, hours=7).json()["run"]
    done(review(again, town.bea, at="2022-02-02T08:00:00+00:00"))
    done(review(again, town.bea, tubes=[singles[0]], at="2022-02-02T09:00:00+00:00"))
    found = figures(town)
    assert found["called", "of"] == 0
    assert found["settled", "count"] == 4
    assert found["closed_cases", "confirmed"] == 1
    # One well of the pool and one of each member: four people, five tests.
    assert found["people_in_pools", ""] == 4
    assert found["tests", "pools"] == 1
    assert found["tests", "singles"] == 4
    assert found["tests_saved", ""] == -1


def test_other_days_and_other_sites_are_not_counted(town: Town) -> None:
    discordant(town)
    assert figures(town, by=None, **{"from": "2022-02-03", "to": "2022-02-28"})["cases", ""] == 0
    assert figures(town, area=town.area)["cases", ""] == 1
    assert figures(town, site=town.site)["cases", ""] == 1
    elsewhere = another_town(town)
    assert figures(town, area=elsewhere.area)["cases", ""] == 0
    assert figures(elsewhere)["cases", ""] == 0


def test_a_lab_reads_its_own_figures_and_nobody_elses(town: Town) -> None:
    discordant(town)
    stranger = another_town(town)
    for path in (FIGURES, f"{FIGURES}/cases", f"{FIGURES}/pools"):
        refused(stranger.bea.get(path, **(DAY | {"lab": town.lab})), 404, "not_found")
    assert done(stranger.bea.get(f"{FIGURES}/cases", **DAY))["items"] == []
    assert done(stranger.bea.get(f"{FIGURES}/pools", **DAY))["items"] == []
    assert len(done(town.ben.get(f"{FIGURES}/cases", **DAY))["items"]) == 1


def test_an_official_of_one_site_reads_that_site_alone(town: Town) -> None:
    discordant(town)
    own, other = town.somebody("otto", "official", site=town.site), another_town(town)
    assert len(done(own.get(f"{FIGURES}/cases", **DAY))["items"]) == 1
    refused(own.get(FIGURES, **(DAY | {"site": other.site})), 404, "not_found")
    stranger = other.somebody("otto", "official", site=other.site)
    assert done(stranger.get(f"{FIGURES}/pools", **DAY))["items"] == []


def test_ana_does_not_read_figures(town: Town) -> None:
    assert town.ana.get(FIGURES, **DAY).status_code == 403
    assert town.ana.get("/reporting/cases").status_code == 403


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"from": "2022-02-03", "to": "2022-02-02"}, 422, "report_days_reversed"),
        ({"from": "2020-01-01", "to": "2022-02-02"}, 422, "report_too_long"),
        ({"area": "nowhere"}, 404, "not_found"),
        ({"lab": "nowhere"}, 422, "lab_unknown"),
        ({"site": "nowhere"}, 404, "site_unknown"),
        ({"sensitivity": "0.5"}, 422, "request_malformed"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_sentence(town: Town, asked: dict[str, str], status: int, code: str) -> None:
    refused(town.olga.get(FIGURES, **(DAY | asked)), status, code)


def test_figures_and_rows_come_as_spreadsheets_that_read_chinese(town: Town) -> None:
    discordant(town)
    asked = DAY | {"lab": town.lab}
    for what, name in (("", "figures"), ("/cases", "cases"), ("/called", "called"), ("/pools", "pools")):
        answer = town.olga.get(f"{FIGURES}{what}", **asked, format="csv")
        assert answer.content.startswith(b"\xef\xbb\xbf")
        assert f'filename="cases-{name}-2022-02-02-2022-02-02.csv"' in answer.headers["content-disposition"]
        assert len(list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))) > 0
        assert town.olga.get(f"{FIGURES}{what}", **asked, format="xlsx").content.startswith(b"PK")


def test_the_page_says_what_was_found_and_every_number_opens_its_rows(town: Town) -> None:
    pool = discordant(town)
    asked = DAY | {"lab": town.lab, "lang": "en", "area": "", "site": ""}
    body = town.olga.get("/reporting/cases", **asked).text
    assert "1 cases, 1 of them open" in body
    assert "Pooling cost more tests than it saved" in body
    for what in Behind:
        answer = town.olga.get(f"/reporting/cases/{what}", **asked)
        assert answer.status_code == 200
        assert f"/testing/cases/{pool}" in answer.text, what
    assert "/reporting/cases" in town.olga.get("/testing/cases").text


def test_every_count_on_the_page_leads_to_so_many_rows(town: Town) -> None:
    crowd(town, 12, 11)
    asked = DAY | {"lab": town.lab, "lang": "en"}
    links = html.fromstring(town.olga.get("/reporting/cases", **asked).text).xpath(".//a[starts-with(@href, '/reporting/cases/')]")
    counts = {
        link.get("href"): int(link.text_content()) for link in links if link.text_content().isdigit() and "/pools" not in link.get("href")
    }
    assert sum(number > 0 for number in counts.values()) > 10
    for address, number in counts.items():
        said = html.fromstring(town.web.get(f"{address}&lang=en", headers=town.olga.headers).text).find(".//main/p").text_content()
        assert said.strip().startswith(f"{number} rows"), address


def test_pools_of_a_size_that_is_none_are_refused(town: Town) -> None:
    for part in ("many", "10 odd", "12345", "-1"):
        refused(town.olga.get(f"{FIGURES}/pools", **DAY, part=part), 404, "figure_unknown")
    refused(town.olga.get(f"{FIGURES}/tables/happiness", **DAY), 404, "figure_unknown")


def test_a_page_of_figures_holds_no_number_of_a_person(town: Town) -> None:
    discordant(town)
    number = town.collected(1)["members"][0]["id_number"]
    for what in ("", "/called", "/recollection"):
        assert number not in town.olga.get(f"/reporting/cases{what}", **DAY).text


def test_many_cases_need_no_more_statements_than_one(town: Town) -> None:
    discordant(town)
    asked = DAY | {"lab": town.lab}
    figures(town)  # the catalogue is known from here on
    one = town.olga.get(FIGURES, **asked).headers["X-Statements"]
    for _ in range(3):
        discordant(town)
    assert town.olga.get(FIGURES, **asked).headers["X-Statements"] == one
