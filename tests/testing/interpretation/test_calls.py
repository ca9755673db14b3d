"""What a well's Cts say, beside the contract's own words said once more."""

import math
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.catalog.rules import Assay, ControlRole, InternalControl, PlannedControl, Target
from lims.custody.rules import Call
from lims.testing.interpretation.rules import call

Cts = dict[str, float | None]


def assay(count: int) -> Assay:
    """An assay of so many targets, each with cut-offs of its own."""
    targets = tuple(Target(f"T{n}", "FAM", 36.0 + n, 38.5 + n) for n in range(count))
    return Assay("a", 1, "a", 10, 96, targets, InternalControl("IC", "CY5", 35.0), (PlannedControl(ControlRole.BLANK, 1),))


def edges(target: Target) -> list[float | None]:
    """Every Ct at which a target's meaning changes, from both sides."""
    limits = (0.0, target.cutoff, target.grey_to)
    return [None, -100.0, *(near for limit in limits for near in (math.nextafter(limit, -99), limit, math.nextafter(limit, 99)))]


@st.composite
def wells(draw: st.DrawFn) -> tuple[Assay, Cts]:
    """An assay of one to three targets and the Cts of one well."""
    kit = assay(draw(st.integers(1, 3)))
    cts: Cts = {target.name: draw(st.sampled_from(edges(target)) | st.floats(-5, 50)) for target in kit.targets}
    return kit, cts | {"IC": draw(st.sampled_from([None, 0.0, -1.0, 35.0, math.nextafter(35.0, 99)]) | st.floats(-5, 50))}


def contract(cts: Cts, kit: Assay) -> tuple[str, set[str]]:
    """Section 4, sentence by sentence; where it names no reason, ours."""
    readings = {name: ct for name, ct in cts.items() if ct is not None and ct > 0}
    detected = {t.name for t in kit.targets if t.name in readings and readings[t.name] <= t.cutoff}
    grey = {t.name for t in kit.targets if t.name in readings and t.cutoff < readings[t.name] <= t.grey_to}
    if len(detected) == len(kit.targets):
        return "positive", set()
    if not detected and not grey:
        return ("negative", set()) if "IC" in readings and readings["IC"] <= 35.0 else ("invalid", set())
    named = {reason for reason, holds in (("single_target", len(detected) == 1), ("grey_zone", grey)) if holds}
    return "inconclusive", named or {"not_all_targets"}


@given(wells())
def test_a_well_is_called_as_the_contract_says(well: tuple[Assay, Cts]) -> None:
    kit, cts = well
    verdict, (expected, reasons) = call(cts, kit), contract(cts, kit)
    assert verdict.call.value == expected
    if verdict.call is Call.INCONCLUSIVE:
        assert set(verdict.reasons) == reasons


def test_the_whole_table_of_edges_of_two_targets() -> None:
    kit = assay(2)
    for first, second, control in product(edges(kit.targets[0]), edges(kit.targets[1]), (None, 35.0, math.nextafter(35.0, 99))):
        cts: Cts = {"T0": first, "T1": second, "IC": control}
        assert call(cts, kit).call.value == contract(cts, kit)[0], cts


@pytest.mark.parametrize(
    ("first", "second", "control", "said", "reasons"),
    [
        (36.0, 37.0, None, "positive", ()),
        (36.0, 37.0, 20.0, "positive", ()),
        (36.0, None, 20.0, "inconclusive", ("single_target",)),
        (None, 37.0, None, "inconclusive", ("single_target",)),
        (36.01, None, 20.0, "inconclusive", ("grey_zone",)),
        (38.5, None, None, "inconclusive", ("grey_zone",)),
        (38.5, 39.5, 20.0, "inconclusive", ("grey_zone",)),
        (20.0, 39.5, 20.0, "inconclusive", ("single_target", "grey_zone")),
        (38.51, 39.51, 35.0, "negative", ()),
        (None, None, 35.0, "negative", ()),
        (0.0, -5.0, 35.0, "negative", ()),
        (None, None, 35.01, "invalid", ("internal_control_missing",)),
        (None, None, None, "invalid", ("internal_control_missing",)),
        (None, None, 0.0, "invalid", ("internal_control_missing",)),
        (None, None, -1.0, "invalid", ("internal_control_missing",)),
    ],
)
def test_the_cases_people_ask_about(
    first: float | None, second: float | None, control: float | None, said: str, reasons: tuple[str, ...]
) -> None:
    verdict = call({"T0": first, "T1": second, "IC": control}, assay(2))
    assert (verdict.call.value, verdict.reasons) == (said, reasons)


@given(wells(), st.floats(0, 5))
def test_more_virus_never_makes_a_call_less_suspicious(well: tuple[Assay, Cts], earlier: float) -> None:
    kit, cts = well
    rank = {Call.INVALID: 0, Call.NEGATIVE: 0, Call.INCONCLUSIVE: 1, Call.POSITIVE: 2}
    stronger = {name: max(ct - earlier, 0.1) if ct is not None and ct > 0 and name != "IC" else ct for name, ct in cts.items()}
    assert rank[call(stronger, kit).call] >= rank[call(cts, kit).call]
