"""Olga the official asks for figures; nobody else gets them."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response
from python_calamine import CalamineWorkbook

from lims.kernel import clock
from lims.kernel.auth import actions as auth
from lims.kernel.db import Access
from lims.kernel.program import Program
from lims.reporting import api
from lims.reporting.rules import MOST_DAYS, MOST_DAYS_BY_HOUR, MOST_ROWS
from lims.web import errors

CONTRACT = [
    "collected_tubes",
    "collected_people",
    "dispatched_tubes",
    "received_tubes",
    "received_people",
    "tested_tubes",
    "tested_people",
    "released_tubes",
    "released_people",
    "negative_tubes",
    "nonnegative_tubes",
    "retest_tubes",
    "rejected_tubes",
    "invalid_tubes",
    "capacity_tubes",
    "utilisation",
    "backlog_tubes",
    "oldest_backlog_minutes",
    "in_transit_tubes",
    "fill_rate",
    "turnaround_minutes_p50",
    "turnaround_minutes_p90",
    "turnaround_minutes_p99",
    "open_cases",
    "people_verifying",
    "people_positive",
]
PATH = "/reporting/api/throughput"
TODAY = {"from": "2022-02-02", "to": "2022-02-02"}


@pytest.fixture(scope="module")
def web(program_of_city: Program) -> Iterator[TestClient]:
    app = FastAPI()
    app.state.program = program_of_city
    errors.install(app)
    app.include_router(api.router)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


class Caller:
    """Somebody signed in."""

    def __init__(self, web: TestClient, program: Program, name: str, role: str, **place: str) -> None:
        self.web = web
        with program.database.transaction(Access.OWNER) as connection:
            auth.add_user(connection, clock.now(), name, [role], site=place.get("site"), lab=place.get("lab"))
            self.token = auth.issue_token(connection, clock.now(), name, None, "tests")

    def get(self, path: str = PATH, **query: str) -> Response:
        return self.web.get(path, params=query, headers={"Authorization": f"Bearer {self.token}"})

    def refused(self, **query: str) -> tuple[int, str]:
        answer = self.get(**query)
        return answer.status_code, answer.json()["code"]


@pytest.fixture(scope="module")
def olga(web: TestClient, program_of_city: Program) -> Caller:
    return Caller(web, program_of_city, "Olga", "official")


def rows(answer: Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["rows"]
    return found


def test_a_row_has_every_field_of_the_contract(olga: Caller) -> None:
    for by, place in (("day", []), ("hour", ["hour"]), ("lab", ["lab", "name"]), ("site", ["site", "name"]), ("area", ["area", "name"])):
        assert list(rows(olga.get(**TODAY, by=by))[0]) == ["day", *place, *CONTRACT]


def test_the_day_is_the_usual_cut(olga: Caller) -> None:
    assert [row["day"] for row in rows(olga.get(**{"from": "2022-02-02", "to": "2022-02-03"}))] == ["2022-02-02", "2022-02-03"]


def test_a_quiet_lab_is_there_and_says_so(olga: Caller) -> None:
    yh = next(row for row in rows(olga.get(**TODAY, by="lab")) if row["lab"] == "YH")
    assert (yh["tested_tubes"], yh["capacity_tubes"], yh["utilisation"], yh["fill_rate"], yh["name"]) == (0, 240, 0.0, None, "实验室 YH")


def test_a_spreadsheet_opens_the_csv_as_text_and_numbers(olga: Caller) -> None:
    answer = olga.get(**TODAY, by="area", format="csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="throughput-by-area-2022-02-02-2022-02-02.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbfday,area,name,collected_tubes")
    read = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["area"], row["name"]) for row in read] == [("330111", "富阳区"), ("JP13", "'=HYPERLINK(1)")]
    assert (read[0]["collected_tubes"], read[0]["fill_rate"]) == ("0", "")


def test_a_workbook_has_numbers_as_numbers_and_codes_as_text(olga: Caller) -> None:
    answer = olga.get(**TODAY, by="area", format="xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    head, first, second = book.get_sheet_by_name("throughput").to_python()
    assert head == ["day", "area", "name", *CONTRACT]
    assert first[:4] == ["2022-02-02", "330111", "富阳区", 0.0]
    assert second[2] == "=HYPERLINK(1)"  # a text cell: nothing runs


def test_a_count_stays_a_whole_number_beside_a_blank(olga: Caller) -> None:
    read = list(csv.DictReader(io.StringIO(olga.get(**TODAY, by="lab", format="csv").content.decode("utf-8-sig"))))
    assert [(row["lab"], row["capacity_tubes"], row["utilisation"]) for row in read] == [
        ("JL", "", ""),
        ("MV", "60", "0.0"),
        ("YH", "240", "0.0"),
    ]


def test_a_csv_of_nothing_has_its_heads(olga: Caller) -> None:
    assert len(olga.get(**TODAY, by="lab", lab="MV", format="csv").content.splitlines()) == 2


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"from": "2022-02-03", "to": "2022-02-02"}, "report_days_reversed"),
        ({"from": "2021-02-01", "to": "2022-02-02"}, "report_too_long"),
        ({"from": "2022-01-02", "to": "2022-02-02", "by": "hour"}, "report_too_long"),
        ({"to": "2022-02-02"}, "request_malformed"),
        ({"from": "2022-02-30", "to": "2022-03-01"}, "request_malformed"),
        ({"from": "0001-01-01", "to": "0001-01-01"}, "request_malformed"),
        (TODAY | {"by": "person"}, "request_malformed"),
        (TODAY | {"format": "pdf"}, "request_malformed"),
        (TODAY | {"lab": "nowhere"}, "lab_unknown"),
    ],
)
def test_what_cannot_be_told_is_refused(olga: Caller, query: dict[str, str], code: str) -> None:
    assert olga.refused(**query) == (422, code)


def test_a_refusal_says_what_to_ask_instead(olga: Caller) -> None:
    detail = olga.get(**{"from": "2022-01-01", "to": "2022-02-02", "by": "hour"}).json()["detail"]
    assert detail == f"A report by hour covers at most {MOST_DAYS_BY_HOUR} days, not 33."
    assert MOST_DAYS < MOST_ROWS


@pytest.mark.parametrize("role", ["sampler", "courier", "technician", "reviewer", "admin", "integration"])
def test_nobody_but_an_official_gets_figures(web: TestClient, program_of_city: Program, role: str) -> None:
    somebody = Caller(web, program_of_city, f"Cleo the {role}", role)
    assert somebody.refused(**TODAY) == (403, "role_missing")
    assert somebody.get("/reporting/api/reconciliation", date="2022-02-02").status_code == 403
    assert web.get(PATH, params=TODAY).status_code == 401


def test_an_official_of_one_lab_sees_that_lab(web: TestClient, program_of_city: Program) -> None:
    otto = Caller(web, program_of_city, "Otto", "official", lab="MV")
    assert [row["lab"] for row in rows(otto.get(**TODAY, by="lab"))] == ["MV"]
    assert otto.refused(**TODAY, lab="YH") == (404, "not_found")


def test_a_quiet_day_is_reconciled(olga: Caller) -> None:
    answer = olga.get("/reporting/api/reconciliation", date="2022-02-02")
    assert answer.json() == {
        "people": {"sampled": 0, "with_result": 0, "open": {}, "unexplained": 0},
        "tubes": {"registered": 0, "unregistered": 0, "received": 0, "released": 0, "rejected": 0, "open": {}, "unexplained": 0},
        "readings": {"expected": 0, "stored": 0, "unexplained": 0},
        "labels": dict.fromkeys(("issued", "used", "void", "in_doubt", "not_printed", "in_stock", "unexplained"), 0),
        "findings": [],
        "as_of": answer.json()["as_of"],
    }
