"""Ana packs sealed tubes into a box, Carl takes it away; either message may come first, and each counts once."""

from typing import Any

import pytest
from httpx import Response

from lims.kernel import barcodes, ids
from tests.factories import Somebody, Town, at, code, tube
from tests.sampling.sync.crowd import state, together


def packing(town: Town, *tubes: str, **changes: Any) -> dict[str, Any]:
    """The message of a box that was packed."""
    return {"id": str(ids.uuid7()), "barcode": code(barcodes.Kind.BOX), "site": town.site, "tubes": [*tubes], "sealed_at": at(1)} | changes


def leaving(town: Town, **changes: Any) -> dict[str, Any]:
    """The message of a box that left."""
    return {"id": str(ids.uuid7()), "lab": town.lab, "courier": "Carl", "vehicle": "V-1", "at": at(2)} | changes


def pack(town: Town, body: dict[str, Any], by: Somebody | None = None) -> Response:
    """Ana packs."""
    return (by or town.ana).post("/sampling/api/boxes", body)


def dispatch(town: Town, box: str, body: dict[str, Any]) -> Response:
    """Carl takes a box."""
    return town.carl.post(f"/sampling/api/boxes/{box}/dispatch", body)


def refused(answer: Response) -> tuple[int, str]:
    """Status and code; the sentence is for the person who packs."""
    assert answer.json()["detail"]
    return answer.status_code, answer.json()["code"]


def test_a_box_of_sealed_tubes_is_packed_and_every_tube_says_so(town: Town) -> None:
    tubes = [town.collected(1)["barcode"] for _ in range(3)]
    body = packing(town, *tubes)
    answer = pack(town, body)
    assert answer.json() | {"tubes": 3} == {
        "barcode": body["barcode"], "site": town.site, "tubes": 3, "sealed_at": "2022-02-02T01:00:00Z", "dispatched_at": None, "lab": None,
    }  # fmt: skip
    for barcode in tubes:
        told = town.ana.get(f"/sampling/api/tubes/{barcode}").json()
        assert (told["box"], told["history"][-1]["verb"]) == (body["barcode"], "tube.boxed")


def test_the_same_message_again_changes_nothing(town: Town) -> None:
    body = packing(town, town.collected(1)["barcode"])
    first, again = pack(town, body), pack(town, body)
    assert first.json() == again.json()
    assert state(town, [body["barcode"]], "events")["events"] == [(body["barcode"], "box.packed", 1)]


def test_ten_copies_at_once_pack_one_box(town: Town) -> None:
    body, ana = packing(town, town.collected(1)["barcode"]), town.ana
    assert {answer.status_code for answer in together(*[lambda: pack(town, body, ana)] * 10)} == {200}
    assert state(town, [body["barcode"]], "events")["events"] == [(body["barcode"], "box.packed", 1)]


def test_its_id_for_another_box_is_refused(town: Town) -> None:
    body = packing(town, town.collected(1)["barcode"])
    pack(town, body)
    assert refused(pack(town, body | {"barcode": code(barcodes.Kind.BOX)})) == (409, "id_reused")


def test_a_box_is_packed_once(town: Town) -> None:
    body = packing(town, town.collected(1)["barcode"])
    pack(town, body)
    answer = pack(town, packing(town, town.collected(1)["barcode"], barcode=body["barcode"]))
    assert refused(answer) == (409, "box_packed")
    assert "take another box" in answer.json()["detail"]


def test_a_tube_is_in_one_box(town: Town) -> None:
    barcode = town.collected(1)["barcode"]
    first = packing(town, barcode)
    pack(town, first)
    answer = pack(town, packing(town, barcode, town.collected(1)["barcode"]))
    assert refused(answer) == (409, "box_tube_packed")
    assert f"{barcode} (in box {first['barcode']})" in answer.json()["detail"]


def test_of_two_boxes_that_claim_a_tube_at_once_one_gets_it(town: Town) -> None:
    barcode, ana = town.collected(1)["barcode"], town.ana
    bodies = [packing(town, barcode, town.collected(1)["barcode"]) for _ in range(2)]
    answers = together(*[lambda body=body: pack(town, body, ana) for body in bodies])
    assert sorted(answer.status_code for answer in answers) == [200, 409]


def test_an_open_tube_stays_out_of_the_box(town: Town) -> None:
    opened = town.collected(1, state="open", sealed_at=None)["barcode"]
    answer = pack(town, packing(town, opened, town.collected(1)["barcode"]))
    assert refused(answer) == (409, "box_tube_not_sealed")
    assert opened in answer.json()["detail"]


