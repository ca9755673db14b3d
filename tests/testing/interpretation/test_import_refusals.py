"""A file that is wrong is refused whole: nothing stays but the file itself."""

import csv
import hashlib
import io
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from lims.kernel.barcodes import Kind
from lims.kernel.db import Access
from lims.testing.instruments.tables import ReadingRow, Run, RunFile
from lims.testing.interpretation.tables import CallRow
from tests.bench import another_town, bench_state, done, refused
from tests.factories import Town, code

Rows = list[list[str]]
HEADER = ["Plate", "Well", "Sample", "Target", "Ct"]


def moved(rows: Rows) -> Rows:
    """The file of a plate on which the blank and the weak positive stand the other way round."""
    other = {"blank": "weak_positive", "weak_positive": "blank"}
    return [[plate, well, other.get(sample, sample), target, ct] for plate, well, sample, target, ct in rows]


def unnamed(rows: Rows) -> Rows:
    """The first well without its sample's name."""
    return [[row[0], row[1], "" if row[1] == rows[0][1] else row[2], *row[3:]] for row in rows]


SPOILED: dict[str, tuple[str, Callable[[Rows], Rows], tuple[str, ...]]] = {
    "of another plate": ("run_other_plate", lambda rows: [["30000000000017", *row[1:]] for row in rows], ("30000000000017",)),
    "without a well": ("run_well_missing", lambda rows: [row for row in rows if row[1] != rows[0][1]], ("lacks wells",)),
    "without the control wells": ("run_well_missing", lambda rows: [row for row in rows if not row[2].islower()], ("lacks wells",)),
    "with a well left empty": ("run_well_foreign", lambda rows: [*rows, [rows[0][0], "H12", "x", "N", "30"]], ("H12", "Line")),
    "without a target in one well": ("run_target_missing", lambda rows: rows[1:], ("ORF1ab",)),
    "without the internal control": ("run_target_missing", lambda rows: [row for row in rows if row[3] != "RNaseP"], ("RNaseP",)),
    "with a target of another kit": ("run_target_foreign", lambda rows: [*rows[1:], [*rows[0][:3], "HBV", "30"]], ("HBV", "ORF1ab")),
    "with two swapped controls": ("run_sample_moved", moved, ("blank", "weak_positive", "swapped")),
    "with a well that is not named": ("run_sample_unnamed", unnamed, ("does not say what is in",)),
    "with no well named": ("run_sample_unnamed", lambda rows: [[*row[:2], "", *row[3:]] for row in rows], ("column Sample", "swapped")),
    "with a reading twice": ("run_file_doubled", lambda rows: [*rows, rows[0]], ("ORF1ab",)),
    "with two samples in a well": ("run_file_two_samples", lambda rows: [[*rows[0][:2], "x", *rows[0][3:]], *rows[1:]], ("x",)),
    "of two plates": ("run_file_two_plates", lambda rows: [["30000000000017", *rows[0][1:]], *rows[1:]], ("30000000000017",)),
    "of no plate": ("run_file_no_plate", lambda rows: [["", *row[1:]] for row in rows], ("Plate",)),
    "with a well that does not exist": ("run_file_bad_well", lambda rows: [[rows[0][0], "Z9", *rows[0][2:]], *rows[1:]], ("Z9",)),
    "with a Ct that is none": ("run_file_bad_ct", lambda rows: [[*rows[0][:4], "1,234"], *rows[1:]], ("1,234",)),
    "with a reading of no target": ("run_file_no_target", lambda rows: [[*rows[0][:3], "", "30"], *rows[1:]], ("no target",)),
    "with no readings": ("run_file_empty", lambda _: [], ("no readings",)),
}  # fmt: skip


def written(rows: Rows) -> bytes:
    """Rows under the usual header."""
    out = io.StringIO()
    csv.writer(out).writerows([HEADER, *rows])
    return out.getvalue().encode()


def plate_with_a_tube(town: Town) -> tuple[dict[str, Any], str]:
    """A plate of one tube."""
    tube = code(Kind.TUBE)
    town.received(tube)
    return town.plated(), tube


