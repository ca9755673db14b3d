"""A monitoring system reads the day, and learns nothing of a person."""

import json
import re
from pathlib import Path

import pytest

from lims.reporting.metrics.rules import Metric, exposed
from tests.factories import Town

DASHBOARD = Path(__file__).parents[2] / "docs" / "grafana" / "lims.json"
OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"
SAMPLE = re.compile(r'^lims_[a-z_]+(\{([a-z]+="([^"\\]|\\.)*",?)*\})? -?[0-9.e+-]+$')


def scraped(town: Town) -> str:
    answer = town.olga.get("/metrics")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return answer.text


def test_every_line_is_a_sample_or_a_comment(town: Town) -> None:
    lines = scraped(town).splitlines()
    assert [line for line in lines if not line.startswith("# ") and not SAMPLE.match(line)] == []
    assert f'lims_capacity_tubes{{lab="{town.lab}"}} 400' in lines
    assert f'lims_backlog_tubes{{lab="{town.lab}"}} 0' in lines


def test_what_waits_in_a_lab_is_seen(town: Town) -> None:
    town.received(*[town.collected(2)["barcode"] for _ in range(3)])
    assert f'lims_backlog_tubes{{lab="{town.lab}"}} 3' in scraped(town).splitlines()


def test_how_much_is_taken_of_what_ends_is_seen_before_it_does(town: Town) -> None:
    known = dict(line.rsplit(" ", 1) for line in scraped(town).splitlines() if not line.startswith("#"))
    for queue in ("all", "late /sampling/api/sync", "/sampling/api/result-lookup"):
        assert 0 <= float(known[f'lims_queue_taken_ratio{{queue="{queue}"}}']) <= 1
    assert 1 <= float(known["lims_database_connections"]) <= float(known["lims_database_connections_most"])
    assert float(known["lims_disk_free_bytes"]) > 0


def test_the_operators_are_told_of_figures_that_there_are(town: Town) -> None:
    there = set(re.findall(r"^# TYPE (\w+) gauge", scraped(town), re.MULTILINE))
    alarms = [line for line in OPERATIONS.read_text("utf-8").splitlines() if line.startswith("|") and "lims_" in line]
    told = set(re.findall(r"lims_[a-z_]+", "".join(alarms)))
    assert "lims_queue_taken_ratio" in told
    assert told <= there


def test_the_dashboard_asks_only_for_what_there_is(town: Town) -> None:
    there = set(re.findall(r"^# TYPE (\w+) gauge", scraped(town), re.MULTILINE))
    asked = set(re.findall(r"lims_[a-z_]+", json.dumps(json.loads(DASHBOARD.read_text("utf-8"))["panels"])))
    assert asked
    assert asked <= there


@pytest.mark.parametrize("who", ["ana", "ben", "carl"])
def test_others_do_not_scrape(town: Town, who: str) -> None:
    assert getattr(town, who).get("/metrics").status_code == 403
    assert town.web.get("/metrics").status_code == 401


def test_a_lab_that_is_called_oddly_ends_no_label() -> None:
    text = exposed([Metric("lims_x", "About.", [({"lab": 'a"b\\c\nd'}, 1.5), ({}, None)])])
    assert text.splitlines()[-1] == 'lims_x{lab="a\\"b\\\\c\\nd"} 1.5'
