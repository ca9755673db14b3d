"""Exports of computers whose decimals have a comma: read where the whole file speaks so, refused where a comma may be anything."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.kernel.errors import Refused
from lims.testing.instruments.formats import read

SAMPLES = Path(__file__).parents[2] / "data" / "instruments"
NUMBER = re.compile(r"\A-?[0-9][0-9,]*\.[0-9]+\Z")
SWAPPED = str.maketrans(",.", ".,")
GENERIC = "Plate;Well;Sample;Target;Ct\n"
LC = "Experiment: 15  Selected Filter: FAM (465-510)\r\nInclude\tColor\tPos\tName\tCp\tConcentration\tStandard\tStatus\r\n"


def cts(content: str) -> list[float | None]:
    return [reading.ct for reading in read(content.encode()).readings]


def refused(content: str) -> str:
    with pytest.raises(Refused) as no:
        read(content.encode())
    assert no.value.code == "run_file_bad_ct", no.value.detail
    return no.value.detail


def test_a_spreadsheet_of_such_a_computer_writes_semicolons() -> None:
    assert cts(GENERIC + "1;A1;2;N;31,2\n1;A2;3;N;\n1;A3;4;N;28\n") == [31.2, None, 28.0]
    assert cts(GENERIC + "1;A1;2;N;31,204\n") == [31.204]
    assert cts(GENERIC + '1;A1;2;N;"31,204"\n') == [31.204]


def test_semicolons_with_decimal_points_are_as_good() -> None:
    assert cts(GENERIC + "1;A1;2;N;31.2\n") == [31.2]


def test_tabs_with_commas_throughout() -> None:
    rows = "True\t255\tA1\ts\t{}\t\t0\t\r\nTrue\t255\tA2\tt\t{}\t\t0\t\r\nTrue\t255\tA3\tu\t\t\t0\t\r\n"
    assert cts(LC + rows.format("31,25", "28,01")) == [31.25, 28.01, None]


@pytest.mark.parametrize(("first", "second"), [("31,25", "28.01"), ("31,204", "28,012"), ("31,25", "28")])
def test_where_a_comma_may_be_a_slip_or_separate_thousands_the_file_is_refused(first: str, second: str) -> None:
    said = refused(LC + f"True\t255\tA1\ts\t{first}\t\t0\t\r\nTrue\t255\tA2\tt\t{second}\t\t0\t\r\n")
    assert "Line 3, well A1" in said


@pytest.mark.parametrize("slip", ["3,1", "1,204", "31,"])
def test_one_comma_among_points_is_a_slip(slip: str) -> None:
    assert "Line 3, well A2" in refused(GENERIC + f"1;A1;2;N;31.2\n1;A2;3;N;{slip}\n")


def test_whole_cells_only_and_no_thousands_of_another_kind() -> None:
    assert "well A1" in refused(GENERIC + "1;A1;2;N;1.2,5\n")
    assert "well A1" in refused("Plate,Well,Sample,Target,Ct\n" + '1,A1,2,N,"31,204"\n1,A2,3,N,"28,012"\n')


def test_quoted_commas_between_commas_are_read_where_they_can_be_nothing_else() -> None:
    assert cts("Plate,Well,Sample,Target,Ct\n" + '1,A1,2,N,"31,2"\n1,A2,3,N,"28,01"\n') == [31.2, 28.01]


@pytest.mark.parametrize("name", ["quantstudio.txt", "cfx.csv", "sds2.txt"])
def test_a_whole_export_with_commas_is_read_as_the_one_with_points(name: str) -> None:
    """All its numbers, thresholds and curves too."""
    text = (SAMPLES / name).read_bytes().decode().replace("\r\n", "\n").replace("\r", "\n")
    delimiter = "\t" if "\t" in text else ";"
    rows = [line.split("\t" if "\t" in line else ",") for line in text.split("\n")]
    european = "\n".join(delimiter.join(NUMBER.sub(lambda found: found[0].translate(SWAPPED), cell) for cell in row) for row in rows)
    assert european.count(",") > 5
    assert read(european.encode()) == read(text.encode())


@given(st.lists(st.decimals(1, 60, places=2), min_size=2, max_size=8))
def test_any_numbers_are_read_as_they_are_meant(numbers: list[float]) -> None:
    rows = "".join(f"1;A{place};{place};N;{str(number).replace('.', ',')}\n" for place, number in enumerate(numbers, 1))
    assert cts(GENERIC + rows) == [float(number) for number in numbers]
