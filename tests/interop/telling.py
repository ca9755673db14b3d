"""How the tests let the worker tell, and read what it told."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from lims.apps import worker
from lims.interop.subscribers import actions, queries
from lims.interop.subscribers.rules import Wish
from lims.kernel.db import Access
from lims.kernel.program import Program
from tests.factories import Somebody, Town
from tests.interop.receiver import Receiver
from tests.kernel.audit.sealing import let_end

NETWORKS = "127.0.0.0/8"


def told(town: Town, *, to: Somebody | None = None) -> list[dict[str, Any]]:
    """What officials were told of this town once the worker has looked, first come first."""
    drained(town.program)
    answer = (to or town.somebody("lina", "official", lab=town.lab)).get("/reporting/api/notices")
    assert answer.status_code == 200, answer.text
    return list(reversed(answer.json()["items"]))


def kinds(notices: list[dict[str, Any]]) -> list[str]:
    """What was told, in order."""
    return [notice["kind"] for notice in notices]


def first_sign(town: Town, people: int = 2, kind: str = "positive") -> tuple[dict[str, Any], str]:
    """A pool that was just found not negative, and the run."""
    pool = town.collected(people)
    town.received(pool["barcode"])
    return pool, str(town.imported(town.plated(), {pool["barcode"]: kind}).json()["run"])


def answered(town: Town, pool: dict[str, Any], truths: list[str], *, hours: float = 8) -> list[str]:
    """Everybody of a pool comes back, is tested alone, found so, and released; the single tubes."""
    people = [{key: member[key] for key in ("id_type", "id_number", "name", "phone", "group")} for member in pool["members"]]
    singles = [
        town.collected([one], size=1, hours=hours, retest_of=pool["barcode"])["barcode"] for one, _ in zip(people, truths, strict=True)
    ]
    town.tested(*singles, truth=dict(zip(singles, truths, strict=True)), hours=hours + 1)
    return singles


def sealed(program: Program) -> None:
    """The worker seals all that was written until now."""
    let_end(program)
    worker.seal_once(program)


def drained(program: Program) -> None:
    """The worker reads the trail to its end and tells what it finds, what other tests have left too: only what comes now is new."""
    sealed(program)
    worker.tell_once(program)


def everybody_removed(connection: Connection) -> None:
    """Nobody is told of what other tests do."""
    for row in queries.subscribers(connection):
        actions.stop(connection, row.number, actions.REMOVED, "tests", datetime.now(UTC))


def subscribed(sender: Program, receiver: Receiver, town: Town, **only: Any) -> int:
    """The authority's computer is told of this town's area; the number of its webhook."""
    with sender.database.transaction(Access.OWNER) as connection:
        number, receiver.secret = actions.add(
            connection, sender, receiver.address, Wish(**{"area": town.area} | only), "tests", datetime.now(UTC)
        )
    return number


def attempts(sender: Program, webhook: int) -> list[tuple[int | None, str]]:
    """The log of a webhook, first come first: what was answered, and why it failed."""
    with sender.database.transaction(Access.OWNER) as connection:
        return [(row.status, row.said) for row in reversed(queries.log(connection, webhook, 100))]


def standing(sender: Program, webhook: int) -> tuple[int, str | None]:
    """How many notices wait for a webhook, and why it was stopped."""
    with sender.database.transaction(Access.OWNER) as connection:
        return next((row.waiting, row.stopped_for) for row in queries.subscribers(connection) if row.number == webhook)
