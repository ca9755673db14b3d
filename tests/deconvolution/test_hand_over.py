"""A member moves away: handed over, taken over, called back and sampled by the other site."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.deconvolution.next_steps import Step, Who, next_steps
from lims.deconvolution.rules import (
    CaseStanding,
    CaseState,
    ContactEvent,
    ContactNote,
    HandOver,
    MemberStanding,
    MemberState,
    calls_back,
    handed_over,
)
from lims.kernel.ids import uuid7
from tests.bench import another_town, done, members, note, recollected, refused, verbs
from tests.factories import Town, at

DAY = datetime(2022, 2, 2, tzinfo=UTC)


def reactive(town: Town, people: int = 2) -> dict[str, Any]:
    """A pool whose positive call is released."""
    pool = town.collected(people)
    town.tested(pool["barcode"], truth={pool["barcode"]: "positive"}, hours=1)
    return pool


def listed(town: Town) -> list[tuple[int, str, bool]]:
    """Position and state of everybody on a site's list, and whether it is to take them over."""
    items = done(town.ana.get("/sampling/api/recollections"))["items"]
    return [(row["position"], row["state"], row["take_over"]) for row in items]


def test_who_is_handed_over_stands_on_both_lists_until_the_other_site_has_taken_over(town: Town) -> None:
    pool, other = reactive(town), another_town(town)
    done(note(town, pool["barcode"], 2, "transferred", to_site=other.site, at=at(6)))
    assert listed(town) == [(1, "to_recollect", False), (2, "transferred", False)]
    assert listed(other) == [(2, "transferred", True)]
    done(note(town, pool["barcode"], 2, "accepted", by=other.ana, at=at(7)))
    assert listed(town) == [(1, "to_recollect", False)]
    assert listed(other) == [(2, "to_recollect", False)]
    assert members(town, pool["barcode"]) == ["to_recollect", "to_recollect"]
    assert "member.accepted" in verbs(town, pool["barcode"])
    recollected(other, pool["members"][1], pool["barcode"], hours=8)
    assert (listed(other), members(town, pool["barcode"])[1]) == ([], "recollected")


def test_the_list_says_where_to_by_name_and_from_which_site(town: Town) -> None:
    pool, other = reactive(town, 1), another_town(town)
    done(note(town, pool["barcode"], 1, "transferred", to_site=other.site, at=at(6)))
    (row,) = done(other.ana.get("/sampling/api/recollections"))["items"]
    assert (row["site"], row["site_name"]) == (town.site, "一号采样点")
    assert (row["tried"][0]["to_site"], row["tried"][0]["to_site_name"]) == (other.site, "一号采样点")


def test_who_is_handed_back_is_the_first_sites_again(town: Town) -> None:
    pool, other = reactive(town, 1), another_town(town)
    done(note(town, pool["barcode"], 1, "transferred", to_site=other.site, at=at(6)))
    done(note(town, pool["barcode"], 1, "accepted", by=other.ana, at=at(7)))
    done(note(town, pool["barcode"], 1, "transferred", by=other.ana, to_site=town.site, at=at(8)))
    assert listed(town) == [(1, "transferred", True)]
    done(note(town, pool["barcode"], 1, "accepted", at=at(9)))
    assert (listed(town), listed(other)) == ([(1, "to_recollect", False)], [])


def test_nobody_takes_over_who_was_not_handed_over_to_them(town: Town) -> None:
    pool, other, third = reactive(town), another_town(town), another_town(town)
    barcode = pool["barcode"]
    refused(note(town, barcode, 1, "accepted"), 409, "hand_over_elsewhere", barcode, "1")
    done(note(town, barcode, 1, "transferred", to_site=other.site, at=at(6)))
    refused(note(town, barcode, 1, "accepted"), 409, "hand_over_elsewhere", barcode)
    refused(note(town, barcode, 1, "accepted", by=town.ben), 409, "hand_over_elsewhere", barcode)
    refused(note(town, barcode, 1, "accepted", by=third.ana), 404, "not_found", barcode)
    refused(note(town, barcode, 2, "accepted", by=other.ana), 404, "not_found", barcode)
    done(note(town, barcode, 2, "transferred", to_place="杭州", at=at(6)))
    refused(note(town, barcode, 2, "accepted"), 409, "hand_over_elsewhere", barcode)
    assert members(town, barcode) == ["transferred", "transferred"]


def test_taking_over_twice_under_one_id_is_once_even_after_it_was_handed_on(town: Town) -> None:
    pool, other, same = reactive(town, 1), another_town(town), str(uuid7())
    done(note(town, pool["barcode"], 1, "transferred", to_site=other.site, at=at(6)))
    done(note(town, pool["barcode"], 1, "accepted", by=other.ana, id=same, at=at(7)))
    done(note(town, pool["barcode"], 1, "transferred", by=other.ana, to_site=town.site, at=at(8)))
    done(note(town, pool["barcode"], 1, "accepted", by=other.ana, id=same, at=at(7)))
    assert verbs(town, pool["barcode"]).count("member.accepted") == 1
    assert listed(town) == [(1, "transferred", True)]


def test_the_case_says_who_has_to_take_whom_over(town: Town) -> None:
    pool, other = reactive(town), another_town(town)
    done(note(town, pool["barcode"], 1, "transferred", to_site=other.site, at=at(6)))
    page = town.olga.get(f"/testing/cases/{pool['barcode']}", lang="en").text
    assert "Take over who was handed over" in page
    assert "not taken over yet" in page
    done(note(town, pool["barcode"], 1, "accepted", by=other.ana, at=at(7)))
    page = town.olga.get(f"/testing/cases/{pool['barcode']}", lang="en").text
    assert "taken over there" in page
    assert "Take over who was handed over" not in page


@given(st.permutations([(ContactEvent.TRANSFERRED, 1, "here"), (ContactEvent.ACCEPTED, 2, None), (ContactEvent.TRANSFERRED, 3, "there")]))
def test_the_last_hand_over_stands_and_an_older_taking_over_does_not_answer_it(notes: list[tuple[ContactEvent, int, str | None]]) -> None:
    over = handed_over([ContactNote(event, DAY + timedelta(hours=hours), to_site=site) for event, hours, site in notes])
    assert over is not None
    assert (over.to_site, over.taken_over) == ("there", False)


@given(st.booleans(), st.sampled_from(["own", "other", None]))
def test_somebody_calls_back_whatever_was_handed_over(taken: bool, to: str | None) -> None:
    over = HandOver(DAY, "ana", to, None if to else "杭州", taken)
    assert any(calls_back(site, "own", over) for site in ("own", "other"))
    assert not calls_back("third", "own", over)


@pytest.mark.parametrize(("to_site", "step", "who"), [("there", Step.TAKE_OVER, Who.SITE), (None, Step.FOLLOW_UP, Who.OFFICIAL)])
def test_a_hand_over_waits_for_the_other_site_or_for_the_official(to_site: str | None, step: Step, who: Who) -> None:
    member = MemberStanding(1, MemberState.TRANSFERRED, handed_over=HandOver(DAY, "ana", to_site, None, taken_over=False))
    (found,) = next_steps(CaseStanding(CaseState.OPEN, preliminary=False), [member])
    assert (found.step, found.who, found.positions) == (step, who, (1,))
