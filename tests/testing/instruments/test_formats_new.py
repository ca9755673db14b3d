"""Refusals of the instruments that came later: each names its code, and the line and the well where there are any."""

import io
import json
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from lims.kernel.errors import Refused
from lims.testing.instruments.formats import read

SAMPLES = Path(__file__).parents[2] / "data" / "instruments"
SDS = "SDS 2.3\tRQ Results\t1.2\n\n#\tPlate\tPos\tFlag\tSample\tDetector\tTask\tCt\tDelta Ct\tOmit\n"
LC = "Experiment: 15  Selected Filter: FAM (465-510)\nInclude\tColor\tPos\tName\tCp\tConcentration\tStandard\tStatus\n"
RDML = (
    '<?xml version="1.0"?>\n<rdml version="1.2" xmlns="http://www.rdml.org"><experiment id="1"><run id="1">\n{}</run></experiment></rdml>'
)
REACT = '<react id="{}"><sample id="s"/><data><tar id="N"/>{}</data></react>\n'


def refusal(content: str | bytes) -> Refused:
    with pytest.raises(Refused) as refused:
        read(content.encode() if isinstance(content, str) else content)
    return refused.value


def rdml(*reacts: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("rdml_data.xml", RDML.format("".join(reacts)))
    return content.getvalue()


def slan(*rows: list[str | float]) -> bytes:
    content = io.BytesIO()
    workbook = xlsxwriter.Workbook(content)
    for number, row in enumerate(rows):
        workbook.add_worksheet("Data").write_row(0, 0, row) if not number else workbook.worksheets()[0].write_row(number, 0, row)
    workbook.close()
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (SDS.replace("Ct\tDelta Ct", "Delta Ct"), "run_file_no_ct", ["Line 3"]),
        (SDS.replace("Ct\tDelta Ct", "Delta Ct\tCt") + "1\t1\tA1\tP\ts\tN\tT\t3\t30\tFALSE\n", "run_file_columns", ["Line 3"]),
        (SDS + "1\t1\tA1\tPassed\ts\tN\tTarget\n", "run_file_truncated", ["Line 4", "A1"]),
        (SDS + "1\t1\tA1\tPassed\ts\tN\tTarget\t0.133\t\tFALSE\n", "run_file_bad_ct", ["Line 4", "A1"]),
        (SDS + "1\t1\tA1\tPassed\ts\t\tTarget\t30\t\tFALSE\n", "run_file_no_target", ["Line 4", "A1"]),
        (SDS + "1\t1\tA1\tP\ts\tN\tT\t30\t\tFALSE\n2\t2\tA2\tP\ts\tN\tT\t30\t\tFALSE\n", "run_file_two_plates", ["line 5", "2"]),
        (SDS + "1\t1\tQ1\tPassed\ts\tN\tTarget\t30\t\tFALSE\n", "run_file_bad_well", ["Line 4", "Q1"]),
        (SDS + "1\t1\tA1\tP\ts\tN\tT\t30\t\tFALSE\n2\t1\tA1\tP\ts\tN\tT\t31\t\tFALSE\n", "run_file_doubled", ["A1", "4", "5"]),
        (SDS, "run_file_empty", []),
        (LC.partition("\n")[2], "run_file_no_target", ["filter"]),
        (LC.replace("\tCp", ""), "run_file_no_ct", ["Line 2"]),
        (LC.replace("Cp\tConcentration", "Concentration\tCp") + "True\t1\tA1\ts\t\t30\t0\t\n", "run_file_columns", ["Line 2"]),
        (LC + "True\t1\tA1\ts\t30\t\t0\t\nTrue\t1\tA2\n", "run_file_truncated", ["Line 4"]),
        (LC + "True\t1\tA1\ts\t0\t\t30\t\n", "run_file_bad_ct", ["Line 3", "A1"]),
        (LC + "True\t1\tA1\ts\t\t\t0\t\n", "run_file_no_ct", ["line 2"]),
        (LC + "True\t1\tA1\ts\t30\t\tTrue\t\n", "run_file_contradiction", ["Line 3", "A1"]),
        (LC + "255\t1\tA1\ts\t30\t\t0\t\n", "run_file_contradiction", ["Line 3", "A1"]),
        (LC + "True\t1\tA1\ts\t30\t\t0\t\nTrue\t1\tA1\ts\t31\t\t0\t\n", "run_file_doubled", ["A1", "3", "4"]),
        (rdml(REACT.format("A1", "<adp><cyc>1</cyc><fluor>2</fluor></adp>")), "run_file_no_ct", ["curves", "analyse"]),
        (rdml(REACT.format("A1", "<cq>30</cq>"), REACT.format("A2", "")), "run_file_no_ct", ["Line 4", "A2"]),
        (rdml(REACT.format("7", "<cq>30</cq>")), "run_file_bad_well", ["Line 3", "7"]),
        (rdml(REACT.format("A1", "<cq>3e1</cq>")), "run_file_bad_ct", ["Line 3", "A1"]),
        (rdml(REACT.format("A1", "<cq>90</cq>")), "run_file_bad_ct", ["Line 3", "A1"]),
        (rdml(REACT.format("A1", "<cq>30</cq>"), REACT.format("A1", "<cq>31</cq>")), "run_file_doubled", ["A1", "3", "4"]),
        (rdml(REACT.format("A1", "<cq>30</cq>") + "</run><run id='2'>"), "run_file_two_plates", ["several runs"]),
        (rdml(REACT.format("A1", "<cq>30</cq>") + "<react>"), "run_file_unreadable", ["line"]),
        (rdml(), "run_file_empty", []),
        (slan(["反应孔", "样本编号", "通道"]), "run_file_no_ct", ["Line 1"]),
        (slan(["反应孔", "样本编号", "Ct"], ["A1", "s", 30]), "run_file_columns", ["Line 1"]),
        (slan(["反应孔", "样本编号", "通道", "Ct"], ["A1", "s", "", 30]), "run_file_no_target", ["Line 2", "A1"]),
        (
            slan(["反应孔", "样本编号", "通道", "Ct"], ["A1", "s", "FAM", 30], ["A2", "s", "FAM", ""]),
            "run_file_truncated",
            ["Line 3", "A2"],
        ),
        (slan(["反应孔", "样本编号", "通道", "Ct"], ["A1", "s", "FAM", 3000]), "run_file_bad_ct", ["Line 2", "A1"]),
        ("well,sampleName,dyeName,ctVaule\nA1,s,FAM,31.2\n", "run_file_bad_ct", ["Line 2", "A1"]),
        ("well,sampleName,dyeName,ctVaule\nA1,s,FAM,\n", "run_file_bad_ct", ["Line 2", "A1"]),
        ("well,sampleName,dyeName,ctVaule\nA1,s,FAM,99\n", "run_file_bad_ct", ["Line 2", "A1"]),
        ("well,sampleName,dyeName,ctVaule\nA1,s,,3120\n", "run_file_no_target", ["Line 2", "A1"]),
        ('{"result": [{"well": "A1", "ctVaule": "3120"', "run_file_truncated", ["line 1"]),
        ('{"result": {"well": "A1", "ctVaule": "3120"}}', "run_file_columns", []),
    ],
)
def test_what_is_wrong_is_named(content: str | bytes, code: str, words: list[str]) -> None:
    refused = refusal(content)
    assert refused.code == code, refused.detail
    assert all(word in refused.detail for word in words), refused.detail


