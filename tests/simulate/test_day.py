"""Whole days against the small server of conftest.py."""

import asyncio
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from lims.simulate import client
from lims.simulate.day import run_over
from lims.simulate.plan import Credentials, Plan
from lims.simulate.progress import Progress
from lims.simulate.report import Report
from lims.simulate.wire import Answer


def simulate(server: Any, plan: Plan, credentials: Credentials) -> Report:
    """One day."""
    return asyncio.run(run_over(server, plan, credentials, Progress()))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_server_that_keeps_the_contract_has_no_findings(server: Any, plan: Plan, credentials: Credentials, seed: int) -> None:
    report = simulate(server, replace(plan, seed=seed), credentials)
    assert report.mismatches == []
    assert report.ok
    assert report.people == sum(len(tube["members"]) for tube in server.tubes.values())
    assert set(report.states) == {"negative", "positive", "verifying", "inconclusive", "recollect"}
    assert set(server.closed.values()) <= {"cleared", "unresolved"}


def test_everything_happens_at_least_once(server: Any, plan: Plan, credentials: Credentials) -> None:
    report = simulate(server, replace(plan, people=3000), credentials)
    assert {"wrong file", "review of failed controls", "reject", "case member", "close case"} <= set(report.calls)
    assert report.outcomes["already_have"] > 0
    assert any(set(server.scanned[box]) - set(codes) for box, codes in server.packed.items())
    assert set(server.events.values()) >= {"notified"}
    outcomes = Counter(server.case(code)["outcome"] for code in server.reactive_once if server.tubes[code]["kind"] == "swab_pool")
    assert outcomes["withdrawn"]
    assert outcomes["confirmed"]


def test_importers_do_not_review_and_tokens_go_where_they_belong(server: Any, plan: Plan, credentials: Credentials) -> None:
    simulate(server, plan, credentials)
    for _, path, token in server.requests:
        assert path.endswith("/review") <= token.startswith("bea")
        assert path.endswith("/runs") <= token.startswith("ben")
        assert path.endswith("/sync") <= token.startswith("ana")


def test_a_second_run_into_the_same_server_looks_only_at_its_own(server: Any, plan: Plan, credentials: Credentials) -> None:
    first, second = simulate(server, plan, credentials), simulate(server, plan, credentials)
    assert first.ok
    assert second.mismatches == []
    assert first.people == second.people
    assert len(server.tubes) == first.tubes + second.tubes


def test_the_same_seed_brings_the_same_day(server: Any, plan: Plan, credentials: Credentials) -> None:
    first, second = simulate(type(server)(), plan, credentials), simulate(type(server)(), plan, credentials)
    assert (first.tubes, first.states) == (second.tubes, second.states)


def test_what_the_server_lost_after_acknowledging_is_found(server: Any, plan: Plan, credentials: Credentials) -> None:
    server.forget = {17}
    report = simulate(server, plan, credentials)
    assert not report.ok
    assert report.mismatch_counts["box not packed"] or report.mismatch_counts["acknowledged and lost"]


def test_a_wrong_call_is_found(server: Any, plan: Plan, credentials: Credentials) -> None:
    server.lie = {"inconclusive": "negative"}
    report = simulate(server, plan, credentials)
    assert report.mismatch_counts["wrong call"] >= 3
    assert report.mismatch_counts["wrong tubes released"]


def test_a_label_that_the_account_does_not_know_is_found(server: Any, plan: Plan, credentials: Credentials) -> None:
    server.lost_labels = 1
    assert simulate(server, plan, credentials).mismatch_counts == {"fewer labels issued than we reserved": 1}


def test_a_label_that_nobody_explains_is_found(server: Any, plan: Plan, credentials: Credentials) -> None:
    server.unexplained = 1
    assert simulate(server, plan, credentials).mismatch_counts == {"unexplained": 1, "unexplained labels": 1}


def test_a_restart_in_the_middle_is_ridden_out(server: Any, plan: Plan, credentials: Credentials, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "FIRST_PAUSE", 0.001)
    away = [None, Answer(503, {"retry-after": "0"}, b""), Answer(429, {}, b""), Answer(502, {}, b"")]
    server.trouble = {number: away[number % 4] for number in range(3, 2000, 7)}
    server.cut = set(range(5, 2000, 9))
    report = simulate(server, plan, credentials)
    assert report.mismatches == []
    assert sum(report.retries.values()) > 50


def test_a_paced_day_overlaps_its_stages_and_ends_the_same(server: Any, plan: Plan, credentials: Credentials) -> None:
    report = simulate(server, replace(plan, speed=40_000.0), credentials)
    assert report.mismatches == []
    assert report.seconds >= 16 * 3600 / 40_000
    paths = [path for _, path, _ in server.requests]
    assert paths.index(next(p for p in paths if p.endswith("/receive"))) < len(paths) - 1 - paths[::-1].index("/sampling/api/sync")


def test_a_refused_reservation_ends_the_day_with_a_report(server: Any, plan: Plan, credentials: Credentials) -> None:
    server.trouble = {2: Answer(403, {}, b'{"code": "forbidden", "detail": "Not your site."}')}
    report = simulate(server, plan, credentials)
    assert report.mismatch_counts == {"the day broke off": 1}


@pytest.mark.parametrize("people", [1, 7, 60])
def test_the_smallest_days_end_too(server: Any, plan: Plan, credentials: Credentials, people: int) -> None:
    assert simulate(server, replace(plan, people=people), credentials).mismatches == []
