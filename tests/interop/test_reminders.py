"""Reminders: the authority is told once when people were not sampled again in time, and when a case is opened again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.apps import worker
from lims.deconvolution.forms import CaseView, MemberView
from lims.interop.notices.rules import overdue
from lims.interop.notices.wording import sentence
from lims.kernel.barcodes import Kind
from lims.kernel.ids import uuid7
from tests.bench import another_town, close, done, message, note, recollected
from tests.deconvolution.plans.at_work import load_policy
from tests.factories import Town, code, person
from tests.interop.telling import answered, first_sign, kinds, told

DAY = datetime(2022, 2, 2, tzinfo=UTC)


def reminded(town: Town, hours: float) -> list[dict[str, Any]]:
    """What officials have been told once so many hours have passed since the first sign was told; newest of this town's."""
    told(town)
    worker.remind_once(town.program, lambda: datetime.now(UTC) + timedelta(hours=hours))
    return [notice for notice in told(town) if notice["kind"] == "case.overdue"]


def test_the_authority_is_reminded_once_of_who_was_not_sampled_again_in_time(town: Town) -> None:
    pool, run = first_sign(town, people=3)
    town.reviewed(run, tubes=[pool["barcode"]])
    recollected(town, pool["members"][1], pool["barcode"])
    done(note(town, pool["barcode"], 3, "unreachable"))
    assert reminded(town, 23.9) == []
    (notice,) = reminded(town, 24.1)
    assert (notice["data"]["case"], notice["data"]["members"]) == (pool["barcode"], [1, 3])
    assert sentence(notice["kind"], notice["data"], "en") == "Overdue: members 1, 3 have not been sampled again"
    assert reminded(town, 48) == [notice]


def test_a_reminder_keeps_the_time_of_the_policy_of_the_case(town: Town) -> None:
    load_policy(town, group=(ours := str(uuid7())), recollect_within_hours=3)
    pool = town.collected([person(group=ours)])
    town.tested(pool["barcode"], truth={pool["barcode"]: "positive"})
    assert reminded(town, 2.9) == []
    (notice,) = reminded(town, 3.1)
    assert notice["data"]["case"] == pool["barcode"]


def test_nobody_is_late_for_what_nobody_knew(town: Town) -> None:
    first_sign(town)
    assert reminded(town, 0) == [], "its run is years old, and was told just now"


def test_a_case_whose_people_nobody_knows_is_overdue_too(town: Town) -> None:
    tube = code(Kind.TUBE)
    town.received(tube)
    town.imported(town.plated(), {tube: "positive"})
    (notice,) = reminded(town, 25)
    assert sentence(notice["kind"], notice["data"], "en") == "Overdue: nobody has registered who was in the tube"


@pytest.mark.parametrize("end", ["all came back", "confirmed", "unresolved", "withdrawn"])
def test_a_case_that_has_all_its_people_or_is_over_is_not_reminded_of(town: Town, end: str) -> None:
    pool, run = first_sign(town)
    if end == "withdrawn":
        town.reviewed(run, "reject")
        town.reviewed(town.imported(town.plated(hours=6), hours=7).json()["run"])
    else:
        town.reviewed(run, tubes=[pool["barcode"]])
    if end == "all came back":
        for member in pool["members"]:
            recollected(town, member, pool["barcode"])
    if end == "confirmed":
        answered(town, pool, ["negative", "positive"])
    if end == "unresolved":
        done(close(town, pool["barcode"], "unresolved", "both left"))
    assert reminded(town, 30) == []


@given(st.integers(1, 240), st.integers(0, 500), st.integers(-1, 1))
def test_a_reminder_comes_when_the_policys_time_is_over_since_it_was_told(hours: int, late: int, off: int) -> None:
    """`hours` for sampling again, told `late` hours after it happened, and looked at an hour before, at, or after the end."""
    view = CaseView(
        id="T", tube="T", lab="L", site=None, kind=None, call="positive", reasons=[], state="open", preliminary=True, opened_at=DAY,
        deadline=DAY + timedelta(hours=hours), outcome=None, closed_at=None, members=[MemberView(position=1, state="refused", tube=None)],
    )  # fmt: skip
    told_at, end = DAY + timedelta(hours=late), DAY + timedelta(hours=late + hours)
    fact = overdue(view, told_at, end + timedelta(hours=off))
    assert (fact is not None) == (off >= 0)
    assert fact is None or (fact.at, fact.members) == (end, (1,))


def test_a_case_that_is_opened_again_is_told_and_its_next_closing_too(town: Town) -> None:
    pool, run = first_sign(town)
    town.reviewed(run, tubes=[pool["barcode"]])
    answered(town, pool, ["negative", "negative"])
    done(close(town, pool["barcode"], "cleared", "diluted"))
    before = kinds(told(town))
    assert before == ["case.preliminary", "case.firm", "case.closed"]
    done(town.bea.post(f"/testing/api/cases/{pool['barcode']}/reopen", message(reason="the neighbour was positive")))
    assert kinds(told(town)) == [*before, "case.reopened"]
    done(close(town, pool["barcode"], "cleared", "it was the neighbour"))
    assert kinds(told(town)) == [*before, "case.reopened", "case.closed"]
    done(town.bea.post(f"/testing/api/cases/{pool['barcode']}/reopen", message(reason="no, it was not")))
    done(close(town, pool["barcode"], "cleared", "a low positive"))
    assert kinds(told(town)) == [*before, "case.reopened", "case.closed", "case.reopened", "case.closed"]


def test_an_official_of_another_lab_is_not_reminded(town: Town) -> None:
    first_sign(town)
    assert len(reminded(town, 25)) == 1
    other = another_town(town)
    assert told(other) == []
