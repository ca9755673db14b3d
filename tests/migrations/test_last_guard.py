"""The database as the last guard: what no program may write, however it is asked to."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase

from lims.catalog.tables import AssayRow
from lims.custody.tables import Tube, TubeMember
from lims.deconvolution.tables import Closure
from lims.kernel import ids
from lims.kernel.db import Access, translated
from lims.kernel.errors import Refused
from lims.kernel.program import Program
from lims.sampling.labels.tables import LabelRange
from lims.testing.instruments.tables import ReadingRow, Run, RunFile
from lims.testing.interpretation.tables import CallRow
from lims.testing.plates.tables import Plate
from lims.testing.review.tables import Release

AT = datetime(2022, 2, 2, 4, 0, tzinfo=UTC)
DAY = date(2022, 2, 2)
TUBE, PLATE = "10000000000999", "30000000000999"


@pytest.fixture
def connection(program: Program) -> Iterator[Connection]:
    """The owner's own connection: not even the owner gets past a constraint. Nothing of it stays."""
    with program.database.engine(Access.OWNER).connect() as opened:
        yield opened
        opened.rollback()


def put(connection: Connection, table: type[DeclarativeBase], **values: Any) -> None:
    """Insert one row."""
    connection.execute(insert(table).values(**values))


def refused(connection: Connection, table: type[DeclarativeBase], **values: Any) -> tuple[str, str]:
    """The constraint that refuses a row, and the code that people are told."""
    with pytest.raises(IntegrityError) as caught, connection.begin_nested():
        put(connection, table, **values)
    told = translated(caught.value)
    name: str = caught.value.orig.diag.constraint_name  # type: ignore[union-attr]  # psycopg's error carries it
    return name, told.code if isinstance(told, Refused) else ""


@pytest.fixture
def run(connection: Connection) -> dict[str, Any]:
    """A tube on a plate, read and called negative by Ben's import, with controls in control."""
    made = {"id": ids.uuid7(AT), "controls_passed": True, "imported_by": "ben"}
    put(connection, RunFile, sha256=b"9" * 32, content=b"file", name="run.csv", kept_at=AT, kept_by="ben")
    put_plate(connection)
    put(connection, Tube, barcode=TUBE)
    put(connection, Run, plate=PLATE, sha256=b"9" * 32, format="generic", reasons=[], readings=3, at=AT, imported_at=AT, **made)
    put(connection, ReadingRow, day=DAY, barcode=TUBE, run=made["id"], well="A1", target="N", ct=None)
    put(connection, CallRow, **call_of(made))
    return made


def put_plate(connection: Connection) -> None:
    """A plate of an assay that is known."""
    put(connection, AssayRow, code="guarded", version=1, content={}, digest=b"")
    put(connection, Plate, barcode=PLATE, lab="L", assay="guarded", assay_version=1, wells={}, laid_at=AT, laid_by="ben")


