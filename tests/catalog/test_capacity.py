"""What labs can do as data: in force from a day on, open at their hours, standing where they stand."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy import select

from lims.catalog import actions, queries
from lims.catalog.capacity import Hours, LabPlan, Move, Opening, Point, common, merged, minutes, without
from lims.catalog.forms import CatalogForm
from lims.catalog.tables import LabCapacity, SamplingPlan
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.kernel.program import Program

CHINA = "Asia/Shanghai"
WEDNESDAY = date(2022, 2, 2)
MOMENTS = st.integers(0, 1000).map(lambda minute: datetime(2022, 2, 2, tzinfo=UTC) + timedelta(minutes=minute))
SPELLS = st.lists(st.tuples(MOMENTS, MOMENTS).filter(lambda pair: pair[0] < pair[1]), max_size=6)
RESOURCES = {"from": "2022-01-01", "extraction_lines": 2, "cyclers": 8, "shifts": [{"starts": "08:00", "ends": "20:00", "staff": 16}],
             "source": "equipment list"}  # fmt: skip
HOURS = {"opens": "08:00", "closes": "20:30"}
DRIVE = {"leaves_at": "2022-02-02T06:00+08:00", "works_from": "2022-02-02T07:00+08:00", "place": "体育馆", "latitude": 31, "longitude": 121}


def a_city(**lab: Any) -> CatalogForm:
    content = {
        "area": [{"code": "cap-area", "name": "区"}],
        "site": [{"code": "cap-site", "name": "点", "area": "cap-area", "latitude": 30.0, "longitude": 120.0}],
        "lab": [{"code": "cap-lab", "name": "车", "kind": "mobile"} | lab],
        "sampling_plan": [{"site": "cap-site", "day": "2022-02-02", "tubes": {"8": 40, "9": 60}}],
    }
    return CatalogForm.model_validate(content)


def test_a_file_tells_what_a_lab_can_do_and_tells_it_again_without_effect(program: Program) -> None:
    opening = {"from": "2022-01-01", "hours": [HOURS | {"weekdays": [1, 2, 3]}]}
    form = a_city(resources=[RESOURCES], opening=[opening], move=[DRIVE], capacity=[{"from": "2022-01-01", "tubes_per_day": 120}],
                  latitude=30.5, longitude=120.5)  # fmt: skip
    with program.database.transaction(Access.OWNER) as connection:
        actions.load(connection, form, datetime.now(UTC), "tests")
        again = actions.load(connection, form, datetime.now(UTC), "tests")
        known = queries.current(connection)
        planned = connection.execute(select(SamplingPlan.tubes_by_hour).where(SamplingPlan.site == "cap-site")).scalar_one()
    assert again.changes == ()
    plan = known.lab_plans["cap-lab"]
    assert plan.point == Point(30.5, 120.5)
    assert plan.resources[0].shifts[0].staff == 16
    assert plan.open_on(WEDNESDAY, CHINA) == [(datetime(2022, 2, 2, 0, tzinfo=UTC), datetime(2022, 2, 2, 12, 30, tzinfo=UTC))]
    assert known.sites["cap-site"].point == Point(30.0, 120.0)
    assert planned[7:11] == [0, 40, 60, 0]


def test_what_was_declared_by_hand_goes_before_the_file_of_the_same_day(program: Program) -> None:
    form = a_city(capacity=[{"from": "2022-01-01", "tubes_per_day": 120}])
    with program.database.transaction(Access.OWNER) as connection:
        actions.load(connection, form, datetime.now(UTC), "tests")
    with program.database.transaction(Access.BENCH) as connection:
        connection.execute(LabCapacity.__table__.insert().values(lab="cap-lab", valid_from=date(2022, 1, 1), version=2, tubes_per_day=90))  # type: ignore[attr-defined]  # declared as FromClause
    with program.database.transaction(Access.OWNER) as connection:
        actions.load(connection, form, datetime.now(UTC), "tests")
        assert queries.capacity_on(connection, "cap-lab", WEDNESDAY) == queries.capacities_on(connection, WEDNESDAY)["cap-lab"] == 90


@pytest.mark.parametrize(
    ("lab", "words"),
    [
        ({"latitude": 30.0}, "stand together"),
        ({"latitude": 91, "longitude": 0}, "less than or equal to 90"),
        ({"resources": [RESOURCES | {"control_wells": 96}]}, "no well for a tube"),
        ({"opening": [{"from": "2022-01-01", "hours": [{"opens": 480, "closes": "20:00"}]}]}, "written"),
        ({"opening": [{"from": "2022-01-01", "hours": [HOURS | {"weekdays": [8]}]}]}, "less than or equal to 7"),
        ({"kind": "fixed", "move": [DRIVE]}, "does not move"),
        ({"move": [DRIVE | {"works_from": "2022-02-02T05:00+08:00"}]}, "before"),
    ],
)
def test_what_cannot_be_is_refused_by_name(lab: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        a_city(**lab)


def test_a_plan_for_a_site_that_nobody_knows_is_refused(program: Program) -> None:
    form = CatalogForm.model_validate({"sampling_plan": [{"site": "nowhere", "day": "2022-02-02", "tubes": {"8": 1}}]})
    with pytest.raises(Refused, match="nowhere is named but not described"), program.database.transaction(Access.OWNER) as connection:
        actions.load(connection, form, datetime.now(UTC), "tests")


def test_a_lab_is_closed_on_days_it_does_not_name_open_past_midnight_and_all_day_where_nobody_has_said() -> None:
    late = Opening(date(2022, 1, 1), (Hours((3,), time(18), time(2)),))
    plan = LabPlan(openings=(late, Opening(date(2022, 3, 1), (Hours((1, 2, 3, 4, 5, 6, 7), time(), time()),))))
    assert minutes(plan.open_on(WEDNESDAY, CHINA)) == 8 * 60
    assert plan.open_on(date(2022, 2, 3), CHINA) == []
    assert minutes(plan.open_on(date(2022, 3, 2), CHINA)) == 24 * 60
    assert minutes(LabPlan().open_on(WEDNESDAY, CHINA)) == 24 * 60
    # The day on which Berlin puts its clocks on has 23 hours.
    assert minutes(LabPlan().open_on(date(2022, 3, 27), "Europe/Berlin")) == 23 * 60


def test_hours_past_midnight_end_when_the_lab_opens_again() -> None:
    plan = LabPlan(openings=(Opening(date(2022, 1, 1), (Hours((3, 4), time(18), time(12)), Hours((4,), time(8), time(9)))),))
    assert minutes(plan.open_on(WEDNESDAY, CHINA)) == (6 + 8 + 3) * 60
    assert common(plan.open_on(WEDNESDAY, CHINA), plan.open_on(date(2022, 2, 3), CHINA)) == []


def test_a_unit_on_the_road_tests_nothing_and_is_where_it_drives_to() -> None:
    leaves = datetime(2022, 2, 2, 4, tzinfo=UTC)
    plan = LabPlan(Point(30, 120), moves=(Move(leaves, leaves + timedelta(hours=2), "体育馆", Point(31, 121)),))
    assert minutes(plan.open_on(WEDNESDAY, CHINA)) == 22 * 60
    assert plan.point_at(leaves - timedelta(minutes=1)) == Point(30, 120)
    assert plan.point_at(leaves) == Point(31, 121)


def test_a_degree_of_latitude_is_111_kilometres() -> None:
    assert Point(30, 120).km_to(Point(31, 120)) == pytest.approx(111.19, abs=0.01)
    assert Point(0, 179).km_to(Point(0, -179)) == pytest.approx(222.39, abs=0.01)


@given(SPELLS, SPELLS)
def test_time_is_neither_lost_nor_doubled(one: list[tuple[datetime, datetime]], other: list[tuple[datetime, datetime]]) -> None:
    ours = merged(one)
    assert minutes(ours) <= minutes(one)
    assert minutes(common(ours, merged(other))) + minutes(without(ours, other)) == pytest.approx(minutes(ours))
    assert all(end < begin for (_, end), (begin, _) in pairwise(ours))
