"""Each message is taken once, however often it comes; its id is never taken for another."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from lims.custody.actions import taken_first
from lims.kernel.barcodes import Kind
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.kernel.program import Program
from tests.factories import Town, at, code
from tests.sampling.sync.crowd import together

NOW = datetime(2022, 2, 2, tzinfo=UTC)


def take(program: Program, message: UUID, content: dict[str, Any], verb: str = "box.pack") -> bool:
    """Whether the message is taken, in a transaction of its own."""
    with program.database.transaction(Access.FIELD) as connection:
        return taken_first(connection, message, verb, content, "ana", NOW)


def test_a_message_is_taken_once(program: Program) -> None:
    message = uuid4()
    assert [take(program, message, {"box": "B"}) for _ in range(3)] == [True, False, False]


@pytest.mark.parametrize(("verb", "content"), [("box.pack", {"box": "C"}), ("box.dispatch", {"box": "B"})])
def test_its_id_with_other_content_is_refused(program: Program, verb: str, content: dict[str, Any]) -> None:
    message = uuid4()
    take(program, message, {"box": "B"})
    with pytest.raises(Refused) as refusal:
        take(program, message, content, verb)
    assert (refusal.value.code, refusal.value.status) == ("id_reused", 409)
    assert "under a new id" in refusal.value.detail


def test_a_message_whose_work_failed_may_come_again(program: Program) -> None:
    message = uuid4()
    with program.database.engine(Access.FIELD).connect() as connection:
        assert taken_first(connection, message, "box.pack", {}, "ana", NOW)
        connection.rollback()
    assert take(program, message, {})


def test_of_ten_copies_at_once_one_is_taken(program: Program) -> None:
    message = uuid4()
    assert sorted(together(*[lambda: take(program, message, {"box": "B"})] * 10)) == [False] * 9 + [True]


def test_a_repeat_that_writes_the_same_moments_in_another_zone_is_a_repeat(town: Town) -> None:
    made = town.collected()["barcode"]
    box = {"id": str(uuid4()), "barcode": code(Kind.BOX), "site": town.site, "tubes": [made], "sealed_at": "2022-02-02T09:00:00+08:00"}
    first = town.ana.post("/sampling/api/boxes", box)
    again = town.ana.post("/sampling/api/boxes", box | {"sealed_at": "2022-02-02T01:00:00Z"})
    other = town.ana.post("/sampling/api/boxes", box | {"sealed_at": "2022-02-02T01:00:01Z"})
    assert (first.status_code, again.status_code, again.json()) == (200, 200, first.json())
    assert (other.status_code, other.json()["code"]) == (409, "id_reused")


def test_where_the_order_says_nothing_a_repeat_in_another_order_is_a_repeat(program: Program) -> None:
    message = uuid4()

    def again(*tubes: str) -> bool:
        with program.database.transaction(Access.FIELD) as connection:
            return taken_first(connection, message, "box.pack", {"tubes": list(tubes)}, "ana", NOW, sets=["tubes"])

    assert [again("2", "1", "3"), again("2", "1", "3"), again("3", "2", "1")] == [True, False, False]
    for other in (("1", "2"), ("1", "2", "3", "3"), ("1", "2", "4")):
        with pytest.raises(Refused, match="other content"):
            again(*other)


def test_a_message_of_before_this_was_known_may_still_come_again_as_it_came(program: Program) -> None:
    message = uuid4()
    take(program, message, {"tubes": ["2", "1"]})
    with program.database.transaction(Access.FIELD) as connection:
        assert not taken_first(connection, message, "box.pack", {"tubes": ["2", "1"]}, "ana", NOW, sets=["tubes"])


def test_a_box_with_its_tubes_in_another_order_is_the_same_box(town: Town) -> None:
    tubes = [town.collected(1)["barcode"] for _ in range(3)]
    body = {"id": str(uuid4()), "barcode": code(Kind.BOX), "site": town.site, "tubes": tubes, "sealed_at": at(1)}
    first = town.ana.post("/sampling/api/boxes", body)
    again = town.ana.post("/sampling/api/boxes", body | {"tubes": tubes[::-1]})
    fewer = town.ana.post("/sampling/api/boxes", body | {"tubes": tubes[1:]})
    assert (first.status_code, again.status_code, again.json()) == (200, 200, first.json())
    assert (fewer.status_code, fewer.json()["code"]) == (409, "id_reused")


def test_a_box_scanned_in_another_order_is_received_once(town: Town) -> None:
    tubes, box = [code(Kind.TUBE) for _ in range(3)], code(Kind.BOX)
    first, again = (
        town.ben.post(f"/testing/api/boxes/{box}/receive", body)
        for same in [{"id": str(uuid4()), "lab": town.lab, "at": at(2)}]
        for body in (same | {"tubes": tubes}, same | {"tubes": tubes[::-1]})
    )
    assert (first.status_code, again.status_code, again.json()) == (200, 200, first.json())
