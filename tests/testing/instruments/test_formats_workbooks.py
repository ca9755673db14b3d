"""Workbooks that would harm the machine, or that were harmed on their way."""

import contextlib
import io
import random
import struct
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

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
