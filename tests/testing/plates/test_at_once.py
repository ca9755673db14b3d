"""Ben and Bo at two benches of one lab."""

from itertools import chain
from typing import Any

from lims.kernel.barcodes import Kind
from lims.kernel.ids import uuid7
from tests.bench import done, lay_out, mix, scan, together
from tests.factories import Town, code


def tubes_of(plate: dict[str, dict[str, dict[str, str]]]) -> list[str]:
    """The tubes on a plate."""
    return [what["tube"] for what in plate["wells"].values() if "tube" in what]


def test_two_technicians_who_lay_out_at_once_never_share_a_tube(town: Town) -> None:
    tubes, ben, bo = [code(Kind.TUBE) for _ in range(150)], town.ben, town.bo
    town.received(*tubes)
    plates = [done(answer) for answer in together(lambda: lay_out(town, by=ben), lambda: lay_out(town, by=bo))]
    assert sorted(chain.from_iterable(map(tubes_of, plates))) == sorted(tubes)


def test_five_who_ask_for_the_last_tubes_get_them_once(town: Town) -> None:
    tubes, ben = [code(Kind.TUBE) for _ in range(4)], town.ben
    town.received(*tubes)
    answers = together(*[lambda: lay_out(town, by=ben)] * 5)
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
    assert {answer.json().get("code") for answer in answers} == {None, "nothing_waits"}


def test_twins_of_one_request_are_one_plate(town: Town) -> None:
    ben = town.ben
    again: dict[str, Any] = {"id": str(uuid7()), "barcode": code(Kind.PLATE)}
    town.received(*(code(Kind.TUBE) for _ in range(120)))
    plates = [done(answer) for answer in together(*[lambda: lay_out(town, by=ben, **again)] * 4)]
    assert all(plate == plates[0] for plate in plates)
    assert len(tubes_of(done(lay_out(town)))) == 120 - 92


def test_one_plate_label_given_to_two_technicians_is_one_plate(town: Town) -> None:
    ben, bo, barcode = town.ben, town.bo, code(Kind.PLATE)
    town.received(*(code(Kind.TUBE) for _ in range(3)))
    answers = together(lambda: lay_out(town, by=ben, barcode=barcode), lambda: lay_out(town, by=bo, barcode=barcode))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert {answer.json().get("code") for answer in answers} == {None, "plate_exists"}


def test_a_single_tube_goes_into_one_of_two_pools_mixed_at_once(town: Town) -> None:
    ben, bo = town.ben, town.bo
    first, shared, last = (town.collected(1, size=1)["barcode"] for _ in range(3))
    town.received(first, shared, last)
    answers = together(lambda: mix(town, first, shared, by=ben), lambda: mix(town, last, shared, by=bo))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert {answer.json().get("code") for answer in answers} == {None, "tube_state"}


def test_a_tube_is_plated_or_pooled_never_both(town: Town) -> None:
    ben, bo = town.ben, town.bo
    single = town.collected(1, size=1)["barcode"]
    town.received(single)
    answers = together(lambda: lay_out(town, by=ben), lambda: mix(town, single, by=bo))
    codes = [answer.json().get("code") for answer in answers]
    # Ben may come after the pool was mixed and find the pool itself waiting; then both are right.
    if codes == [None, None]:
        assert tubes_of(answers[0].json()) == [answers[1].json()["barcode"]]
    else:
        assert set(codes) <= {None, "nothing_waits", "tube_state"}
        assert None in codes


def test_the_same_box_scanned_by_two_at_once_is_received_once(town: Town) -> None:
    ben, bo, box = town.ben, town.bo, code(Kind.BOX)
    tubes = [code(Kind.TUBE) for _ in range(40)]
    answers = together(lambda: scan(town, box, *tubes, by=ben), lambda: scan(town, box, *reversed(tubes), by=bo))
    assert all(done(answer)["unregistered"] == sorted(tubes) for answer in answers)
