"""Whether a file belongs to its plate: as planned it is taken whole, with one thing wrong it is refused."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.kernel.errors import Refused
from lims.testing.instruments.rules import ParsedReading, ParsedRun
from lims.testing.qc.matching import match
from tests.testing.qc.kit import ASSAY

PLATE = "30000000000017"
TARGETS = ("ORF1ab", "N", "RNaseP")
ROLES = ("weak_positive", "negative", "blank")
NAMES = [f"{row}{column}" for row in "ABCDEFGH" for column in range(1, 13)]
Plan = dict[str, dict[str, str]]


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """A plate with some tubes and controls."""
    wells = draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=10, unique=True))
    return {
        well: {"tube": f"1{n:013d}"} if draw(st.booleans()) else {"control": draw(st.sampled_from(ROLES))} for n, well in enumerate(wells)
    }


def file_of(plan: Plan, *, named: bool = True, plate: str | None = PLATE) -> ParsedRun:
    """The file of exactly this plate."""
    places = [(well, target) for well in plan for target in TARGETS]
    readings = tuple(
        ParsedReading(well, (plan[well].get("tube") or plan[well]["control"]) if named else None, target, 20.0 + line, line)
        for line, (well, target) in enumerate(places, 2)
    )
    return ParsedRun("generic", None, plate, readings)


@given(plans(), st.booleans(), st.randoms(use_true_random=False))
def test_the_file_of_a_plate_is_taken_whole_in_whatever_order_its_lines_stand(plan: Plan, named: bool, luck: object) -> None:
    run = file_of(plan, named=named)
    shuffled = list(run.readings)
    luck.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis hands out a random.Random
    taken = match(PLATE, plan, ASSAY, replace(run, readings=tuple(shuffled)))
    assert taken == {well: {r.target: r.ct for r in run.readings if r.well == well} for well in plan}


@given(plans())
def test_a_file_that_names_its_samples_need_not_name_its_plate(plan: Plan) -> None:
    assert set(match(PLATE, plan, ASSAY, file_of(plan, plate=None))) == set(plan)


@given(plans())
def test_a_file_may_write_its_controls_as_the_layout_does(plan: Plan) -> None:
    run = file_of(plan)
    readings = tuple(replace(r, sample=f"control:{r.sample}" if r.sample in ROLES else f" {str(r.sample).lower()}") for r in run.readings)
    assert set(match(PLATE, plan, ASSAY, replace(run, readings=readings))) == set(plan)


Spoil = Callable[[ParsedRun, Plan], ParsedRun]


def first(run: ParsedRun, **changes: object) -> ParsedRun:
    """The file with its first line changed."""
    return replace(run, readings=(replace(run.readings[0], **changes), *run.readings[1:]))  # type: ignore[arg-type]  # any field


def free_well(plan: Plan) -> str:
    """A well in which nothing was planned."""
    return next(well for well in NAMES if well not in plan)


SPOILED: list[tuple[str, Spoil]] = [
    ("run_other_plate", lambda run, _: replace(run, plate="30000000000024")),
    ("run_unidentified", lambda run, _: replace(run, plate=None, readings=tuple(replace(r, sample=None) for r in run.readings))),
    ("run_well_missing", lambda run, _: replace(run, readings=tuple(r for r in run.readings if r.well != run.readings[0].well))),
    ("run_target_missing", lambda run, _: replace(run, readings=run.readings[1:])),
    ("run_well_foreign", lambda run, plan: first(run, well=free_well(plan))),
    ("run_target_foreign", lambda run, _: first(run, target="HBV")),
    ("run_sample_moved", lambda run, _: first(run, sample="10999999999999")),
    ("run_sample_unnamed", lambda run, _: replace(run, readings=(*(replace(r, sample=None) for r in run.readings[:3]), *run.readings[3:]))),
    ("run_file_doubled", lambda run, _: replace(run, readings=(*run.readings, run.readings[0]))),
]  # fmt: skip


@pytest.mark.parametrize(("code", "spoil"), SPOILED, ids=[code for code, _ in SPOILED])
@given(plan=plans())
def test_a_file_with_one_thing_wrong_is_refused_for_it(code: str, spoil: Spoil, plan: Plan) -> None:
    with pytest.raises(Refused) as refusal:
        match(PLATE, plan, ASSAY, spoil(file_of(plan), plan))
    assert refusal.value.code == code


@given(plans(), st.data())
def test_two_swapped_tubes_or_controls_betray_themselves(plan: Plan, data: st.DataObject) -> None:
    one, other = data.draw(st.lists(st.sampled_from(sorted(plan)), min_size=2, max_size=2, unique=True))
    swapped = plan | {one: plan[other], other: plan[one]}
    if plan[one] == plan[other]:
        assert set(match(PLATE, plan, ASSAY, file_of(swapped))) == set(plan)
        return
    with pytest.raises(Refused) as refusal:
        match(PLATE, plan, ASSAY, file_of(swapped))
    assert refusal.value.code == "run_sample_moved"
    assert "swapped" in refusal.value.detail


def by_dye(plan: Plan, *dyes: str) -> ParsedRun:
    """The file of a plate that names dyes instead of targets."""
    run = file_of(plan)
    names = dict(zip(TARGETS, dyes, strict=True))
    return replace(run, by_dye=True, readings=tuple(replace(r, target=names[r.target]) for r in run.readings))


@given(plans(), st.sampled_from([("FAM", "VIC", "CY5"), ("FAM (465-510)", "VIC / HEX / Yellow555 (533-580)", "Cy 5 / Cy 5.5 (618-660)")]))
def test_a_dye_is_the_target_that_the_assay_reads_in_it(plan: Plan, dyes: tuple[str, str, str]) -> None:
    assert match(PLATE, plan, ASSAY, by_dye(plan, *dyes)) == match(PLATE, plan, ASSAY, file_of(plan))


@pytest.mark.parametrize("dye", ["VIC", "HEX", "hex", "VIC / HEX / Yellow555 (533-580)"])
def test_vic_and_hex_are_one_channel_where_the_assay_says_so(dye: str) -> None:
    wells = {"A1": {"tube": "1"}}
    file = by_dye(wells, "FAM", dye, "CY5")
    either = replace(ASSAY, targets=(ASSAY.targets[0], replace(ASSAY.targets[1], channel="VIC/HEX")))
    assert set(match(PLATE, wells, either, file)["A1"]) == {"ORF1ab", "N", "RNaseP"}
    if dye == "HEX":
        with pytest.raises(Refused, match="does not read one target in HEX"):
            match(PLATE, wells, ASSAY, file)


@pytest.mark.parametrize("dye", ["ROX", "FAM / VIC (1-2)", ""])
def test_a_dye_that_is_not_the_assays_or_is_two_of_its_dyes_is_refused(dye: str) -> None:
    with pytest.raises(Refused) as refused:
        match(PLATE, {"A1": {"tube": "1"}}, ASSAY, by_dye({"A1": {"tube": "1"}}, "FAM", dye, "CY5"))
    assert refused.value.code == "run_dye_foreign"
    assert "Line 3" in refused.value.detail
    assert "FAM, VIC, CY5" in refused.value.detail
