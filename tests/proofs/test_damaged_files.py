"""Promise 16: 5,000 damaged exports, and no wrong reading is ever taken; and what is refused says where."""

import random
from collections.abc import Callable

import pytest

from tests.proofs.damage import Plan, Table, Verdicts, attempt, damaged, text

pytestmark = pytest.mark.proof
COUNT = 5000
TARGETS = ("ORF1ab", "N", "RNaseP")
PLATE = "30000000000015"


def cts(luck: random.Random) -> list[tuple[str, str, str, float | None]]:
    """Well, tube, target and Ct of a plate, down its columns."""
    found = []
    for number in range(96):
        well = f"{'ABCDEFGH'[number % 8]}{number // 8 + 1}"
        for target in TARGETS:
            seen = luck.random() < (0.95 if target == "RNaseP" else 0.2)
            found.append((well, f"1{number + 1:013d}", target, round(luck.uniform(18, 39), 3) if seen else None))
    return found


def said(ct: float | None, nothing: str) -> str:
    return nothing if ct is None else f"{ct:.3f}"


def generic(luck: random.Random) -> Table:
    rows = [(PLATE, well, tube, target, said(ct, "")) for well, tube, target, ct in cts(luck)]
    return Table((), (("Plate", "Well", "Sample", "Target", "Ct"), *rows), (), 1, 2, 3, 4, text(","))


def quantstudio(luck: random.Random) -> Table:
    header = (
        "Well", "Well Position", "Omit", "Sample Name", "Target Name", "Task", "Reporter", "Quencher", "CT", "Ct Mean", "Ct SD",
        "Automatic Ct Threshold", "Ct Threshold", "Automatic Baseline", "Baseline Start", "Baseline End", "Amp Score", "Cq Conf",
    )  # fmt: skip
    rows = []
    for well, tube, target, ct in cts(luck):
        number = (ord(well[0]) - ord("A")) * 12 + int(well[1:])
        mean = "" if ct is None else f"{ct:.3f}"
        rows.append((str(number), well, "false", tube, target, "UNKNOWN", "FAM", "NFQ-MGB", said(ct, "Undetermined"), mean, "",
                     "true", "0.2", "true", "3", "15", f"{luck.uniform(0, 2):.3f}", f"{luck.random():.3f}"))  # fmt: skip
    before = (
        "* Block Type = 96-Well Block (0.2mL)",
        f"* Experiment Barcode = {PLATE}",
        "* Quantification Cycle Method = Ct",
        "",
        "[Results]",
    )
    return Table(before, (header, *rows), ("", "Analysis Type = Singleplex", ""), 1, 3, 4, 8, text("\t", newline="\r\n"))


def cfx(luck: random.Random) -> Table:
    header = ("", "Well", "Fluor", "Target", "Content", "Sample", "Biological Set Name", "Cq", "Cq Mean", "Cq Std. Dev",
              "Starting Quantity (SQ)", "Log Starting Quantity", "SQ Mean", "SQ Std. Dev", "Set Point", "Well Note")  # fmt: skip
    rows = [
        ("", f"{well[0]}{int(well[1:]):02d}", "FAM", target, "Unkn", tube, "", said(ct, "NaN"), said(ct, "0.00"), "0.000", "NaN", "NaN",
         "NaN", "NaN", "60.0", "") for well, tube, target, ct in cts(luck)
    ]  # fmt: skip
    return Table((), (header, *rows), (), 1, 5, 3, 7, text(","))


def sds(luck: random.Random) -> Table:
    header = ("#", "Plate", "Pos", "Flag", "Sample", "Detector", "Task", "Ct", "Delta Ct", "Omit", "HMD")
    rows = [
        (str(number), PLATE, well, "Passed", tube, target, "Target", said(ct, "Undetermined"), "", "FALSE", "")
        for number, (well, tube, target, ct) in enumerate(cts(luck), 1)
    ]
    before = ("SDS 2.3\tRQ Results\t1.2", "Filename\tplate.sdm", "Assay Type\tRQ Study", "")
    return Table(before, (header, *rows), ("", "PlateID\tNAP", PLATE), 2, 4, 5, 7, text("\t", newline="\r"))


def lightcycler(luck: random.Random) -> Table:
    header = ("Include", "Color", "Pos", "Name", "Cp", "Concentration", "Standard", "Status")
    only = [row for row in cts(luck) if row[2] == "RNaseP"]
    rows = [("True", "65280" if ct is None else "255", well, tube, said(ct, ""), "", "0", "") for well, tube, _, ct in only]
    before = ("Experiment: Friday  Selected Filter: Cy 5 / Cy 5.5 (618-660)  ",)
    one = "Cy 5 / Cy 5.5 (618-660)"
    return Table(before, (header, *rows), (), 2, 3, None, 4, text("\t", newline="\r\n"), one_target=one)


def gentier(luck: random.Random) -> Table:
    header = ("well", "sampleName", "sampleType", "dyeName", "geneName", "ctVaule", "concentration")
    rows = [
        (well, tube, "UNKNOWN", "FAM", target, "-100" if ct is None else str(round(ct * 100)), "") for well, tube, target, ct in cts(luck)
    ]
    return Table((), (header, *rows), (), 0, 1, 4, 5, text(","), scale=0.01)


def european_generic(luck: random.Random) -> Table:
    return generic(luck).european(";")


def european_quantstudio(luck: random.Random) -> Table:
    return quantstudio(luck).european("\t", "\r\n")


MAKERS = [generic, quantstudio, cfx, sds, lightcycler, gentier, european_generic, european_quantstudio]


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
def test_no_damage_makes_a_wrong_reading(make: Callable[[random.Random], Table]) -> None:
    luck = random.Random(make.__name__)
    table = make(luck)
    plan, verdicts = Plan.of(table), Verdicts()
    assert plan.taken(table.write(table)) == table.readings()
    for (what, content, wanted, names_it), _ in zip(damaged(table, luck), range(COUNT // len(MAKERS)), strict=False):
        attempt(plan, what, content, wanted, verdicts, names_it=names_it)
    print(verdicts.told(make.__name__))  # noqa: T201 - the figures of the proof
    assert verdicts.wrong == []
    assert verdicts.silent == []
    assert verdicts.refused.total() > COUNT // 30
