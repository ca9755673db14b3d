"""The paper of a box: every code on it is read back from the printed page, and no person stands on it."""

import io
from datetime import UTC, datetime
from typing import Any

import pytest
import typst
import zxingcpp
from PIL import Image
from sqlalchemy import text

from lims.kernel import barcodes, ids
from lims.kernel.db import Access
from lims.sampling.boxes import manifest, queries
from lims.web.paper import fonts, inputs
from tests.factories import Town, at, code, person

PAGE_DPI = 200
NOW = datetime(2022, 2, 2, 4, 0, tzinfo=UTC)


def pages(content: dict[str, Any]) -> list[Image.Image]:
    """What the printer puts on paper, as pictures of its pages."""
    made = typst.compile(manifest.SOURCE, font_paths=fonts(), sys_inputs=inputs(content), format="png", ppi=PAGE_DPI)
    return [Image.open(io.BytesIO(page)) for page in (made if isinstance(made, list) else [made])]


def codes_on(content: dict[str, Any]) -> list[str]:
    """Every Code 128 that an independent reader finds on the pages."""
    found = []
    for page in pages(content):
        bars = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.Code128)
        found += [read.text for read in zxingcpp.read_barcodes(page.convert("L"), formats=bars)]
    return sorted(found)


def sealed_box(town: Town, *tubes: str) -> str:
    """A box that Ana has sealed."""
    box = code(barcodes.Kind.BOX)
    body = {"id": str(ids.uuid7()), "barcode": box, "site": town.site, "tubes": list(tubes), "sealed_at": at(1)}
    assert town.ana.post("/sampling/api/boxes", body).status_code == 200
    return box


def packed(town: Town, *boxes: str) -> list[manifest.Packed]:
    """These boxes as they are stored."""
    with town.program.database.transaction(Access.FIELD) as connection:
        tubes = queries.tubes_in(connection, boxes)
        rows = queries.boxes(connection, boxes)
    return [manifest.Packed(row, [tube for tube in tubes if tube.box == row.barcode], "一号采样点") for row in rows]


def test_every_code_on_the_paper_of_two_boxes_is_read_back(town: Town) -> None:
    tubes = [[town.collected(1)["barcode"] for _ in range(count)] for count in (30, 7)]
    boxes = [sealed_box(town, *some) for some in tubes]
    journey = manifest.Journey(town.lab, "40000000000012", 5.5, "ana", "carl", NOW)
    content = manifest.of_boxes(packed(town, *boxes), "Asia/Shanghai", NOW, journey)
    assert codes_on(content) == sorted([*boxes, *tubes[0], *tubes[1]])


def test_a_suppliers_long_code_stands_in_words_where_its_bars_would_not_be_read() -> None:
    assert manifest.drawn_code("SX12345678")["module_mm"] == manifest.MODULE_MM
    long = manifest.drawn_code("SX" + "A1" * 20)
    assert (long["module_mm"], long["runs"], long["grouped"]) == (None, (), "SX" + "A1" * 20)


def test_a_hundred_tubes_go_over_numbered_pages(town: Town) -> None:
    row = packed(town, sealed_box(town, town.collected(3)["barcode"]))[0]
    hundred = manifest.Packed(row.box, list(row.tubes) * 100, row.site)
    made = pages(manifest.of_boxes([hundred], "Asia/Shanghai", NOW))
    assert len(made) == 2
    assert {page.size for page in made} == {(1654, 2339)}


def test_the_paper_tells_counts_and_times_but_nobodys_name_or_number(town: Town) -> None:
    who = person(name="赵无名", phone="13911112222")
    content = manifest.of_boxes(packed(town, sealed_box(town, town.collected([who])["barcode"])), "Asia/Shanghai", NOW)
    told = str(content)
    assert "1 人" in told
    assert "2022-02-02 09:00" in told
    assert town.ana.name in told
    assert [secret for secret in (who["name"], who["id_number"], who["phone"]) if secret in told] == []


def test_ana_prints_the_manifest_of_her_box_and_cleo_does_not(town: Town) -> None:
    box = sealed_box(town, town.collected(1)["barcode"])
    answer = town.ana.get(f"/sampling/api/boxes/{box}/manifest.pdf")
    assert (answer.status_code, answer.headers["content-type"], answer.content[:5]) == (200, "application/pdf", b"%PDF-")
    elsewhere = Town.build(town.program, town.web)
    asked = [
        elsewhere.ana.get(f"/sampling/api/boxes/{box}/manifest.pdf"),
        elsewhere.ana.get("/sampling/api/manifest.pdf", site=town.site),
        town.carl.get(f"/sampling/api/boxes/{box}/manifest.pdf"),
        town.ana.get(f"/sampling/api/boxes/{code(barcodes.Kind.BOX)}/manifest.pdf"),
    ]
    assert {(answer.status_code, answer.json()["code"]) for answer in asked} == {(404, "not_found")}


def test_carl_prints_the_manifest_of_what_he_was_handed(town: Town) -> None:
    box = sealed_box(town, town.collected(1)["barcode"])
    body = {"id": str(ids.uuid7()), "lab": town.lab, "vehicle": "赣A 12345", "boxes": [{"barcode": box}], "at": at(2)}
    offered = town.ana.post("/sampling/api/handovers", body).json()["id"]
    town.carl.post(f"/sampling/api/handovers/{offered}/sign", {"id": str(ids.uuid7()), "at": at(2.1)})
    for path in (f"boxes/{box}", f"handovers/{offered}"):
        assert town.carl.get(f"/sampling/api/{path}/manifest.pdf").content[:5] == b"%PDF-"
    assert town.somebody("dan", "courier").get(f"/sampling/api/handovers/{offered}/manifest.pdf").status_code == 404


def test_hostile_words_on_the_paper_are_only_words(town: Town) -> None:
    box = sealed_box(town, town.collected(1)["barcode"])
    with town.program.database.transaction(Access.OWNER) as connection:
        connection.execute(text("UPDATE box SET sealed_by = '#panic() $x$ *b* @a <l> \\' WHERE barcode = :box"), {"box": box})
    assert len(pages(manifest.of_boxes(packed(town, box), "Asia/Shanghai", NOW))) == 1


@pytest.mark.parametrize(("tubes", "count"), [(1, 1), (44, 2), (200, 7)])
def test_an_empty_manifest_has_places_for_labels(town: Town, tubes: int, count: int) -> None:
    assert town.ana.get("/sampling/api/manifest.pdf", site=town.site, tubes=tubes).content[:5] == b"%PDF-"
    assert len(pages(manifest.empty("S1 一号采样点", tubes, "Asia/Shanghai", NOW))) == count
