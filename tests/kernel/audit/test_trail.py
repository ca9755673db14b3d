"""Every change of state is one row, written with the change or not at all."""

from datetime import UTC, datetime
from hashlib import sha256

import pytest
from sqlalchemy import text

from lims.kernel.audit.actions import record
from lims.kernel.audit.queries import history
from lims.kernel.audit.rules import FIRST, Happening, audited, merkle_root, unaudited
from lims.kernel.db import Access
from tests.factories import Town, at, tube

NOW = datetime(2022, 2, 2, tzinfo=UTC)


def test_what_happened_to_a_tube_is_told_with_who_when_and_what(town: Town) -> None:
    made = town.collected(3)
    (line,) = town.ana.get(f"/sampling/api/tubes/{made['barcode']}").json()["history"]
    assert (line["verb"], line["actor"]) == ("tube.registered", town.ana.name)
    assert line["what"] | {"skew_seconds": 0} == {"device": "dev-1", "revision": 1, "state": "sealed", "people": 3, "skew_seconds": 0}
    assert datetime.fromisoformat(line["at"]) == datetime.fromisoformat(made["sealed_at"])
    assert datetime.fromisoformat(line["recorded_at"]) > datetime.fromisoformat(line["at"])


def test_an_event_is_of_the_transaction_that_changed_the_tube(town: Town) -> None:
    made = town.collected(1)
    with town.program.database.transaction(Access.OWNER) as connection:
        both = "mod(e.txid::text::numeric, 2 ^ 32::numeric), t.xmin::text::numeric"
        query = text(f"SELECT {both} FROM event e JOIN tube t ON t.barcode = e.subject WHERE subject = :code")
        ((of_event, of_tube),) = connection.execute(query, {"code": made["barcode"]}).all()
    assert of_event == of_tube


def test_what_was_rolled_back_left_no_trace(town: Town) -> None:
    with town.program.database.engine(Access.FIELD).connect() as connection:
        record(connection, "ana", NOW, [Happening(town.site, "box.packed", NOW)])
        connection.rollback()
        assert history(connection, town.site) == []


def test_a_refused_box_leaves_no_event(town: Town) -> None:
    made = tube(town.site)
    body = {"id": made["id"], "barcode": "20000000000211", "site": town.site, "tubes": [made["barcode"]], "sealed_at": at(1)}
    assert town.ana.post("/sampling/api/boxes", body).status_code == 409
    with town.program.database.transaction(Access.OWNER) as connection:
        assert history(connection, made["barcode"]) == []


def test_a_verb_that_no_action_declares_is_not_written(town: Town) -> None:
    with town.program.database.engine(Access.FIELD).connect() as connection, pytest.raises(LookupError, match=r"tube\.forgotten"):
        record(connection, "ana", NOW, [Happening("x", "tube.forgotten", NOW)])


def test_nothing_to_write_is_no_statement(town: Town) -> None:
    with town.program.database.transaction(Access.FIELD) as connection:
        record(connection, "ana", NOW, [])
        assert connection.info["statements"] == 0


def test_an_action_declares_its_verbs_or_why_it_has_none() -> None:
    @audited("tube.registered")
    def writes() -> None: ...

    @unaudited("a question")
    def asks() -> None: ...

    assert (vars(writes)["__audit__"], vars(asks)["__audit__"]) == (("tube.registered",), ())


def test_the_root_changes_with_every_leaf_its_place_and_their_number() -> None:
    leaves = [bytes([number]) * 32 for number in range(7)]
    roots = {merkle_root(leaves[:count]) for count in range(8)} | {merkle_root(leaves[::-1]), merkle_root([*leaves, leaves[-1]])}
    assert len(roots) == 10
    assert merkle_root([]) == FIRST


@pytest.mark.parametrize("prefix", [b"", b"\x00"])
def test_what_stands_in_a_node_of_two_leaves_is_no_leaf_itself(prefix: bytes) -> None:
    inside = b"".join(sha256(prefix + leaf).digest() for leaf in (b"one", b"other"))
    assert merkle_root([inside]) != merkle_root([b"one", b"other"])
