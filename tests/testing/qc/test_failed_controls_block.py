"""Promise 18: where a control failed, nothing of the plate is released by any path, the database's own included."""

import csv
import io
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from lims.kernel.barcodes import Kind
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.kernel.ids import uuid7
from lims.testing.instruments.tables import Run
from lims.testing.interpretation.tables import CallRow
from lims.testing.review.tables import Release
from tests.bench import bench_state, done, mix, refused, review
from tests.factories import Town, code

# Each control, each way to fail: the Cts of ORF1ab and N that are written into its wells.
FAILURES = {
    "weak positive not seen at all": ("weak_positive", "", ""),
    "weak positive without ORF1ab": ("weak_positive", "", "33"),
    "weak positive without N": ("weak_positive", "33", ""),
    "weak positive too late": ("weak_positive", "38.01", "37"),
    "weak positive grey": ("weak_positive", "39", "39"),
    "weak positive at 0": ("weak_positive", "0", "33"),
    "weak positive below 0": ("weak_positive", "33", "-100"),
    "negative amplified": ("negative", "30", "31"),
    "negative with one target": ("negative", "", "37.9"),
    "negative at the end of the grey zone": ("negative", "40", ""),
    "blank amplified": ("blank", "25", "26"),
    "blank with one target": ("blank", "35", ""),
    "blank grey": ("blank", "", "39.5"),
}


def spoiled(content: bytes, role: str, orf: str, n: str, *, wells: int = 1) -> bytes:
    """A run file in which so many wells of a control show these Cts."""
    header, *rows = csv.reader(io.StringIO(content.decode()))
    hit = sorted({row[1] for row in rows if row[2] == role})[:wells]
    cts = {"ORF1ab": orf, "N": n}
    out = io.StringIO()
    csv.writer(out).writerows([header, *([*row[:4], cts.get(row[3], row[4])] if row[1] in hit else row for row in rows)])
    return out.getvalue().encode()


def failed_run(town: Town, failure: str) -> tuple[dict[str, Any], str]:
    """A run of one tube with this failure."""
    barcode = code(Kind.TUBE)
    town.received(barcode)
    plate = town.plated()
    return done(town.upload(plate["barcode"], spoiled(town.run_file(plate), *FAILURES[failure]))), barcode


@pytest.mark.parametrize("failure", FAILURES)
def test_no_way_of_failing_lets_a_reviewer_release_anything(town: Town, failure: str) -> None:
    run, barcode = failed_run(town, failure)
    role = FAILURES[failure][0]
    assert run["control_verdict"] == "failed"
    wells = {call["well"] for call in run["calls"] if call["control"] == role}
    assert {reason["well"] for reason in run["reasons"]} <= wells
    refused(review(run["run"], town.bea), 409, "controls_failed", run["plate"], "run plate")
    refused(review(run["run"], town.bea, tubes=[barcode]), 409, "controls_failed")
    assert bench_state(town, barcode) == "plated"


def test_the_reasons_name_the_very_well(town: Town) -> None:
    run, _ = failed_run(town, "negative amplified")
    (well,) = {reason["well"] for reason in run["reasons"]}
    assert all(f"negative in {well}" in reason["sentence"] for reason in run["reasons"])


def test_an_aliquot_pool_on_a_failed_plate_releases_no_member(town: Town) -> None:
    single = town.collected(1, size=1)
    town.received(single["barcode"])
    pool = done(mix(town, single["barcode"]))["barcode"]
    plate = town.plated()
    run = done(town.upload(plate["barcode"], spoiled(town.run_file(plate), *FAILURES["blank amplified"])))
    refused(review(run["run"], town.bea, tubes=[pool]), 409, "controls_failed")
    assert set(town.results(single).values()) == {"pending"}


def test_its_tubes_can_only_be_run_again_or_sent_back(town: Town) -> None:
    run, barcode = failed_run(town, "blank grey")
    assert done(review(run["run"], town.bea, "reject"))["returned"] == [barcode]
    assert bench_state(town, barcode) == "waiting"


def release_row(run: dict[str, Any], barcode: str, **changes: object) -> dict[str, Any]:
    """A release as somebody would forge it."""
    now = datetime.now(UTC)
    row = {"barcode": barcode, "run": UUID(run["run"]), "review": uuid7(), "call": "negative", "controls_passed": True}
    return row | {"imported_by": run["imported_by"], "released_by": "mallory", "at": now, "released_at": now} | changes


@pytest.mark.parametrize("access", [Access.BENCH, Access.OWNER, Access.FIELD])
@pytest.mark.parametrize("controls_passed", [True, False])
def test_the_database_itself_takes_no_release_of_a_failed_run(town: Town, access: Access, controls_passed: bool) -> None:
    run, barcode = failed_run(town, "negative amplified")
    with pytest.raises((Refused, DBAPIError)) as no, town.program.database.transaction(access) as connection:
        connection.execute(insert(Release).values(release_row(run, barcode, controls_passed=controls_passed)))
    if isinstance(no.value, Refused):
        assert no.value.code == ("no_evidence" if controls_passed else "controls_failed")
    else:
        assert access is Access.FIELD
    assert bench_state(town, barcode) == "plated"


def test_the_bench_cannot_make_a_failed_run_a_good_one(town: Town) -> None:
    run, barcode = failed_run(town, "blank amplified")
    bench = town.program.database
    with pytest.raises(DBAPIError, match="permission denied"), bench.transaction(Access.BENCH) as connection:
        connection.execute(update(Run).where(Run.id == UUID(run["run"])).values(controls_passed=True))
    with pytest.raises((DBAPIError, IntegrityError)), bench.transaction(Access.BENCH) as connection:
        connection.execute(update(CallRow).where(CallRow.barcode == barcode).values(controls_passed=True))
    # Nor can the owner change the call alone: it repeats its run's word.
    with pytest.raises(IntegrityError, match="call_run_fkey"), bench.transaction(Access.OWNER) as connection:
        connection.execute(update(CallRow).where(CallRow.barcode == barcode).values(controls_passed=True))
    with bench.transaction(Access.BENCH) as connection:
        assert connection.execute(select(CallRow.controls_passed).where(CallRow.barcode == barcode)).scalar_one() is False
