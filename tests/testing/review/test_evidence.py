"""Promise 19: no result without evidence, and the database holds it against everybody."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, delete, insert, literal, select, text, update
from sqlalchemy.exc import DBAPIError

from lims.custody.tables import Tube
from lims.kernel.barcodes import Kind
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.kernel.ids import uuid7
from lims.testing.instruments.tables import ReadingRow, Run
from lims.testing.interpretation.tables import CallRow
from lims.testing.review.tables import Release
from tests.bench import bench_state, done, refused, review
from tests.factories import Town, code


def release_row(run: str, barcode: str, importer: str, **changes: object) -> dict[str, Any]:
    """A release as somebody would write it by hand."""
    now = datetime.now(UTC)
    row = {"barcode": barcode, "run": UUID(run), "review": uuid7(), "call": "negative", "controls_passed": True, "imported_by": importer}
    return row | {"released_by": "mallory", "at": now, "released_at": now} | changes


def called(town: Town, kind: str = "negative") -> tuple[str, str]:
    """A run in control of one tube, not reviewed yet, and the tube."""
    barcode = code(Kind.TUBE)
    town.received(barcode)
    return str(done(town.imported(town.plated(), {barcode: kind}))["run"]), barcode


def refused_by_the_database(town: Town, access: Access, row: dict[str, Any]) -> str:
    """The code of the refusal that this row meets."""
    with pytest.raises(Refused) as no, town.program.database.transaction(access) as connection:
        connection.execute(insert(Release).values(row))
    return no.value.code


@pytest.mark.parametrize("access", [Access.BENCH, Access.OWNER])
def test_the_database_takes_no_release_of_a_tube_that_was_never_read(town: Town, access: Access) -> None:
    run, _ = called(town)
    unread = code(Kind.TUBE)
    town.received(unread)
    assert refused_by_the_database(town, access, release_row(run, unread, town.ben.name)) == "no_evidence"
    assert refused_by_the_database(town, access, release_row(str(uuid7()), unread, town.ben.name)) == "no_evidence"


@pytest.mark.parametrize("access", [Access.BENCH, Access.OWNER])
def test_the_database_takes_no_negative_where_the_call_is_positive(town: Town, access: Access) -> None:
    run, barcode = called(town, "positive")
    assert refused_by_the_database(town, access, release_row(run, barcode, town.ben.name)) == "no_evidence"


@pytest.mark.parametrize("access", [Access.BENCH, Access.OWNER])
def test_the_database_takes_no_signature_of_the_importer_nor_a_lie_about_who_that_was(town: Town, access: Access) -> None:
    run, barcode = called(town)
    own = release_row(run, barcode, town.ben.name, released_by=town.ben.name)
    assert refused_by_the_database(town, access, own) == "own_import"
    assert refused_by_the_database(town, access, own | {"imported_by": "somebody else"}) == "no_evidence"


def test_the_database_takes_one_release_of_a_tube(town: Town) -> None:
    run, barcode = called(town)
    done(review(run, town.bea))
    assert refused_by_the_database(town, Access.OWNER, release_row(run, barcode, town.ben.name)) == "tube_released"


def test_a_call_needs_a_reading_under_it(town: Town) -> None:
    run, barcode = called(town)
    unread = code(Kind.TUBE)
    with town.program.database.transaction(Access.BENCH) as connection:
        columns = [column for column in CallRow.__table__.columns if column.name != "barcode"]
        names = ["barcode", *(column.name for column in columns)]
        forged = insert(CallRow).from_select(names, select(literal(unread), *columns).where(CallRow.barcode == barcode))
        with pytest.raises(DBAPIError, match="call_reading_fkey"), connection.begin_nested():
            connection.execute(forged)
    refused(review(run, town.bea, tubes=[unread]), 409, "review_tube_unknown", unread)


FORGERIES: dict[str, Callable[[Connection, str], Any]] = {
    "a tube's result set by hand": lambda connection, barcode: connection.execute(
        update(Tube).where(Tube.barcode == barcode).values(released_call="negative", released_at=datetime.now(UTC), bench_state="released")
    ),
    "a reading changed": lambda connection, barcode: connection.execute(
        update(ReadingRow).where(ReadingRow.barcode == barcode).values(ct=None)
    ),
    "a reading removed": lambda connection, barcode: connection.execute(delete(ReadingRow).where(ReadingRow.barcode == barcode)),
    "a call changed": lambda connection, barcode: connection.execute(
        update(CallRow).where(CallRow.barcode == barcode).values(call="negative")
    ),
    "a run removed": lambda connection, barcode: connection.execute(delete(Run).where(Run.imported_by != barcode)),
    "a reading changed behind its table's back": lambda connection, _: connection.execute(
        text(f"UPDATE reading_p{datetime.now(UTC):%Y%m%d} SET ct = NULL")
    ),
}


@pytest.mark.parametrize("forgery", FORGERIES)
@pytest.mark.parametrize("access", [Access.BENCH, Access.FIELD])
def test_no_program_can_forge_a_result(town: Town, forgery: str, access: Access) -> None:
    run, barcode = called(town, "positive")
    with pytest.raises((Refused, DBAPIError)), town.program.database.transaction(access) as connection:
        FORGERIES[forgery](connection, barcode)
    assert bench_state(town, barcode) == "called"
    assert {call["call"] for call in done(town.bea.get(f"/testing/api/runs/{run}"))["calls"] if call["tube"] == barcode} == {"positive"}


def test_not_even_the_owner_can_say_negative_of_a_tube_that_nobody_released(town: Town) -> None:
    _, barcode = called(town, "positive")
    with pytest.raises((Refused, DBAPIError)), town.program.database.transaction(Access.OWNER) as connection:
        FORGERIES["a tube's result set by hand"](connection, barcode)
    assert bench_state(town, barcode) == "called"


def test_all_negative_names_no_tube_that_was_not_read(town: Town) -> None:
    run, barcode = called(town)
    unread = town.collected(3)
    town.received(unread["barcode"])
    assert done(review(run, town.bea))["released"] == [barcode]
    assert set(town.results(unread).values()) == {"pending"}
