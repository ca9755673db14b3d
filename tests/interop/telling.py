"""How the tests let the worker tell, and read what it told."""

from typing import Any

from lims.apps import worker
from tests.factories import Somebody, Town


def told(town: Town, *, to: Somebody | None = None) -> list[dict[str, Any]]:
    """What officials were told of this town once the worker has looked, first come first."""
    worker.seal_once(town.program)
    worker.tell_once(town.program)
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
