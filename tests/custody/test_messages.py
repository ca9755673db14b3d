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
from tests.factories import Town, code
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
