"""Somebody rebuilds a table and holds it: the worker does not stand behind it, says so once, and does everything once afterwards."""

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from time import monotonic, sleep
from typing import Any, cast

import pytest
from sqlalchemy import Connection, text

from lims.apps import worker
from lims.apps.delivering import deliver
from lims.apps.keeping import Keeper
from lims.apps.troubles import Trouble, written
from lims.kernel import clock
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.kernel.program import Program
from lims.reporting.keeping import actions
from tests.factories import Town
from tests.hurry import in_a_hurry
from tests.interop.receiver import receiving
from tests.interop.telling import NETWORKS, drained, everybody_removed, first_sign, kinds, standing, subscribed, told
from tests.kernel.audit.sealing import let_end
from tests.sampling.sync.test_held_tables import rebuilt

WAIT_SECONDS = 60


@pytest.fixture
def impatient(program: Program) -> Iterator[Program]:
    """The program as the worker runs it, which gives up after a tenth of a second."""
    database = in_a_hurry(program.database.url, 4, owner_waits=False, HELD_SECONDS=0.1)
    with program.database.transaction(Access.OWNER) as connection:
        everybody_removed(connection)
    yield replace(program, database=database, settings=program.settings.model_copy(update={"webhook_networks": NETWORKS}))
    database.close()


@contextmanager
def at_work(program: Program, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The worker goes round after round beside this block."""
    monkeypatch.setattr(worker, "PAUSE_SECONDS", 0.01)
    stop, rounds = threading.Event(), worker.Rounds(program, cast("Any", ()))
    going = partial(worker.work_until_trouble, rounds, Trouble("sealing, telling and sending"), stop, os.getppid())
    thread = threading.Thread(target=going)
    thread.start()
    try:
        yield
        assert thread.is_alive(), "it gave up altogether"
    finally:
        stop.set()
        thread.join(WAIT_SECONDS)


def until_said(caplog: pytest.LogCaptureFixture, words: str) -> None:
    """Wait until the log says so."""
    end = monotonic() + WAIT_SECONDS
    while words not in caplog.text and monotonic() < end:
        sleep(0.02)
    assert words in caplog.text


def newest_seal(program: Program) -> int:
    with program.database.transaction(Access.OWNER) as connection:
        return connection.execute(text("SELECT coalesce(max(number), 0) FROM seal")).scalar_one()


@pytest.mark.parametrize("table", ["notice", "tube", "event", "seal"])
def test_what_happened_is_told_once_when_the_table_is_let_go_of(
    town: Town, impatient: Program, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, table: str
) -> None:
    drained(town.program)
    pool, _ = first_sign(town)
    before = newest_seal(town.program)
    with caplog.at_level(logging.WARNING, "lims.worker"):
        with rebuilt(town.program, table), at_work(impatient, monkeypatch):
            until_said(caplog, "waits, database_held")
            sleep(0.5)  # several rounds
        assert caplog.text.count("database_held") == 1
        with at_work(impatient, monkeypatch):
            end = monotonic() + WAIT_SECONDS
            while newest_seal(town.program) == before and monotonic() < end:
                sleep(0.02)
    assert [notice["data"]["case"] for notice in told(town)] == [pool["barcode"]]
    assert kinds(told(town)) == ["case.preliminary"]


def test_what_was_sealed_before_is_sealed_though_nobody_can_be_told(
    town: Town, impatient: Program, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    drained(town.program)
    first_sign(town)
    before = newest_seal(town.program)
    let_end(town.program)
    with caplog.at_level(logging.WARNING, "lims.worker"), ExitStack() as work:
        with rebuilt(town.program, "notice"):
            work.enter_context(at_work(impatient, monkeypatch))
            until_said(caplog, "waits, database_held")
            assert newest_seal(town.program) > before
        until_said(caplog, "goes on")


def test_a_notice_that_arrived_is_not_sent_again_because_nobody_could_write_it_down(town: Town, impatient: Program) -> None:
    drained(town.program)
    with receiving() as receiver:
        webhook = subscribed(impatient, receiver, town)
        first_sign(town)
        drained(town.program)
        courier = threading.Thread(target=deliver, args=(impatient, webhook))
        with rebuilt(town.program, "delivery_attempt"):
            courier.start()
            courier.join(1)
            assert courier.is_alive(), "it still tries to write down that it arrived"
        courier.join(WAIT_SECONDS)
        assert not courier.is_alive()
    with impatient.database.transaction(Access.OWNER) as connection:
        everybody_removed(connection)
    assert (len(receiver.ids), standing(impatient, webhook)[0]) == (1, 0)


def test_what_cannot_be_written_for_another_reason_is_not_tried_for_ever(impatient: Program) -> None:
    def refuse(_connection: Connection) -> None:
        raise Refused("not_found", "There is nothing at this address.")

    with pytest.raises(Refused, match="nothing"):
        written(impatient.database, refuse)


def test_figures_that_could_not_be_kept_are_counted_again(impatient: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    keeper, tries = Keeper(impatient), []

    def fails(*_: object) -> None:
        tries.append(1)
        raise Refused("database_held", "Somebody holds it.")

    found = type("Found", (), {"is_over": False, "is_large": True, "seconds": 0.0, "day": clock.now().date()})()
    monkeypatch.setattr(actions, "next_to_keep", lambda *_: None)
    monkeypatch.setattr(actions, "counted", lambda *_: found)
    monkeypatch.setattr(actions, "keep", fails)

    def once(now: datetime) -> None:
        with pytest.raises(Refused):
            keeper.once(now)

    for _ in range(2):
        once(clock.now())
    assert len(tries) == 2
