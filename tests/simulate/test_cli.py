"""The command line."""

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from lims.simulate import cli, day
from lims.simulate.plan import Credentials, Plan, PlanError

app = typer.Typer()
app.command()(cli.simulate)


@pytest.fixture
def tokens(tmp_path: Path, credentials: Credentials) -> Path:
    """A credentials file."""
    path = tmp_path / "credentials.json"
    path.write_text(json.dumps(asdict(credentials)), encoding="utf-8")
    return path


def test_a_good_day_exits_0_and_writes_its_report(server: Any, tokens: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(day, "Wire", lambda url, connections: server)
    report = tmp_path / "report.json"
    done = CliRunner().invoke(app, ["--people", "500", "--credentials", str(tokens), "--report", str(report), "--date", "2022-02-02"])
    assert done.exit_code == 0, done.output
    told = json.loads(report.read_text(encoding="utf-8"))
    assert told["ok"] is True
    assert told["plan"]["people"] == 500
    assert told["calls"]["sync"]["p99_ms"] > 0


def test_findings_exit_1(server: Any, tokens: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(day, "Wire", lambda url, connections: server)
    server.lie = {"positive": "negative"}
    done = CliRunner().invoke(app, ["--people", "500", "--credentials", str(tokens)])
    assert done.exit_code == 1
    assert "wrong call" in done.output


@pytest.mark.parametrize(
    "words",
    [
        ["--speed", "fast"],
        ["--speed", "x0"],
        ["--speed", "xnan"],
        ["--labs", "9"],
        ["--date", "2999-01-01"],
        ["--url", "ftp://x"],
        ["--people", "0"],
    ],
)
def test_wrong_use_exits_2(tokens: Path, words: list[str]) -> None:
    done = CliRunner().invoke(app, ["--people", "50", "--credentials", str(tokens), *words])
    assert done.exit_code == 2, done.output


def test_a_file_that_holds_no_credentials_exits_2(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"samplers": {}}', encoding="utf-8")
    done = CliRunner().invoke(app, ["--people", "50", "--credentials", str(path)])
    assert done.exit_code == 2


@pytest.mark.parametrize(("text", "speed"), [("max", None), ("x60", 60.0), ("2.5", 2.5)])
def test_speeds(text: str, speed: float | None) -> None:
    assert cli.speed_of(text) == speed


def test_plans_that_make_no_day_are_refused() -> None:
    with pytest.raises(PlanError, match="prevalence"):
        Plan(people=1, date=date(2022, 2, 2), prevalence=2)
    with pytest.raises(PlanError, match="noise"):
        Plan(people=1, date=date(2022, 2, 2), noise=11)
    with pytest.raises(PlanError, match="pool-size"):
        Plan(people=1, date=date(2022, 2, 2), pool_size=0)
