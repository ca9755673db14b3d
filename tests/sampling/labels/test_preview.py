"""Labels are looked at with their real codes, and read by an independent reader, before one is printed."""

from base64 import b64decode
from io import BytesIO
from typing import Any

import pytest
from httpx import Response
from PIL import Image

from lims.sampling.labels import templates
from lims.sampling.labels.reading import read_back
from lims.sampling.labels.rules import LabelFacts
from tests.factories import Somebody, Town

GOOD = templates.source("tube_50x25")


@pytest.fixture
def made(town: Town) -> dict[str, Any]:
    """A range of five."""
    answer: dict[str, Any] = town.ana.post("/sampling/api/label-ranges", {"site": town.site, "count": 5}).json()
    return answer


def looked(who: Somebody, made: dict[str, Any], **how: Any) -> Response:
    """Look at the labels of a range."""
    return who.post("/sampling/api/label-preview", {"range": made["id"]} | how)


@pytest.mark.parametrize("stock", templates.names())
def test_every_stock_is_shown_with_real_codes_and_reads_well(town: Town, made: dict[str, Any], stock: str) -> None:
    labels = looked(town.ana, made, template=stock, dpi=300, reprint=True, language="en").json()["labels"]
    assert [labels[0]["code"], labels[-1]["code"]] == [made["first"], made["last"]]
    assert all(one["good"] and one["found"] for one in labels)
    assert len(labels) == 3


def test_the_picture_is_the_label_dot_for_dot(town: Town, made: dict[str, Any]) -> None:
    (label, *_) = looked(town.ana, made, template="tube_35x30", dpi=203).json()["labels"]
    assert Image.open(BytesIO(b64decode(label["picture"]))).size == (280, 240)


def test_a_text_that_does_not_fit_is_told(town: Town, made: dict[str, Any]) -> None:
    answer = looked(town.ana, made, text="夜" * 60)
    assert (answer.status_code, answer.json()["code"]) == (422, "label_text_too_long")


def test_ada_tries_a_stock_that_is_not_installed(town: Town, made: dict[str, Any]) -> None:
    wider = GOOD.replace("width_mm = 50.8", "width_mm = 60")
    (label, *_) = looked(town.ada, made, source=wider).json()["labels"]
    assert Image.open(BytesIO(b64decode(label["picture"]))).width == 480
    assert "(tried)" not in templates.names()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("dpi = 203", "dpi = ", "(at line 6, column 7)"),
        ("font_size_mm = 3.4", "font_siez_mm = 3.4", "(line 36)"),
        ("width_mm = 50\n", "width_mm = 30\n", "a code needs 49.5 mm with its quiet zones at 203 dpi; the bars have 30 mm"),
        ("y_mm = 17.3", "y_mm = 12", "text 3 stands on the bars (line 32)"),
        ("width_mm = 50.8", "width_mm = 1e9", "a label is at most 300 mm"),
        ("height_mm = 25.4", 'height_mm = "25.4 mm"', "(line 4)"),
    ],
)
def test_a_broken_stock_is_answered_with_line_and_reason(town: Town, made: dict[str, Any], old: str, new: str, said: str) -> None:
    answer = looked(town.ada, made, source=GOOD.replace(old, new, 1))
    assert (answer.status_code, answer.json()["code"]) == (422, "label_template_invalid")
    assert said in answer.json()["detail"]


def test_a_sampler_does_not_try_stocks(town: Town, made: dict[str, Any]) -> None:
    answer = looked(town.ana, made, source=GOOD)
    assert (answer.status_code, answer.json()["code"]) == (403, "role_missing")
    assert "textarea" not in town.ana.get("/sampling/labels/preview").text
    assert "textarea" in town.ada.get("/sampling/labels/preview", site=town.site).text


def test_the_file_of_a_stock_is_there_to_be_changed(town: Town) -> None:
    assert town.ana.get("/sampling/labels/preview.toml", template="tube_50x25").text == GOOD
    assert town.ana.get("/sampling/labels/preview.toml", template="../pyproject").json()["code"] == "label_template_unknown"


def test_an_empty_site_is_told_what_would_be_here(town: Town) -> None:
    assert "Nothing is reserved yet" in town.ana.get("/sampling/labels/preview").text


def test_labels_of_another_site_are_not_shown(town: Town, made: dict[str, Any]) -> None:
    elsewhere = Town.build(town.program, town.web)
    answer = looked(elsewhere.ana, made)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert made["first"] not in elsewhere.ana.get("/sampling/labels/preview", range=made["id"]).text


@pytest.mark.parametrize("stock", templates.names())
def test_every_stock_is_read_back(stock: str, facts: LabelFacts) -> None:
    for dpi in (203, 300):
        assert read_back(templates.load(stock), "10000000000176", facts, dpi).good
