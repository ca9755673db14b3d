"""One test per refusal: each names its code, and the line and the well where there are any."""

from pathlib import Path

import pytest

from lims.kernel.errors import Refused
from lims.kernel.refusals import CATALOGUE
from lims.testing.instruments.formats import known, read

SAMPLES = Path(__file__).parents[2] / "data" / "instruments"
GENERIC = "Plate,Well,Sample,Target,Ct\n"
QS = "[Results]\nWell\tWell Position\tOmit\tSample Name\tTarget Name\tTask\tReporter\tCT\tCt Mean\tCt SD\tBaseline End\n"
CFX = ",Well,Fluor,Target,Content,Sample,Cq,Cq Mean,Cq Std. Dev,Set Point\n"


def refusal(content: str | bytes, name: str = "") -> Refused:
    with pytest.raises(Refused) as refused:
        read(content.encode() if isinstance(content, str) else content, name)
    assert CATALOGUE[refused.value.code].status == 422
    return refused.value


@pytest.mark.parametrize("content", [b"", b" \r\n\r\n", b"\xef\xbb\xbf", GENERIC.encode(), GENERIC.encode() + b"1,A1,,,\n"])
def test_an_empty_file(content: bytes) -> None:
    assert refusal(content).code == "run_file_empty"


@pytest.mark.parametrize(
    "content",
    [
        b"Name,Age\nAna,31\n",
        b"%PDF-1.7\n%\xe2\xe3\n",
        b"\x1f\x8b\x08\x00\x00\x00",
        b"\x00\x01\x02" * 50,
        b"PK\x03\x04",
        "Plate,Well,Sample,Target,Ct\n".encode("utf-32"),
    ],
)
def test_an_unknown_format_is_told_which_are_known(content: bytes) -> None:
    no = refusal(content, "Ana's file.bin")
    if content[:2] == b"PK":
        assert no.code == "run_file_unreadable"
    else:
        assert no.code == "run_file_unknown_format"
        assert "Ana's file.bin" in no.detail
        assert all(form in no.detail for form in known())


def test_a_genotyping_run_has_no_ct() -> None:
    no = refusal((SAMPLES / "genotyping.txt").read_bytes())
    assert no.code == "run_file_no_ct"
    assert "Line 5" in no.detail


@pytest.mark.parametrize("content", ["Plate,Well,Sample,Target\n1,A1,2,N\n", ",Well,Fluor,Target,Content,Sample\n,A01,FAM,N,Unkn,2\n"])
def test_a_table_without_a_ct_column(content: str) -> None:
    assert refusal(content).code == "run_file_no_ct"


@pytest.mark.parametrize("content", [QS + "1\tA1\tfalse\t1\tN\tUNKNOWN\tFAM\t\t\t\t39\n", CFX + ",A01,FAM,N,Unkn,1,,,,60\n"])
def test_a_ct_column_without_a_single_word_or_number(content: str) -> None:
    """These instruments write `Undetermined` or `NaN`; only a moved column is empty throughout."""
    assert refusal(content).code == "run_file_no_ct"


@pytest.mark.parametrize("header", ["Plate,Well,Sample,Ct", "Plate,Well,Sample,Target,Ct,ct", "Plate,Well,Well,Sample,Target,Ct"])
def test_a_generic_header_that_lacks_or_doubles_a_column(header: str) -> None:
    assert refusal(header + "\n").code == "run_file_columns"


def test_a_row_with_more_cells_than_the_header() -> None:
    no = refusal(GENERIC + "1,A1,2,N,31,2\n")
    assert no.code == "run_file_columns"
    assert "Line 2" in no.detail


@pytest.mark.parametrize("row", ["1,A1,2,N,3", "1,A1,2,N,31.", "1,A1,2,N,31.2", "1,A1,2,N,", "1,A1,2", "1,A1,2\n", "1\n"])
def test_a_generic_file_that_may_be_cut(row: str) -> None:
    """31.2 cut to 3 would be positive, cut to nothing negative, and nobody could see it."""
    no = refusal(GENERIC + "1,A1,2,ORF1ab,30.1\n" + row)
    assert no.code == "run_file_truncated"
    assert "line 3" in no.detail
    assert ("without a line end" in no.detail) == (row.count(",") == 4)


