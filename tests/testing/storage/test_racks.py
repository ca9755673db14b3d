"""Ben puts tubes away and finds them again."""

from typing import Any

from httpx import Response
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from lims.kernel.barcodes import Kind
from lims.kernel.db import Access
from lims.testing.storage.rules import position_names, real_position
from tests.bench import another_town, done, message, mix, refused, together, verbs
from tests.factories import Somebody, Town, code


def rack(town: Town, rows: int = 2, columns: int = 3, place: str = "Refrigerator 1", **changes: object) -> str:
    """A rack that Ben uses from now on."""
    barcode = code(Kind.PLACE)
    body = message(barcode=barcode, lab=town.lab, rows=rows, columns=columns, kept="cold", place=place)
    done(town.ben.post("/testing/api/racks", body | changes))
    return barcode


def put(town: Town, where: str, *tubes: str, by: Somebody | None = None, **changes: object) -> Response:
    """Ben puts tubes into a rack."""
    return (by or town.ben).post(f"/testing/api/racks/{where}/tubes", message(tubes=list(tubes)) | changes)


def out(town: Town, *tubes: str) -> Response:
    """Ben takes tubes out."""
    return town.ben.post("/testing/api/stored/take-out", message(lab=town.lab, tubes=list(tubes)))


def tubes(town: Town, count: int) -> list[str]:
    """Tubes that wait in the lab."""
    codes = [code(Kind.TUBE) for _ in range(count)]
    town.received(*codes)
    return codes


def where(town: Town, tube: str) -> tuple[Any, Any]:
    """The rack and the position that a tube is found in."""
    told = done(town.ben.get(f"/testing/api/stored/{tube}"))
    return told["rack"], told["position"]


def disagreements(town: Town) -> int:
    """Places that only the rack or only the tube knows of."""
    both = "SELECT count(*) FROM rack_position FULL JOIN stored_tube ON tube = barcode AND rack_position.rack = stored_tube.rack"
    both += " AND rack_position.position = stored_tube.position WHERE tube IS NULL OR barcode IS NULL"
    with town.program.database.transaction(Access.OWNER) as connection:
        return int(connection.execute(text(both)).scalar_one())


def test_tubes_fill_a_rack_in_order_and_are_found_again(town: Town) -> None:
    here, (a, b, c) = rack(town), tubes(town, 3)
    assert done(put(town, here, a, b))["placed"] == {a: "A1", b: "A2"}
    assert done(put(town, here, c, position="b02"))["placed"] == {c: "B2"}
    assert done(town.ben.get(f"/testing/api/stored/{c}"))["place"] == "Refrigerator 1"
    assert done(town.ben.get(f"/testing/api/racks/{here}"))["positions"] == {"A1": a, "A2": b, "B2": c}
    assert verbs(town, a)[-1] == "tube.stored"


def test_a_tube_lies_in_one_position_at_a_time(town: Town) -> None:
    first, second, (tube, other) = rack(town), rack(town), tubes(town, 2)
    done(put(town, first, tube, other))
    assert done(put(town, second, tube))["placed"] == {tube: "A1"}
    assert where(town, tube) == (second, "A1")
    assert done(town.ben.get(f"/testing/api/racks/{first}"))["positions"] == {"A2": other}
    assert done(put(town, second, tube, position="B3"))["positions"] == {"B3": tube}
    assert disagreements(town) == 0


def test_what_is_taken_out_frees_its_position(town: Town) -> None:
    here, (tube, other) = rack(town, 1, 1), tubes(town, 2)
    done(put(town, here, tube))
    refused(put(town, here, other), 409, "rack_full", "0 free", "another rack")
    done(out(town, tube))
    assert where(town, tube) == (None, None)
    assert done(put(town, here, other))["placed"] == {other: "A1"}
    assert verbs(town, tube)[-1] == "tube.taken_out"
    refused(out(town, tube), 409, "not_stored", tube)


def test_what_cannot_be_put_away_is_told_why(town: Town) -> None:
    here, (tube, other), stranger = rack(town), tubes(town, 2), code(Kind.TUBE)
    done(put(town, here, tube))
    refused(put(town, here, other, position="A1"), 409, "rack_position_taken", "A1")
    refused(put(town, here, other, position="C1"), 422, "rack_position", "from A1 to B3")
    refused(put(town, here, other, other), 422, "stored_twice", other)
    refused(put(town, here, stranger), 409, "plate_tube_unknown", stranger)
    refused(put(town, here, here), 422, "barcode_wrong_kind")
    refused(put(town, code(Kind.PLACE), other), 404, "not_found")
    assert where(town, other) == (None, None)


