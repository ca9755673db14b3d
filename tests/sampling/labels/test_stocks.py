"""The files in label_templates: a lab edits them without Python, so each mistake is answered with a sentence."""

import re
from pathlib import Path

import pytest

from lims.kernel.errors import Refused
from lims.sampling.labels import templates

GOOD = (templates.DEFAULT_FOLDER / "tube_35x30.toml").read_text("utf-8")
SHEET = (templates.DEFAULT_FOLDER / "tube_35x30_sheet.toml").read_text("utf-8")
QR = '[[square]]\nsymbol = "qr"\nx_mm = 2\ny_mm = 8\nmodule_dots = { 203 = 2, 300 = 3 }\n'


def fault(folder: Path, described: str | bytes) -> str:
    """What the program says about a stock with this content."""
    content = described if isinstance(described, bytes) else described.encode()
    (folder / "mine.toml").write_bytes(content)
    with pytest.raises(Refused) as refusal:
        templates.load("mine", folder)
    assert refusal.value.code == "label_template_invalid"
    return refusal.value.detail


def test_every_stock_of_the_repository_can_be_printed() -> None:
    names = ["box_100x50", "place_100x50", "plate_70x10", "receipt_60x40", "tube_35x30", "tube_35x30_sheet", "tube_38x21_sheet"]
    assert templates.check_all() == dict.fromkeys([*names, "tube_50x25", "vehicle_100x50"])


def test_whoever_chooses_a_stock_of_the_repository_reads_it_in_the_own_language() -> None:
    for name in templates.names():
        stock = templates.load(name)
        assert re.search("[\u4e00-\u9fff]", stock.described("zh")), name
        assert not re.search("[\u4e00-\u9fff]", stock.described("en")), name


def test_a_stock_that_is_described_once_is_described_so_to_everybody(tmp_path: Path) -> None:
    written_once = re.sub(r"description = \{.*\}", 'description = "Our labels"', GOOD)
    (tmp_path / "once.toml").write_text(written_once, "utf-8")
    assert templates.load("once", tmp_path).described("zh") == "Our labels"
    (tmp_path / "half.toml").write_text(written_once.replace('"Our labels"', '{ en = "Our labels" }'), "utf-8")
    assert templates.load("half", tmp_path).described("zh") == "Our labels"


@pytest.mark.parametrize("name", ["unheard_of", "", "../pyproject", "tube_35x30.toml", "TUBE_35X30\0"])
def test_a_name_that_is_not_in_the_folder_is_refused_with_those_that_are(name: str) -> None:
    with pytest.raises(Refused, match="tube_35x30_sheet") as refusal:
        templates.load(name)
    assert refusal.value.code == "label_template_unknown"


def test_a_lab_keeps_its_own_folder_and_an_edit_takes_effect_at_once(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert templates.load("mine", tmp_path).dpi == 203
    (tmp_path / "mine.toml").write_text(GOOD.replace("dpi = 203", "dpi = 300"), "utf-8")
    assert templates.load("mine", tmp_path).dpi == 300
    assert templates.names(tmp_path / "nowhere") == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("dpi = 203", "dpi = 600", "module_dots says nothing about 600 dpi"),
        ("203 = 2", "203 = 3", "a code needs 49.5 mm with its quiet zones at 203 dpi; the bars have 34 mm"),
        ("203 = 2", "203 = 1", "a module of 1 dots at 203 dpi smears"),
        ("203 = 2", "203 = 2.5", "valid integer"),
        ("203 = 2", "152 = 2", "152 dpi is not known"),
        ("height_mm = 12.5", "height_mm = 14", "text 3 stands on the bars"),
        ("height_mm = 12.5", "height_mm = 12.5\nquiet_modules = 6", "quiet_modules must be 10 or more"),
        ("height_mm = 30", "height_mm = 28", "text 5 reaches over the edge of the label"),
        ("height_mm = 30", "height_mm = nan", "height_mm: Input should be a finite number"),
        ("width_mm = 35", "width_mm = 0", "a size is zero or negative"),
        ("{reprint}", "{text}", "no text shows the reprint mark"),
        ("{grouped}", "{text}", "no text shows the number"),
        ("{text}", "{pateint}", "there is no {pateint}; there are {code}"),
        ("font_size_mm = 3.2", "font_size_mm = 0.9", "text 3: font_size_mm must be at least"),
        ('languages = ["zh", "en"]', 'languages = ["zh", "en", "fr"]', "text 1 has no content in fr"),
        ("font_size_mm = 3.2", "font_siez_mm = 3.2", "font_siez_mm"),
        ("dpi = 203", "dpi = ", "it is not TOML"),
        ("dpi = 203", 'dpi = 203\nkind = "cup"', "there is no kind 'cup'; there are tube, box"),
        ("dpi = 203", 'dpi = 203\nkind = "receipt"', "no text shows the code for the result"),
        ("{text}", "{text|pateint|'none'}", "there is no {pateint}; there are {code}"),
        ("[bars]", "[bar]", "bar"),
        ("[[text]]", "[[line]]\nx_mm = 0\ny_mm = 28\nwidth_mm = 9\nheight_mm = 9\n[[text]]", "line 1: a line is 0.1 to 3 mm thick"),
        ("[[text]]", f"{QR}size_mm = 7\n[[text]]", "a code needs 7.2 mm with its quiet zones at 203 dpi; square 1 has 7 mm"),
        ("[[text]]", f"{QR}size_mm = 7.25\n[[text]]", "square 1 stands on the bars"),
        ("[[text]]", f"{QR}size_mm = 7.25\ncontent = '{{cdoe}}'\n[[text]]", "there is no {cdoe}"),
    ],
)
def test_a_mistake_in_a_file_is_named(old: str, new: str, said: str, tmp_path: Path) -> None:
    assert said in fault(tmp_path, GOOD.replace(old, new, 1))


def test_a_grid_larger_than_the_paper_is_named(tmp_path: Path) -> None:
    assert "the sheet has 210 by 297 mm" in fault(tmp_path, SHEET.replace("rows = 9", "rows = 10"))
    assert "at least one column" in fault(tmp_path, SHEET.replace("rows = 9", "rows = 0"))


def test_a_file_saved_in_another_encoding_is_named(tmp_path: Path) -> None:
    assert "not saved as UTF-8" in fault(tmp_path, GOOD.encode("gb18030"))
    assert templates.check_all(tmp_path) == {"mine": "Label template mine cannot be printed: the file is not saved as UTF-8."}
