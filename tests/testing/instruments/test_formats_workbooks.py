"""Workbooks that would harm the machine, or that were harmed on their way."""

import contextlib
import io
import random
import re
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from lims.kernel.errors import Refused
from lims.testing.instruments.formats import read

SAMPLES = Path(__file__).parents[2] / "data" / "instruments"
WORKBOOKS = ["design_and_analysis.xlsx", "quantstudio_results.xls"]


def code(content: bytes) -> str:
    with pytest.raises(Refused) as refused:
        read(content)
    return refused.value.code


def parts_of(name: str) -> dict[str, bytes]:
    with zipfile.ZipFile(SAMPLES / name) as archive:
        return {part: archive.read(part) for part in archive.namelist()}


def zipped(parts: list[tuple[str, bytes]]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts:
            archive.writestr(name, part)
    return content.getvalue()


def test_a_zip_bomb_is_refused_without_being_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = zipped([*parts_of("design_and_analysis.xlsx").items(), ("xl/worksheets/sheet9.xml", bytes(130 * 2**20))])
    assert len(bomb) < 2**18

    def unpacked(*_: object) -> None:
        raise AssertionError("a part was unpacked")

    monkeypatch.setattr(zipfile.ZipFile, "open", unpacked)
    assert code(bomb) == "run_file_too_large"


def test_a_zip_bomb_that_lies_about_its_size() -> None:
    name = b"xl/worksheets/sheet9.xml"
    bomb = bytearray(zipped([*parts_of("design_and_analysis.xlsx").items(), (name.decode(), bytes(2**20))]))
    central = bomb.rindex(name) - 46
    struct.pack_into("<I", bomb, central + 24, 10)
    assert code(bytes(bomb)) in ("run_file_too_large", "run_file_unreadable")


def test_two_cells_in_far_corners_do_not_fill_the_memory() -> None:
    content = io.BytesIO()
    workbook = xlsxwriter.Workbook(content)
    sheet = workbook.add_worksheet("Results")
    sheet.write(0, 0, "Well")
    sheet.write(1_048_575, 16_383, "far away")
    workbook.close()
    assert code(content.getvalue()) == "run_file_unreadable"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_part_that_is_there_twice() -> None:
    parts = [*parts_of("design_and_analysis.xlsx").items()]
    assert code(zipped([*parts, ("xl/worksheets/sheet1.xml", b"<worksheet/>")])) == "run_file_unreadable"


def test_another_kind_of_zip() -> None:
    assert code(zipped([("rota.xml", b"<rota/>")])) == "run_file_unknown_format"


def test_a_workbook_of_something_else() -> None:
    content = io.BytesIO()
    workbook = xlsxwriter.Workbook(content)
    workbook.add_worksheet("Rota").write(0, 0, "Ben")
    workbook.close()
    assert code(content.getvalue()) == "run_file_unknown_format"


@pytest.mark.parametrize("name", WORKBOOKS)
def test_a_cut_or_zeroed_workbook_does_no_harm(name: str) -> None:
    """Of an xls file, which has no checksums, no more can be asked than that the parser's end is not ours."""
    whole = (SAMPLES / name).read_bytes()
    said = read(whole)
    rng = random.Random(16)
    for _ in range(40):
        at = rng.randrange(8, len(whole))
        for damaged in (whole[:at], whole[:at] + bytes(64) + whole[at + 64 :]):
            with contextlib.suppress(Refused):
                assert name.endswith("xls") or read(damaged) == said
                read(damaged)


def test_a_changed_byte_in_an_xlsx_is_caught_by_its_checksums() -> None:
    whole = (SAMPLES / "design_and_analysis.xlsx").read_bytes()
    said = read(whole)
    rng = random.Random(16)
    for _ in range(60):
        damaged = bytearray(whole)
        damaged[rng.randrange(8, len(whole))] ^= 1 << rng.randrange(8)
        with contextlib.suppress(Refused):
            assert read(bytes(damaged)) == said


HEADER = ["Plate", "Well", "Sample", "Target", "Ct"]
ORF1AB = ["30000000000015", "A1", "10000000000176", "ORF1ab"]
Write = Callable[[Worksheet], object]


def generic(write_ct: Write, *more: tuple[str, list[list[object]]]) -> bytes:
    """A generic workbook with one Ct, written by hand into E2, above a row with a plain one; then further sheets."""
    content = io.BytesIO()
    workbook = xlsxwriter.Workbook(content)
    sheet = workbook.add_worksheet("Run")
    sheet.write_row(0, 0, HEADER)
    sheet.write_row(1, 0, ORF1AB)
    sheet.write_row(2, 0, [*ORF1AB[:3], "N", 31.5])
    write_ct(sheet)
    for name, rows in more:
        added = workbook.add_worksheet(name)
        for number, row in enumerate(rows):
            added.write_row(number, 0, row)
    workbook.close()
    return content.getvalue()


def never_calculated(content: bytes) -> bytes:
    """As programs write a formula that no spreadsheet has opened yet."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return zipped([(name, archive.read(name).replace(b"<v>30.1</v>", b"")) for name in archive.namelist()])


@pytest.mark.parametrize(
    "write_ct",
    [
        lambda sheet: sheet.write_formula("E2", "=NA()", None, "#N/A"),
        lambda sheet: sheet.write_formula("E2", "=1/0", None, "#DIV/0!"),
        lambda sheet: sheet.write_formula("E2", "=F2"),
        lambda sheet: sheet.write_formula("E2", "=-1", None, -1),
        lambda sheet: sheet.write_formula("E2", '=IF(F2="","",F2)', None, ""),
        lambda sheet: sheet.merge_range("E2:E3", 31.5),
        lambda sheet: sheet.merge_range("D2:E2", "ORF1ab"),
    ],
    ids=["not available", "divided by zero", "left at 0", "below 0", "empty text", "merged downwards", "merged sideways"],
)
def test_a_ct_that_only_looks_empty_is_not_taken_for_no_amplification(write_ct: Write) -> None:
    assert code(generic(write_ct)) == "run_file_bad_ct"


def test_a_formula_that_was_never_calculated_is_not_taken_for_no_amplification() -> None:
    content = generic(lambda sheet: sheet.write_formula("E2", "=30+0.1", None, 30.1))
    assert [reading.ct for reading in read(content).readings] == [30.1, 31.5]
    with pytest.raises(Refused, match=r"Line 2, well A1: '\(formula without a value\)' is not a Ct"):
        read(never_calculated(content))


def test_an_empty_ct_beside_formulas_elsewhere_is_no_amplification() -> None:
    content = generic(lambda sheet: sheet.write_formula("H1", "=COUNTIF(E:E, 99)", None, 0))
    assert [reading.ct for reading in read(content).readings] == [None, 31.5]


def test_an_error_in_an_xls_file_is_not_taken_for_no_amplification() -> None:
    content = (SAMPLES / "quantstudio_results.xls").read_bytes()
    number = next(re.finditer(rb"\x03\x02\x0e\x00(.{6})", content, re.DOTALL))  # the first Ct
    error = b"\x05\x02\x08\x00" + number[1] + b"\x2a\x01" + b"\xe2\x00\x02\x00\x00\x00"  # and a record that says nothing
    with pytest.raises(Refused, match=r"well A1: '\(error\)' is not a Ct"):
        read(content[: number.start()] + error + content[number.start() + len(error) :])


def test_two_sheets_of_results_are_refused_and_a_layout_beside_them_is_not() -> None:
    def plain(sheet: Worksheet) -> None:
        sheet.write_number("E2", 30.1)

    assert code(generic(plain, ("Old", [[*HEADER], [*ORF1AB, 20.0]]))) == "run_file_doubled"
    beside = generic(plain, ("Layout", [[*HEADER[:4]], [*ORF1AB]]))
    assert [reading.ct for reading in read(beside).readings] == [30.1, 31.5]
