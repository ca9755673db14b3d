"""Where things stand, for any number of tubes."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from lims.catalog.rules import Assay, ControlRole, InternalControl, PlannedControl, Target
from lims.testing.layout.rules import canonical_well, lay_out, room_for_tubes, well_names

PLATES = st.integers(0, 10**6).map(lambda number: f"30{number:012d}")


def assay(size: int, weak: int, negative: int, blank: int) -> Assay:
    counts = {ControlRole.WEAK_POSITIVE: weak, ControlRole.NEGATIVE: negative, ControlRole.BLANK: blank}
    controls = tuple(PlannedControl(role, count) for role, count in counts.items())
    return Assay("a", 1, "a", 10, size, (Target("T", "FAM", 38, 40),), InternalControl("IC", "CY5", 38), controls)


ASSAYS = st.builds(assay, st.sampled_from([96, 384]), st.integers(1, 3), st.integers(1, 4), st.integers(1, 3))


@given(ASSAYS, PLATES, st.data())
def test_every_tube_and_every_control_has_one_well_of_its_own(kit: Assay, plate: str, data: st.DataObject) -> None:
    tubes = [str(number) for number in range(data.draw(st.integers(1, room_for_tubes(kit))))]
    wells = lay_out(kit, plate, tubes, None)
    assert set(wells) <= set(well_names(kit.plate))
    assert [what["tube"] for what in wells.values() if "tube" in what] == tubes
    assert Counter(what["control"] for what in wells.values() if "control" in what) == {c.role.value: c.count for c in kit.controls}


@given(ASSAYS, PLATES, PLATES, st.integers(1, 80))
def test_the_controls_do_not_stand_where_they_stood_on_the_plate_before(kit: Assay, first: str, second: str, count: int) -> None:
    tubes = [str(number) for number in range(count)]
    before = lay_out(kit, first, tubes, None)
    after = lay_out(kit, second, tubes, before)
    assert {well for well, what in before.items() if "control" in what} != {well for well, what in after.items() if "control" in what}


@given(ASSAYS, PLATES, st.integers(1, 80))
def test_the_same_plate_code_gives_the_same_map_again(kit: Assay, plate: str, count: int) -> None:
    tubes = [str(number) for number in range(count)]
    assert lay_out(kit, plate, tubes, None) == lay_out(kit, plate, tubes, None)


@given(st.sampled_from([96, 384]), st.data())
def test_a_well_has_one_name_however_it_is_written(size: int, data: st.DataObject) -> None:
    well = data.draw(st.sampled_from(well_names(size)))
    row, column = well[0], int(well[1:])
    assert {canonical_well(text) for text in (well, well.lower(), f"{row}{column:02d}", f" {row.lower()}{column:02d} ")} == {well}


def test_a_plate_has_as_many_wells_as_it_is_called() -> None:
    assert [len(set(well_names(size))) for size in (96, 384)] == [96, 384]
    assert (well_names(96)[:9], well_names(384)[-1]) == (["A1", "B1", "C1", "D1", "E1", "F1", "G1", "H1", "A2"], "P24")