def test_a_tube_that_nobody_has_sent_stays_out_until_it_is_sent(town: Town) -> None:
    late = tube(town.site)
    body = packing(town, late["barcode"])
    answer = pack(town, body)
    assert refused(answer) == (409, "box_tube_unknown")
    assert f"{late['barcode']}. Send them first." in answer.json()["detail"]
    town.sync(late)
    assert pack(town, body).status_code == 200


def test_a_tube_of_another_site_stays_out(town: Town) -> None:
    elsewhere = Town.build(town.program, town.web)
    assert refused(pack(town, packing(town, elsewhere.collected(1)["barcode"]))) == (409, "box_tube_unknown")


def test_a_tube_scanned_twice_is_refused(town: Town) -> None:
    barcode = town.collected(1)["barcode"]
    assert refused(pack(town, packing(town, barcode, f" {barcode}"))) == (422, "box_tube_twice")


@pytest.mark.parametrize(
    ("change", "status", "told"),
    [
        ({"barcode": "30000000000175"}, 422, "barcode_check_digit"),
        ({"barcode": "nonsense"}, 422, "barcode_unknown_format"),
        ({"barcode": "\x00"}, 422, "barcode_malformed"),
        ({"tubes": []}, 422, "request_malformed"),
        ({"tubes": ["10000000000176"] * 1001}, 422, "request_malformed"),
        ({"site": "NOWHERE"}, 404, "site_unknown"),
        ({"site": "\x00"}, 404, "site_unknown"),
        ({"sealed_at": "2199-01-01T00:00:00Z"}, 422, "time_in_future"),
        ({"sealed_at": "2022-02-02T08:00:00"}, 422, "request_malformed"),
        ({"id": "1"}, 422, "request_malformed"),
    ],
    ids=str,
)
def test_a_box_that_cannot_be_is_refused(town: Town, change: dict[str, Any], status: int, told: str) -> None:
    assert refused(pack(town, packing(town, town.collected(1)["barcode"]) | change)) == (status, told)


def test_a_packed_box_takes_its_tubes_along(town: Town) -> None:
    barcode = town.collected(1)["barcode"]
    body = packing(town, barcode)
    pack(town, body)
    answer = dispatch(town, body["barcode"], leaving(town)).json()
    assert (answer["lab"], answer["dispatched_at"]) == (town.lab, "2022-02-02T02:00:00Z")
    told = town.ana.get(f"/sampling/api/tubes/{barcode}").json()
    assert (told["dispatched_at"], told["history"][-1]["verb"]) == ("2022-02-02T02:00:00Z", "tube.dispatched")


def test_a_box_that_left_before_its_list_came_takes_its_tubes_along_all_the_same(town: Town) -> None:
    barcode = town.collected(1)["barcode"]
    body = packing(town, barcode)
    assert dispatch(town, body["barcode"], leaving(town)).status_code == 200
    assert pack(town, body).json()["lab"] == town.lab
    assert town.ana.get(f"/sampling/api/tubes/{barcode}").json()["dispatched_at"] == "2022-02-02T02:00:00Z"


def test_a_box_leaves_once(town: Town) -> None:
    body = leaving(town)
    box = code(barcodes.Kind.BOX)
    assert [dispatch(town, box, body).status_code for _ in range(2)] == [200, 200]
    answer = dispatch(town, box, leaving(town))
    assert refused(answer) == (409, "box_dispatched")
    assert town.lab in answer.json()["detail"]


@pytest.mark.parametrize(
    ("change", "told"), [({"lab": "NOWHERE"}, "lab_unknown"), ({"at": "2199-01-01T00:00:00Z"}, "time_in_future")], ids=str
)
def test_a_departure_that_cannot_be_is_refused(town: Town, change: dict[str, Any], told: str) -> None:
    assert refused(dispatch(town, code(barcodes.Kind.BOX), leaving(town, **change))) == (422, told)


def test_weird_words_about_courier_and_vehicle_are_refused_or_taken_but_never_fail_the_server(town: Town) -> None:
    for word in ("\x00", "a\x00b", "=cmd|' /C calc'!A0", "\u202e", "x" * 101, "^XA~JA"):
        assert dispatch(town, code(barcodes.Kind.BOX), leaving(town, courier=word, vehicle=word)).status_code in {200, 422}