def test_an_unended_last_line_is_fine_if_the_ct_is_followed_by_another_column() -> None:
    assert read(b"Plate,Well,Sample,Target,Ct,Remark\n1,A1,2,N,31.2,").readings[0].ct == 31.2


@pytest.mark.parametrize("content", [
    "* Block Type = 96well\n* Chemistry = TAQMAN\n[Sample Setup]\nWell\tWell Position\n1\tA1\n",
    QS + "1\tA1\tfalse\t1\tN\tUNKNOWN\tFAM\t31.204", QS + "1\tA1\tfalse\t1\tN\tUNKNOWN\n",
    QS + "1\tA1\tfalse\t1\tN\tUNKNOWN\tFAM\t31.204\t31.204\t\t28\n2\tA2\tfalse\t1\tN\tUNKNOWN\tFAM\t31.2\t31.2\n",
    CFX + ",A01,FAM,N,Unkn,1,31.2,31.2,0\n", CFX + ",A01,FAM,N,Unkn,1,31",
])  # fmt: skip
def test_a_cut_export(content: str) -> None:
    assert refusal(content).code == "run_file_truncated"


@pytest.mark.parametrize("well", ["A0", "A25", "Q1", "A100", "1A", "", "AA1", "\uff211", "A\u0663", "A 1", "A-1"])
def test_a_well_that_does_not_exist(well: str) -> None:
    no = refusal(GENERIC + "1,A1,2,N,31.2\n" + f"1,{well},2,N,31.2\n")
    assert no.code == "run_file_bad_well"
    assert "Line 3" in no.detail


@pytest.mark.parametrize(("number", "position"), [("1", "A2"), ("A1", "A2"), ("13", "A13"), ("x", "A1"), ("97", "H12")])
def test_a_well_whose_number_is_another_well(number: str, position: str) -> None:
    """13 is A13 on a plate of 384 wells, but beside 14 = B2 it is not."""
    rows = f"14\tB2\tfalse\t1\tN\tUNKNOWN\tFAM\t31.2\t31.2\t\t28\n{number}\t{position}\tfalse\t1\tN\tUNKNOWN\tFAM\t31.2\t31.2\t\t28\n"
    no = refusal(QS + rows)
    assert no.code == "run_file_bad_well"
    assert "Line 4" in no.detail


@pytest.mark.parametrize(
    "written",
    [
        "31.",
        ".5",
        "3 1.2",
        "31.2.1",
        "1_0",
        "3e1",
        "inf",
        "-inf",
        "1e999",
        "61",
        "60.01",
        "3120",
        "0.2",
        "031.2",
        "31.2 Ct",
        "Undetermine",
        "\uff11\uff12",
        " 1.2",
        "31 ",
        "\u00a01.2",
        " ",
        '"31,2"',
        '"1,234"',
        '"12,963.927"',
        "None",
        "NULL",
        "#N/A",
        "=31.2",
    ],
)
def test_a_ct_that_is_none(written: str) -> None:
    no = refusal(GENERIC + f"1,A1,2,ORF1ab,30.1\n1,B7,2,N,{written}\n")
    assert no.code == "run_file_bad_ct"
    assert "Line 3, well B7" in no.detail


@pytest.mark.parametrize(
    "content",
    [
        GENERIC + "1,A1,2,,31.2\n",
        GENERIC + "1,A1,2,,\n",
        QS + "1\tA1\tfalse\t1\tN\tUNKNOWN\tFAM\t31.2\t\t\t\n2\tA2\tfalse\t1\t\t\t\t31.2\t\t\t\n",
        CFX + ",A01,FAM,N,Unkn,1,31.2,31.2,0,60\n,A01,HEX,,Unkn,1,31.2,31.2,0,60\n",
    ],
)
def test_a_ct_without_a_target(content: str) -> None:
    no = refusal(content)
    assert no.code == "run_file_no_target"
    assert "well A" in no.detail


@pytest.mark.parametrize(("first", "second"), [("1,A1,2,N,31.2", "1,A01,2,N,31.2"), ("1,a1,2,N,31.2", "1,A1,2,n,")])
def test_a_well_and_target_twice(first: str, second: str) -> None:
    no = refusal(GENERIC + f"{first}\n1,B1,2,N,\n{second}\n")
    assert no.code == "run_file_doubled"
    assert "Well A1 has target" in no.detail
    assert "lines 2 and 4" in no.detail


