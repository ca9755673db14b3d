"""Readings follow the truth, and every format says the same."""

import random

import pytest

from lims.simulate.instrument import CALLS, WRITERS, Kit, Look, Well, controls, index_of, seen

KIT = Kit()


def judged(cts: tuple[float | None, ...]) -> tuple[str, set[str]]:
    """Call and reasons after the contract, written once more."""
    *targets, inner = cts
    found = [0 if not ct or ct <= 0 or ct > KIT.grey_to else 2 if ct <= KIT.cutoff else 1 for ct in targets]
    if all(level == 2 for level in found):
        return "positive", set()
    if not any(found):
        return ("negative" if inner and inner <= KIT.cutoff else "invalid"), set()
    single = {"single_target"} if found.count(2) == 1 else set()
    return "inconclusive", single | ({"grey_zone"} if 1 in found else set())


@pytest.mark.parametrize("look", Look)
def test_readings_of_a_look_lead_to_its_call(look: Look) -> None:
    rng = random.Random(3)
    for _ in range(300):
        call, reasons = judged(seen(look, KIT, rng))
        assert (call, reasons) == (CALLS[look][0], set(CALLS[look][1]))


@pytest.mark.parametrize("role", ["weak_positive", "negative", "blank"])
def test_good_controls_hold_and_spoiled_ones_do_not(role: str) -> None:
    rng = random.Random(4)
    for spoiled in (False, True):
        for _ in range(300):
            *targets, _ = controls(role, KIT, rng, spoiled=spoiled)
            if role == "weak_positive":
                held = all(ct is not None and ct <= KIT.cutoff for ct in targets)
            else:
                held = not any(ct is not None and ct <= KIT.grey_to for ct in targets)
            assert held is not spoiled


def test_wells_are_numbered_row_by_row() -> None:
    assert [index_of(well) for well in ("A1", "A12", "B1", "H12")] == [1, 12, 13, 96]


WELLS = [Well("B2", "10000000000176", None, (31.25, None, 26.0)), Well("A1", None, "negative", (None, None, 27.5))]


def test_the_generic_file_is_the_contracts() -> None:
    name, content = WRITERS["generic"]("30000000000017", WELLS, KIT)
    assert name == "30000000000017.csv"
    assert content.decode().splitlines()[:4] == [
        "Plate,Well,Sample,Target,Ct",
        "30000000000017,B2,10000000000176,ORF1ab,31.25",
        "30000000000017,B2,10000000000176,N,",
        "30000000000017,B2,10000000000176,RNaseP,26.0",
    ]


def test_quantstudio_has_a_results_section_and_says_undetermined() -> None:
    text = WRITERS["quantstudio"]("30000000000017", WELLS, KIT)[1].decode()
    assert "* Experiment Barcode = 30000000000017" in text
    rows = [line.split("\t") for line in text.split("[Results]\r\n")[1].splitlines()]
    assert rows[0][:2] == ["Well", "Well Position"]
    assert rows[1][:5] == ["1", "A1", "false", "negative", "ORF1ab"]
    assert rows[1][8] == "Undetermined"
    assert {len(row) for row in rows} == {10}


def test_cfx_names_the_plate_only_in_its_file_name_and_pads_wells() -> None:
    name, content = WRITERS["cfx"]("30000000000017", WELLS, KIT)
    assert name.startswith("30000000000017")
    rows = content.decode().splitlines()
    assert rows[0].startswith(",Well,Fluor,Target")
    assert rows[1].startswith(",A01,FAM,ORF1ab,Neg Ctrl,negative,NaN")
    assert len(rows) == 1 + 2 * 3
