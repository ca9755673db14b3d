"""PDF, PNG and CSV, and that a file holds exactly the labels that were asked for."""

import csv
import re
import zlib
from dataclasses import replace
from io import BytesIO, StringIO
from time import process_time

import pytest
from PIL import Image

from lims.kernel.barcodes import Kind, own_code
from lims.kernel.errors import Refused
from lims.kernel.refusals import CATALOGUE
from lims.sampling.labels import templates
from lims.sampling.labels.formats import FORMATS, format_named, render
from lims.sampling.labels.rules import LabelFacts, lay_out

POINTS_PER_MM = 72 / 25.4
STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
BAR = re.compile(rb"1 0 0 -1 ([\d.]+) ([\d.]+) cm[^q]*? 0 0 m ([\d.]+) 0 l [\d.]+ ([\d.]+) l 0 [\d.]+ l\nh\nf\n")


def tubes(count: int) -> list[str]:
    """The first numbers of ours."""
    return [own_code(Kind.TUBE, serial) for serial in range(count)]


def page_count(document: bytes) -> int:
    """How many pages a PDF has."""
    return len(re.findall(rb"/Type\s*/Page\b", document))


def streams(document: bytes) -> list[bytes]:
    """The contents of a PDF, unpacked."""
    unpacked = []
    for packed in STREAM.findall(document):
        try:
            unpacked.append(zlib.decompress(packed))
        except zlib.error:
            continue
    return unpacked


@pytest.mark.parametrize(("stock", "per_page"), [("tube_35x30", 1), ("tube_50x25", 1), ("tube_35x30_sheet", 45), ("tube_38x21_sheet", 65)])
@pytest.mark.parametrize("count", [1, 45, 46, 65, 66])
def test_a_pdf_has_exactly_the_pages_its_labels_need(stock: str, per_page: int, count: int, facts: LabelFacts) -> None:
    assert page_count(render(templates.load(stock), tubes(count), facts, "pdf")) == -(-count // per_page)


def test_bars_of_a_pdf_are_vectors_in_exact_millimetres(facts: LabelFacts) -> None:
    template, code = templates.load("tube_35x30"), tubes(1)[0]
    bars = lay_out(template, code, facts).bars
    assert bars is not None
    document = render(template, [code], facts, "pdf")
    assert not re.search(rb"/Subtype\s*/Image", document)
    drawn = [[float(number) / POINTS_PER_MM for number in found] for stream in streams(document) for found in BAR.findall(stream)]
    expected = [
        [bars.x_mm + start * bars.module_mm, template.height_mm - bars.y_mm, width * bars.module_mm, bars.height_mm]
        for start, width in bars.runs
    ]
    assert len(drawn) == 7 * 3 + 2 * 3 + 4
    for found, wanted in zip(drawn, expected, strict=True):
        assert found == pytest.approx(wanted, abs=0.001)


def test_text_of_a_pdf_is_text_whatever_was_typed(facts: LabelFacts) -> None:
    said = replace(facts, text='#panic("x") $ \\ */')
    document = render(templates.load("box_100x50"), tubes(1), said, "pdf")
    characters = {
        bytes.fromhex(code.decode()).decode("utf-16-be")
        for stream in streams(document)
        if b"beginbfchar" in stream
        for code in re.findall(rb"<[0-9A-Fa-f]+> <([0-9A-Fa-f]+)>", stream)
    }
    words = "".join(line.text for line in lay_out(templates.load("box_100x50"), tubes(1)[0], said).lines)
    assert set(said.text) <= set(words) <= set("".join(characters))


def test_the_same_print_gives_the_same_bytes(facts: LabelFacts) -> None:
    template = templates.load("tube_35x30_sheet")
    for file_format in ("pdf", "png", "csv"):
        assert render(template, tubes(3), facts, file_format) == render(template, tubes(3), facts, file_format)


def test_a_picture_is_a_strip_of_the_labels_at_the_printers_resolution(facts: LabelFacts) -> None:
    strip = Image.open(BytesIO(render(templates.load("tube_35x30"), tubes(3), facts, "png")))
    assert strip.mode == "1"
    assert strip.size == (280, 3 * 240 + 2 * 16)
    assert strip.info["dpi"] == pytest.approx((203, 203), abs=0.1)


def test_a_spreadsheet_gets_text_and_no_formula(facts: LabelFacts) -> None:
    said = replace(facts, text='=HYPERLINK("http://x")', site_name="@SUM(A1)")
    content = render(templates.load("tube_35x30"), tubes(2), said, "csv")
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(StringIO(content.decode("utf-8-sig"))))
    assert [row["code"] for row in rows] == tubes(2)
    assert [rows[0]["text"], rows[0]["site_name"], rows[0]["reprint"]] == ['\'=HYPERLINK("http://x")', "'@SUM(A1)", "yes"]


@pytest.mark.parametrize("file_format", ["zpl", "tspl"])
def test_a_sheet_does_not_go_to_a_roll_printer(file_format: str, facts: LabelFacts) -> None:
    with pytest.raises(Refused) as refusal:
        render(templates.load("tube_35x30_sheet"), tubes(1), facts, file_format)
    assert refusal.value.code == "label_format_unsuited"


def test_more_labels_than_a_file_holds_are_refused_not_cut(facts: LabelFacts) -> None:
    with pytest.raises(Refused, match="at most 200 labels; 201 were asked for") as refusal:
        render(templates.load("tube_35x30"), tubes(201), facts, "png")
    assert refusal.value.code == "label_too_many"


def test_a_format_is_found_by_name_or_file_ending() -> None:
    assert format_named(".PDF") is FORMATS["pdf"]
    with pytest.raises(Refused, match="pdf, zpl, tspl, png, csv") as refusal:
        format_named("docx")
    assert refusal.value.code == "label_format_unknown"
    assert CATALOGUE["label_format_unknown"].status == 422


def test_two_thousand_labels_are_ready_in_seconds(facts: LabelFacts) -> None:
    began = process_time()
    document = render(templates.load("tube_35x30_sheet"), tubes(2000), facts, "pdf")
    assert page_count(document) == 45
    # About 0.8 s of the processor on one core of 2026; the bound only catches a change of kind, however busy the machine is.
    assert process_time() - began < 10
