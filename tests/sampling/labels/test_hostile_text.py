"""Whatever is typed or a site is called, it is ink in its place: it moves no code, leaves no label, and commands nothing."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from lims.kernel.errors import Refused
from lims.sampling.labels import templates
from lims.sampling.labels.formats import render
from lims.sampling.labels.rules import LabelFacts, lay_out, lay_out_all
from lims.sampling.labels.wording import one_line
from tests.sampling.labels.damage import FACTS, STOCKS

CODE = "10000000000176"
HOSTILE = {
    "zpl": "^XZ^XA^FDowned^FS^XZ~JR~DGR:X",
    "tspl": '",0,"x"\r\nPRINT 99\r\nCLS',
    "typst": '#panic("x") $x$ `y` @a <b> \\ */ #sys.inputs',
    "placeholders": "{code} {0.a} ${x} %(y)s {text|site}",
    "controls": "a\x00\x07\x1b@\x1d\x1e\x04\u0085b",
    "right to left": "أحمد محمد \u202e\u2066abc",
    "emoji": "夜场 🧪👩🏽\u200d🔬 é\u0301",
    "rare": "𠮷野\U00030000 \ue000\uffff",
    "long": "深圳市宝安区福永街道社区体育中心东门外临时采样点" * 40,
}


def hostile_facts(text: str) -> LabelFacts:
    """Every field that anybody can fill, filled with it, but the typed text, which is refused where it does not fit."""
    return replace(FACTS, site_name=text, name=text, text="")


@given(st.sampled_from(STOCKS), st.sampled_from([203, 300]), st.text(max_size=300))
@example("plate_70x10", 203, HOSTILE["long"])
def test_no_words_move_a_code_or_leave_their_place(stock: str, dpi: int, text: str) -> None:
    template = templates.load(stock)
    plain, said = lay_out(template, CODE, FACTS, dpi), lay_out(template, CODE, hostile_facts(text), dpi)
    assert (said.bars, said.squares, said.strokes) == (plain.bars, plain.squares, plain.strokes)
    for line in said.lines:
        assert line.x_mm >= 0
        assert line.x_mm + line.width_mm <= template.width_mm + 1e-6
        assert 0 <= line.y_mm <= line.y_mm + line.font_size_mm <= template.height_mm + 1e-6


@given(st.sampled_from(STOCKS), st.text(max_size=200))
def test_a_typed_text_is_on_the_label_whole_or_the_print_is_refused(stock: str, text: str) -> None:
    template = templates.load(stock)
    with suppress(Refused):
        said = lay_out(template, CODE, replace(FACTS, text=text))
        spoken = {"{text}", "{text|site_name|site}", "{text|site}"} & set(template.contents())
        assert not spoken or one_line(text) in {line.text for line in said.lines} | {""}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("stock", STOCKS)
def test_a_label_with_hostile_words_is_read(stock: str, text: str, read: Callable[[Image.Image], list[str]]) -> None:
    said, template = hostile_facts(text), templates.load(stock)
    picture = Image.open(BytesIO(render(template, [CODE], said, "png")))
    (label,) = lay_out_all(template, [CODE], said).labels
    assert read(picture) == sorted(label.machine_read)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_the_pdf_with_hostile_words_has_its_pages_and_is_read(
    text: str, read: Callable[[Image.Image], list[str]], pages: Callable[..., list[Image.Image]]
) -> None:
    for stock in ("tube_35x30", "box_100x50", "receipt_60x40"):
        job = lay_out_all(templates.load(stock), [CODE], hostile_facts(text))
        (page,) = pages(job, 300)
        assert read(page) == sorted(job.labels[0].machine_read)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize(("file_format", "start", "end"), [("zpl", b"^XA", b"^XZ"), ("tspl", b"CLS\r\n", b"PRINT 1,1\r\n")])
def test_a_printer_hears_the_same_commands_whatever_was_typed(file_format: str, start: bytes, end: bytes, text: str) -> None:
    """But for its pictures, a job with hostile words is the job without any."""
    for stock in ("tube_35x30", "box_100x50", "receipt_60x40"):
        job = render(templates.load(stock), [CODE], hostile_facts(text), file_format)
        assert (job.count(start), job.count(end)) == (1, 1)
        assert job.isascii() or file_format == "tspl"


def test_the_picture_of_a_control_character_is_white() -> None:
    empty, controls = (render(templates.load("tube_35x30"), [CODE], hostile_facts(text), "png") for text in ("", "\x00\x1b\u202e"))
    assert np.array_equal(np.asarray(Image.open(BytesIO(empty))), np.asarray(Image.open(BytesIO(controls))))
