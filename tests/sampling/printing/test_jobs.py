"""A print job prints each label once; broken, it waits for an operator's scan (promise 13)."""

from base64 import b64decode
from typing import Any
from uuid import uuid4

import pytest
from httpx import Response
from sqlalchemy import text

from lims.kernel.barcodes import Kind, own_code, serial_of
from lims.kernel.db import Access
from tests.factories import Town


def reserved(town: Town, count: int, **how: Any) -> dict[str, Any]:
    """A range for the town's site, with its codes."""
    made: dict[str, Any] = town.ana.post("/sampling/api/label-ranges", {"site": town.site, "count": count} | how).json()
    kind = Kind(how.get("kind", "tube"))
    return made | {"codes": [own_code(kind, serial) for serial in range(serial_of(made["first"]), serial_of(made["last"]) + 1)]}


def asked(town: Town, made: dict[str, Any], **how: Any) -> Response:
    """Ask for a print of a range."""
    return town.ana.post("/sampling/api/print-jobs", {"range": made["id"]} | how)


def taken(town: Town, job: str, *, most: int = 4, printer: str = "zebra", take: str | None = None) -> dict[str, Any]:
    """The next labels of a job; `id` is the take."""
    take = take or str(uuid4())
    answer = town.ana.post(f"/sampling/api/print-jobs/{job}/take", {"id": take, "printer": printer, "most": most})
    assert answer.status_code == 200, answer.text
    return answer.json() | {"id": take}


def told(town: Town, job: str, verb: str, **what: Any) -> Response:
    """Tell a job something."""
    return town.ana.post(f"/sampling/api/print-jobs/{job}/{verb}", what)


def test_a_job_prints_as_many_labels_as_were_asked_for(town: Town) -> None:
    made = reserved(town, 10)
    job, printed = asked(town, made).json(), []
    while batch := taken(town, job["id"])["labels"] or None:
        printed += batch
        last = town.ana.get(f"/sampling/api/print-jobs/{job['id']}").json()
        if told(town, job["id"], "outcome", id=take_of(town, job["id"]), outcome="printed").json()["state"] == "done":
            break
    assert printed == made["codes"]
    assert last["count"] == 10


def take_of(town: Town, job: str) -> str:
    """The take that is out."""
    with town.program.database.transaction(Access.OWNER) as connection:
        return str(connection.execute(text("SELECT take FROM print_job WHERE id = :id"), {"id": job}).scalar_one())


def test_the_same_take_is_the_same_labels_and_the_same_outcome_changes_nothing(town: Town) -> None:
    job = asked(town, reserved(town, 10)).json()["id"]
    first = taken(town, job)
    again = taken(town, job, take=first["id"])
    assert again == first
    assert b64decode(first["content"]).count(b"^XA") == len(first["labels"]) == 4
    for _ in range(2):
        assert told(town, job, "outcome", id=first["id"], outcome="printed").json()["printed"] == 4


def test_the_trail_tells_of_each_take_that_came_out_once(town: Town) -> None:
    job = asked(town, reserved(town, 10)).json()["id"]
    for most in (4, 6):
        take = taken(town, job, most=most)["id"]
        for _ in range(2):
            told(town, job, "outcome", id=take, outcome="printed")
    trail = text("SELECT verb, what ->> 'count' FROM event WHERE subject = :subject AND verb <> 'print.taken' ORDER BY id")
    with town.program.database.transaction(Access.OWNER) as connection:
        found = connection.execute(trail, {"subject": f"print {job}"}).all()
    assert [tuple(row) for row in found] == [("print.printed", "4"), ("print.finished", "10")]


def test_a_printer_that_was_stopped_in_the_middle_gets_nothing_until_somebody_scans(town: Town) -> None:
    made = reserved(town, 10)
    job = asked(town, made).json()["id"]
    first = taken(town, job)
    assert town.ana.get("/sampling/api/print-jobs/next", printer="zebra").json()["job"]["id"] == job
    after = taken(town, job)
    assert (after["state"], after["labels"]) == ("broken", [])
    assert town.ana.get("/sampling/api/print-jobs/next", printer="zebra").json()["job"] is None
    states = town.ana.get(f"/sampling/api/print-jobs/{job}").json()["labels"]
    assert [(run["state"], run["count"]) for run in states] == [("in_doubt", 4), ("waiting", 6)]
    assert told(town, job, "resume", scanned=first["labels"][1]).json()["state"] == "waiting"
    assert taken(town, job, most=20)["labels"] == made["codes"][2:]


def test_without_a_scan_none_of_the_labels_in_doubt_came_out(town: Town) -> None:
    made = reserved(town, 6)
    job = asked(town, made).json()["id"]
    first = taken(town, job)
    told(town, job, "outcome", id=first["id"], outcome="printed")
    second = taken(town, job)
    told(town, job, "outcome", id=second["id"], outcome="failed", detail="paper out")
    assert told(town, job, "resume", scanned=None).json()["printed"] == 4
    assert taken(town, job)["labels"] == made["codes"][4:]


