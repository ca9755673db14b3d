"""Where bars and lines stand, what fits, and what is refused before a sticker is wasted."""

import random
import string
from dataclasses import replace

import numpy as np
import pytest
import zxingcpp

from lims.kernel.errors import Refused
from lims.sampling.labels import templates
from lims.sampling.labels.formats.font import font_of
from lims.sampling.labels.rules import LabelFacts, lay_out, lay_out_all
from lims.sampling.labels.stock import DOTS_PER_MM
from lims.sampling.labels.symbols import modules_of
from lims.sampling.labels.wording import width_em

CODE = "10000000000176"


def shown(facts: LabelFacts, stock: str = "tube_35x30") -> list[str]:
    """The lines of a label, top to bottom."""
    return [line.text for line in lay_out(templates.load(stock), CODE, facts).lines]


def test_one_of_our_codes_is_112_modules_all_in_set_c() -> None:
    modules = modules_of(CODE)
    assert len(modules) == 112
    assert modules.startswith("11010011100")
    assert modules.endswith("1100011101011")


def test_every_code_is_encoded_as_itself_suppliers_codes_too() -> None:
    luck = random.Random(128)
    alphabets = (string.digits, string.digits * 4 + "AB-", "".join(map(chr, range(32, 127))))
    codes = ["99", "9912", "99000000000017", "00", "A", "~", "FY-0012/A"]
    codes += ["".join(luck.choices(luck.choice(alphabets), k=luck.randint(1, 20))) for _ in range(1500)]
    for code in codes:
        pixels = np.array([0 if module == "1" else 255 for module in f"{'0' * 12}{modules_of(code)}{'0' * 12}"], np.uint8)
        found = zxingcpp.read_barcodes(np.tile(pixels.repeat(2), (20, 1)), formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.Code128))
        assert [barcode.text for barcode in found] == [code]


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("stock", [name for name in templates.names() if templates.load(name).bars])
def test_bars_stand_on_whole_dots_with_ten_quiet_modules_on_each_side(stock: str, dpi: int, facts: LabelFacts) -> None:
    template = templates.load(stock)
    bars = lay_out(template, CODE, facts, dpi).bars
    assert bars is not None
    left_dots, quiet_dots = bars.x_mm * DOTS_PER_MM[dpi], 10 * bars.module_dots
    assert left_dots == pytest.approx(round(left_dots))
    assert bars.module_mm * DOTS_PER_MM[dpi] == pytest.approx(bars.module_dots)
    assert left_dots >= quiet_dots
    assert left_dots + 112 * bars.module_dots + quiet_dots <= template.width_mm * DOTS_PER_MM[dpi] + 0.01


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("stock", [name for name in templates.names() if templates.load(name).square])
def test_square_codes_stand_in_their_white_whatever_the_text_beside_them(stock: str, dpi: int, facts: LabelFacts) -> None:
    template = templates.load(stock)
    long = replace(facts, site_name="采样点" * 40, name="名" * 60)
    squares = lay_out(template, CODE, facts, dpi).squares
    assert lay_out(template, CODE, long, dpi).squares == squares
    for place, square in zip(template.square, squares, strict=True):
        quiet_dots, side_dots = place.quiet_modules * square.module_dots, len(square.rows) * square.module_dots
        for at_dots, at_mm in ((square.x_dots, place.x_mm), (square.y_dots, place.y_mm)):
            assert at_dots - quiet_dots >= at_mm * DOTS_PER_MM[dpi] - 1
            assert at_dots + side_dots + quiet_dots <= (at_mm + place.size_mm) * DOTS_PER_MM[dpi] + 1


def test_a_square_code_with_nothing_or_too_much_to_say_is_refused(facts: LabelFacts) -> None:
    receipt = templates.load("receipt_60x40")
    for url, code in (("", "label_code_empty"), ("https://example.org/" + "long" * 60, "label_too_narrow")):
        with pytest.raises(Refused) as refusal:
            lay_out(receipt, CODE, replace(facts, lookup_url=url))
        assert refusal.value.code == code


def test_a_receipt_names_nobody_unless_asked(facts: LabelFacts) -> None:
    assert "赵试" in shown(facts, "receipt_60x40")
    assert "赵试" not in " ".join(shown(replace(facts, name=""), "receipt_60x40"))


def test_where_one_field_says_nothing_the_next_one_speaks(facts: LabelFacts) -> None:
    assert "夜场 Batch 7" in shown(facts, "place_100x50")
    assert "福永社区体育中心采样点" in shown(replace(facts, text=""), "place_100x50")
    assert "————" in shown(replace(facts, text=""), "vehicle_100x50")
    assert "样本保存液" in shown(replace(facts, text=""), "tube_38x21_sheet")


