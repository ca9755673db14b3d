"""Ben labels what came to the lab without a label that can be read."""

from typing import Any

import pytest
from httpx import Response

from lims.kernel import barcodes
from lims.kernel.barcodes import Kind
from lims.kernel.ids import uuid7
from tests.bench import another_town, bench_state, done, refused, scan
from tests.factories import Somebody, Town, code


def reserve(town: Town, by: Somebody | None = None, **changes: object) -> Response:
    """Ben wants new codes."""
    body: dict[str, Any] = {"id": str(uuid7()), "lab": town.lab, "kind": "tube", "count": 2}
    return (by or town.ben).post("/testing/api/label-ranges", body | changes)


def printed(town: Town, path: str, by: Somebody | None = None, **how: str) -> Response:
    """Ben has labels printed as a file."""
    return (by or town.ben).get(f"/testing/api/{path}", **({"template": "tube_35x30", "format": "csv"} | how))


def test_a_tube_without_a_code_gets_one_is_received_and_tested(town: Town) -> None:
    new = done(reserve(town, count=1))
    assert new["first"] == new["last"]
    assert new["first"] in printed(town, f"label-ranges/{new['id']}/labels").text
    box = code(Kind.BOX)
    assert done(scan(town, box, new["first"]))["unregistered"] == [new["first"]]
    assert bench_state(town, new["first"]) == "waiting"
    assert {"tube": new["first"]} in town.plated()["wells"].values()


@pytest.mark.parametrize("kind", [Kind.TUBE, Kind.PLATE, Kind.PLACE])
def test_codes_are_of_the_kind_that_is_asked_for_and_nobody_else_has_them(town: Town, kind: Kind) -> None:
    new = done(reserve(town, kind=kind.value, count=3))
    assert barcodes.own_kind(new["first"]) is kind
    assert barcodes.serial_of(new["last"]) - barcodes.serial_of(new["first"]) == 2
    theirs = town.ana.post("/sampling/api/label-ranges", {"site": town.site, "count": 3}).json()
    ours = range(barcodes.serial_of(new["first"]), barcodes.serial_of(new["last"]) + 1)
    assert barcodes.serial_of(theirs["first"]) not in ours


def test_a_wish_that_is_sent_again_is_granted_once(town: Town) -> None:
    wish = str(uuid7())
    first, again = done(reserve(town, id=wish)), done(reserve(town, id=wish))
    assert first == again
    refused(reserve(town, id=wish, count=3), 409, "id_reused")


def test_a_second_print_of_new_codes_needs_a_reason_and_is_marked(town: Town) -> None:
    path = f"label-ranges/{done(reserve(town))['id']}/labels"
    assert ",yes," not in printed(town, path).text
    refused(printed(town, path), 409, "reprint_without_reason")
    assert ",yes," in printed(town, path, reprint_reason="the roll tore").text


def test_a_label_with_a_tubes_own_code_is_marked_and_stands_in_its_life(town: Town) -> None:
    tube = town.collected(1)["barcode"]
    town.received(tube)
    answer = printed(town, f"tubes/{tube}/label", format="pdf")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert ",yes," in printed(town, f"tubes/{tube}/label").text
    history = done(town.ben.get(f"/sampling/api/tubes/{tube}"))["history"]
    assert [line["verb"] for line in history].count("tube.relabelled") == 2


def test_a_tube_that_is_still_on_its_way_gets_no_second_label_here(town: Town) -> None:
    refused(printed(town, f"tubes/{code(Kind.TUBE)}/label"), 404, "tube_not_here")


def test_another_labs_technician_finds_neither_tube_nor_codes(town: Town) -> None:
    stranger = another_town(town).ben
    tube, new = town.collected(1)["barcode"], done(reserve(town))
    town.received(tube)
    refused(printed(town, f"tubes/{tube}/label", by=stranger), 404, "tube_not_here")
    refused(printed(town, f"label-ranges/{new['id']}/labels", by=stranger), 404, "not_found")
    refused(reserve(town, by=stranger), 404, "not_found")


def test_a_sites_codes_are_not_the_labs_and_the_labs_not_the_sites(town: Town) -> None:
    theirs = town.ana.post("/sampling/api/label-ranges", {"site": town.site, "count": 1}).json()
    refused(printed(town, f"label-ranges/{theirs['id']}/labels"), 404, "not_found")
    ours = done(reserve(town))
    refused(town.ana.get(f"/sampling/api/label-ranges/{ours['id']}/labels", template="tube_35x30"), 404, "not_found")
    refused(reserve(town, by=town.ana), 403, "role_missing")