def test_a_scan_of_the_last_label_finishes_a_broken_job(town: Town) -> None:
    made = reserved(town, 3)
    job = asked(town, made).json()["id"]
    taken(town, job)
    assert told(town, job, "stop", reason="the paper is torn").json()["state"] == "broken"
    assert told(town, job, "resume", scanned=made["last"]).json()["state"] == "done"


@pytest.mark.parametrize("scanned", ["later", "foreign"])
def test_a_scan_of_a_label_that_was_not_sent_is_refused(town: Town, scanned: str) -> None:
    made = reserved(town, 10)
    job = asked(town, made).json()["id"]
    taken(town, job)
    taken(town, job)
    code = made["last"] if scanned == "later" else reserved(town, 1)["first"]
    answer = told(town, job, "resume", scanned=code)
    assert (answer.status_code, answer.json()["code"]) == (422, "print_scan_foreign")


def test_another_printer_does_not_take_from_a_job_that_is_being_printed(town: Town) -> None:
    job = asked(town, reserved(town, 10)).json()["id"]
    taken(town, job)
    answer = told(town, job, "take", id=str(uuid4()), printer="other")
    assert (answer.status_code, answer.json()["code"]) == (409, "print_job_elsewhere")
    assert town.ana.get("/sampling/api/print-jobs/next", printer="other").json()["job"] is None


def test_an_outcome_of_labels_that_are_not_out_is_refused(town: Town) -> None:
    job = asked(town, reserved(town, 10)).json()["id"]
    assert told(town, job, "outcome", id=str(uuid4()), outcome="printed").json()["code"] == "print_take_unknown"
    assert told(town, job, "stop", reason="no").json()["code"] == "print_job_state"


def test_the_same_job_is_made_once_and_no_two_jobs_print_the_same_labels(town: Town) -> None:
    made, name = reserved(town, 4), str(uuid4())
    assert [asked(town, made, id=name).json()["id"] for _ in range(2)] == [name, name]
    answer = asked(town, made, first=made["codes"][2])
    assert (answer.status_code, answer.json()["code"]) == (409, "print_job_open")
    assert town.ana.get(f"/sampling/api/label-ranges/{made['id']}/labels").json()["code"] == "print_job_open"
    assert asked(town, reserved(town, 1), id=name).json()["code"] == "id_reused"


def test_a_reprint_needs_a_reason_and_marks_only_labels_that_were_printed_before(town: Town) -> None:
    made = reserved(town, 4)
    job = asked(town, made, last=made["codes"][1]).json()["id"]
    told(town, job, "outcome", id=taken(town, job)["id"], outcome="printed")
    assert asked(town, made).json()["code"] == "reprint_without_reason"
    again = asked(town, made, reprint_reason="smeared").json()
    assert again["reprint_reason"] == "smeared"
    labels = b64decode(taken(town, again["id"])["content"]).split(b"^XZ")[:-1]
    sizes = [len(label) for label in labels]
    assert min(sizes[:2]) > max(sizes[2:]), "only the first two carry the reprint mark"


def test_a_job_that_cannot_be_printed_is_not_made(town: Town) -> None:
    made = reserved(town, 2)
    assert asked(town, made, template="tube_38x21_sheet").json()["code"] == "label_format_unsuited"
    assert asked(town, made, first=reserved(town, 1)["first"]).json()["code"] == "label_range_unknown"
    assert asked(town, made).status_code == 201


def test_a_cancelled_job_prints_nothing_more(town: Town) -> None:
    made = reserved(town, 2)
    job = asked(town, made).json()["id"]
    assert told(town, job, "cancel", reason="wrong roll").json()["state"] == "cancelled"
    assert told(town, job, "take", id=str(uuid4()), printer="zebra").json()["code"] == "print_job_state"
    assert asked(town, made).status_code == 201


def test_jobs_of_another_site_do_not_exist(town: Town) -> None:
    job = asked(town, reserved(town, 1)).json()["id"]
    elsewhere = Town.build(town.program, town.web)
    for answer in (
        elsewhere.ana.get(f"/sampling/api/print-jobs/{job}"),
        told(elsewhere, job, "take", id=str(uuid4()), printer="zebra"),
        told(elsewhere, job, "resume", scanned=None),
        elsewhere.ana.get("/sampling/api/print-jobs", site=town.site),
        elsewhere.ana.get("/sampling/api/label-ledger", site=town.site),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert [one["id"] for one in town.ana.get("/sampling/api/print-jobs", site=town.site).json()["items"]] == [job]


def test_the_bench_reads_no_print_job(town: Town) -> None:
    for table in ("print_job", "label_void"):
        with town.program.database.engine(Access.BENCH).connect() as connection, pytest.raises(Exception, match="permission denied"):
            connection.execute(text(f"SELECT * FROM {table}"))
