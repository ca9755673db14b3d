"""The worker beside the server, which is there again when it has died."""

import os
import signal
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest

from lims.apps import beside
from tests.proofs.hosts import until

COMES_AND_STAYS = "import os, sys, time; print(os.getpid(), file=open(sys.argv[1], 'a'), flush=True); time.sleep(600)"


@pytest.fixture
def came(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where each worker writes its number when it comes."""
    file = tmp_path / "came"
    file.touch()
    monkeypatch.setattr(beside, "PAUSE_SECONDS", 0.02)
    monkeypatch.setattr(beside, "WORKER", (sys.executable, "-c", COMES_AND_STAYS, str(file)))
    return file


def numbers(came: Path) -> list[int]:
    """The workers that have come, by their process numbers."""
    return [int(line) for line in came.read_text().split("\n") if line]


def is_there(number: int) -> bool:
    """Whether a process lives."""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_worker_that_was_shot_is_replaced_and_the_last_one_goes_with_the_server(came: Path) -> None:
    with beside.worker_beside():
        for shot in range(2):
            until(lambda shot=shot: len(numbers(came)) == shot + 1, "no worker came")  # type: ignore[misc]
            os.kill(numbers(came)[-1], signal.SIGKILL)
        until(lambda: len(numbers(came)) == 3, "nobody took the place of the last")
    assert not any(is_there(number) for number in numbers(came))


def test_a_worker_that_was_told_to_end_stays_away(monkeypatch: pytest.MonkeyPatch) -> None:
    hired = []

    def hire() -> Mock:
        hired.append(Mock(poll=Mock(return_value=0)))
        return hired[-1]

    monkeypatch.setattr(beside, "PAUSE_SECONDS", 0.02)
    monkeypatch.setattr(beside, "hire", hire)
    with beside.worker_beside():
        until(lambda: hired[0].poll.call_count > 2, "nobody looks after the worker")
    assert len(hired) == 1
