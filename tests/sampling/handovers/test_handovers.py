"""Ana gives boxes, Carl takes them, and both sign; one alone sends nothing away with two signatures."""

from datetime import UTC, datetime
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from lims.catalog import actions as catalog
from lims.catalog.forms import CatalogForm
from lims.catalog.rules import Catalog
from lims.kernel import barcodes, ids
from lims.kernel.auth import actions as auth
from lims.kernel.db import Access
from tests.bench import NIGHTS
from tests.factories import Somebody, Town, at, code
from tests.sampling.sync.crowd import state, together

TWICE = barcodes.own_code(barcodes.Kind.BOX, 19)
PASSWORD = "carl drives at night"


def sealed_box(town: Town) -> str:
    """A box with one tube that Ana has sealed."""
    box = code(barcodes.Kind.BOX)
    body = {"id": str(ids.uuid7()), "barcode": box, "site": town.site, "tubes": [town.collected(1)["barcode"]], "sealed_at": at(1)}
    assert town.ana.post("/sampling/api/boxes", body).status_code == 200
    return box


def handing(town: Town, *boxes: str, **changes: Any) -> dict[str, Any]:
    """The message of a hand-over, at 10:00."""
    body = {"id": str(ids.uuid7()), "lab": town.lab, "vehicle": "40000000000012", "temperature_c": 5.5, "at": at(2)}
    return body | {"boxes": [{"barcode": box} for box in boxes]} | changes


def hand_over(town: Town, body: dict[str, Any], by: Somebody | None = None) -> Response:
    """Ana hands boxes over."""
    return (by or town.ana).post("/sampling/api/handovers", body)


def sign(handover: str, by: Somebody, **changes: Any) -> Response:
    """Somebody countersigns, at 10:06."""
    return by.post(f"/sampling/api/handovers/{handover}/sign", {"id": str(ids.uuid7()), "at": at(2.1)} | changes)


def with_password(town: Town, who: Somebody, *roles: str, site: str | None = None) -> dict[str, str]:
    """Name and password of somebody, as they are typed on Ana's phone."""
    with town.program.database.transaction(Access.OWNER) as connection:
        auth.add_user(connection, datetime.now(UTC), who.name, roles, site=site, password=PASSWORD)
    return {"name": who.name, "password": PASSWORD}


def refused(answer: Response) -> tuple[int, str]:
    """Status and code."""
    return answer.status_code, answer.json()["code"]


def left(town: Town, box: str) -> str | None:
    """When a box has left, as Ana is told."""
    told: str | None = town.ana.get(f"/sampling/api/boxes/{box}").json()["dispatched_at"]
    return told


def test_ana_gives_and_carl_takes_on_his_own_phone(town: Town) -> None:
    boxes = sorted(sealed_box(town) for _ in range(2))
    offered = hand_over(town, handing(town, *boxes)).json()
    assert (offered["given_by"], offered["taken_by"], offered["signed_at"]) == (town.ana.name, None, None)
    assert [left(town, box) for box in boxes] == [None, None]
    taken = sign(offered["id"], town.carl).json()
    assert (taken["given_by"], taken["taken_by"], taken["boxes"]) == (town.ana.name, town.carl.name, boxes)
    assert [left(town, box) for box in boxes] == ["2022-02-02T02:06:00Z"] * 2
    assert [town.ana.get(f"/sampling/api/boxes/{box}").json()["countersigned"] for box in boxes] == [True, True]


def test_carl_signs_with_his_password_on_anas_phone(town: Town) -> None:
    box = sealed_box(town)
    answer = hand_over(town, handing(town, box, signature=with_password(town, town.carl, "courier"))).json()
    assert (answer["taken_by"], answer["signed_at"]) == (town.carl.name, "2022-02-02T02:00:00Z")
    assert left(town, box) == "2022-02-02T02:00:00Z"


def test_carl_writes_it_on_his_phone_and_ana_signs(town: Town) -> None:
    box = sealed_box(town)
    offered = hand_over(town, handing(town, box), town.carl).json()
    assert (offered["given_by"], offered["taken_by"]) == (None, town.carl.name)
    assert sign(offered["id"], town.ana).json()["given_by"] == town.ana.name


