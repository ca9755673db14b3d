"""The sheets that tell an instrument what stands in its wells."""

import csv
import io

import pytest

from lims.kernel.errors import Refused
from lims.testing.instruments.formats import read
from lims.testing.instruments.rules import PlannedPlate, PlannedTarget, PlannedWell
from lims.testing.instruments.sample_sheets import SHEETS, render

PLATE = PlannedPlate(
    barcode="30000000000015",
    assay="ncov2",
    wells=(
        PlannedWell("H12", "negative", "negative"),
        PlannedWell("A1", "10000000000176", None),
        PlannedWell("B2", "weak_positive", "weak_positive"),
    ),
    targets=(PlannedTarget("ORF1ab", "FAM"), PlannedTarget("RNaseP", "CY5")),
)


def rows(instrument: str, plate: PlannedPlate = PLATE, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(render(instrument, plate)[2].decode()), delimiter=delimiter))


@pytest.mark.parametrize("instrument", SHEETS)
def test_every_sheet_names_every_sample_in_order(instrument: str) -> None:
    name, media_type, content = render(instrument, PLATE)
    assert name.startswith(f"30000000000015_{instrument}.")
    assert media_type.startswith("text/")
    text = content.decode()
    assert text.index("10000000000176") < text.index("weak_positive") < text.index("negative")


def test_the_generic_sheet_needs_only_its_cts_to_become_a_run_file() -> None:
    sheet = rows("generic")
    assert sheet[:2] == [["Plate", "Well", "Sample", "Target"], ["30000000000015", "A1", "10000000000176", "ORF1ab"]]
    run = read("\n".join(",".join([*row, "Ct" if at == 0 else "31.2"]) for at, row in enumerate(sheet)).encode() + b"\n")
    assert (run.plate, len(run.readings)) == ("30000000000015", 6)


def test_abi_7500() -> None:
    sheet = rows("abi7500", delimiter="\t")
    section = sheet.index(["[Sample Setup]"])
    assert sheet[section + 1][:6] == ["Well", "Sample Name", "Target Name", "Task", "Reporter", "Quencher"]
    assert sheet[section + 2][:5] == ["A1", "10000000000176", "ORF1ab", "UNKNOWN", "FAM"]
    assert sheet[-1][:5] == ["H12", "negative", "RNaseP", "NTC", "CY5"]


def test_quantstudio_numbers_its_wells_by_the_size_of_the_plate() -> None:
    small = rows("quantstudio", delimiter="\t")
    assert small[0] == ["* Block Type = 96-Well Block"]
    assert ["* Experiment Barcode = 30000000000015"] in small
    assert small[-1][:3] == ["96", "H12", "negative"]
    large = rows("quantstudio", PlannedPlate("1", "a", (*PLATE.wells, PlannedWell("P24", "blank", "blank")), PLATE.targets), "\t")
    assert large[0] == ["* Block Type = 384-Well Block"]
    assert large[-1][:3] == ["384", "P24", "blank"]
    assert ["180", "H12", "negative"] in [row[:3] for row in large]


def test_cfx_has_one_row_per_well() -> None:
    assert rows("cfx")[:2] == [["Row", "Column", "*Target Name", "*Sample Name"], ["A", "1", "", "10000000000176"]]
    assert len(rows("cfx")) == 4


def test_lightcycler_480_has_one_row_per_well() -> None:
    sheet = rows("lightcycler480", delimiter="\t")
    assert sheet[:2] == [["General:Pos", "General:Sample Name"], ["A1", "10000000000176"]]
    assert len(sheet) == 4


@pytest.mark.parametrize("hostile", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", " =1", "\t=1", 'a"b,c', "a\r\nB1,x", "a\tb", "a\u2028b"])
@pytest.mark.parametrize("instrument", SHEETS)
def test_hostile_names_are_only_text(instrument: str, hostile: str) -> None:
    plate = PlannedPlate("../=30", "a", (PlannedWell("A1", hostile, None),), (PlannedTarget(hostile, hostile),))
    delimiter = "\t" if render(instrument, plate)[0].endswith("txt") else ","
    found = rows(instrument, plate, delimiter)
    usual = rows(instrument, PlannedPlate("1", "a", (PlannedWell("A1", "x", None),), (PlannedTarget("x", "x"),)), delimiter)
    assert [len(row) for row in found] == [len(row) for row in usual]
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for row in found for cell in row)
    assert "/" not in render(instrument, plate)[0]


def test_an_instrument_without_a_sheet() -> None:
    with pytest.raises(Refused) as refused:
        render("abacus", PLATE)
    assert refused.value.code == "sample_sheet_unknown_instrument"
    assert refused.value.status == 422
    assert "generic, abi7500, quantstudio, cfx, lightcycler480" in refused.value.detail
