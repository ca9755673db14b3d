"""Many devices at once, and what the database has when they are done."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

from sqlalchemy import text

from lims.kernel.db import Access
from tests.factories import Town, at

T = TypeVar("T")
PATIENCE = 20


def together(*jobs: Callable[[], T]) -> list[T]:
    """Do these things at the same moment; their results in order."""
    start = Barrier(len(jobs))

    def begin(job: Callable[[], T]) -> T:
        start.wait()
        return job()

    with ThreadPoolExecutor(len(jobs)) as threads:
        return [*threads.map(begin, jobs)]


def insist(town: Town, tubes: Sequence[dict[str, Any]], device: str = "dev-1") -> list[dict[str, Any]]:
    """Send as a device does: again where the server says that nothing was taken (503)."""
    for _ in range(PATIENCE):
        answer = town.ana.post("/sampling/api/sync", {"device": device, "sent_at": at(20), "tubes": [*tubes]})
        if answer.status_code == 202:
            outcomes: list[dict[str, Any]] = answer.json()["tubes"]
            return outcomes
        assert answer.status_code == 503, answer.text
    raise AssertionError("the server never took it")


QUESTIONS = {
    "tubes": "SELECT barcode, record_id, revision, content_digest, device, site, kind, pool_size, member_count, field_state, opened_at,"
    " sealed_at, collected_on, retest_of, box, lab, received_at, bench_state FROM tube WHERE barcode = ANY(:codes)",
    "members": "SELECT barcode, position, person_id, member_group, collected_at, day FROM tube_member WHERE barcode = ANY(:codes)",
    "people": "SELECT person_id, digest, told_at FROM person"
    " WHERE person_id IN (SELECT person_id FROM tube_member WHERE barcode = ANY(:codes))",
    "results": "SELECT barcode, person_id, state FROM person_result WHERE barcode = ANY(:codes)",
    "held": "SELECT barcode, waits_for FROM inbox WHERE barcode = ANY(:codes) AND resolved_at IS NULL",
    "kept": "SELECT barcode, record_id, revision, device, outcome, code, resolution FROM inbox WHERE barcode = ANY(:codes)",
    "events": "SELECT subject, verb, count(*) FROM event WHERE subject = ANY(:codes) GROUP BY subject, verb",
}


def state(town: Town, codes: Iterable[str], *questions: str) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that these questions find about tubes, in an order that does not depend on how it came there."""
    with town.program.database.transaction(Access.OWNER) as connection:
        found = {name: connection.execute(text(QUESTIONS[name]), {"codes": [*codes]}) for name in questions or QUESTIONS}
        return {name: sorted((tuple(row) for row in rows), key=repr) for name, rows in found.items()}
