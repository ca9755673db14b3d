"""Labels on their way to a printer: through the network, through an agent that polls, into a file."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from lims.kernel.errors import Refused
from lims.sampling.printing import agent, work
from lims.sampling.printing.local import LocalDesk
from tests.factories import Town
from tests.sampling.printing.conftest import FakePrinter
from tests.sampling.printing.test_jobs import asked, reserved, told


@pytest.fixture
def server(town: Town, printer: FakePrinter) -> Iterator[agent.Server]:
    """The server as Ana's agent sees it."""
    made = agent.Server("http://testserver", town.ana.token, printer.address)
    made.client.close()
    made.client = httpx.Client(transport=town.web._transport, base_url="http://testserver", headers=town.ana.headers)  # noqa: SLF001 - the test client's way in
    yield made
    made.client.close()


@pytest.mark.parametrize("count", [1, 25, 26, 60])
def test_an_agent_prints_every_label_of_every_job_once(town: Town, server: agent.Server, printer: FakePrinter, count: int) -> None:
    made = [reserved(town, count), reserved(town, 2)]
    said: list[str] = []
    for one in made:
        asked(town, one)
    agent.work(server, printer.address, said.append, once=True)
    assert printer.printed == [code for one in made for code in one["codes"]]
    assert [words.rpartition(" ")[2] for words in said] == ["done", "done"]


def test_a_printer_that_dies_breaks_the_job_and_it_goes_on_where_the_operator_scans(
    town: Town, server: agent.Server, printer: FakePrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agent, "PAUSE_SECONDS", 0)
    made = reserved(town, 120)
    said: list[str] = []
    job = asked(town, made).json()["id"]
    printer.dies_after = 150_000
    agent.work(server, printer.address, said.append, once=True)
    came_out = list(printer.printed)
    assert 0 < len(came_out) < 120
    assert "does not take labels" in said[0]
    assert told(town, job, "resume", scanned=came_out[-1]).json()["printed"] == len(came_out)
    agent.work(server, printer.address, said.append, once=True)
    assert printer.printed == made["codes"]


def test_a_printer_that_is_not_there_takes_nothing_from_the_job(
    town: Town, server: agent.Server, printer: FakePrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agent, "PAUSE_SECONDS", 0)
    job = asked(town, reserved(town, 2)).json()["id"]
    printer.close()
    assert "does not take labels" in agent.outcome_of(server, UUID(job), printer.address)
    assert town.ana.get(f"/sampling/api/print-jobs/{job}").json()["state"] == "waiting"


def test_a_server_that_says_no_is_quoted(town: Town, server: agent.Server) -> None:
    job = asked(town, reserved(town, 2)).json()["id"]
    told(town, job, "cancel", reason="wrong roll")
    with pytest.raises(Refused, match="cancelled"):
        agent.RemoteDesk(server, UUID(job)).take(UUID(job), 2)


def test_a_job_of_the_command_line_goes_to_a_file_or_a_printer(town: Town, printer: FakePrinter, tmp_path: Path) -> None:
    made = reserved(town, 30)
    job = UUID(asked(town, made, last=made["codes"][9]).json()["id"])
    assert work.run(LocalDesk(town.program, job, "usb", "tests"), str(tmp_path / "usb"), 4) == "done"
    assert (tmp_path / "usb").read_bytes().count(b"^XZ") == 10
    rest = UUID(asked(town, made, first=made["codes"][10]).json()["id"])
    assert work.run(LocalDesk(town.program, rest, printer.address, "tests"), printer.address, 7) == "done"
    assert printer.printed == made["codes"][10:]
