"""A tube that comes late is put into the sealed box until that has left; who asks for a tube is told exactly where it lies."""

from typing import Any

import pytest
from httpx import Response

from lims.kernel import barcodes, ids
from tests.factories import Somebody, Town, at, code, tube
from tests.sampling.sync.crowd import state, together


def sealed_box(town: Town, *tubes: str) -> str:
    """A box that Ana has sealed at 09:00."""
    box = code(barcodes.Kind.BOX)
    body = {"id": str(ids.uuid7()), "barcode": box, "site": town.site, "tubes": list(tubes), "sealed_at": at(1)}
    assert town.ana.post("/sampling/api/boxes", body).status_code == 200
    return box


def change(**what: Any) -> dict[str, Any]:
    """The message of a box that was packed anew, at 10:00."""
    return {"id": str(ids.uuid7()), "at": at(2)} | what


def repack(town: Town, box: str, body: dict[str, Any], by: Somebody | None = None) -> Response:
    """Ana opens the box again."""
    return (by or town.ana).post(f"/sampling/api/boxes/{box}/changes", body)


def leave(town: Town, box: str, hours: float) -> None:
    """Carl takes the box away."""
    body = {"id": str(ids.uuid7()), "lab": town.lab, "at": at(hours)}
    assert town.carl.post(f"/sampling/api/boxes/{box}/dispatch", body).status_code == 200


def refused(answer: Response) -> tuple[int, str]:
    """Status and code."""
    return answer.status_code, answer.json()["code"]


def test_a_straggler_is_put_into_the_sealed_box(town: Town) -> None:
    first, late = (town.collected(1)["barcode"] for _ in range(2))
    box = sealed_box(town, first)
    assert repack(town, box, change(added=[late])).json()["tubes"] == 2
    assert town.ana.get(f"/sampling/api/boxes/{box}").json()["packed"] == sorted([first, late])
    assert town.ana.get(f"/sampling/api/tubes/{late}").json()["box"] == box


def test_a_tube_is_taken_out_of_the_sealed_box_and_waits_again(town: Town) -> None:
    stays, goes = (town.collected(1)["barcode"] for _ in range(2))
    box = sealed_box(town, stays, goes)
    assert repack(town, box, change(removed=[goes, goes])).json()["tubes"] == 1
    told = town.ana.get(f"/sampling/api/tubes/{goes}").json()
    assert (told["box"], told["history"][-1]["verb"]) == (None, "tube.unboxed")
    assert [tube["barcode"] for tube in town.ana.get("/sampling/api/boxes/waiting", site=town.site).json()["items"]] == [goes]


def test_ten_copies_of_a_change_at_once_change_the_box_once(town: Town) -> None:
    box, body, ana = sealed_box(town, town.collected(1)["barcode"]), change(added=[town.collected(1)["barcode"]]), town.ana
    assert {answer.status_code for answer in together(*[lambda: repack(town, box, body, ana)] * 10)} == {200}
    assert ("box.repacked", 1) in [row[1:] for row in state(town, [box], "events")["events"]]


def test_two_phones_that_each_add_a_straggler_lose_neither(town: Town) -> None:
    box, ana = sealed_box(town, town.collected(1)["barcode"]), town.ana
    late = [town.collected(1)["barcode"] for _ in range(2)]
    bodies = [change(added=[one]) for one in late]
    assert {answer.status_code for answer in together(*[lambda body=body: repack(town, box, body, ana) for body in bodies])} == {200}
    assert set(late) < set(town.ana.get(f"/sampling/api/boxes/{box}").json()["packed"])


@pytest.mark.parametrize("left_after_hours", [1.5, 2], ids=["before", "at the same moment"])
def test_after_the_box_has_left_a_straggler_goes_into_the_next(town: Town, left_after_hours: float) -> None:
    box, late = sealed_box(town, town.collected(1)["barcode"]), town.collected(1)["barcode"]
    leave(town, box, left_after_hours)
    answer = repack(town, box, change(added=[late]))
    assert refused(answer) == (409, "box_left")
    assert f"next box: {late}" in answer.json()["detail"]


def test_a_straggler_that_was_added_before_the_box_left_goes_with_it_though_it_is_told_later(town: Town) -> None:
    box, late = sealed_box(town, town.collected(1)["barcode"]), town.collected(1)["barcode"]
    leave(town, box, 3)
    assert repack(town, box, change(added=[late])).status_code == 200
    assert town.ana.get(f"/sampling/api/tubes/{late}").json()["dispatched_at"] == "2022-02-02T03:00:00Z"


def test_a_box_that_a_lab_has_opened_takes_no_more(town: Town) -> None:
    packed, late = (town.collected(1)["barcode"] for _ in range(2))
    box = sealed_box(town, packed)
    body = {"id": str(ids.uuid7()), "lab": town.lab, "at": at(1.5), "tubes": [packed]}
    assert town.ben.post(f"/testing/api/boxes/{box}/receive", body).status_code == 200
    assert refused(repack(town, box, change(added=[late]))) == (409, "box_left")


