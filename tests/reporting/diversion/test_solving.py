"""Boxes go where there is room, each somewhere or named, and only where it helps."""

import random
from collections import Counter
from math import dist

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lims.reporting.diversion import solving
from lims.reporting.diversion.rules import Assignment, Box, Problem, assignment_of, tidied, urgency_of
from lims.reporting.diversion.solving import solve

LABS = ("L", "M", "N")
KM = {"L": 5.0, "M": 10.0, "N": 30.0}


def box(number: int, tubes: int = 40, lab: str | None = "L", *, urgency: float = 1.0, km: dict[str, float] | None = None) -> Box:
    return Box(f"B{number}", "S", tubes, lab, lab, urgency, KM if km is None else km)


BOXES = st.lists(
    st.tuples(st.integers(1, 100), st.sampled_from(["L", "L", "M", None]), st.floats(0.2, 4), st.sets(st.sampled_from(LABS))), max_size=9
).map(
    lambda drawn: [
        box(number, tubes, lab, urgency=urgency, km={name: KM[name] for name in sorted(reach | ({lab} if lab else set()))})
        for number, (tubes, lab, urgency, reach) in enumerate(drawn)
    ]
)
ROOMS = st.fixed_dictionaries({lab: st.integers(0, 250) for lab in LABS})


def loads(problem: Problem, found: Assignment) -> Counter[str]:
    """Tubes at each lab of the boxes that have a place."""
    moved = {move.box: move.to for move in found.moves}
    load = Counter[str]()
    for each in problem.boxes:
        if each.barcode not in found.without_place:
            load[moved.get(each.barcode) or each.lab or ""] += each.tubes
    return load


def test_where_everything_fits_nothing_moves() -> None:
    assert solve(Problem([box(1), box(2)], {"L": 80, "M": 900})) == Assignment((), ())
    assert solve(Problem([], {})) == Assignment((), ())


def test_what_does_not_fit_goes_to_the_nearest_lab_with_room() -> None:
    found = solve(Problem([box(1), box(2), box(3)], {"L": 80, "M": 60, "N": 900}))
    assert [(move.lab, move.to, move.km) for move in found.moves] == [("L", "M", 10.0)]
    assert found.without_place == ()


def test_the_less_urgent_box_travels_and_the_urgent_one_has_the_place() -> None:
    urgent, other = box(1, urgency=3.0), box(2)
    assert [move.box for move in solve(Problem([urgent, other], {"L": 40, "M": 40})).moves] == ["B2"]
    assert solve(Problem([urgent, other], {"L": 40, "M": 0})).without_place == ("B2",)


def test_boxes_are_whole() -> None:
    found = solve(Problem([box(1, 60), box(2, 60)], {"L": 100, "M": 50}))
    assert (found.moves, len(found.without_place)) == ((), 1)


def test_a_box_that_goes_nowhere_yet_is_given_a_lab() -> None:
    (move,) = solve(Problem([box(1, lab=None)], {"L": 80, "M": 80})).moves
    assert (move.lab, move.to) == (None, "L")


def test_a_box_does_not_go_where_it_cannot_be_in_time() -> None:
    assert solve(Problem([box(1, km={"L": 5.0})], {"L": 0, "M": 900})).without_place == ("B1",)


@settings(max_examples=60)
@given(BOXES, ROOMS)
def test_never_more_than_there_is_room_for_and_every_box_has_a_place_or_is_named(boxes: list[Box], room: dict[str, int]) -> None:
    problem = Problem(boxes, room)
    found = solve(problem)
    assert all(tubes <= room[lab] for lab, tubes in loads(problem, found).items())
    assert not {move.box for move in found.moves} & set(found.without_place)
    reach = {each.barcode: each.km for each in boxes}
    assert all(move.to in reach[move.box] and move.to != move.lab for move in found.moves)
    assert sum(loads(problem, found).values()) + sum(b.tubes for b in boxes if b.barcode in found.without_place) == sum(
        each.tubes for each in boxes
    )


@settings(max_examples=60)
@given(BOXES, ROOMS)
def test_a_box_is_moved_only_where_it_could_not_stay_and_no_farther_than_it_must(boxes: list[Box], room: dict[str, int]) -> None:
    problem = Problem(boxes, room)
    found = solve(problem)
    load, reach = loads(problem, found), {each.barcode: each.km for each in boxes}
    for move in found.moves:
        assert move.lab is None or load[move.lab] + move.tubes > room[move.lab]
        nearer = [lab for lab, km in reach[move.box].items() if km < move.km]
        assert all(load[lab] + move.tubes > room[lab] for lab in nearer)
    for each in boxes:
        if each.barcode in found.without_place:
            assert all(load[lab] + each.tubes > room[lab] for lab in each.km)


@settings(max_examples=30)
@given(BOXES, ROOMS)
def test_the_same_question_has_the_same_answer(boxes: list[Box], room: dict[str, int]) -> None:
    assert solve(Problem(boxes, room)) == solve(Problem(boxes, room))


@pytest.mark.parametrize(("priority", "waited", "weight"), [(5, 0, 1.0), (5, 24, 2.0), (5, 99, 2.0), (1, 0, 1.8), (9, 12, 0.3)])
def test_a_box_weighs_more_the_longer_it_waits_and_the_earlier_its_site_comes(priority: int, waited: float, weight: float) -> None:
    assert urgency_of(priority, waited, 24) == pytest.approx(weight)


def province(labs: int, boxes: int) -> Problem:
    """Labs and sites all over it, with room for everything, but not everywhere."""
    chance = random.Random(labs)
    places = {f"L{number}": (chance.uniform(0, 200), chance.uniform(0, 200)) for number in range(labs)}
    coming = []
    for number in range(boxes):
        here = chance.uniform(0, 200), chance.uniform(0, 200)
        km = {lab: round(dist(here, there), 1) for lab, there in places.items()}
        coming.append(box(number, chance.randint(20, 120), min(km, key=lambda lab: km[lab]), urgency=chance.uniform(1, 2), km=km))
    return Problem(coming, dict.fromkeys(places, 80 * boxes // labs))


def test_a_province_has_an_answer_when_the_time_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solving, "SECONDS", 0.0)
    problem = province(40, 400)
    found = solve(problem)
    assert found.moves
    assert found.without_place == ()
    assert all(tubes <= problem.room[lab] for lab, tubes in loads(problem, found).items())


def test_a_box_whose_near_labs_are_all_full_goes_to_a_far_one() -> None:
    near = {f"N{number}": float(number) for number in range(1, 31)}
    (move,) = solve(Problem([box(1, lab="N1", km=near | {"far": 90.0})], dict.fromkeys(near, 0) | {"far": 40})).moves
    assert move.to == "far"


@settings(max_examples=30)
@given(BOXES, ROOMS)
def test_what_the_solver_makes_of_it_costs_no_more_than_one_box_after_the_other(boxes: list[Box], room: dict[str, int]) -> None:
    problem = Problem(boxes, room)
    found, begun = solve(problem), assignment_of(problem, tidied(problem, {each.barcode: None for each in boxes}))
    assert cost(problem, found) <= cost(problem, begun) * (1 + solving.GAP) + 1e-6


def cost(problem: Problem, found: Assignment) -> float:
    """What an answer costs: tubes without a place first."""
    known = {each.barcode: each for each in problem.boxes}
    nowhere = sum(known[code].tubes * known[code].urgency for code in found.without_place)
    return problem.cost_without_place * nowhere + sum(problem.cost(known[move.box], move.to) for move in found.moves)
