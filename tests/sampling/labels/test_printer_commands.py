"""ZPL and TSPL, run by small printers of our own that know a handful of commands and nothing else."""

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import zxingcpp
from PIL import Image, ImageDraw

from lims.kernel.barcodes import Kind, own_code
from lims.sampling.labels import templates
from lims.sampling.labels.formats import render
from lims.sampling.labels.rules import LabelFacts, lay_out_all

ROLLS = [name for name in templates.names() if not name.endswith("_sheet")]
HOSTILE = ["أحمد \u202e 🧪${x}#y$", "^XZ^XA^FDowned^FS^XZ", "~JR ~DGR:X", '",0,"x"\r\nPRINT 99', "_5EXZ \\& >;", "=1+1 {text} \x1b@"]
ZPL_LABEL = re.compile(r"\^XA\^LH0,0\^LS0\^PON\^FWN\^PW(\d+)\^LL(\d+)\n(.*?)\^PQ1,0,1,N\^XZ\n", re.DOTALL)
ZPL_FIELD = re.compile(
    r"\^FO(\d+),(\d+)(?:\^BY(\d+),3,\d+\^BCN,(\d+),N,N,N\^FD>;(\d+)\^FS\n|\^GB(\d+),(\d+),\d+\^FS\n?|\^GFA,(\d+),(\d+),(\d+),([0-9A-F]+)\^FS\n)",
)
TSPL_START = re.compile(rb"SIZE [\d.]+ mm,[\d.]+ mm\r\nGAP [\d.]+ mm,0 mm\r\nDIRECTION 1\r\nREFERENCE 0,0\r\n")
TSPL_LINE = re.compile(
    rb'(CLS)\r\n|(PRINT) 1,1\r\n|BARCODE (\d+),(\d+),"128",(\d+),0,0,(\d+),(\d+),"(\d+)"\r\n|BAR (\d+),(\d+),(\d+),(\d+)\r\n'
    rb"|BITMAP (\d+),(\d+),(\d+),(\d+),0,",
)
Read = Callable[[Image.Image], list[str]]


def own_barcode(picture: Image.Image, code: str, place: tuple[int, int], height: int, module_dots: int) -> None:
    """The printer's own Code 128: drawn by zxing-cpp's encoder, not ours."""
    symbol = zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.Code128)
    row = np.array(symbol.to_image(scale=1, add_quiet_zones=False))[:1]
    assert row.shape == (1, 112)
    picture.paste(Image.fromarray(row).resize((112 * module_dots, height), Image.Resampling.NEAREST), place)


def box(picture: Image.Image, left: int, top: int, width: int, height: int) -> None:
    """A black box."""
    ImageDraw.Draw(picture).rectangle((left, top, left + width - 1, top + height - 1), fill=0)


def dots(picture: Image.Image, left: int, top: int, width_bytes: int, rows: bytes) -> None:
    """A picture field, 1 = black."""
    field = Image.frombytes("1", (width_bytes * 8, len(rows) // width_bytes), rows)
    picture.paste(0, (left, top), field)


def zebra(job: bytes) -> list[Image.Image]:
    """The labels a Zebra prints; fails on anything it does not expect."""
    text, labels, at = job.decode("ascii"), [], 0
    while at < len(text):
        label = ZPL_LABEL.match(text, at)
        assert label, text[at : at + 80]
        picture, inner = Image.new("L", (int(label[1]), int(label[2])), 255), 0
        while inner < len(label[3]):
            field = ZPL_FIELD.match(label[3], inner)
            assert field, label[3][inner : inner + 80]
            left, top = int(field[1]), int(field[2])
            if field[5]:
                own_barcode(picture, field[5], (left, top), int(field[4]), int(field[3]))
            elif field[6]:
                box(picture, left, top, int(field[6]), int(field[7]))
            else:
                assert int(field[8]) == int(field[9]) == len(field[11]) // 2
                dots(picture, left, top, int(field[10]), bytes.fromhex(field[11]))
            inner = field.end()
        labels.append(picture)
        at = label.end()
    return labels


def tsc(job: bytes, size: tuple[int, int]) -> list[Image.Image]:
    """The labels a TSC prints; fails on anything it does not expect."""
    start = TSPL_START.match(job)
    assert start
    at, labels, picture = start.end(), [], Image.new("L", size, 255)
    while at < len(job):
        line = TSPL_LINE.match(job, at)
        assert line, job[at : at + 80]
        at = line.end()
        if line[1]:
            picture = Image.new("L", size, 255)
        elif line[2]:
            labels.append(picture)
        elif line[3]:
            assert line[6] == line[7]
            own_barcode(picture, line[8].decode(), (int(line[3]), int(line[4])), int(line[5]), int(line[6]))
        elif line[9]:
            box(picture, *(int(number) for number in line.groups()[8:12]))
        else:
            left, top, width_bytes, height = (int(number) for number in line.groups()[12:16])
            ink = job[at : at + width_bytes * height]
            dots(picture, left, top, width_bytes, bytes(255 - byte for byte in ink))
            at += len(ink)
            assert job[at : at + 2] == b"\r\n"
            at += 2
    return labels


def printed(file_format: str, stock: str, codes: list[str], facts: LabelFacts, dpi: int) -> list[Image.Image]:
    """What comes out of the printer."""
    template = templates.load(stock)
    job = render(template, codes, facts, file_format, dpi=dpi)
    per_mm = {203: 8.0, 300: 300 / 25.4}[dpi]
    return zebra(job) if file_format == "zpl" else tsc(job, (round(template.width_mm * per_mm), round(template.height_mm * per_mm)))


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("stock", ROLLS)
@pytest.mark.parametrize("file_format", ["zpl", "tspl"])
def test_the_printer_prints_each_label_once_as_the_preview_shows_it(
    file_format: str,
    stock: str,
    dpi: int,
    codes: list[str],
    facts: LabelFacts,
    read: Read,
    preview: Callable[..., Image.Image],
) -> None:
    labels = printed(file_format, stock, codes, facts, dpi)
    wanted = lay_out_all(templates.load(stock), codes, facts, dpi).labels
    assert [read(label) for label in labels] == [sorted(label.machine_read) for label in wanted]
    assert np.array_equal(np.asarray(labels[0]), np.asarray(preview(stock, codes[0], facts, dpi)))


@pytest.mark.parametrize("file_format", ["zpl", "tspl"])
def test_a_suppliers_code_is_drawn_bar_by_bar(file_format: str, facts: LabelFacts, read: Read) -> None:
    codes = ["SUP-17", "12345", 'A"^~>;B']
    assert [read(label) for label in printed(file_format, "box_100x50", codes, facts, 203)] == [[code, code] for code in codes]


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("file_format", ["zpl", "tspl"])
def test_hostile_text_is_only_ink(file_format: str, hostile: str, facts: LabelFacts, preview: Callable[..., Image.Image]) -> None:
    codes = [own_code(Kind.TUBE, serial) for serial in range(3)]
    said = replace(facts, text=hostile, site=hostile, site_name=hostile)
    labels = printed(file_format, "box_100x50", codes, said, 203)
    assert len(labels) == len(codes)
    assert np.array_equal(np.asarray(labels[2]), np.asarray(preview("box_100x50", codes[2], said, 203)))