def test_a_row_doubled_by_an_omitted_one() -> None:
    row = "1\tA1\t{}\t1\tN\tUNKNOWN\tFAM\t31.2\t31.2\t\t28\n"
    assert refusal(QS + row.format("true") + row.format("false")).code == "run_file_doubled"


def test_results_twice() -> None:
    one = QS + "1\tA1\tfalse\t1\tN\tUNKNOWN\tFAM\t31.2\t31.2\t\t28\n"
    assert refusal(one + one).code == "run_file_doubled"


def test_two_plates_in_one_file() -> None:
    no = refusal(GENERIC + "1,A1,2,N,31.2\n3,A2,2,N,31.2\n")
    assert no.code == "run_file_two_plates"
    assert "line 3 is of plate 3" in no.detail


def test_no_plate() -> None:
    assert refusal(GENERIC + ",A1,2,N,31.2\n").code == "run_file_no_plate"


def test_two_samples_in_a_well() -> None:
    no = refusal(GENERIC + "1,A1,2,N,31.2\n1,A1,3,ORF1ab,31.2\n")
    assert no.code == "run_file_two_samples"
    assert "2 in line 2 and 3 in line 3" in no.detail


@pytest.mark.parametrize(
    "row",
    [
        "1\tA1\tperhaps\t1\tN\tUNKNOWN\tFAM\t31.2\t31.2\t\t28",  # Omit is no flag
        "1\tA1\tfalse\t1\tN\tUNKNOWN\tFAM\t28\t31.2\t\t31.2",  # Ct and Baseline End have changed places
        "1\tA1\tfalse\t1\tN\tUNKNOWN\t31.2\tNaN\t\t\t28",  # Ct and Reporter
        "1\tA1\tfalse\t1\tN\tUNKNOWN\tFAM\t5\t31.2\t0.1\t28",  # far from its mean
        "1\tA1\tfalse\t1\tN\tUNKNOWN\tFAM\t\t31.2\t\t28",  # nothing, beside a mean
        "1\tA1\tfalse\tUndetermined\tN\tUNKNOWN\tFAM\t5\t\t\t28",  # Ct and Sample Name
    ],
)
def test_a_row_that_contradicts_itself(row: str) -> None:
    no = refusal(QS + row + "\n")
    assert no.code == "run_file_contradiction"
    assert "Line 3, well A1" in no.detail


def test_the_means_under_the_name_of_cts() -> None:
    rows = "1\tA1\tfalse\t1\tN\tUNKNOWN\tFAM\t31.2\t31.1\t0.1\t28\n2\tA2\tfalse\t1\tN\tUNKNOWN\tFAM\t31.2\t31.3\t0.1\t28\n"
    assert refusal(QS + rows).code == "run_file_contradiction"


def test_a_repeated_column_that_differs() -> None:
    no = refusal("[Results]\nWell\tWell Position\tTarget Name\tCT\tCT\n1\tA1\tN\t31.2\t32.1\n")
    assert no.code == "run_file_contradiction"


@pytest.mark.parametrize(
    "content",
    [
        GENERIC + "1,A1,2,N,3\x001.2\n",
        GENERIC + "1,A1,2\x07,N,31.2\n",
        GENERIC + '1,A1,2,N,"31.2\n1,A2,2,N,"30.1\n',
        GENERIC.encode("utf-16") + "1,A1,2,N,31.2\n".encode("utf-16-le")[:-1],
        b"\xef\xbb\xbf" + GENERIC.encode() + b"1,A1,\xff,N,31.2\n",
    ],
)
def test_damaged_text(content: str | bytes) -> None:
    no = refusal(content)
    assert no.code == "run_file_unreadable"
    assert "ine 2" in no.detail


@pytest.mark.parametrize("content", [b"\n" * (32 * 2**20), b"\n" * 2_100_000, b"1,A1,2,N,31.2\n" * 10_001])
def test_a_text_file_beyond_all_measure(content: bytes) -> None:
    assert refusal(GENERIC.encode() + content).code == "run_file_too_large"


def test_a_nul_byte_in_the_header_is_no_text_at_all() -> None:
    assert refusal(b"Plate,Well\x00,Sample,Target,Ct\n").code == "run_file_unknown_format"