def call_of(run: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A call of this run, as a row."""
    return {
        "barcode": TUBE, "run": run["id"], "day": DAY, "well": "A1", "evidence": "N", "call": "negative", "reasons": [], "assay": "guarded",
        "assay_version": 1, "controls_passed": run["controls_passed"], "imported_by": run["imported_by"],
    } | changes  # fmt: skip


def release_of(run: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A release by Bea of this run's call, as a row."""
    return {
        "barcode": TUBE, "run": run["id"], "review": ids.uuid7(AT), "call": "negative", "controls_passed": run["controls_passed"],
        "imported_by": run["imported_by"], "released_by": "bea", "at": AT, "released_at": AT,
    } | changes  # fmt: skip


def test_bea_releases_what_ben_imported(connection: Connection, run: dict[str, Any]) -> None:
    put(connection, Release, **release_of(run))


def test_nobody_releases_what_they_imported(connection: Connection, run: dict[str, Any]) -> None:
    assert refused(connection, Release, **release_of(run, released_by="ben")) == ("release_two_people_check", "own_import")


def test_nobody_releases_under_a_false_importer(connection: Connection, run: dict[str, Any]) -> None:
    assert refused(connection, Release, **release_of(run, imported_by="carl", released_by="ben")) == (
        "release_evidence_fkey",
        "no_evidence",
    )


def test_nothing_is_released_when_the_controls_failed(connection: Connection, run: dict[str, Any]) -> None:
    failed = {"id": ids.uuid7(AT), "controls_passed": False, "imported_by": "ben"}
    put(connection, RunFile, sha256=b"8" * 32, content=b"file", name="run.csv", kept_at=AT, kept_by="ben")
    put(connection, Run, plate=PLATE, sha256=b"8" * 32, format="generic", reasons=[], readings=3, at=AT, imported_at=AT, **failed)
    put(connection, ReadingRow, day=DAY, barcode=TUBE, run=failed["id"], well="A1", target="N", ct=None)
    put(connection, CallRow, **call_of(failed))
    assert refused(connection, Release, **release_of(failed)) == ("release_in_control_check", "controls_failed")
    assert refused(connection, Release, **release_of(failed, controls_passed=True)) == ("release_evidence_fkey", "no_evidence")
    assert refused(connection, Release, **(release_of(run) | {"run": failed["id"]})) == ("release_evidence_fkey", "no_evidence")


def test_a_call_cannot_say_better_of_the_controls_than_its_run(connection: Connection, run: dict[str, Any]) -> None:
    put(connection, ReadingRow, day=DAY, barcode=PLATE, run=run["id"], well="A1", target="N", ct=None)
    assert refused(connection, CallRow, **call_of(run, barcode=PLATE, controls_passed=False))[0] == "call_run_fkey"
    assert refused(connection, CallRow, **call_of(run, barcode=PLATE, imported_by="carl"))[0] == "call_run_fkey"


def test_nothing_is_released_without_a_call(connection: Connection, run: dict[str, Any]) -> None:
    put(connection, Tube, barcode="10000000000998")
    assert refused(connection, Release, **release_of(run, barcode="10000000000998")) == ("release_evidence_fkey", "no_evidence")


def test_nothing_is_released_otherwise_than_it_was_called(connection: Connection, run: dict[str, Any]) -> None:
    assert refused(connection, Release, **release_of(run, call="positive")) == ("release_evidence_fkey", "no_evidence")


def test_no_tube_is_called_without_a_reading(connection: Connection, run: dict[str, Any]) -> None:
    assert refused(connection, CallRow, **call_of(run, barcode="10000000000998"))[0].startswith("call_reading_fkey")


def test_a_tube_is_released_once(connection: Connection, run: dict[str, Any]) -> None:
    put(connection, Release, **release_of(run))
    assert refused(connection, Release, **release_of(run, released_by="bo")) == ("release_pkey", "tube_released")


def test_the_eleventh_person_is_refused(connection: Connection) -> None:
    told = {"record_id": ids.uuid7(AT), "registered_at": AT, "kind": "swab_pool"}
    assert refused(connection, Tube, barcode=TUBE, pool_size=10, member_count=11, **told) == ("tube_not_overfull_check", "tube_overfull")
    put(connection, Tube, barcode=TUBE, pool_size=10, member_count=10, **told)
    with pytest.raises(IntegrityError, match="tube_not_overfull_check"):
        connection.execute(update(Tube).where(Tube.barcode == TUBE).values(member_count=Tube.member_count + 1))


def test_a_single_tube_holds_one(connection: Connection) -> None:
    assert refused(connection, Tube, barcode=TUBE, kind="single", pool_size=2)[0] == "tube_single_is_one_check"


def test_a_person_is_in_a_tube_once(connection: Connection) -> None:
    member = {"day": DAY, "barcode": TUBE, "person_id": ids.uuid7(AT), "member_group": "*", "collected_at": AT}
    put(connection, TubeMember, position=1, **member)
    name, code = refused(connection, TubeMember, position=2, **member)
    assert name != "tube_member_barcode_person_id_day_key", "PostgreSQL names the constraint of the partition"
    assert code == "person_twice"


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"released_at": AT, "bench_state": "released", "received_at": AT, "lab": "L"}, "tube_released_with_a_call_check"),
        ({"released_at": AT, "released_call": "negative"}, "tube_released_state_check"),
        ({"field_state": "sealed"}, "tube_sealed_has_time_check"),
        ({"bench_state": "waiting"}, "tube_bench_state_when_received_check"),
        ({"received_at": AT, "bench_state": "waiting"}, "tube_received_in_a_lab_check"),
        ({"retest_of": TUBE}, "tube_not_its_own_retest_check"),
        ({"registered_at": AT}, "tube_registered_by_a_record_check"),
    ],
)
def test_a_tubes_row_does_not_contradict_itself(connection: Connection, values: dict[str, Any], constraint: str) -> None:
    assert refused(connection, Tube, barcode=TUBE, **values)[0] == constraint


def test_a_label_code_is_given_out_once(connection: Connection) -> None:
    given = {"site": "S", "reserved_at": AT, "reserved_by": "ada"}
    put(connection, LabelRange, id=ids.uuid7(AT), first_serial=90_000_000_000, last_serial=90_000_000_099, **given)
    again = refused(connection, LabelRange, id=ids.uuid7(AT), first_serial=90_000_000_099, last_serial=90_000_000_120, **given)
    assert again == ("label_range_never_twice", "label_range_taken")


def test_a_case_is_closed_with_a_reason_and_once_until_it_is_reopened(connection: Connection) -> None:
    closed = {"barcode": TUBE, "outcome": "cleared", "at": AT, "by": "bea"}
    assert refused(connection, Closure, id=ids.uuid7(AT), reason="  ", **closed)[0] == "case_closure_has_reason_check"
    put(connection, Closure, id=ids.uuid7(AT), reason="all negative", **closed)
    assert refused(connection, Closure, id=ids.uuid7(AT), reason="again", **closed) == ("case_closure_pkey", "case_closed")
    assert refused(connection, Closure, id=ids.uuid7(AT), number=2, reason="again", **closed)[0].endswith("in_turn_check")
    put(connection, Closure, id=ids.uuid7(AT), number=2, reason="a member came back", **closed | {"outcome": "reopened"})
