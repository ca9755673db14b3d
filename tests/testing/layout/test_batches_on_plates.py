"""Plates filled from extraction batches, for any batches; tubes moved by hand, for any moves."""

from collections import Counter
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from lims.catalog.rules import Assay, Catalog, ControlRole, InternalControl, PlannedControl, Target
from lims.kernel.errors import Refused
from lims.testing.layout.rules import Wells, lay_out, lay_out_manually, tubes_of, well_names
from lims.testing.plates.rules import from_batches, moved, next_free, quarter_well, refuse_dependent, well_of

CONTROLS = {ControlRole.WEAK_POSITIVE: 1, ControlRole.NEGATIVE: 2, ControlRole.BLANK: 1}


def assay(size: int, code: str = "a", *targets: str) -> Assay:
    controls = tuple(PlannedControl(role, count) for role, count in CONTROLS.items())
    genes = tuple(Target(name, "FAM", 38, 40) for name in targets or ("ORF1ab", "N"))
    return Assay(code, 1, code, 10, size, genes, InternalControl("IC", "CY5", 38), controls)


def batch(number: int, tubes: int) -> tuple[str, Wells]:
    code = f"30{number:012d}"
    return code, lay_out(assay(96), code, [f"{code}-{tube}" for tube in range(tubes)], None, 96)


def batches(most: int, tubes: int) -> st.SearchStrategy[list[tuple[str, Wells]]]:
    sizes = st.lists(st.integers(1, tubes), min_size=1, max_size=most)
    return sizes.map(lambda counts: [batch(number, count) for number, count in enumerate(counts)])


def everything(chosen: list[tuple[str, Wells]]) -> set[str]:
    return {tube for _, wells in chosen for tube in tubes_of(wells)}


def test_the_quarters_fill_the_large_plate_without_overlap() -> None:
    places = [quarter_well(well, quarter) for quarter in range(4) for well in well_names(96)]
    assert (len(places), set(places)) == (384, set(well_names(384)))


def test_the_quarters_lie_as_a_head_of_96_reaches_them() -> None:
    assert [quarter_well("A1", quarter) for quarter in range(4)] == ["A1", "A2", "B1", "B2"]
    assert [quarter_well("H12", quarter) for quarter in range(4)] == ["O23", "O24", "P23", "P24"]


@given(batches(4, 92))
def test_of_up_to_four_batches_every_tube_and_control_stands_once_in_its_quarter(chosen: list[tuple[str, Wells]]) -> None:
    plate = from_batches(assay(384), "30", chosen, everything(chosen))
    assert Counter(tubes_of(plate)) == Counter(everything(chosen))
    for quarter, (code, wells) in enumerate(chosen):
        for well, what in wells.items():
            assert plate[quarter_well(well, quarter)] == {**what, "batch": code, "from": well}


@given(batches(3, 28), st.sampled_from([96, 384]), st.data())
def test_of_the_batches_only_what_is_wanted_comes_and_all_their_controls(
    chosen: list[tuple[str, Wells]], size: int, data: st.DataObject
) -> None:
    first_of_each = {tubes_of(wells)[0] for _, wells in chosen}
    wanted = first_of_each | set(data.draw(st.lists(st.sampled_from(sorted(everything(chosen))))))
    plate = from_batches(assay(size), "30", chosen, wanted)
    assert Counter(tubes_of(plate)) == Counter(wanted)
    of_batches = Counter(what["batch"] for what in plate.values() if "control" in what and "batch" in what)
    assert of_batches == {code: sum(CONTROLS.values()) for code, _ in chosen}
    assert set(plate) <= set(well_names(size))


@given(batches(12, 8))
def test_many_short_batches_follow_each_other_in_filling_order(chosen: list[tuple[str, Wells]]) -> None:
    plate = from_batches(assay(384), "30", chosen, everything(chosen)) if len(chosen) > 4 else {}
    codes = [what["batch"] for what in plate.values()]
    assert codes == sorted(codes)


def test_controls_that_no_batch_brings_are_added_where_nothing_stands() -> None:
    code, wells = batch(1, 20)
    bare = {well: what for well, what in wells.items() if what.get("control") != "weak_positive"}
    plate = from_batches(assay(96), "30", [(code, bare)], everything([(code, wells)]))
    (added,) = set(plate) - set(bare)
    assert plate[added] == {"control": "weak_positive"}


def test_a_full_plate_without_its_controls_is_refused() -> None:
    wells = {well: {"tube": well} for well in well_names(96)}
    with pytest.raises(Refused, match="100 wells"):
        from_batches(assay(96), "30", [("b", wells)], set(wells))


class ByHand(RuleBasedStateMachine):
    """Ben fills and rearranges a plate by scanning."""

    @initialize(size=st.sampled_from([96, 384]))
    def begin(self, size: int) -> None:
        self.size = size
        self.wells = lay_out_manually(assay(size), "30", None)
        self.scanned: list[str] = []
        self.controls = sum(CONTROLS.values())

    @rule()
    def scan_a_new_tube_into_the_proposed_well(self) -> None:
        well = next_free(self.size, self.wells)
        if well is not None:
            tube = f"t{len(self.scanned)}"
            self.wells = moved(self.size, self.wells, {"tube": tube}, well)
            self.scanned.append(tube)
            assert self.wells[well] == {"tube": tube}

    @precondition(lambda self: self.scanned)
    @rule(data=st.data())
    def move_a_tube(self, data: st.DataObject) -> None:
        tube, well = data.draw(st.sampled_from(self.scanned)), data.draw(st.sampled_from(well_names(self.size)))
        before, there = well_of(self.wells, tube), self.wells.get(well)
        assert before is not None
        self.wells = moved(self.size, self.wells, {"tube": tube}, well)
        assert self.wells[well] == {"tube": tube}
        assert before == well or self.wells.get(before) == there

    @precondition(lambda self: self.scanned)
    @rule(data=st.data())
    def put_a_new_tube_on_another(self, data: st.DataObject) -> None:
        taken = data.draw(st.sampled_from(sorted(self.wells)))
        with pytest.raises(Refused, match=taken):
            moved(self.size, self.wells, {"tube": "new"}, taken)

    @invariant()
    def nothing_is_lost_and_nothing_doubled(self) -> None:
        assert Counter(tubes_of(self.wells)) == Counter(self.scanned)
        assert sum("control" in what for what in self.wells.values()) == self.controls
        assert list(self.wells) == [well for well in well_names(self.size) if well in self.wells]


TestByHand = ByHand.TestCase


def test_a_tube_is_verified_only_with_an_assay_that_shares_no_target() -> None:
    first, same, other = assay(96, "first"), assay(96, "same", "orf1AB", "S"), assay(96, "other", "E", "S")
    known = Catalog(1, assays={(one.code, 1): one for one in (first, same, other)})
    assert [one.code for one in known.verifying(first)] == ["other"]
    tube = {"t": SimpleNamespace(repeat_reason="verification", repeat_assay="first")}
    refuse_dependent(known, other, tube, ["t"])
    with pytest.raises(Refused, match="other"):
        refuse_dependent(known, same, tube, ["t"])
