"""How much a lab can test follows from what it works with, and the narrowest step is named."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.catalog.capacity import Hours, LabPlan, Move, Opening, Point, Resources, Shift
from lims.reporting.capacity.rules import Best, Finding, Modelled, Step, Three, modelled

CHINA, DAY = "Asia/Shanghai", date(2022, 2, 2)
LAB = Resources(date(2022, 1, 1), 2, 96, 60, 4, 96, 105, 4, 650, (), "tests")
ALL_DAY = Hours((1, 2, 3, 4, 5, 6, 7), time(), time())
NOBODY_OPEN = Opening(date(2022, 1, 1), ())
TIMES = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
SHIFTS = st.lists(st.builds(Shift, TIMES, TIMES, st.integers(0, 40)), max_size=3).map(tuple)
COUNTS = st.integers(0, 12)
RESOURCES = st.builds(
    Resources, st.just(DAY), COUNTS | st.none(), st.sampled_from([32, 48, 96]), st.integers(20, 120), COUNTS,
    st.sampled_from([32, 96, 384]), st.integers(30, 180), st.integers(0, 8), st.integers(0, 900), SHIFTS, st.just("tests"),
)  # fmt: skip
OPENINGS = st.lists(st.builds(Hours, st.just((3,)), TIMES, TIMES), max_size=2).map(lambda hours: (Opening(DAY, tuple(hours)),))


def of(resources: Resources, *openings: Opening, moves: tuple[Move, ...] = ()) -> Modelled:
    found = modelled(LabPlan(None, (resources,), openings, moves), DAY, CHINA)
    assert found is not None
    return found


def test_a_cycler_of_96_wells_tests_1000_to_1250_tubes_a_day_as_on_record() -> None:
    assert 1_000 <= of(replace(LAB, cyclers=1, extraction_lines=None)).tubes <= 1_250


def test_13_to_18_people_test_10000_tubes_a_day_as_on_record() -> None:
    fewest, most = (of(replace(LAB, cyclers=100, extraction_lines=100, shifts=(Shift(time(8), time(20), staff),))).steps[Step.STAFF]
                    for staff in (13, 18))  # fmt: skip
    assert fewest < 10_000 < most


def test_the_narrowest_step_is_the_bottleneck() -> None:
    day_and_night = (Shift(time(8), time(20), 9), Shift(time(20), time(8), 9))
    assert of(LAB).bottleneck is Step.EXTRACTION
    assert of(replace(LAB, extraction_lines=9)).bottleneck is Step.AMPLIFICATION
    assert of(replace(LAB, extraction_lines=9, cyclers=99, shifts=day_and_night)).bottleneck is Step.STAFF
    assert of(replace(LAB, extraction_lines=None)).steps.keys() == {Step.AMPLIFICATION}
    assert of(replace(LAB, extraction_lines=0)).tubes == 0


def test_a_night_shift_works_before_and_after_midnight() -> None:
    found = of(replace(LAB, shifts=(Shift(time(8), time(20), 5), Shift(time(20), time(8), 5))))
    assert found.steps[Step.STAFF] == 10 * 650
    assert found.steps[Step.EXTRACTION] == 2 * 24 * 92


def test_machines_stand_still_while_the_lab_is_closed_or_nobody_works_there() -> None:
    eight_to_noon = Opening(date(2022, 1, 1), (Hours((3,), time(8), time(12)),))
    assert of(LAB, eight_to_noon).steps == {Step.EXTRACTION: 2 * 4 * 92, Step.AMPLIFICATION: 4 * 2 * 92}
    assert of(replace(LAB, shifts=(Shift(time(13), time(20), 9),)), eight_to_noon).tubes == 0
    assert of(LAB, NOBODY_OPEN).tubes == 0
    half = of(replace(LAB, shifts=(Shift(time(8), time(16), 9),)), eight_to_noon)
    assert half.steps[Step.STAFF] == 9 * 650 // 2


def test_a_unit_on_the_road_has_less_of_its_day() -> None:
    leaves = datetime(2022, 2, 2, 0, tzinfo=UTC)
    drive = Move(leaves, leaves + timedelta(hours=4), "体育馆", Point(30, 120))
    assert of(LAB, moves=(drive,)).steps[Step.EXTRACTION] == 2 * (8 + 12) * 92


def test_without_resources_nothing_is_modelled() -> None:
    assert modelled(LabPlan(), DAY, CHINA) is None
    assert modelled(LabPlan(resources=(LAB,)), date(2021, 12, 31), CHINA) is None


@given(RESOURCES, OPENINGS)
def test_more_of_anything_never_makes_less(resources: Resources, openings: tuple[Opening, ...]) -> None:
    tubes = of(resources, *openings).tubes
    more = replace(resources, cyclers=resources.cyclers + 1, tubes_per_person=resources.tubes_per_person + 50)
    assert of(more, *openings).tubes >= tubes
    assert of(replace(more, extraction_minutes=resources.extraction_minutes - 10), *openings).tubes >= tubes


@given(RESOURCES, TIMES)
def test_a_lab_that_closes_at_midnight_does_no_more_than_one_that_never_closes(resources: Resources, opens: time) -> None:
    short, whole = of(resources, Opening(DAY, (Hours((3,), opens, time()),))), of(resources, Opening(DAY, (ALL_DAY,)))
    assert short.steps[Step.AMPLIFICATION] <= whole.steps[Step.AMPLIFICATION]


@pytest.mark.parametrize(
    ("declared", "best", "could", "finding", "planned"),
    [
        (400, 100, 300, Finding.MORE_THAN_IT_CAN, 300),
        (400, 450, 300, Finding.REACHED, 300),
        (400, 400, 900, Finding.REACHED, 400),
        (400, 100, 900, Finding.NOT_REACHED, 400),
        (400, None, 900, Finding.NOT_REACHED, 400),
        (400, None, None, Finding.UNKNOWN, 400),
        (None, 100, 900, Finding.UNKNOWN, 900),
        (None, None, None, Finding.UNKNOWN, None),
    ],
)
def test_the_three_figures_say_one_thing_together(
    declared: int | None, best: int | None, could: int | None, finding: Finding, planned: int | None
) -> None:
    seen = Best(best, datetime(2022, 2, 2, tzinfo=UTC)) if best is not None else None
    three = Three(declared, seen, Modelled({Step.STAFF: could}) if could is not None else None)
    assert (three.finding, three.to_plan_with) == (finding, planned)
