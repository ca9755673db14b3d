"""The sample files of every format say what stands beside them; a new instrument brings its own two files."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from lims.testing.instruments.formats import FORMATS, read
from lims.testing.instruments.rules import ParsedReading, ParsedRun

SAMPLES = Path(__file__).parents[2] / "data" / "instruments"
EXPECTED = sorted(SAMPLES.glob("*.expected.json"))


def test_every_format_has_a_sample() -> None:
    assert {json.loads(path.read_text())["format"] for path in EXPECTED} == {form.NAME for form in FORMATS}


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda path: path.name.removesuffix(".expected.json"))
def test_a_sample_is_read_as_the_instrument_meant_it(expected: Path) -> None:
    said = json.loads(expected.read_text())
    content = expected.with_name(expected.name.removesuffix(".expected.json")).read_bytes()
    run = read(content)
    assert [[curve.well, curve.target, len(curve.values), curve.threshold] for curve in run.curves] == said.get("curves", [])
    assert replace(run, curves=()) == ParsedRun(
        format=said["format"],
        instrument=said["instrument"],
        plate=said["plate"],
        readings=tuple(ParsedReading(*row) for row in said["readings"]),
        omitted=tuple(said["omitted"]),
        by_dye=said.get("by_dye", False),
        experiment=said.get("experiment"),
    )


def test_the_content_decides_not_the_name() -> None:
    assert read((SAMPLES / "cfx.csv").read_bytes(), "quantstudio.xls").format == "cfx"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gbk"])
def test_a_re_encoded_file_reads_the_same(encoding: str) -> None:
    text = (SAMPLES / "quantstudio.txt").read_text()
    assert read(text.encode(encoding)) == read(text.encode())


def test_latin_1_in_a_name_does_not_swallow_the_letter_after_it() -> None:
    run = read("Plate,Well,Sample,Target,Ct\n1,A1,Zoé Blé,E gène,31.2\n".encode("latin-1"))
    assert (run.readings[0].sample, run.readings[0].target) == ("Zoé Blé", "E gène")


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_any_line_end_will_do(ends: str) -> None:
    text = (SAMPLES / "cfx.csv").read_text()
    assert read(text.replace("\n", ends).encode()) == read(text.encode())


@pytest.mark.parametrize("written", ["", "Undetermined", "UNDETERMINED", "NaN", "N/A", "NoCt", "-", "0", "0.000", "-1", "-100"])
def test_what_is_no_reading_has_no_ct(written: str) -> None:
    assert read(f"Plate,Well,Sample,Target,Ct\n1,A1,2,N,{written}\n".encode()).readings[0].ct is None


def test_an_empty_well_is_skipped_and_a_blank_line_too() -> None:
    run = read(b"Plate,Well,Sample,Target,Ct\n1,A1,2,N,31.2\n\n1,A2,,,\n,,,,\n1,A3,3,N,\n")
    assert [(reading.well, reading.line) for reading in run.readings] == [("A1", 2), ("A3", 6)]


def test_a_quantstudio_file_cut_behind_its_last_ct_is_whole_enough() -> None:
    text = (SAMPLES / "quantstudio.txt").read_text().split("\n\nAnalysis Type")[0]
    assert read(text.encode()) == read((SAMPLES / "quantstudio.txt").read_bytes())


def test_a_column_that_stands_in_the_file_twice_may_say_the_same_twice() -> None:
    """QuantStudio exports with the sample colours repeat `Target Name` and `Task` at the end."""
    run = read(b"[Results]\nWell\tWell Position\tTarget Name\tCT\tTarget Name\n1\tA1\tN\t31.2\tN\n")
    assert run.readings == (ParsedReading("A1", None, "N", 31.2, 3),)


def test_a_well_that_the_operator_omitted_has_no_reading_at_all() -> None:
    """Were it read as having no Ct, it would be called negative."""
    run = read((SAMPLES / "quantstudio.txt").read_bytes())
    assert run.omitted == ("B2",)
    assert "B2" not in {reading.well for reading in run.readings}


def test_a_lightcycler_file_that_a_spreadsheet_has_saved_is_read_as_before() -> None:
    """It fills up the first line, ends lines with a bare CR, and leaves empty cells at the end away, from some row on."""
    whole = (SAMPLES / "lightcycler_vic.txt").read_bytes()
    first, *rest = whole.decode().split("\r\n")
    saved = "\r".join([first + "\t" * 7, *rest[:2], *(line.rstrip("\t") for line in rest[2:])])
    assert read(saved.encode()).readings == read(whole).readings
    assert read(saved.rstrip().encode()).readings == read(whole).readings
