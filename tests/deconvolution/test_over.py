"""Cases that are over are passed by where those that are not over are asked for, and looked at again as soon as anything bears on them."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from lims.catalog import queries as catalog
from lims.deconvolution import board
from lims.deconvolution.over import queries as over
from lims.deconvolution.over.tables import OverCase
from lims.deconvolution.queries import Among
from lims.deconvolution.rules import CaseState
from lims.interop.notices.actions import READER_LOCK, look_back
from lims.kernel.db import Access
from tests.bench import close, done, found, message, recollected
from tests.deconvolution.plans.at_work import reactive
from tests.factories import Town, at, person, tube
from tests.interop.telling import drained

UNCLOSED = frozenset(CaseState) - {CaseState.CLOSED}
LAST = "9" * 20  # no barcode comes behind it


@pytest.fixture
def confirmed(town: Town) -> dict[str, Any]:
    """A pool of one that Ana has not sealed yet, whose case is confirmed, and the worker has seen it."""
    pool = town.collected(1, state="open", sealed_at=None)
    town.tested(pool["barcode"], truth={pool["barcode"]: "positive"}, hours=1)
    found(town, {recollected(town, pool["members"][0], pool["barcode"]): "positive"})
    drained(town.program)
    return pool


def passed(town: Town, barcode: str) -> bool:
    """Whether a case is passed by now; and that the lists say the same as if each case were looked at."""
    with town.program.database.transaction(Access.BENCH) as connection:
        known, among = catalog.current(connection), Among(lab=town.lab)
        states = {case.row.barcode: case.standing.state for case in board.walk(connection, known, among, None)}
        unclosed, _ = board.listed(connection, known, replace(among, states=UNCLOSED), None, 500)
        assert {case.row.barcode for case in unclosed} == {code for code, state in states.items() if state in UNCLOSED}
        looked_at = over.left(connection)
        assert looked_at is not None
        return barcode not in looked_at


def before(barcode: str) -> str:
    """What only this barcode comes next to."""
    return barcode[:-1]


def joined(town: Town, pool: dict[str, Any]) -> dict[str, Any]:
    """The pool with somebody more in it."""
    whole = pool | {"revision": 2, "members": tube(town.site, [*pool["members"], person()])["members"]}
    (outcome,) = town.sync(whole)
    assert outcome["outcome"] == "accepted", outcome
    return whole


def test_a_confirmed_case_is_passed_by_once_the_worker_has_seen_it(town: Town, confirmed: dict[str, Any]) -> None:
    assert passed(town, confirmed["barcode"])


def test_somebody_who_comes_later_brings_it_back_before_the_worker_has_looked_and_after(town: Town, confirmed: dict[str, Any]) -> None:
    whole = joined(town, confirmed)
    assert not passed(town, confirmed["barcode"])
    drained(town.program)
    assert not passed(town, confirmed["barcode"])
    found(town, {recollected(town, whole["members"][1], confirmed["barcode"], hours=9): "negative"}, hours=10)
    drained(town.program)
    assert passed(town, confirmed["barcode"])


def test_an_amended_result_brings_it_back(town: Town) -> None:
    pool = town.collected(1)
    town.tested(pool["barcode"], truth={pool["barcode"]: "positive"}, hours=1)
    single = recollected(town, pool["members"][0], pool["barcode"])
    town.received(single, hours=6)
    plate = town.plated(hours=7)
    town.reviewed(str(done(town.imported(plate, {single: "positive"}, hours=7))["run"]), tubes=[single], hours=8)
    drained(town.program)
    assert passed(town, pool["barcode"])
    town.imported(plate, hours=9)
    done(town.bea.post(f"/testing/api/tubes/{single}/amend", message(call="negative", reason="the plate was turned round", at=at(10))))
    assert not passed(town, pool["barcode"])
    done(close(town, pool["barcode"], "cleared", "the plate was turned round", at=at(11)))
    drained(town.program)
    assert passed(town, pool["barcode"])


def test_what_a_reviewer_has_closed_and_opens_again_is_looked_at_again(town: Town) -> None:
    pool = town.collected(1)
    town.tested(pool["barcode"], truth={pool["barcode"]: "positive"}, hours=1)
    done(close(town, pool["barcode"], "unresolved", "left the city"))
    drained(town.program)
    assert passed(town, pool["barcode"])
    done(town.bea.post(f"/testing/api/cases/{pool['barcode']}/reopen", message(reason="she is back")))
    assert not passed(town, pool["barcode"])


def test_a_run_that_doubts_a_withdrawal_brings_the_case_back(town: Town) -> None:
    pool = town.collected(1)
    town.received(pool["barcode"])
    done(town.reviewed(done(town.imported(town.plated(), {pool["barcode"]: "positive"}))["run"], "reject"))
    plate = town.plated(hours=6)
    done(town.reviewed(done(town.imported(plate, hours=7))["run"], hours=8))
    drained(town.program)
    assert passed(town, pool["barcode"])
    done(town.imported(plate, {pool["barcode"]: "positive"}, hours=9))
    assert not passed(town, pool["barcode"])


def test_an_aliquot_pool_is_kept_aside_and_comes_back_when_a_member_is_called_otherwise(town: Town) -> None:
    pool, tubes = reactive(town, 2)
    plate = town.plated()
    run = str(done(town.imported(plate, {tubes[0]: "positive"}))["run"])
    done(town.reviewed(run))
    done(town.reviewed(run, tubes=[tubes[0]]))
    drained(town.program)
    assert passed(town, pool)
    done(town.imported(plate, hours=9))
    done(town.bea.post(f"/testing/api/tubes/{tubes[0]}/amend", message(call="negative", reason="the plate was turned round", at=at(10))))
    assert not passed(town, pool)


def test_where_the_worker_is_away_every_case_is_looked_at(town: Town, confirmed: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(over, "MOST_EVENTS", 0)
    joined(town, confirmed)
    with town.program.database.transaction(Access.BENCH) as connection:
        assert over.moved(connection) is None
        unclosed, _ = board.listed(connection, catalog.current(connection), Among(lab=town.lab, states=UNCLOSED), None, 500)
    assert [case.row.barcode for case in unclosed] == [confirmed["barcode"]]


def test_what_was_over_before_cases_were_kept_aside_goes_there_portion_by_portion(town: Town, confirmed: dict[str, Any]) -> None:
    waiting = town.collected(1)["barcode"]
    town.tested(waiting, truth={waiting: "positive"}, hours=1)
    drained(town.program)
    with town.program.database.transaction(Access.OWNER) as connection:
        connection.execute(delete(OverCase).where(OverCase.barcode == confirmed["barcode"]))
    assert not passed(town, confirmed["barcode"])
    with town.program.database.transaction(Access.OWNER) as connection:
        known = catalog.current(connection)
        for pool in (confirmed["barcode"], waiting):
            assert look_back(connection, known, before(pool), 1) == pool, "there is more behind it"
        assert look_back(connection, known, LAST, 1) is None
    assert passed(town, confirmed["barcode"])
    assert not passed(town, waiting)


def test_while_another_worker_tells_nothing_is_kept_aside(town: Town, confirmed: dict[str, Any]) -> None:
    database = town.program.database
    with database.transaction(Access.OWNER) as other, database.transaction(Access.OWNER) as connection:
        other.execute(select(func.pg_advisory_xact_lock(READER_LOCK)))
        assert look_back(connection, catalog.current(connection), before(confirmed["barcode"]), 1) == before(confirmed["barcode"])
