"""Whether controls are in control, beside the contract's own words said once more."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.catalog.rules import ControlRole
from lims.testing.qc.rules import judge
from tests.testing.qc.kit import ASSAY

EDGES = [None, -100.0, -0.5, 0.0, 1.0, 37.5, 38.0, math.nextafter(38.0, 99), 39.5, math.nextafter(39.5, 99), 40.0, 40.01, 45.0]
CTS = st.sampled_from(EDGES) | st.floats(-5, 50)
WELL = st.fixed_dictionaries({"ORF1ab": CTS, "N": CTS, "RNaseP": CTS})
CONTENT = st.sampled_from([{"tube": "1"}, *({"control": role.value} for role in ControlRole)])
IN_CONTROL: dict[str, dict[str, float | None]] = {
    "W": {"ORF1ab": 34.0, "N": 34.5, "RNaseP": 27.0},
    "N": {"ORF1ab": None, "N": None, "RNaseP": 27.0},
    "B": {"ORF1ab": None, "N": None, "RNaseP": None},
    "T": {"ORF1ab": 20.0, "N": 20.0, "RNaseP": 27.0},
}
WELLS = {"W": {"control": "weak_positive"}, "N": {"control": "negative"}, "B": {"control": "blank"}, "T": {"tube": "1"}}


def out_of_control(role: str | None, cts: dict[str, float | None]) -> bool:
    """The contract: each weak positive comes out positive, no negative or blank has a target at Ct ≤ grey_to, Ct ≤ 0 is no reading."""
    seen = {target: (cts[target] if (cts[target] or 0) > 0 else None) for target in ("ORF1ab", "N")}
    if role == "weak_positive":
        return not ((seen["ORF1ab"] or 99) <= 38.0 and (seen["N"] or 99) <= 37.5)
    if role in {"negative", "blank"}:
        return (seen["ORF1ab"] or 99) <= 40.0 or (seen["N"] or 99) <= 39.5
    return False


@given(st.dictionaries(st.text("ABCDEFGH12", min_size=1, max_size=3), st.tuples(CONTENT, WELL), min_size=1, max_size=12))
def test_a_plate_is_in_control_exactly_when_the_contract_says_so(plate: dict[str, tuple[dict[str, str], dict[str, Any]]]) -> None:
    wells = {well: what for well, (what, _) in plate.items()}
    readings = {well: cts for well, (_, cts) in plate.items()}
    verdict = judge(wells, readings, ASSAY)
    out = {well for well, (what, cts) in plate.items() if out_of_control(what.get("control"), cts)}
    assert verdict.passed == (not out)
    assert {reason.well for reason in verdict.reasons} == out
    assert all(reason.well in reason.sentence for reason in verdict.reasons)


def test_a_plate_whose_controls_are_as_they_should_be_passes() -> None:
    assert judge(WELLS, IN_CONTROL, ASSAY).passed


@pytest.mark.parametrize(
    ("well", "target", "ct", "passed"),
    [
        ("W", "ORF1ab", 38.0, True),
        ("W", "ORF1ab", 38.01, False),
        ("W", "N", 39.0, False),
        ("W", "N", None, False),
        ("W", "N", 0.0, False),
        ("W", "N", -1.0, False),
        ("W", "RNaseP", None, True),
        ("N", "ORF1ab", 40.0, False),
        ("N", "ORF1ab", 40.01, True),
        ("N", "N", 39.5, False),
        ("N", "N", 12.0, False),
        ("N", "N", 0.0, True),
        ("N", "N", -100.0, True),
        ("N", "RNaseP", None, True),
        ("B", "ORF1ab", 40.0, False),
        ("B", "N", 30.0, False),
        ("B", "N", 45.0, True),
        ("B", "RNaseP", 20.0, True),
        ("T", "N", None, True),
    ],
)
def test_the_edge_of_every_control(well: str, target: str, ct: float | None, passed: bool) -> None:
    readings = IN_CONTROL | {well: IN_CONTROL[well] | {target: ct}}
    assert judge(WELLS, readings, ASSAY).passed is passed


def test_every_reason_is_told_not_only_the_first() -> None:
    readings = IN_CONTROL | {"W": IN_CONTROL["B"], "N": IN_CONTROL["T"]}
    reasons = judge(WELLS, readings, ASSAY).reasons
    assert [(reason.code, reason.well) for reason in reasons] == [
        ("weak_positive_not_detected", "W"),
        ("negative_amplified", "N"),
        ("negative_amplified", "N"),
    ]
    assert "ORF1ab, N not detected" in reasons[0].sentence
    assert "N at Ct 20" in reasons[2].sentence


def test_a_control_of_a_batch_speaks_of_its_batch_and_stands_in_for_none_of_the_plates() -> None:
    wells = WELLS | {f"{well}1": what | {"batch": "X"} for well, what in WELLS.items()}
    fine = IN_CONTROL | {f"{well}1": cts for well, cts in IN_CONTROL.items()}
    assert judge(wells, fine, ASSAY).passed
    of_batch = judge(wells, fine | {"N1": IN_CONTROL["T"]}, ASSAY)
    assert (of_batch.passed, set(of_batch.failed_batches)) == (True, {"X"})
    of_plate = judge(wells, fine | {"N": IN_CONTROL["T"]}, ASSAY)
    assert (of_plate.passed, of_plate.failed_batches) == (False, {})