def test_a_code_too_long_for_the_label_is_refused_with_the_width_it_needs(facts: LabelFacts) -> None:
    with pytest.raises(Refused) as refusal:
        lay_out(templates.load("tube_35x30"), "SUPPLIER-2022-000017", facts)
    assert refusal.value.code == "label_too_narrow"
    assert refusal.value.detail == (
        "Code SUPPLIER-2022-000017 needs 63.2 mm with its quiet zones; label tube_35x30 has 34.0 mm. Use a wider label."
    )


@pytest.mark.parametrize("code", ["", "管0017", "1000\n0017", "\uff11\uff12"])
def test_a_code_that_code_128_has_no_signs_for_is_refused(code: str, facts: LabelFacts) -> None:
    with pytest.raises(Refused, match="Code 128") as refusal:
        lay_out(templates.load("tube_35x30"), code, facts)
    assert refusal.value.code == "label_code_unprintable"


def test_a_resolution_the_stock_is_not_made_for_is_refused(facts: LabelFacts) -> None:
    with pytest.raises(Refused) as refusal:
        lay_out(templates.load("tube_35x30"), CODE, facts, dpi=600)
    assert refusal.value.code == "label_dpi_unknown"


def test_nothing_and_the_same_twice_are_refused(facts: LabelFacts) -> None:
    for codes, code in (([], "label_none_asked"), ([CODE, CODE], "label_code_twice")):
        with pytest.raises(Refused) as refusal:
            lay_out_all(templates.load("tube_35x30"), codes, facts)
        assert refusal.value.code == code


def test_one_bad_code_stops_the_whole_print(facts: LabelFacts) -> None:
    with pytest.raises(Refused, match="needs"):
        lay_out_all(templates.load("tube_35x30"), [CODE, "SUPPLIER-2022-000017"], facts)


def test_the_number_is_in_groups_and_a_reprint_says_so(facts: LabelFacts) -> None:
    assert shown(facts) == ["样本保存液 10-in-1", "FY-012 福永社区体育中心采样点", "10 0000 0000 0176", "夜场 Batch 7", "重印 REPRINT"]
    assert "重印 REPRINT" not in shown(replace(facts, reprint=False))


def test_a_label_speaks_the_language_asked_for_or_its_own_first(facts: LabelFacts) -> None:
    assert shown(replace(facts, language="en"))[0] == "Sample preservation 10-in-1"
    assert shown(replace(facts, language="fr"))[0] == "样本保存液 10-in-1"


def test_a_long_text_is_made_smaller_and_then_refused_and_never_moves_the_bars(facts: LabelFacts) -> None:
    template = templates.load("tube_35x30")
    short, long = (lay_out(template, CODE, replace(facts, text=text)) for text in ("夜场", "夜" * 18))
    assert long.lines[3].font_size_mm < short.lines[3].font_size_mm
    assert long.bars == short.bars
    with pytest.raises(Refused, match="Shorten it") as refusal:
        lay_out(template, CODE, replace(facts, text="夜" * 30))
    assert refusal.value.code == "label_text_too_long"


def test_a_long_site_name_ends_in_an_ellipsis_after_its_code(facts: LabelFacts) -> None:
    line = shown(replace(facts, site_name="深圳市宝安区福永街道社区体育中心东门外临时采样点" * 3))[1]
    assert line.startswith("FY-012 深圳市宝安区")
    assert line.endswith("…")


def test_what_was_typed_is_text_whatever_it_looks_like(facts: LabelFacts) -> None:
    assert shown(replace(facts, text='{code} {0.a} ^XA~"'))[3] == '{code} {0.a} ^XA~"'
    assert shown(replace(facts, text="a\r\nPRINT 9\x00\x1b\u202eb"))[3] == "a PRINT 9b"


@pytest.mark.parametrize("bold", [False, True])
def test_the_table_of_letter_widths_is_never_narrower_than_the_font(*, bold: bool) -> None:
    font = font_of(1000, bold)
    for text in map(chr, range(32, 127)):
        assert font.getlength(text) <= width_em(text) * 1000 + 1
    for text in ("样本保存液 10-in-1", "AVATAR Type WAVE fjord", "\"'^~\\|{}", "福永\uff0c社区\uff08东\uff09", "…"):
        assert font.getlength(text) * 0.98 <= width_em(text) * 1000