def test_a_box_that_nobody_has_sealed_is_not_changed(town: Town) -> None:
    assert refused(repack(town, code(barcodes.Kind.BOX), change(added=[town.collected(1)["barcode"]]))) == (409, "box_not_sealed")


def test_the_last_tube_stays_in_the_box(town: Town) -> None:
    only = town.collected(1)["barcode"]
    box = sealed_box(town, only)
    assert refused(repack(town, box, change(removed=[only]))) == (422, "box_emptied")
    assert town.ana.get(f"/sampling/api/boxes/{box}").json()["packed"] == [only]


def test_what_is_not_in_the_box_is_not_taken_out_and_what_is_elsewhere_not_put_in(town: Town) -> None:
    mine, other, opened = (
        town.collected(1)["barcode"],
        town.collected(1)["barcode"],
        town.collected(1, state="open", sealed_at=None)["barcode"],
    )
    box = sealed_box(town, mine)
    assert refused(repack(town, box, change(removed=[other]))) == (409, "box_tube_elsewhere")
    assert refused(repack(town, box, change(added=[mine]))) == (409, "box_tube_packed")
    assert refused(repack(town, box, change(added=[opened]))) == (409, "box_tube_not_sealed")
    assert refused(repack(town, box, change(added=[tube(town.site)["barcode"]]))) == (409, "box_tube_unknown")
    assert refused(repack(town, box, change(added=[other, other]))) == (422, "box_tube_twice")


def test_the_id_of_a_change_says_one_thing_only(town: Town) -> None:
    box, body = sealed_box(town, town.collected(1)["barcode"]), change(added=[town.collected(1)["barcode"]])
    repack(town, box, body)
    assert refused(repack(town, box, body | {"added": [town.collected(1)["barcode"]]})) == (409, "id_reused")


def test_another_sites_box_and_tubes_are_not_there_for_cleo(town: Town) -> None:
    elsewhere = Town.build(town.program, town.web)
    packed = town.collected(1)["barcode"]
    box = sealed_box(town, packed)
    asked = [
        elsewhere.ana.get(f"/sampling/api/boxes/{box}"),
        elsewhere.ana.get(f"/sampling/api/tubes/{packed}/packing"),
        elsewhere.ana.get("/sampling/api/boxes/waiting", site=town.site),
        repack(town, box, change(removed=[packed]), elsewhere.ana),
    ]
    assert {refused(answer) for answer in asked} == {(404, "not_found")}


def standing(town: Town, barcode: str) -> str:
    """What Ana is told of a tube that she scans."""
    told = town.ana.get(f"/sampling/api/tubes/{barcode}/packing").json()
    return str(told["standing"])


def test_whoever_scans_a_tube_is_told_where_it_lies_since_when_and_by_whom(town: Town) -> None:
    made = town.collected(1)["barcode"]
    assert standing(town, made) == "ready"
    box = sealed_box(town, made)
    told = town.ana.get(f"/sampling/api/tubes/{made}/packing").json()
    assert (told["standing"], told["box"], told["box_sealed_at"], told["box_sealed_by"]) == (
        "packed",
        box,
        "2022-02-02T01:00:00Z",
        town.ana.name,
    )
    leave(town, box, 2)
    told = town.ana.get(f"/sampling/api/tubes/{made}/packing").json()
    assert (told["standing"], told["lab"], told["dispatched_at"]) == ("left", town.lab, "2022-02-02T02:00:00Z")
    town.received(made, hours=3)
    assert standing(town, made) == "received"
    assert standing(town, town.collected(1, state="open", sealed_at=None)["barcode"]) == "open"
    assert standing(town, town.collected(1, state="void", sealed_at=None)["barcode"]) == "void"


def test_a_tube_that_only_the_lab_knows_is_not_told_of(town: Town) -> None:
    stranger = tube(town.site)["barcode"]
    town.received(stranger)
    assert refused(town.ana.get(f"/sampling/api/tubes/{stranger}/packing")) == (404, "not_found")


def test_the_site_is_told_which_sealed_tubes_wait_for_a_box(town: Town) -> None:
    assert town.ana.get("/sampling/api/boxes/waiting", site=town.site).json() == {"items": [], "count": 0, "oldest": None}
    late, early = (town.collected(1, hours=hours)["barcode"] for hours in (2, 1))
    town.collected(1, state="open", sealed_at=None)
    sealed_box(town, town.collected(1)["barcode"])
    town.received(town.collected(1)["barcode"])
    told = town.ana.get("/sampling/api/boxes/waiting", site=town.site).json()
    assert [one["barcode"] for one in told["items"]] == [early, late]
    assert (told["count"], told["oldest"]) == (2, told["items"][0]["sealed_at"])


@pytest.mark.parametrize(
    "body", [{"added": ["nonsense"]}, {"removed": ["20000000000211"]}, {"added": ["1"] * 1001}, {"at": "2199-01-01T00:00:00Z"}]
)
def test_a_change_that_cannot_be_is_refused(town: Town, body: dict[str, Any]) -> None:
    box = sealed_box(town, town.collected(1)["barcode"])
    assert repack(town, box, change(**body)).status_code == 422
