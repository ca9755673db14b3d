"""Ben says himself what stands where."""

from typing import Any

import pytest

from lims.kernel.barcodes import Kind
from tests.bench import another_town, bench_state, done, lay_out, mix, refused, reject
from tests.factories import Town, at, code

CONTROLS = {"H9": "control:weak_positive", "H10": "control:negative", "H11": "control:negative", "H12": "control:blank"}


def test_a_given_layout_is_laid_out_as_given(town: Town) -> None:
    first, second = town.collected()["barcode"], code(Kind.TUBE)
    town.received(first, second)
    plate = done(lay_out(town, {"A1": first, "c07": f"]C1{second}"} | CONTROLS))
    assert {well: what["tube"] for well, what in plate["wells"].items() if "tube" in what} == {"A1": first, "C7": second}
    assert plate["wells"]["H12"] == {"control": "blank"}
    assert {bench_state(town, first), bench_state(town, second)} == {"plated"}


def test_more_controls_than_the_assay_asks_for_are_welcome(town: Town) -> None:
    barcode = code(Kind.TUBE)
    town.received(barcode)
    plate = done(lay_out(town, {"A1": barcode, "B1": "control:negative"} | CONTROLS))
    assert plate["wells"]["B1"] == {"control": "negative"}


def refused_layout(town: Town, changes: dict[str, str | None], status: int, problem: str, *words: str) -> None:
    """A layout of one received tube with these changes is refused, and the tube goes on waiting."""
    barcode = code(Kind.TUBE)
    town.received(barcode)
    layout = {well: what for well, what in ({"A1": barcode} | CONTROLS | changes).items() if what is not None}
    refused(lay_out(town, layout), status, problem, *words)
    assert bench_state(town, barcode) == "waiting"


@pytest.mark.parametrize("well", ["I1", "A13", "A0", "AA1", "1A", "well"])
def test_a_well_that_a_plate_of_96_does_not_have_is_named(town: Town, well: str) -> None:
    refused_layout(town, {well: "control:negative"}, 422, "plate_well", "96", well)


def test_a_well_written_in_two_ways_is_named_twice(town: Town) -> None:
    refused_layout(town, {"h09": "control:negative"}, 422, "plate_well_twice", "H9")


def test_a_control_that_nobody_knows_is_refused_with_those_there_are(town: Town) -> None:
    refused_layout(town, {"B1": "control:placebo"}, 422, "plate_control_unknown", "placebo", "weak_positive")


@pytest.mark.parametrize(("well", "lack"), [("H9", "1 × weak_positive"), ("H10", "1 × negative"), ("H12", "1 × blank")])
def test_a_plate_without_one_of_its_controls_is_refused_saying_which(town: Town, well: str, lack: str) -> None:
    refused_layout(town, {well: None}, 422, "plate_controls_missing", lack)


def test_a_tube_in_two_wells_is_named(town: Town) -> None:
    barcode = code(Kind.TUBE)
    town.received(barcode)
    refused(lay_out(town, {"A1": barcode, "B1": barcode} | CONTROLS), 422, "plate_tube_twice", barcode)


def test_a_plate_of_controls_alone_is_empty(town: Town) -> None:
    refused(lay_out(town, CONTROLS), 422, "plate_empty", "no tube")


def test_a_misread_tube_in_a_well_is_refused(town: Town) -> None:
    barcode = code(Kind.TUBE)
    refused_layout(town, {"B1": barcode[:-1] + str((int(barcode[-1]) + 1) % 10)}, 422, "barcode_check_digit", "scan again")


def test_a_tube_that_was_not_received_here_is_named(town: Town) -> None:
    other, theirs = another_town(town), code(Kind.TUBE)
    other.received(theirs)
    refused_layout(town, {"B1": theirs}, 409, "plate_tube_unknown", theirs, town.lab)
    refused_layout(town, {"B1": town.collected()["barcode"]}, 409, "plate_tube_unknown")


def test_a_tube_larger_than_the_assay_is_valid_for_is_named(town: Town) -> None:
    large = town.collected(21, size=21)["barcode"]
    town.received(large)
    refused_layout(town, {"B1": large}, 409, "plate_pool_too_large", large, "20")


def not_waiting(town: Town, how: str) -> tuple[str, Any]:
    """A tube that does not wait, and the word for how it stands."""
    made = town.collected(1, size=1)["barcode"]
    if how == "released":
        town.tested(made)
        return made, "released"
    town.received(made)
    if how == "rejected":
        done(reject(town, made))
    elif how == "pooled":
        done(mix(town, made))
    else:
        plate = town.plated(layout={"A1": made} | CONTROLS)
        if how == "called":
            done(town.imported(plate))
    return made, how


@pytest.mark.parametrize("how", ["plated", "called", "released", "rejected", "pooled"])
def test_a_tube_that_does_not_wait_is_not_plated(town: Town, how: str) -> None:
    barcode, word = not_waiting(town, how)
    refused(lay_out(town, {"A1": barcode} | CONTROLS, at=at(9)), 409, "tube_state", barcode, word, "put on a plate")
