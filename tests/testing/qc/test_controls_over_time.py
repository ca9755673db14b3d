"""Ben and Bea watch the weak positive: on the page of the lab's controls, and on the plate they review."""

import re
from typing import Any

import pytest

from lims.kernel.barcodes import Kind
from tests.bench import another_town, done, message, refused
from tests.factories import SEEN, Town, code


@pytest.fixture
def plate(town: Town) -> dict[str, Any]:
    """A plate of three tubes."""
    town.received(*(code(Kind.TUBE) for _ in range(3)))
    return town.plated()


def measured(town: Town, plate: dict[str, Any], orf: float, n: float = 34.5) -> str:
    """One more run of a plate, its weak positive found at these Ct."""
    weak = f"weak_positive,ORF1ab,{SEEN['weak_positive'][0]}"
    file = (
        town.run_file(plate).decode().replace(weak, f"weak_positive,ORF1ab,{orf}").replace("weak_positive,N,34.5", f"weak_positive,N,{n}")
    )
    return str(done(town.upload(plate["barcode"], file.encode()))["run"])


def usual(town: Town, plate: dict[str, Any]) -> None:
    """Twenty runs around Ct 34, half a cycle up and down."""
    for number in range(20):
        measured(town, plate, 33.5 + number % 2 + number / 1000)


def controls(town: Town, **asked: Any) -> str:
    """The page of the controls."""
    answer = town.ben.get("/testing/controls", **asked)
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", answer.text)


def pictures(page: str, size: str) -> list[str]:
    """The charts of the targets, as large as for a desk or a phone."""
    return re.findall(rf'<svg class="chart levey {size}".*?</svg>', page)


def test_on_a_phone_the_picture_shows_the_newest_and_says_so(town: Town, plate: dict[str, Any]) -> None:
    usual(town, plate)
    assert "has room for" not in controls(town)
    measured(town, plate, 36.0)
    page = controls(town)
    assert [picture.count("<title>") for picture in pictures(page, "wide")] == [21, 21]
    assert [picture.count("<title>") for picture in pictures(page, "narrow")] == [20, 20]
    assert '<path class="problem"' in pictures(page, "narrow")[0]
    assert "room for the newest 20 values" in page


def test_before_twenty_values_the_page_says_how_many_are_known(town: Town, plate: dict[str, Any]) -> None:
    measured(town, plate, 34.0)
    page = controls(town)
    assert "1 of 20 values known" in page
    assert [picture.count("<circle") for picture in pictures(page, "wide")] == [1, 1]


def test_a_steady_weak_positive_is_said_to_be_steady(town: Town, plate: dict[str, Any]) -> None:
    usual(town, plate)
    page = controls(town)
    assert "steady: no warning in 20 values" in page
    assert "Mean 34.01 cycles, SD 0.51 cycles." in page


def test_a_jump_is_a_warning_on_the_page_and_on_the_plate_and_the_plate_counts_all_the_same(town: Town, plate: dict[str, Any]) -> None:
    usual(town, plate)
    run = measured(town, plate, 36.0)
    assert "1-3s" in controls(town)
    shown = town.bea.get(f"/testing/runs/{run}").text
    assert "1-3s" in shown
    assert "own controls decide" in shown
    assert done(town.bea.get(f"/testing/api/runs/{run}"))["control_verdict"] == "passed"
    assert len(done(town.reviewed(run))["released"]) == 3


def test_an_earlier_plate_is_not_warned_of_what_came_later(town: Town, plate: dict[str, Any]) -> None:
    usual(town, plate)
    quiet = measured(town, plate, 34.02)
    measured(town, plate, 36.0)
    assert "1-3s" not in town.bea.get(f"/testing/runs/{quiet}").text


def test_a_new_lot_of_control_material_begins_anew(town: Town, plate: dict[str, Any]) -> None:
    usual(town, plate)
    what = {"lab": town.lab, "kind": "control_material", "product": "third party", "number": "CM-7", "expires_on": "2099-01-01"}
    lot = done(town.ben.post("/testing/api/lots", message(**what)))["id"]
    assert town.ben.post(f"/testing/api/lots/{lot}/open", message()).status_code in (200, 204)
    town.received(code(Kind.TUBE))
    measured(town, town.plated(hours=4), 36.0)
    page = controls(town)
    assert "third party CM-7" in page
    assert "1 of 20 values known" in page
    assert "steady: no warning in 20 values" in controls(town, assay="ncov2", version=1)


def test_a_plate_that_is_run_again_out_of_control_is_seen_and_does_not_say_what_is_usual(town: Town, plate: dict[str, Any]) -> None:
    usual(town, plate)
    done(town.imported(plate, spoiled="weak_positive"))
    page = controls(town)
    assert "Not detected" in page
    assert "Mean 34.01 cycles" in page


def test_another_lab_has_its_own_controls(town: Town, plate: dict[str, Any]) -> None:
    run = measured(town, plate, 34.0)
    other = another_town(town)
    assert plate["barcode"] not in other.ben.get("/testing/controls", lab=town.lab).text
    refused(other.bea.get(f"/testing/runs/{run}"), 404, "not_found")
    refused(town.ana.get("/testing/controls"), 403, "role_missing")


def test_the_page_asks_as_often_for_one_run_as_for_twenty(town: Town, plate: dict[str, Any]) -> None:
    measured(town, plate, 34.0)
    few = int(town.ben.get("/testing/controls").headers["X-Statements"])
    usual(town, plate)
    assert int(town.ben.get("/testing/controls").headers["X-Statements"]) == few
