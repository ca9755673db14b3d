"""Promise 16 on real exports: 5,000 times damaged, never a wrong reading. The files lie beside the checkout where somebody has put them.

Samples are given names of their own first, well by well, as tubes have them; everything else is as the instrument wrote it.
"""

import csv
import gzip
import io
import random
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from tests.proofs.damage import Cts, Plan, Table, Verdicts, attempt, damaged, text

FILES = Path(__file__).parents[3] / "shared" / "instrument_files"
pytestmark = [pytest.mark.conformance, pytest.mark.skipif(not FILES.is_dir(), reason="the real files are not beside this checkout")]

Columns = tuple[str, str, str | None, str]
QS: Columns = ("Well Position", "Sample Name", "Target Name", "CT")
TEXTS: dict[str, tuple[str, Columns, str, str]] = {
    "abi_quantstudio/appbio_quantstudio_example01.txt": ("\t", QS, "utf-8", "[Results]"),
    "abi_quantstudio/appbio_quantstudio_example02.txt": ("\t", QS, "utf-8", "[Results]"),
    "abi_quantstudio/appbio_quantstudio_example05.txt": ("\t", QS, "utf-8", "[Results]"),
    "abi_quantstudio/OpenELIS_QuantStudio3_sample.csv": (",", QS, "utf-8", ""),
    "abi_sds/HTqPCR_SDS_sample.txt": ("\t", ("Pos", "Sample", "Detector", "Ct"), "cp1252", ""),
    "biorad_cfx/HTqPCR_CFX_sample.txt": (",", ("Well", "Sample", "Target", "Cq"), "utf-8", ""),
    "roche_lightcycler/tidyqpcr_LC480_Nrd1_calibration_2019-02-02_Cq.txt.gz": ("\t", ("Pos", "Name", None, "Cp"), "utf-8", ""),
}
WORKBOOKS: dict[str, Columns] = {
    "abi_quantstudio/appbio_quantstudio_example08.xlsx": ("Well Position", "Sample Name", "Target Name", "CRT"),
    "abi_quantstudio_da2/appbio_quantstudio_designandanalysis_QS7Pro_Presence_and_Absence_example10.xlsx": (
        "Well Position", "Sample", "Target", "Cq",
    ),
}  # fmt: skip
RDML = ("RDML_stepone_std.rdml", "RDML_lc96_bACTXY.rdml")


def table_of(lines: list[list[str]], columns: Columns, write: Callable[[Table], bytes], joined: Callable[[list[str]], str]) -> Table:
    """The table in rows of cells, found by the names of its columns, without its blank rows and empty wells."""
    well, sample, target, ct = columns
    header = next(at for at, row in enumerate(lines) if well in row and ct in row)
    names = lines[header]
    rows, at = [names], header + 1
    while at < len(lines) and (not any(lines[at]) or re.fullmatch("[A-P][0-9]{1,2}", "".join(lines[at][names.index(well) :][:1]))):
        rows += [lines[at]] if any(lines[at]) and (target is None or lines[at][names.index(target)]) else []
        at += 1
    places = (names.index(well), names.index(sample), None if target is None else names.index(target), names.index(ct))
    before, after = tuple(map(joined, lines[:header])), ("", *map(joined, lines[at:])) if any(map(any, lines[at:])) else ()
    return Table(before, tuple(map(tuple, rows)), after, *places, write)


def of_text(path: str) -> Table:
    """A real text file; its line ends and encoding stay."""
    delimiter, columns, encoding, section = TEXTS[path]
    content = (FILES / path).read_bytes()
    content = gzip.decompress(content) if path.endswith(".gz") else content
    said = content.decode(encoding)
    newline = "\r\n" if "\r\n" in said else "\r" if "\r" in said else "\n"
    start, _, rest = said.partition(section) if section else ("", "", said)
    lines = [line.split(delimiter) if '"' not in line else next(iter_csv(line, delimiter)) for line in rest.split(newline)]
    write = text(delimiter, encoding, newline)
    table = table_of(lines, columns, write, lambda row: delimiter.join(f'"{cell}"' if delimiter in cell else cell for cell in row))
    before = (*start.split(newline)[:-1], section, *table.before[1:]) if section else table.before
    one = re.search("Selected Filter: (.*?) *\n", said.replace("\r", ""))
    made = Table(before, table.rows, table.after, table.well, table.sample, table.target, table.ct, write, one[1] if one else "")
    return made.named_apart()


def iter_csv(line: str, delimiter: str) -> Any:
    return csv.reader([line], delimiter=delimiter)


def of_workbook(path: str) -> Table:
    """The results of a real workbook, written anew with their lines."""
    sheet = CalamineWorkbook.from_path(FILES / path).get_sheet_by_name("Results").to_python(skip_empty_area=False)
    rows = [[plain(cell) for cell in row] for row in sheet]
    return table_of(rows, WORKBOOKS[path], workbook, "\x1f".join).named_apart()


def plain(cell: object) -> str:
    """A cell as it is written again: workbooks hold seventeen figures of a number, the writer sixteen."""
    return f"{cell:.6f}".rstrip("0").rstrip(".") if isinstance(cell, float) else str(cell)


