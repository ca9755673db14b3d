"""Promise 8 for cases: whatever order the messages come in, and however often, the same state comes of them."""

import random

import pytest
from hypothesis import HealthCheck, example, given, seed, settings
from hypothesis import strategies as st

from tests.bench import done
from tests.deconvolution.crowd import Crowd
from tests.deconvolution.history import History, Telling, histories
from tests.deconvolution.model import Member, Note, Single
from tests.factories import Town

UNTOUCHED = settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
PATIENT = settings(UNTOUCHED, max_examples=100)
SETTLED = {"negative", "positive"}
TWICE = Member((Single(0, 6.0, None, 6.2, "invalid", 6.8), Single(1, 7.0, 0, 7.2, "positive", 7.8)), (Note("refused", 8.5),))
SLOW = Member((Single(0, 6.0, None, 6.2, "inconclusive", 26.8), Single(1, 7.0, None, 7.2, "negative", 7.8)))


def lived(town: Town, history: History, luck: random.Random) -> None:
    """A history told in one order comes to what the model says."""
    place = Town.build(town.program, town.web)
    telling = Telling(place, history)
    telling.tell(luck)
    case = place.case(telling.barcode)
    assert case is not None
    assert [member["state"] for member in case["members"]] == telling.expected_members()
    assert (case["state"], case["outcome"]) == telling.expected_case()
    assert case["preliminary"] == (history.pool == "imported")
    singles = [{"barcode": barcode} for barcode in telling.singles.values()]
    rows = place.results(telling.pool, *singles)
    assert rows == telling.expected_rows()
    if history.pool != "imported":
        # The view and the case never part: a member is settled exactly when the row of the pool is.
        states = [rows[member["id_number"], telling.barcode] for member in telling.pool["members"]]
        for member, row in zip(case["members"], states, strict=True):
            assert (member["state"] if member["state"] in {"negative", "positive"} else None) == (
                row if row in {"negative", "positive"} else None
            )
    listed = done(place.ana.get("/sampling/api/recollections"))["items"]
    assert [row["position"] for row in listed if row["tube"] == telling.barcode] == telling.expected_list()


@UNTOUCHED
@given(history=histories(), luck=st.randoms(use_true_random=False))
@example(history=History("released", (TWICE, SLOW)), luck=random.Random(1))
@example(history=History("rejected", (SLOW, Member(), TWICE)), luck=random.Random(2))
@example(history=History("imported", (TWICE,)), luck=random.Random(3))
def test_a_case_comes_to_the_same_end_in_whatever_order_its_messages_come(town: Town, history: History, luck: random.Random) -> None:
    lived(town, history, luck)


def crowd_of(town: Town, count: int, number: int) -> Crowd:
    """So many histories, drawn by hypothesis, in one town; the same ones for the same number."""
    found: list[History] = []

    @seed(number)
    @settings(max_examples=count, database=None)
    @given(history=histories())
    def draw(history: History) -> None:
        found.append(history)

    draw()
    return Crowd(town, found, random.Random(number))


def test_a_hundred_cases_lived_at_once_come_to_their_ends(town: Town) -> None:
    crowd = crowd_of(town, 100, 0)

    def all_in_their_lists() -> None:
        assert crowd.misfiled() == []

    crowd.live(all_in_their_lists)
    assert crowd.differences() == []
    assert crowd.misfiled() == []


@pytest.mark.proof
@pytest.mark.parametrize("number", range(1, 5))
def test_ten_thousand_cases_come_to_their_ends_in_four_crowds(town: Town, number: int) -> None:
    crowd = crowd_of(town, 2_500, number)
    assert len(crowd.histories) == 2_500
    crowd.live()
    assert crowd.differences() == []
    assert crowd.misfiled() == []


@pytest.mark.proof
@PATIENT
@given(history=histories(), luck=st.randoms(use_true_random=False))
def test_a_case_comes_to_the_same_end_a_hundred_times(town: Town, history: History, luck: random.Random) -> None:
    lived(town, history, luck)
