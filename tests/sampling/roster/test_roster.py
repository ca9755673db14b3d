"""Lists of people, and the code with which one scan says who somebody is: made in memory, never kept."""

import io
import json
import zipfile

import numpy as np
import pytest
import typst
import xlsxwriter
import zxingcpp
from PIL import Image

from lims.sampling.people.rules import Identity, person_code
from lims.sampling.roster import printed
from lims.web import paper
from tests.factories import Town, person

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def test_a_persons_code_is_of_letters_that_no_scanner_can_spoil() -> None:
    code = person_code(Identity("hk_macau_permit", "H1234567(8)", "Jane 陈: O", "+852 1"), "key")
    assert code == "LIMS:P1:HK-MACAU-PERMIT:H1234567%288%29:J%61%6E%65%20%E9%99%88%3A%20O:%2B852%201:%6B%65%79"
    assert code.isascii()


def test_ana_gets_the_code_of_somebody_with_the_number_in_canonical_form(town: Town) -> None:
    answer = town.ana.post("/sampling/api/person-code", {"id_type": "passport", "id_number": "e 1234-5678", "name": "Jane"})
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.json()["code"].startswith("LIMS:P1:PASSPORT:E12345678:")
    assert len({len(answer.json()["rows"]), *map(len, answer.json()["rows"])}) == 1


def test_a_misread_number_gets_no_code(town: Town) -> None:
    answer = town.ana.post("/sampling/api/person-code", {"id_number": "360426199101010072"})
    assert (answer.status_code, answer.json()["code"]) == (422, "resident_id_invalid")


@pytest.mark.parametrize("path", ["person-code", "roster/pdf", "roster/rows"])
def test_the_bench_gets_neither_codes_nor_lists(town: Town, path: str) -> None:
    assert town.ben.post(f"/sampling/api/{path}", {}).status_code == 403


def workbook(*rows: tuple[str | int, ...]) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)
    return content.getvalue()


def test_a_workbook_comes_back_as_rows_of_text(town: Town) -> None:
    content = workbook(("证件号码", "姓名", "电话"), ("360426199101010071", "赵试", 13800000001))
    answer = town.web.post("/sampling/api/roster/rows", files={"file": ("名单.xlsx", content, XLSX)}, headers=town.ana.headers)
    assert answer.json()["rows"] == [["证件号码", "姓名", "电话"], ["360426199101010071", "赵试", "13800000001"]]


def test_a_list_that_is_too_long_is_refused_with_both_numbers(town: Town) -> None:
    content = workbook(("id_number",), *((f"E{number}",) for number in range(2001)))
    answer = town.web.post("/sampling/api/roster/rows", files={"file": ("a.xlsx", content, XLSX)}, headers=town.ana.headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "roster_too_long")


def test_a_file_that_is_no_workbook_is_refused(town: Town) -> None:
    damaged = io.BytesIO()
    with zipfile.ZipFile(damaged, "w") as made:
        made.writestr("xl/workbook.xml", "<workbook")
    for content in (b"not a workbook", damaged.getvalue()):
        answer = town.web.post("/sampling/api/roster/rows", files={"file": ("a.xlsx", content, XLSX)}, headers=town.ana.headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "roster_unreadable")


def test_ana_prints_a_list_as_one_document(town: Town) -> None:
    answer = town.ana.post("/sampling/api/roster/pdf", {"title": "东湖小学", "people": [person() for _ in range(3)]})
    assert (answer.status_code, answer.headers["content-type"], answer.content[:5]) == (200, "application/pdf", b"%PDF-")
    assert answer.headers["cache-control"] == "no-store"


def test_every_code_of_a_printed_list_is_read_from_the_paper() -> None:
    people = [(Identity("resident_id", one["id_number"], one["name"], one["phone"]), "community") for one in (person() for _ in range(43))]
    facts = json.dumps(printed.facts("东湖小学", people) | {"font": paper.FAMILY}, ensure_ascii=False)
    sheets = typst.compile(printed.SOURCE, font_paths=paper.fonts(), sys_inputs={"facts": facts}, format="png", ppi=200)
    assert isinstance(sheets, list)
    assert len(sheets) == 3
    pictures = [np.asarray(Image.open(io.BytesIO(sheet)).convert("L")) for sheet in sheets]
    read = {found.text for picture in pictures for found in zxingcpp.read_barcodes(picture)}
    assert read == {person_code(*who) for who in people}