def workbook(table: Table) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet("Results")
    lines = [*(line.split("\x1f") for line in table.before), *table.rows, *(line.split("\x1f") for line in table.after)]
    for number, row in enumerate(lines):
        for column, cell in enumerate(row):
            if cell:
                sheet.write_number(number, column, float(cell)) if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", cell) else sheet.write_string(
                    number, column, cell
                )
    book.close()
    return out.getvalue()


def proved(name: str, table: Table, count: int) -> None:
    luck = random.Random(name)
    plan, verdicts = Plan.of(table), Verdicts()
    assert plan.taken(table.write(table)) == table.readings()
    for (what, content, wanted, names_it), _ in zip(damaged(table, luck), range(count), strict=False):
        attempt(plan, what, content, wanted, verdicts, names_it=names_it)
    print(verdicts.told(name))  # noqa: T201 - the figures of the proof
    assert verdicts.wrong == []
    assert verdicts.silent == []


@pytest.mark.parametrize("path", TEXTS)
def test_text_files(path: str) -> None:
    proved(path, of_text(path), 600)


@pytest.mark.parametrize("path", WORKBOOKS)
def test_workbooks(path: str) -> None:
    proved(path, of_workbook(path), 150)


@pytest.mark.parametrize("name", RDML)
def test_rdml(name: str) -> None:
    """Cut, byte by byte spoilt, reactions lost, doubled, renamed, emptied; inside the document and in the zip around it."""
    with zipfile.ZipFile(FILES / "rdml" / name) as archive:
        document = archive.read("rdml_data.xml").decode()
    document = re.sub(r'(<react id="(\w+)">\s*)<sample id="[^"]*" ?/>', r'\1<sample id="S-\2"/>', document)
    truth = rdml_readings(document)
    plan = Plan({well_of(number): f"S-{number}" for number in re.findall(r'<react id="(\w+)">', document)}, truth)
    assert plan.taken(zipped(document.encode())) == truth
    luck, verdicts, whole = random.Random(name), Verdicts(), zipped(document.encode())
    for _ in range(250):
        attempt(plan, *rdml_damage(document, whole, luck), truth, verdicts)
    print(verdicts.told(name))  # noqa: T201 - the figures of the proof
    assert verdicts.wrong == []


def well_of(number: str) -> str:
    return f"{'ABCDEFGH'[(int(number) - 1) // 12]}{(int(number) - 1) % 12 + 1}" if number.isdigit() else number


def target_of(name: str) -> str:
    """The LightCycler 96 puts the dye before a name, and has made-up ids where there is none."""
    own = name.partition("@")[2] if "@" in name else name
    return name if re.fullmatch("[0-9a-f-]{36}", own) else own


def rdml_readings(document: str) -> Cts:
    found: Cts = {}
    for number, react in re.findall(r'<react id="(\w+)">(.*?)</react>', document, re.DOTALL):
        for data in re.findall(r"<data>(.*?)</data>", react, re.DOTALL):
            cq, cycles = float(re.findall(r"<cq>(.*?)</cq>", data)[0]), data.count("<adp>")
            found[well_of(number), target_of(re.findall(r'<tar id="(.*?)"', data)[0])] = cq if 0 < cq <= cycles else None
    return found


def zipped(document: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("rdml_data.xml", document)
    return out.getvalue()


def rdml_damage(document: str, whole: bytes, luck: random.Random) -> tuple[str, bytes]:
    """One damage to a document, or to the zip that holds it."""
    reacts = [(found.start(), found.end()) for found in re.finditer(r"<react .*?</react>", document, re.DOTALL)]
    (start, end), (other, after) = luck.sample(reacts, 2)
    react, raw = document[start:end], document.encode()
    name = re.findall(r'<react id="\w+">', document[other:after])[0]
    place, at = luck.randrange(len(raw)), luck.randrange(len(whole))
    letter = bytes([luck.choice([byte for byte in range(256) if byte not in b"0123456789-."])])
    encoding = luck.choice(["utf-16", "utf-8-sig", "latin-1", "cp037", "utf-32"])
    damages: dict[str, Callable[[], bytes]] = {
        "cut": lambda: raw[:place],
        "hole": lambda: raw[:place] + raw[place + luck.randrange(200, 9000) :],
        "byte": lambda: raw[:place] + letter + raw[place + 1 :],
        "doubled": (document[:other] + react + document[other:]).encode,
        "lost": (document[:start] + document[end:]).encode,
        "renamed": (document[:start] + re.sub(r'<react id="\w+">', name, react) + document[end:]).encode,
        "emptied": (document[:start] + re.sub("<cq>.*?</cq>", "<cq></cq>", react) + document[end:]).encode,
        "encoded": lambda: document.encode(encoding, errors="replace"),
    }
    kind = luck.choice([*damages, "zip cut", "zip byte"])
    if kind in damages:
        return kind, zipped(damages[kind]())
    return kind, whole[:at] + (b"" if kind == "zip cut" else bytes([luck.randrange(256)]) + whole[at + 1 :])