def test_each_box_has_one_event_that_says_who_signed(town: Town) -> None:
    box = sealed_box(town)
    offered = hand_over(town, handing(town, box)).json()
    sign(offered["id"], town.carl)
    assert [row[1:] for row in state(town, [box], "events")["events"]] == [("box.dispatched", 1), ("box.packed", 1)]
    with town.program.database.transaction(Access.FIELD) as connection:
        what = connection.execute(
            text("SELECT what FROM event WHERE subject = :box AND verb = 'box.dispatched'"), {"box": box}
        ).scalar_one()
    assert (what["countersigned"], what["handover"], what["temperature_c"], what["courier"]) == (True, offered["id"], 5.5, town.carl.name)


def test_a_departure_without_a_hand_over_says_that_it_is_not_countersigned(town: Town) -> None:
    box = sealed_box(town)
    town.ana.post(f"/sampling/api/boxes/{box}/dispatch", {"id": str(ids.uuid7()), "lab": town.lab, "at": at(2)})
    assert town.ana.get(f"/sampling/api/boxes/{box}").json()["countersigned"] is False
    with town.program.database.transaction(Access.FIELD) as connection:
        what = connection.execute(
            text("SELECT what FROM event WHERE subject = :box AND verb = 'box.dispatched'"), {"box": box}
        ).scalar_one()
    assert what["countersigned"] is False


def test_nobody_signs_both_sides(town: Town) -> None:
    both = town.somebody("bob", "sampler", "courier", site=town.site)
    box = sealed_box(town)
    offered = hand_over(town, handing(town, box), both).json()
    assert refused(sign(offered["id"], both)) == (403, "handover_same_person")
    secret = with_password(town, both, "sampler", "courier", site=town.site)
    assert refused(hand_over(town, handing(town, box, signature=secret), both)) == (403, "handover_same_person")
    assert left(town, box) is None


def test_the_database_itself_refuses_one_person_on_both_sides(town: Town) -> None:
    columns = "id, lab, vehicle, boxes, given_by, taken_by, offered_at, signed_at, signed_id"
    row = f"INSERT INTO handover ({columns}) VALUES (:id, 'L', 'V', 1, 'li', 'li', now(), now(), :id)"
    with pytest.raises(IntegrityError, match="handover_two_people_check"), town.program.database.engine(Access.FIELD).begin() as connection:
        connection.execute(text(row), {"id": ids.uuid7()})


def test_the_database_itself_refuses_a_box_that_calls_half_a_hand_over_countersigned(town: Town) -> None:
    box = sealed_box(town)
    offered = hand_over(town, handing(town, box)).json()["id"]
    forged = "UPDATE box SET handover = :id, dispatched_at = now() WHERE barcode = :box"
    with pytest.raises(IntegrityError, match="box_handover_fkey"), town.program.database.engine(Access.FIELD).begin() as connection:
        connection.execute(text(forged), {"id": offered, "box": box})


def test_the_second_signature_is_a_couriers(town: Town) -> None:
    offered = hand_over(town, handing(town, sealed_box(town))).json()
    answer = sign(offered["id"], town.somebody("ann", "sampler", site=town.site))
    assert refused(answer) == (403, "handover_wrong_role")


def test_carl_cannot_have_another_courier_give(town: Town) -> None:
    offered = hand_over(town, handing(town, sealed_box(town)), town.carl).json()
    assert refused(sign(offered["id"], town.somebody("dan", "courier"))) == (403, "handover_wrong_role")


def test_a_wrong_password_hands_nothing_over_and_is_counted(town: Town) -> None:
    box, secret = sealed_box(town), with_password(town, town.carl, "courier")
    for _ in range(town.program.settings.sign_in_failures):
        assert refused(hand_over(town, handing(town, box, signature=secret | {"password": "guessed"}))) == (403, "signature_wrong")
    assert refused(hand_over(town, handing(town, box, signature=secret))) == (429, "sign_in_limited")
    assert left(town, box) is None


def test_after_a_wrong_password_the_same_message_goes_with_the_right_one(town: Town) -> None:
    secret = with_password(town, town.carl, "courier")
    body = handing(town, sealed_box(town))
    assert hand_over(town, body | {"signature": secret | {"password": "mistyped"}}).status_code == 403
    assert hand_over(town, body | {"signature": secret}).json()["taken_by"] == town.carl.name


