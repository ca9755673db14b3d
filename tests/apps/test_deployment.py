"""The files in `docs/deploy`: what they name exists, and what they promise adds up."""

import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from sqlalchemy import text

from lims.apps import beside, ending, worker
from lims.apps.cli import commands
from lims.apps.delivering import AT_ONCE
from lims.apps.migrate import ROOT
from lims.kernel.db import Access
from lims.kernel.embedded.account import for_server
from lims.kernel.embedded.binaries import tool
from lims.kernel.program import Program
from lims.kernel.settings import Settings

DEPLOY = ROOT / "docs" / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
PROGRAM = "/opt/lims/.venv/bin/lims"
KNOWN = {f"LIMS_{name.upper()}" for name in Settings.model_fields}


def understood(words: list[str]) -> None:
    """Fails where the program knows no such command or option; nothing is carried out."""
    command: Any = typer.main.get_command(commands)
    while hasattr(command, "resolve_command"):
        _, command, words = command.resolve_command(typer.Context(command), words)
    command.make_parser(typer.Context(command)).parse_args(list(words))


def compose() -> dict[str, Any]:
    """The compose file."""
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    return read


def pooler() -> ConfigParser:
    """The pooler's configuration."""
    parser = ConfigParser(comment_prefixes=(";",), interpolation=None)
    parser.read(DEPLOY / "pgbouncer.ini")
    return parser


def database_settings() -> dict[str, str]:
    """The database's configuration."""
    lines = (DEPLOY / "postgresql.conf").read_text("utf-8").splitlines()
    return dict(re.split(r"\s*=\s*", line, maxsplit=1) for line in lines if line and not line.startswith("#"))


def test_a_word_that_the_program_does_not_know_is_found() -> None:
    understood(["serve", "--workers", "2"])
    for wrong in (["serve", "--threads", "2"], ["db", "distributed"], ["work"]):
        with pytest.raises(Exception, match="No such"):
            understood(wrong)


@pytest.mark.parametrize("service", ["upgrade", "app", "worker"])
def test_what_a_container_is_told_is_a_command_of_the_program(service: str) -> None:
    understood(compose()["services"][service]["command"])


def test_settings_of_containers_and_units_exist() -> None:
    named = {key for service in compose()["services"].values() for key in service.get("environment", {}) if key.startswith("LIMS_")}
    named |= {line.partition("=")[0] for line in (DEPLOY / "systemd" / "lims.env").read_text("utf-8").splitlines() if line[:1] != "#"}
    assert named
    assert named <= KNOWN


def test_every_setting_is_explained_to_operators() -> None:
    told = (ROOT / "docs" / "operations.md").read_text("utf-8")
    assert sorted(name for name in KNOWN if f"`{name}`" not in told) == []


def test_containers_wait_for_and_mount_what_is_there() -> None:
    whole = compose()
    for name, service in whole["services"].items():
        assert set(service.get("depends_on", {})) <= set(whole["services"]), name
        assert {config["source"] for config in service.get("configs", [])} <= set(whole["configs"]), name
        assert {volume.partition(":")[0] for volume in service.get("volumes", [])} <= set(whole["volumes"]), name
        if "build" in service:
            assert f"AS {service['build']['target']}" in (ROOT / service["build"]["dockerfile"]).read_text("utf-8")
    for config in whole["configs"].values():
        assert "file" not in config or (DEPLOY / config["file"]).exists()


def test_the_worker_may_write_where_its_volume_is_mounted() -> None:
    # A volume takes its owner from the image's folder; where there is none it is root's.
    made = (DEPLOY / "Dockerfile").read_text("utf-8")
    for volume in compose()["services"]["worker"]["volumes"]:
        assert re.search(rf"^RUN install --directory --owner=lims .*{volume.partition(':')[2]}$", made, re.MULTILINE)


def test_no_secret_and_nothing_made_for_this_machine_goes_into_the_image() -> None:
    left_out = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert {"**/.env", "**/.venv", ".git", "data", ".data"} <= set(left_out)


def test_the_database_is_asked_where_it_listens_only_once_it_is_made() -> None:
    # While the image makes the database its server answers on the socket alone; an upgrade that began then would fail for good.
    assert "--host=127.0.0.1" in compose()["services"]["database"]["healthcheck"]["test"]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_what_a_unit_starts_is_a_command_of_the_program(unit: Path) -> None:
    started = [line.removeprefix("ExecStart=") for line in unit.read_text("utf-8").splitlines() if line.startswith("ExecStart=")]
    for line in started:
        program, *words = shlex.split(line)
        assert program == PROGRAM
        understood(words)
    assert len(started) == 1


def test_whoever_is_told_to_end_has_time_to() -> None:
    # The server notices within a second; it answers, leaves, and its worker goes.
    longest = 1 + ending.ANSWER_SECONDS + ending.LEAVE_SECONDS + beside.PAUSE_SECONDS + beside.GOING_SECONDS
    times = {unit.name: re.search(r"^TimeoutStopSec=(\d+)$", unit.read_text("utf-8"), re.MULTILINE) for unit in UNITS}
    times |= {name: re.match(r"(\d+)s$", compose()["services"][name].get("stop_grace_period", "")) for name in ("app", "worker")}
    assert {name for name, found in times.items() if found is None or int(found[1]) <= max(longest, worker.END_SECONDS)} == set()


@pytest.mark.tool("systemd-analyze")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_understands_every_line_of_a_unit(unit: Path, tmp_path: Path) -> None:
    here = tmp_path / unit.name
    here.write_text(unit.read_text("utf-8").replace(PROGRAM, sys.executable), "utf-8")
    words = [shutil.which("systemd-analyze") or "", "verify", "--recursive-errors=no", str(here)]
    said = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (said.returncode, [line for line in said.stderr.splitlines() if unit.name in line]) == (0, [])


def test_the_containers_database_can_be_made() -> None:
    words = shlex.split(compose()["services"]["database"]["environment"]["POSTGRES_INITDB_ARGS"])
    account = for_server(None)
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o711)  # where root tests, the database's account has to get there
        account.make_folder(cluster := Path(place) / "cluster")
        made = account.run([tool("initdb"), "--pgdata", cluster, "--no-sync", *words])
        assert made.returncode == 0, made.stderr
        shutil.rmtree(cluster)


def test_the_database_knows_every_setting(program: Program) -> None:
    with program.database.transaction(Access.OWNER) as connection:
        known = set(connection.execute(text("SELECT name FROM pg_settings")).scalars())
    assert {name.lower() for name in database_settings()} <= {name.lower() for name in known}


def test_the_pooler_is_in_transaction_mode_and_leaves_the_database_room() -> None:
    told = pooler()["pgbouncer"]
    assert told["pool_mode"] == "transaction"
    # The worker's own, one of each process for the schema, commands, and what the server keeps for its owner.
    others = AT_ONCE + 2 + 2 + 5 + 3
    assert int(told["default_pool_size"]) + others < int(database_settings()["max_connections"])


def test_hosts_find_the_pooler_where_it_listens() -> None:
    port = pooler()["pgbouncer"]["listen_port"]
    assert f"@pooler:{port}/" in compose()["services"]["app"]["environment"]["LIMS_POOLER_URL"]
    assert f":{port}/" in (DEPLOY / "systemd" / "lims.env").read_text("utf-8")