def nothing_stays_but_the_file(town: Town, plate: str, tube: str, content: bytes) -> None:
    """No run, no reading, no call; the file as it came."""
    sha256 = hashlib.sha256(content).digest()
    with town.program.database.transaction(Access.BENCH) as connection:
        assert connection.execute(select(RunFile.content).where(RunFile.sha256 == sha256)).scalar_one() == content
        assert connection.execute(select(func.count()).select_from(Run).where(Run.plate == plate)).scalar_one() == 0
        readings = select(func.count()).select_from(ReadingRow).where(ReadingRow.barcode.in_([plate, tube]))
        assert connection.execute(readings).scalar_one() == 0
        assert connection.execute(select(func.count()).select_from(CallRow).where(CallRow.barcode == tube)).scalar_one() == 0
    assert bench_state(town, tube) == "plated"


@pytest.mark.parametrize("what", SPOILED)
def test_a_file_is_refused_and_only_kept(town: Town, what: str) -> None:
    problem, spoil, words = SPOILED[what]
    plate, tube = plate_with_a_tube(town)
    rows = [*csv.reader(io.StringIO(town.run_file(plate).decode()))][1:]
    content = written(spoil(rows))
    refused(town.upload(plate["barcode"], content), 422, problem, *words)
    nothing_stays_but_the_file(town, plate["barcode"], tube, content)
    # The right file is taken all the same.
    assert done(town.imported(plate))["control_verdict"] == "passed"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "run_file_empty"),
        (b"PK\x03\x04 broken", "run_file_unreadable"),
        (b"lunch menu\r\nsoup\r\n", "run_file_unknown_format"),
        (b"Plate,Well,Sample,Target\r\n1,A1,2,N\r\n", "run_file_no_ct"),
        (b"Plate,Well,Sample,Sample,Target,Ct\r\n1,A1,2,3,N,4\r\n", "run_file_columns"),
        (b"Plate,Well,Sample,Target,Ct\r\n1,A1,2,N,31.2", "run_file_truncated"),
    ],
)
def test_what_is_no_run_file_is_refused_and_only_kept(town: Town, content: bytes, problem: str) -> None:
    plate, tube = plate_with_a_tube(town)
    refused(town.upload(plate["barcode"], content), 422, problem)
    nothing_stays_but_the_file(town, plate["barcode"], tube, content)


def test_a_file_cut_anywhere_is_refused_or_says_the_same_as_the_whole(town: Town) -> None:
    plate, tube = plate_with_a_tube(town)
    content = town.run_file(plate, {tube: "positive"})
    for length in range(len(content) - 60, len(content), 7):
        answer = town.upload(plate["barcode"], content[:length])
        assert answer.status_code == 422, answer.text
    assert bench_state(town, tube) == "plated"


def test_a_file_of_tomorrow_is_a_wrong_clock_and_kept(town: Town) -> None:
    plate, tube = plate_with_a_tube(town)
    content = town.run_file(plate)
    refused(town.upload(plate["barcode"], content, hours=24 * 365 * 900), 422, "time_in_future", "check the clock")
    nothing_stays_but_the_file(town, plate["barcode"], tube, content)


def test_a_plate_of_another_lab_or_of_nobody_takes_no_file(town: Town) -> None:
    other = another_town(town)
    plate, _ = plate_with_a_tube(other)
    refused(town.upload(plate["barcode"], b"x"), 404, "not_found", plate["barcode"])
    nobodys = code(Kind.PLATE)
    refused(town.upload(nobodys, b"x"), 404, "not_found", nobodys)


def test_bea_does_not_import(town: Town) -> None:
    plate, _ = plate_with_a_tube(town)
    refused(town.upload(plate["barcode"], b"x", by=town.bea), 403, "role_missing", "technician")


def test_an_upload_without_a_file_has_not_the_agreed_shape(town: Town) -> None:
    plate, _ = plate_with_a_tube(town)
    refused(town.ben.post(f"/testing/api/plates/{plate['barcode']}/runs"), 422, "request_malformed", "file")


def test_a_run_of_another_lab_or_of_nobody_is_not_shown(town: Town) -> None:
    other = another_town(town)
    plate, _ = plate_with_a_tube(other)
    run = done(other.imported(plate))["run"]
    refused(town.ben.get(f"/testing/api/runs/{run}"), 404, "not_found", run)
    refused(town.ben.get("/testing/api/runs/0194c9a0-0000-7000-8000-000000000000"), 404, "not_found")
