"""Labels are looked at with their real codes, and read by an independent reader, before one is printed."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from lims.sampling.labels import templates
from lims.sampling.labels.reading import read_back
from lims.sampling.labels.rules import LabelFacts
from tests.factories import Town


@pytest.fixture
def made(town: Town) -> dict[str, Any]:
    """A range of five."""
    answer: dict[str, Any] = town.ana.post("/sampling/api/label-ranges", {"site": town.site, "count": 5}).json()
    return answer


def test_the_preview_shows_real_codes_that_read_well(town: Town, made: dict[str, Any]) -> None:
    answer = town.ana.get("/sampling/labels/preview", template="tube_50x25", range=made["id"], dpi="300")
    assert answer.status_code == 200
    assert answer.text.count("reads well") == 3
    assert f"code={made['first']}" in answer.text
    assert f"code={made['last']}" in answer.text


def test_the_picture_is_the_label_dot_for_dot(town: Town, made: dict[str, Any]) -> None:
    answer = town.ana.get("/sampling/labels/preview.png", template="tube_35x30", code=made["first"], dpi="203")
    assert answer.headers["content-type"] == "image/png"
    assert Image.open(BytesIO(answer.content)).size == (280, 240)


def test_a_text_that_does_not_fit_is_told_on_the_page(town: Town, made: dict[str, Any]) -> None:
    answer = town.ana.get("/sampling/labels/preview", text="夜" * 60)
    assert answer.status_code == 200
    assert "Shorten it" in answer.text


def test_an_empty_site_is_told_what_would_be_here(town: Town) -> None:
    assert "Nothing is reserved yet" in town.ana.get("/sampling/labels/preview").text


def test_labels_of_another_site_are_not_shown(town: Town, made: dict[str, Any]) -> None:
    elsewhere = Town.build(town.program, town.web)
    answer = elsewhere.ana.get("/sampling/labels/preview.png", code=made["first"])
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert made["first"] not in elsewhere.ana.get("/sampling/labels/preview", range=made["id"]).text


@pytest.mark.parametrize("stock", templates.names())
def test_every_stock_is_read_back(stock: str, facts: LabelFacts) -> None:
    for dpi in (203, 300):
        assert read_back(templates.load(stock), "10000000000176", facts, dpi).good