def test_a_document_that_expands_itself_is_refused() -> None:
    bomb = '<?xml version="1.0"?>\n<!DOCTYPE rdml [<!ENTITY a "1"><!ENTITY b "&a;&a;&a;">]>\n' + RDML.partition("\n")[2].format(
        REACT.format("A1", "<cq>3&b;</cq>")
    )
    assert refusal(bomb).code == "run_file_unreadable"


def test_a_document_in_one_line_still_finds_what_is_doubled() -> None:
    one = RDML.format(REACT.format("A1", "<cq>30</cq>") + REACT.format("A1", "<cq>31</cq>")).replace("\n", "")
    assert refusal(one).code == "run_file_doubled"


def test_an_archive_of_rdml_that_fills_the_memory_is_refused() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("rdml_data.xml", b"<rdml/>")
        archive.writestr("../app_data.xml", bytes(130 * 2**20))
    assert refusal(content.getvalue()).code == "run_file_too_large"


def test_a_cut_archive_of_rdml_is_refused() -> None:
    whole = (SAMPLES / "lightcycler96.rdml").read_bytes()
    assert {refusal(whole[:length]).code for length in range(10, len(whole), 97)} <= {"run_file_unreadable", "run_file_unknown_format"}


def test_gentiers_entries_may_stand_alone() -> None:
    said = json.loads((SAMPLES / "gentier.json").read_text())["result"]
    assert read(json.dumps(said).encode()).readings == read((SAMPLES / "gentier.json").read_bytes()).readings
