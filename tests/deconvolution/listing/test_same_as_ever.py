"""The list of cases is what it was when each was looked at in its turn, whatever stands in the database."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Connection, insert, select, text

from lims.custody.tables import TubeMember
from lims.deconvolution.queries import Among, reactive_pools
from lims.deconvolution.rules import CaseState
from lims.deconvolution.tables import Closure
from lims.kernel.db import Access, AnyRow
from lims.kernel.program import Program
from lims.testing.instruments.tables import Run
from tests.deconvolution.listing import as_ever
from tests.deconvolution.results.told import DAYS, LABS, SITES, Told, World, histories, moment, write

FAMILIES = 100
IN_DOUBT = "UPDATE call SET controls_passed = false WHERE barcode = ANY (:codes) AND random() < 0.1"
MOMENTS = (None, moment(0, 12), moment(1, 12), moment(2, 12), moment(2, 23))
STATES = [None, *(frozenset({state}) for state in CaseState), frozenset(CaseState) - {CaseState.CLOSED}]


def cases(luck: random.Random) -> list[Told]:
    """Families of tubes; of some the first one is a pool that was mixed of the others."""
    return [poured(luck, tube) if tube.family % 4 == 0 else tube for tube in histories(luck, FAMILIES)]


def poured(luck: random.Random, tube: Told) -> Told:
    """The same tube in a family whose first one was mixed."""
    if tube.retest_of is None and tube.people and luck.random() < 0.5:
        return replace(tube, kind="aliquot_pool", people=())
    return replace(tube, pool=tube.family if luck.random() < 0.8 else tube.pool)


def looked_at(connection: Connection, luck: random.Random, world: World) -> None:
    """When they were read out, and what reviewers decided."""
    runs = connection.execute(
        text("SELECT DISTINCT run FROM call WHERE barcode = ANY (:codes) ORDER BY run"), {"codes": world.codes}
    ).scalars()
    connection.execute(insert(Run), [read_out(luck, run) for run in runs])
    connection.execute(text("SELECT setseed(0.5)"))
    connection.execute(text(IN_DOUBT), {"codes": world.codes})
    inside: dict[str, list[Any]] = {}
    for row in connection.execute(select(TubeMember.barcode, TubeMember.person_id).where(TubeMember.barcode.in_(world.codes))):
        inside.setdefault(row.barcode, []).append(row.person_id)
    connection.execute(insert(Closure), [word for tube in world.codes for word in words(luck, tube, inside.get(tube, []))])


def read_out(luck: random.Random, run: Any) -> dict[str, Any]:
    """A run of one of the days, imported before or after what it tells was released."""
    at = moment(luck.randrange(len(DAYS)), luck.randrange(24))
    return {
        "id": run, "plate": "P", "sha256": run.bytes, "format": "f", "controls_passed": True, "reasons": [], "readings": 1, "at": at,
        "imported_at": at + timedelta(hours=luck.randrange(8)), "imported_by": "ben",
    }  # fmt: skip


def words(luck: random.Random, tube: str, people: list[Any]) -> Iterator[dict[str, Any]]:
    """What reviewers decided of a case: mostly nothing, else closed for all of its people or for some, perhaps opened again."""
    for number in range(1, 1 + luck.choice((0, 0, 0, 0, 1, 1, 2, 3))):
        outcome = "reopened" if number % 2 == 0 else luck.choice(("cleared", "unresolved"))
        known = [who for who in people if luck.random() < 0.8]
        at = moment(luck.randrange(len(DAYS)), luck.randrange(24))
        yield {
            "barcode": tube, "number": number, "id": uuid4(), "outcome": outcome, "reason": "so it is", "answered_for": known, "at": at,
            "by": "bea",
        }  # fmt: skip


def walked(connection: Connection, among: Among, size: int) -> list[AnyRow]:
    """Page by page, as lists are read."""
    found: list[AnyRow] = []
    after = None
    while rows := reactive_pools(connection, among, after, size):
        found += rows
        after = (rows[-1].opened_at, rows[-1].barcode)
        if len(rows) < size:
            return found
    return found


def same(program: Program, number: int) -> None:
    """Whoever asks for cases in any of these ways is shown those that were shown before, in their order."""
    luck = random.Random(number)
    with program.database.engine(Access.OWNER).connect() as connection:
        try:
            world = write(connection, cases(luck))
            looked_at(connection, luck, world)
            counts = {same_among(connection, luck, world, states, by) for states, by in product(STATES, MOMENTS)}
            assert len(counts) > 5
        finally:
            connection.rollback()


def told(rows: Sequence[AnyRow], like: Sequence[AnyRow]) -> list[list[Any]]:
    """What these rows say in the columns that others have."""
    return [[getattr(row, name) for name in (like[0]._fields if like else ("barcode",))] for row in rows]


def same_among(connection: Connection, luck: random.Random, world: World, states: Any, by: Any) -> int:
    """The same of cases in such states that were not over by a moment; how many there are."""
    place: dict[str, Any] = luck.choice(({}, {"lab": LABS[0]}, {"sites": {SITES[1]}}, {"only": world.codes[::2]}))
    among = Among(states=states, not_over_by=by, opened=(moment(0, 0), moment(2, 48)), **place)
    shown = as_ever.reactive_pools(connection, among, None, 1_000)
    for size in (7, 1_000):
        found = walked(connection, among, size)
        assert told(found, shown) == told(shown, shown)
    return len(shown)


@pytest.mark.parametrize("number", range(2))
def test_a_list_of_cases_shows_what_it_showed_when_each_was_looked_at_in_its_turn(program: Program, number: int) -> None:
    same(program, number)


@pytest.mark.proof
@pytest.mark.parametrize("number", range(2, 42))
def test_a_list_of_cases_shows_what_it_showed_in_four_thousand_families(program: Program, number: int) -> None:
    same(program, number)