def test_no_password_is_written_down(town: Town) -> None:
    hand_over(town, handing(town, sealed_box(town), signature=with_password(town, town.carl, "courier")))
    with town.program.database.transaction(Access.OWNER) as connection:
        for table in ("event", "handover", "message"):
            found = connection.execute(
                text(f"SELECT count(*) FROM {table} AS row WHERE row::text LIKE '%' || :secret || '%'"), {"secret": PASSWORD}
            )
            assert found.scalar_one() == 0


def test_the_same_hand_over_and_the_same_signature_count_once(town: Town) -> None:
    box, ana, carl = sealed_box(town), town.ana, town.carl
    body = handing(town, box)
    assert {answer.status_code for answer in together(*[lambda: hand_over(town, body, ana)] * 5)} == {200}
    signature = str(ids.uuid7())
    assert {answer.status_code for answer in together(*[lambda: sign(body["id"], carl, id=signature)] * 5)} == {200}
    assert hand_over(town, body).json()["signed_at"] == "2022-02-02T02:06:00Z"
    assert [row[2] for row in state(town, [box], "events")["events"]] == [1, 1]


def test_its_id_for_other_boxes_is_refused(town: Town) -> None:
    body = handing(town, sealed_box(town))
    hand_over(town, body)
    assert refused(hand_over(town, body | {"boxes": [{"barcode": sealed_box(town)}]})) == (409, "id_reused")


def test_what_is_signed_is_not_signed_again(town: Town) -> None:
    offered = hand_over(town, handing(town, sealed_box(town))).json()
    sign(offered["id"], town.carl)
    assert refused(sign(offered["id"], town.somebody("dan", "courier"))) == (409, "handover_signed")


def test_a_box_that_has_left_is_not_handed_over(town: Town) -> None:
    box = sealed_box(town)
    first, second = (hand_over(town, handing(town, box)).json()["id"] for _ in range(2))
    assert sign(first, town.carl).status_code == 200
    assert refused(sign(second, town.carl)) == (409, "box_dispatched")
    assert refused(hand_over(town, handing(town, box))) == (409, "box_dispatched")


def test_a_box_that_nobody_has_packed_yet_is_handed_over_and_its_list_follows(town: Town) -> None:
    box, packed = code(barcodes.Kind.BOX), town.collected(1)["barcode"]
    sign(hand_over(town, handing(town, box)).json()["id"], town.carl)
    body = {"id": str(ids.uuid7()), "barcode": box, "site": town.site, "tubes": [packed], "sealed_at": at(1)}
    assert town.ana.post("/sampling/api/boxes", body).json()["lab"] == town.lab
    assert town.ana.get(f"/sampling/api/tubes/{packed}").json()["dispatched_at"] == "2022-02-02T02:06:00Z"


def test_ana_gives_no_box_of_another_site_and_signs_for_none(town: Town) -> None:
    elsewhere = Town.build(town.program, town.web)
    box = sealed_box(town)
    assert refused(hand_over(elsewhere, handing(elsewhere, box))) == (404, "not_found")
    offered = hand_over(town, handing(town, box), town.carl).json()
    assert refused(sign(offered["id"], elsewhere.ana)) == (404, "not_found")
    assert left(town, box) is None


def test_a_signed_hand_over_is_shown_to_those_who_signed_it_only(town: Town) -> None:
    offered = hand_over(town, handing(town, sealed_box(town))).json()["id"]
    dan = town.somebody("dan", "courier")
    assert dan.get(f"/sampling/api/handovers/{offered}").status_code == 200
    sign(offered, town.carl)
    assert {who.get(f"/sampling/api/handovers/{offered}").status_code for who in (town.ana, town.carl)} == {200}
    assert refused(dan.get(f"/sampling/api/handovers/{offered}")) == (404, "not_found")
    assert refused(sign(str(ids.uuid7()), town.carl)) == (404, "not_found")


