"""No path puts another result in the place of a released one without readings in a run in control and two people.

Tried as the application's own role and as the owner, by direct SQL, by replays and by races.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from lims.custody.tables import Tube
from lims.kernel.barcodes import Kind
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.kernel.ids import uuid7
from lims.testing.review.tables import Release
from tests.bench import done, message, review, together
from tests.factories import Town, code

NOW = datetime(2022, 2, 2, 10, tzinfo=UTC)


@pytest.fixture
def tube(town: Town) -> str:
    """A tube that was released as negative; its plate was run again and in control said positive, and once more out of control."""
    barcode = code(Kind.TUBE)
    town.received(barcode)
    plate = town.plated()
    done(review(done(town.imported(plate))["run"], town.bea))
    done(town.imported(plate, {barcode: "invalid"}, hours=6, spoiled="blank"))
    done(town.imported(plate, {barcode: "positive"}, hours=7))
    return barcode


def runs(town: Town, barcode: str) -> dict[str, UUID]:
    """The runs of the tube by what they said."""
    with town.program.database.transaction(Access.OWNER) as connection:
        found = connection.execute(text("SELECT call, run FROM call WHERE barcode = :tube"), {"tube": barcode})
        return {row.call: row.run for row in found}


def amendment(town: Town, barcode: str, **changes: Any) -> dict[str, Any]:
    """An amendment to positive as somebody would write it by hand."""
    run = runs(town, barcode)["positive"]
    row = {"barcode": barcode, "revision": 2, "supersedes": 1, "reason": "because", "run": run, "review": uuid7(), "call": "positive"}
    row |= {"controls_passed": True, "imported_by": town.ben.name, "released_by": town.bea.name, "at": NOW, "released_at": NOW}
    return row | changes


def result(town: Town, barcode: str) -> tuple[str | None, list[tuple[int, str, bool | None]]]:
    """What is told of the tube, and all its releases."""
    with town.program.database.transaction(Access.OWNER) as connection:
        told = connection.execute(select(Tube.released_call).where(Tube.barcode == barcode)).scalar_one()
        rows = connection.execute(
            select(Release.revision, Release.call, Release.standing).where(Release.barcode == barcode).order_by(Release.revision)
        )
        return told, [(row.revision, row.call, row.standing) for row in rows]


def told(connection: Connection, barcode: str, call: str) -> None:
    """Say of the tube what nobody released."""
    connection.execute(update(Tube).where(Tube.barcode == barcode).values(released_call=call, call=call))


def take_standing(connection: Connection, barcode: str) -> None:
    """Supersede what stands, by the function that the program has."""
    connection.execute(select(func.supersede_release(barcode, 1)))


FORGED: dict[str, dict[str, Any]] = {
    "without a call of that run": {"run": UUID(int=7)},
    "otherwise than the run says": {"call": "inconclusive"},
    "signed by whoever imported it": {"released_by": "IMPORTER"},
    "under a false importer": {"imported_by": "nobody", "released_by": "IMPORTER"},
    "of a run out of control": {"run": "invalid", "call": "invalid", "controls_passed": False},
    "as if a run out of control were in control": {"run": "invalid", "call": "invalid"},
    "without a reason": {"reason": None},
    "with an empty reason": {"reason": "  "},
    "beside the one that stands": {"unsuperseded": True},
    "as a first release": {"revision": 1, "supersedes": None, "reason": None},
    "leaving one out": {"revision": 3, "supersedes": 2},
    "of nothing": {"supersedes": None},
}


def amend_by_hand(connection: Connection, row: dict[str, Any], *, superseding: bool = True) -> None:
    """Write an amendment around the program."""
    if superseding:
        take_standing(connection, row["barcode"])
    connection.execute(insert(Release).values(row))
    told(connection, row["barcode"], row["call"])


def test_what_rests_on_a_run_in_control_and_two_people_is_taken(town: Town, tube: str) -> None:
    with town.program.database.transaction(Access.BENCH) as connection:
        amend_by_hand(connection, amendment(town, tube))
    assert result(town, tube) == ("positive", [(1, "negative", None), (2, "positive", True)])


@pytest.mark.parametrize("access", [Access.BENCH, Access.OWNER])
@pytest.mark.parametrize("how", FORGED)
def test_the_database_takes_no_amendment(town: Town, tube: str, how: str, access: Access) -> None:
    changes = dict(FORGED[how])
    superseding = not changes.pop("unsuperseded", False)
    if changes.get("run") == "invalid":
        changes["run"] = runs(town, tube)["invalid"]
    if changes.get("released_by") == "IMPORTER":
        changes["released_by"] = town.ben.name
    row = amendment(town, tube, **changes)
    with pytest.raises((Refused, DBAPIError)), town.program.database.transaction(access) as connection:
        amend_by_hand(connection, row, superseding=superseding)
    assert result(town, tube) == ("negative", [(1, "negative", True)])


def supersede_and_revive(connection: Connection, tube: str) -> None:
    """Take the standing from an amendment, and say again what was said before."""
    connection.execute(select(func.supersede_release(tube, 2)))
    told(connection, tube, "negative")


REPLACED: dict[str, Callable[[Connection, str], Any]] = {
    "the tube says what was not released": lambda connection, tube: told(connection, tube, "positive"),
    "a result superseded and nothing in its place": take_standing,
    "a release changed": lambda connection, tube: connection.execute(
        update(Release).where(Release.barcode == tube).values(call="positive")
    ),
    "a release's standing taken by hand": lambda connection, tube: connection.execute(
        update(Release).where(Release.barcode == tube).values(standing=None)
    ),
    "a release removed": lambda connection, tube: connection.execute(text("DELETE FROM release WHERE barcode = :tube"), {"tube": tube}),
    "the tube no longer asks for one that stands": lambda connection, tube: connection.execute(
        update(Tube).where(Tube.barcode == tube).values(result_stands=False)
    ),
}


@pytest.mark.parametrize("access", [Access.BENCH, Access.FIELD])
@pytest.mark.parametrize("how", REPLACED)
def test_no_program_replaces_a_result_by_itself(town: Town, tube: str, how: str, access: Access) -> None:
    with pytest.raises((Refused, DBAPIError)), town.program.database.transaction(access) as connection:
        REPLACED[how](connection, tube)
    assert result(town, tube) == ("negative", [(1, "negative", True)])


def test_a_superseded_result_does_not_come_back(town: Town, tube: str) -> None:
    done(town.bea.post(f"/testing/api/tubes/{tube}/amend", message(call="positive", reason="seen again")))
    after = ("positive", [(1, "negative", None), (2, "positive", True)])
    assert result(town, tube) == after
    for access in (Access.BENCH, Access.FIELD):
        with pytest.raises((Refused, DBAPIError)), town.program.database.transaction(access) as connection:
            told(connection, tube, "negative")
        with pytest.raises((Refused, DBAPIError)), town.program.database.transaction(access) as connection:
            connection.execute(update(Release).where(Release.barcode == tube, Release.revision == 1).values(standing=True))
    with pytest.raises((Refused, DBAPIError)), town.program.database.transaction(Access.BENCH) as connection:
        supersede_and_revive(connection, tube)
    assert result(town, tube) == after


def test_not_even_the_owner_makes_two_results_stand(town: Town, tube: str) -> None:
    done(town.bea.post(f"/testing/api/tubes/{tube}/amend", message(call="positive", reason="seen again")))
    with pytest.raises((Refused, DBAPIError)), town.program.database.transaction(Access.OWNER) as connection:
        connection.execute(update(Release).where(Release.barcode == tube, Release.revision == 1).values(standing=True))


def test_the_field_cannot_supersede_anything(town: Town, tube: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"), town.program.database.transaction(Access.FIELD) as connection:
        take_standing(connection, tube)


@pytest.mark.parametrize("attempt", range(3))
def test_bea_and_bo_amend_at_once_and_one_is_told_that_it_is_done(town: Town, tube: str, attempt: int) -> None:
    bea, bo = town.bea, town.bo
    content = [message(call="positive", reason=f"{attempt} {who}") for who in ("bea", "bo")]
    answers = together(
        *[
            lambda who=who, body=body: who.post(f"/testing/api/tubes/{tube}/amend", body)
            for who, body in zip((bea, bo), content, strict=True)
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert next(answer for answer in answers if answer.status_code == 409).json()["code"] == "amend_same"
    assert result(town, tube) == ("positive", [(1, "negative", None), (2, "positive", True)])


def test_one_amendment_sent_four_times_at_once_is_one(town: Town, tube: str) -> None:
    bea, body = town.bea, message(call="positive", reason="seen again")
    answers = together(*[lambda: bea.post(f"/testing/api/tubes/{tube}/amend", body)] * 4)
    assert [answer.status_code for answer in answers] == [200] * 4
    assert result(town, tube)[1] == [(1, "negative", None), (2, "positive", True)]


@pytest.mark.parametrize("attempt", range(3))
def test_an_amendment_and_a_run_of_the_same_plate_at_once_leave_one_standing_result(town: Town, attempt: int) -> None:
    barcode = code(Kind.TUBE)
    town.received(barcode)
    plate, bea, ben = town.plated(), town.bea, town.ben
    done(review(done(town.imported(plate))["run"], bea))
    done(town.imported(plate, {barcode: "positive"}, hours=6))
    again = town.run_file(plate, {barcode: "grey_zone"})
    amended, imported = together(
        lambda: bea.post(f"/testing/api/tubes/{barcode}/amend", message(call="positive", reason=str(attempt))),
        lambda: town.upload(plate["barcode"], again, by=ben, hours=7),
    )
    assert imported.status_code == 201
    call, rows = result(town, barcode)
    assert [call] == [row[1] for row in rows if row[2]]
    assert (amended.status_code, call) in [(200, "positive"), (409, "negative")]