def test_the_same_message_again_changes_nothing(town: Town) -> None:
    here, (tube, other) = rack(town), tubes(town, 2)
    again = {"id": message()["id"]}
    first = done(put(town, here, tube, **again))
    assert done(put(town, here, tube, **again)) == first
    refused(put(town, here, other, **again), 409, "id_reused")
    assert verbs(town, tube).count("tube.stored") == 1


def test_a_rack_is_set_up_once_and_moves_with_what_is_in_it(town: Town) -> None:
    here, (tube,) = rack(town), tubes(town, 1)
    done(put(town, here, tube))
    body = message(barcode=here, lab=town.lab, rows=1, columns=1, kept="room", place="x")
    refused(town.ben.post("/testing/api/racks", body), 409, "rack_exists", here)
    done(town.ben.post(f"/testing/api/racks/{here}/place", message(place="Freezer 2", kept="deep_frozen")))
    told = done(town.ben.get(f"/testing/api/stored/{tube}"))
    assert (told["place"], told["kept"]) == ("Freezer 2", "deep_frozen")
    refused(town.ben.post("/testing/api/racks", body | {"id": message()["id"], "barcode": tube}), 422, "barcode_wrong_kind")


def test_nobody_reaches_into_another_labs_racks(town: Town) -> None:
    here, (tube,), other = rack(town), tubes(town, 1), another_town(town)
    done(put(town, here, tube))
    for path in (f"/testing/api/racks/{here}", f"/testing/api/stored/{tube}", f"/testing/storage/{here}"):
        assert other.ben.get(path).status_code == 404
    refused(put(town, here, tube, by=other.ben), 404, "not_found")
    foreign = code(Kind.TUBE)
    other.received(foreign)
    refused(put(town, here, foreign), 409, "plate_tube_unknown", foreign)
    refused(other.ben.post("/testing/api/stored/take-out", message(lab=other.lab, tubes=[tube])), 409, "not_stored")
    assert town.ana.get("/testing/storage").status_code == 403
    assert where(town, tube) == (here, "A1")


def test_two_technicians_at_one_rack_fill_two_positions(town: Town) -> None:
    here, codes = rack(town, 2, 4), tubes(town, 8)
    answers = together(*(lambda one=one: put(town, here, one) for one in codes))
    assert {answer.status_code for answer in answers} == {200}
    assert len(done(town.ben.get(f"/testing/api/racks/{here}"))["positions"]) == 8
    assert disagreements(town) == 0


def test_two_technicians_with_one_tube_leave_it_in_one_rack(town: Town) -> None:
    racks, (tube,) = [rack(town) for _ in range(4)], tubes(town, 1)
    answers = together(*(lambda one=one: put(town, one, tube) for one in racks))
    assert {answer.status_code for answer in answers} == {200}
    assert sum(len(done(town.ben.get(f"/testing/api/racks/{one}"))["positions"]) for one in racks) == 1
    assert disagreements(town) == 0


def test_members_of_a_pool_are_fetched_in_walking_order(town: Town) -> None:
    near, far = rack(town, place="A shelf"), rack(town, 2, 12, place="B shelf")
    singles = [str(town.collected(1, size=1)["barcode"]) for _ in range(4)]
    town.received(*singles)
    a, b, c, d = singles
    done(put(town, far, a, position="A10"))
    done(put(town, far, b, position="A2"))
    done(put(town, near, c))
    assert [pick["tube"] for pick in done(mix(town, *singles))["picks"]] == [c, b, a, d]


def test_the_pages_show_the_racks_and_what_lies_in_them(town: Town) -> None:
    here, (tube,) = rack(town, place="柜三"), tubes(town, 1)
    done(put(town, here, tube))
    assert "柜三" in town.ben.get("/testing/storage").text
    assert tube[-5:] in town.ben.get(f"/testing/storage/{here}").text
    assert "柜三" in town.ben.get(f"/testing/tubes/{tube}").text


def test_a_rack_scanned_anywhere_opens_and_another_labs_does_not(town: Town) -> None:
    here = rack(town)
    assert done(town.ben.post("/testing/api/find", {"code": here}))["opens"] == f"/testing/storage/{here}"
    assert another_town(town).ben.post("/testing/api/find", {"code": here}).status_code != 200


@given(st.integers(1, 26), st.integers(1, 40))
def test_every_position_has_a_name_of_its_own(rows: int, columns: int) -> None:
    names = position_names(rows, columns)
    assert len(set(names)) == rows * columns
    assert [real_position(f" {name.lower()} ", rows, columns) for name in names] == names