def test_a_courier_sees_the_box_that_he_carries_without_people_and_tubes(town: Town) -> None:
    box = sealed_box(town)
    assert refused(town.carl.get(f"/sampling/api/boxes/{box}")) == (404, "not_found")
    sign(hand_over(town, handing(town, box)).json()["id"], town.carl)
    told = town.carl.get(f"/sampling/api/boxes/{box}").json()
    assert (told["tubes"], told["lab"], told["packed"], told["sealed_by"]) == (1, town.lab, None, None)
    assert refused(town.somebody("dan", "courier").get(f"/sampling/api/boxes/{box}")) == (404, "not_found")
    body = {"id": str(ids.uuid7()), "lab": town.lab, "at": at(3), "tubes": []}
    town.ben.post(f"/testing/api/boxes/{box}/receive", body)
    assert refused(town.carl.get(f"/sampling/api/boxes/{box}")) == (404, "not_found")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"lab": "NOWHERE"}, "lab_unknown"),
        ({"boxes": []}, "request_malformed"),
        ({"boxes": [{"barcode": "10000000000176"}]}, "barcode_wrong_kind"),
        ({"vehicle": ""}, "request_malformed"),
        ({"temperature_c": 400}, "request_malformed"),
        ({"at": "2199-01-01T00:00:00Z"}, "time_in_future"),
        ({"boxes": [{"barcode": TWICE}] * 2}, "handover_box_twice"),
    ],
    ids=str,
)
def test_a_hand_over_that_cannot_be_is_refused(town: Town, change: dict[str, Any], told: str) -> None:
    assert refused(hand_over(town, handing(town, code(barcodes.Kind.BOX)) | change)) == (422, told)


def test_the_lab_is_told_who_carried_the_box_and_for_how_long(town: Town) -> None:
    box = sealed_box(town)
    offered = hand_over(town, handing(town, box)).json()["id"]
    sign(offered, town.carl)
    body = {"id": str(ids.uuid7()), "lab": town.lab, "at": at(6.2), "tubes": []}
    told = town.ben.post(f"/testing/api/boxes/{box}/receive", body).json()["carriage"]
    assert (told["given_by"], told["carried_by"], told["vehicle"], told["temperature_c"]) == (
        town.ana.name,
        town.carl.name,
        "40000000000012",
        5.5,
    )
    assert (told["minutes"], told["handover"]) == (246, offered)


def test_the_lab_is_warned_of_a_box_that_was_on_its_way_for_longer_than_the_policy_says(town: Town) -> None:
    policy = {"transport_policy": [{"from": "2022-01-01", "hours_at_most": 4, "source": "tests"}]}
    with town.program.database.transaction(Access.OWNER) as connection:
        catalog.load(connection, CatalogForm.model_validate(policy), datetime.now(UTC), "tests")
    for hours, too_long in ((6, False), (6.1, True)):
        box = sealed_box(town)
        town.ana.post(f"/sampling/api/boxes/{box}/dispatch", {"id": str(ids.uuid7()), "lab": town.lab, "at": at(2), "courier": "Carl"})
        body = {"id": str(ids.uuid7()), "lab": town.lab, "at": at(hours), "tubes": []}
        told = town.ben.post(f"/testing/api/boxes/{box}/receive", body).json()["carriage"]
        assert (told["too_long"], told["hours_at_most"], told["carried_by"], told["handover"]) == (too_long, 4, "Carl", None)


@pytest.mark.parametrize(("zone", "moment", "day"), NIGHTS)
def test_a_box_is_held_to_the_policy_of_the_day_on_which_it_left_its_site(
    town: Town, monkeypatch: pytest.MonkeyPatch, zone: str, moment: str, day: str
) -> None:
    there = Town.build(town.program, town.web, timezone=zone)
    box = sealed_box(there)
    there.ana.post(f"/sampling/api/boxes/{box}/dispatch", {"id": str(ids.uuid7()), "lab": there.lab, "at": moment, "courier": "Carl"})
    asked = set()
    monkeypatch.setattr(Catalog, "transport_policy", lambda _, day: asked.add(day.isoformat()))
    there.ben.get(f"/testing/api/boxes/{box}", lab=there.lab)
    assert {one for one in asked if one.startswith("2022-02")} == {day}


def test_a_box_whose_leaving_nobody_has_told_has_no_carriage(town: Town) -> None:
    body = {"id": str(ids.uuid7()), "lab": town.lab, "at": at(3), "tubes": []}
    assert town.ben.post(f"/testing/api/boxes/{sealed_box(town)}/receive", body).json()["carriage"] is None
