"""A strong positive splashes: its late neighbours are named, and nobody else."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.catalog.actions import load
from lims.catalog.forms import CatalogForm
from lims.catalog.queries import current
from lims.catalog.rules import Assay, Contamination, InternalControl, Target
from lims.kernel.barcodes import Kind
from lims.kernel.db import Access
from lims.testing.qc.contamination import Spill, distance, spills
from tests.bench import done
from tests.factories import ASSAY as CATALOGUED
from tests.factories import Town, code

LIMITS = Contamination(strong_to=22, late_from=32, within_wells=1, at_least=2, source="tests")
ASSAY = Assay("a", 1, "a", 10, 96, (Target("N", "FAM", 38, 40),), InternalControl("IC", "CY5", 38), (), LIMITS)
WELLS = [f"{row}{column}" for row in "ABCDEFGH" for column in range(1, 13)]


def found(**cts: float | None) -> list[Spill]:
    """The alarms of a plate with these Ct and nothing in the other wells."""
    return spills({well: {"N": cts.get(well), "IC": 25.0} for well in WELLS}, ASSAY)


def test_two_late_neighbours_of_a_strong_well_are_named() -> None:
    assert found(D5=16.0, D6=35.0, E4=36.0) == [Spill("N", "D5", 16.0, (("D6", 35.0), ("E4", 36.0)))]


@pytest.mark.parametrize(
    "cts",
    [
        {"D5": 16.0, "D6": 35.0},
        {"D5": 24.0, "D6": 35.0, "E4": 36.0},
        {"D5": 16.0, "D6": 30.0, "E4": 31.9},
        {"D5": 16.0, "D7": 35.0, "F5": 36.0},
        {"D5": 16.0, "D6": 40.5, "E4": 41.0},
        {"D5": 16.0, "D6": None, "E4": 0.0},
        {},
    ],
    ids=["one alone", "not strong", "not late", "too far", "beyond grey", "no readings", "nothing"],
)
def test_less_than_that_is_no_alarm(cts: dict[str, float | None]) -> None:
    assert found(**cts) == []


@given(st.sampled_from(WELLS), st.sampled_from(WELLS), st.sampled_from(WELLS))
def test_wells_are_as_far_from_each_other_as_a_king_walks(one: str, other: str, third: str) -> None:
    assert distance(one, one) == 0
    assert distance(one, other) == distance(other, one)
    assert distance(one, third) <= distance(one, other) + distance(other, third)


def test_the_edge_of_the_plate_has_no_neighbour_on_the_other_side() -> None:
    assert found(A12=15.0, B1=35.0, B2=35.0) == []


def test_bea_sees_the_alarm_on_the_run_and_may_still_decide(town: Town) -> None:
    town.received(*(code(Kind.TUBE) for _ in range(30)))
    plate = town.plated()
    tubes = {well: what["tube"] for well, what in plate["wells"].items() if "tube" in what}
    strong, *late = next(
        (well, *beside) for well in tubes if len(beside := [other for other in tubes if distance(well, other) == 1]) >= LIMITS.at_least
    )
    file = town.run_file(plate).decode()
    for well, ct in [(strong, 15.5), *((well, 35.5) for well in late)]:
        file = file.replace(f"{well},{tubes[well]},N,", f"{well},{tubes[well]},N,{ct}")
    run = done(town.upload(plate["barcode"], file.encode()))["run"]
    shown = town.bea.get(f"/testing/runs/{run}").text
    assert "perhaps contaminated" in shown
    assert f"{strong} is strong (Ct 15.5)" in shown
    assert all(f"{well} (Ct 35.5)" in shown for well in late)
    assert len(done(town.reviewed(run, tubes=[tubes[strong]]))["released"]) == 1


def test_a_plate_with_nothing_of_the_kind_has_no_alarm(town: Town) -> None:
    town.received(*(code(Kind.TUBE) for _ in range(3)))
    run = done(town.imported(town.plated()))["run"]
    assert "perhaps contaminated" not in town.bea.get(f"/testing/runs/{run}").text


def test_an_assay_version_may_have_limits_of_its_own(town: Town) -> None:
    own: dict[str, Any] = {
        "code": f"own-{town.lab}",
        "contamination": {"strong_to": 18, "late_from": 34, "at_least": 3, "source": "our validation"},
    }
    with town.program.database.transaction(Access.OWNER) as connection:
        load(connection, CatalogForm.model_validate({"assay": [CATALOGUED | own]}), datetime.now(UTC), "tests")
        kept = current(connection).assay(own["code"])
        assert current(connection).assay("ncov2").contamination == Contamination()
    assert kept.contamination == Contamination(18, 34, 1, 3, "our validation")
