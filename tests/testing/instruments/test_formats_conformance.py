"""Real exports against the instrument's own columns, read here in the plainest way; skipped where the files are not at hand."""

import csv
import gzip
import re
import zipfile
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from lims.kernel.errors import Refused
from lims.testing.instruments.formats import read

FILES = Path(__file__).parents[4] / "shared" / "instrument_files"

pytestmark = pytest.mark.skipif(not FILES.is_dir(), reason="the real files are not beside this checkout")

Row = tuple[str, str, str, float | None]


def plain_ct(cell: object) -> float | None:
    return None if str(cell).upper() in ("UNDETERMINED", "N/A", "NAN", "") else float(str(cell))


def plain_rows(rows: list[list[object]], well: str, sample: str, target: str, ct: str) -> list[Row]:
    header = next(at for at, row in enumerate(rows) if well in row and ct in row)
    names = [str(cell) for cell in rows[header]]
    found: list[Row] = []
    for row in rows[header + 1 :]:
        cells = dict(zip(names, row, strict=False))
        if not cells.get(target) or not str(cells.get(well, "")):
            continue
        place = str(cells[well])
        found.append((f"{place[0]}{int(place[1:])}", str(cells.get(sample, "")), str(cells[target]), plain_ct(cells[ct])))
    return found


def split(path: Path, delimiter: str, after: str = "", until: str = "\n[") -> list[list[object]]:
    text = path.read_text(encoding="utf-8").partition(after)[2].partition(until)[0] if after else path.read_text(encoding="utf-8")
    return [list(row) for row in csv.reader(text.splitlines(), delimiter=delimiter)]


def readings(path: Path) -> list[Row]:
    return [(reading.well, reading.sample or "", reading.target, reading.ct) for reading in read(path.read_bytes()).readings]


@pytest.mark.parametrize(("number", "count"), [("01", 16), ("02", 96), ("05", 16)])
def test_quantstudio_text(number: str, count: int) -> None:
    path = FILES / "abi_quantstudio" / f"appbio_quantstudio_example{number}.txt"
    wanted = plain_rows(split(path, "\t", after="[Results]\n"), "Well Position", "Sample Name", "Target Name", "CT")
    assert len(wanted) == count
    assert readings(path) == wanted


def test_quantstudio_csv() -> None:
    path = FILES / "abi_quantstudio" / "OpenELIS_QuantStudio3_sample.csv"
    wanted = plain_rows(split(path, ","), "Well Position", "Sample Name", "Target Name", "CT")
    assert readings(path) == wanted == [("A1", "DEV01210000000000009", "RP", 32.854)]


@pytest.mark.parametrize(
    ("path", "sample", "target", "ct", "count"),
    [
        ("abi_quantstudio/appbio_quantstudio_example08.xlsx", "Sample Name", "Target Name", "CRT", 36),
        (
            "abi_quantstudio_da2/appbio_quantstudio_designandanalysis_QS7Pro_Presence_and_Absence_example10.xlsx",
            "Sample",
            "Target",
            "Cq",
            168,
        ),
        ("abi_quantstudio_da2/appbio_quantstudio_designandanalysis_QS7Pro_Primary_Analysis_example18.xlsx", "Sample", "Reporter", "Cq", 96),
    ],
)
def test_quantstudio_workbooks(path: str, sample: str, target: str, ct: str, count: int) -> None:
    rows = CalamineWorkbook.from_path(FILES / path).get_sheet_by_name("Results").to_python(skip_empty_area=False)
    wanted = plain_rows([list(row) for row in rows], "Well Position", sample, target, ct)
    assert len(wanted) == count
    assert readings(FILES / path) == wanted


def test_biorad_cfx() -> None:
    path = FILES / "biorad_cfx" / "HTqPCR_CFX_sample.txt"
    wanted = plain_rows(split(path, ","), "Well", "Sample", "Target", "Cq")
    assert len(wanted) == 330
    assert readings(path) == wanted


def test_a_genotyping_run_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        read((FILES / "abi_quantstudio" / "appbio_quantstudio_example03.txt").read_bytes())
    assert refused.value.code == "run_file_no_ct"


def test_sds() -> None:
    path = FILES / "abi_sds" / "HTqPCR_SDS_sample.txt"
    text = path.read_bytes().decode("cp1252").replace("\r", "\n").partition("\n\n")[2].partition("\n\n")[0]
    wanted = plain_rows([[*line.split("\t")] for line in text.splitlines()], "Pos", "Sample", "Detector", "Ct")
    assert len(wanted) == 384
    assert readings(path) == wanted


def test_lightcycler_480() -> None:
    content = gzip.decompress((FILES / "roche_lightcycler" / "tidyqpcr_LC480_Nrd1_calibration_2019-02-02_Cq.txt.gz").read_bytes())
    rows = [line.split("\t") for line in content.decode().splitlines()[2:]]
    run = read(content)
    assert [(r.well, r.sample, r.ct) for r in run.readings] == [(row[2], row[3], plain_ct(row[4])) for row in rows]
    assert {r.target for r in run.readings} == {"SYBR Green I / HRM Dye (483-533)"}
    assert run.experiment == "Edward qPCR Nrd1 calibration 2019-02-02"


@pytest.mark.parametrize(("name", "cycles", "count"), [("RDML_lc96_bACTXY.rdml", 50, 384), ("RDML_stepone_std.rdml", 40, 24)])
def test_rdml(name: str, cycles: int, count: int) -> None:
    """Well, Cq and the whole curve of each reaction, found in the document by nothing but its tags."""
    with zipfile.ZipFile(FILES / "rdml" / name) as archive:
        text = archive.read("rdml_data.xml").decode()
    wanted = []
    for number, react in re.findall(r'<react id="(\w+)">(.*?)</react>', text, re.DOTALL):
        well = f"{'ABCDEFGH'[(int(number) - 1) // 12]}{(int(number) - 1) % 12 + 1}" if number.isdigit() else number
        for data in re.findall(r"<data>(.*?)</data>", react, re.DOTALL):
            cq = float(re.findall(r"<cq>(.*?)</cq>", data)[0])
            wanted.append(
                (well, cq if cq <= cycles else None, tuple(map(float, re.findall(r"<adp>.*?<fluor>(.*?)</fluor>", data, re.DOTALL))))
            )
    run = read((FILES / "rdml" / name).read_bytes())
    assert len(wanted) == count
    found = [(reading.well, reading.ct, curve.values) for reading, curve in zip(run.readings, run.curves, strict=True)]
    assert found == wanted
