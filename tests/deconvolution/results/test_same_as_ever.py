"""A person's result is what it was when one view told it: whatever stands in the database, the statements that are bounded say the same."""

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, text

from lims.kernel.db import Access, AnyRow
from lims.kernel.program import Program
from lims.release.queries import results_of_day, results_of_people
from lims.release.rules import ResultState
from lims.reporting.accounting.queries import people_rows
from lims.reporting.accounts import OPEN_PEOPLE, Whose
from lims.reporting.queries import people_of_day, said
from tests.deconvolution.results.told import DAYS, LABS, OF_US, ORACLE, SITES, Told, World, histories, write

FAMILIES = 100
TOLD = ("day", "barcode", "position", "person_id", "collected_at", "site", "pooled", "state", "released_at", "amended_at")
STANDING = said("account_standing", "account_people").replace("FROM person_result", "FROM of_day")
OF_DAY = ", of_day AS (SELECT * FROM told WHERE day = :day AND (CAST(:site AS text) IS NULL OR site = :site) AND barcode <> ALL (:wrong))"


def shown(rows: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Rows by what is told of them."""
    return [tuple(getattr(row, name) for name in TOLD) for row in rows]


def paged(connection: Connection, day: date, site: str | None, lab: str | None, state: str | None, limit: int) -> list[AnyRow]:
    """A day's results, page by page."""
    found: list[AnyRow] = []
    after = None
    while True:
        page = results_of_day(connection, day, site, lab, state, after, limit)
        found += page
        if len(page) < limit:
            return found
        after = page[-1].barcode, page[-1].position


def same(program: Program, tubes: list[Told]) -> None:
    """Whoever asks for this state is told what the view tells."""
    with program.database.engine(Access.OWNER).connect() as connection:
        try:
            world = write(connection, tubes)
            rows = connection.execute(text(OF_US), {"codes": world.codes}).all()
            same_by_day(connection, world, rows)
            same_of_people(connection, world, rows)
            same_account(connection, world, rows)
        finally:
            connection.rollback()


def same_by_day(connection: Connection, world: World, rows: Sequence[AnyRow]) -> None:
    """The pages of a day, whole, of a site, of each state; pages of a few rows, so that one is made of several pieces."""
    for day in DAYS:
        for site, lab in ((None, None), (SITES[0], None), (None, LABS[1]), (SITES[1], LABS[0])):
            among = [row for row in rows if row.day == day and site in (None, row.site) and lab in (None, row.lab)]
            for state in (None, *ResultState) if site is lab is None else (None, ResultState.NEGATIVE):
                found = paged(connection, day, site, lab, state, 7)
                assert shown([row for row in found if row.barcode in world.codes]) == shown(
                    [row for row in among if state in (None, row.state)]
                )


def same_of_people(connection: Connection, world: World, rows: Sequence[AnyRow]) -> None:
    """What people are told, of all days and of the newer ones."""
    for since in (date.min, DAYS[1]):
        wanted = defaultdict(list)
        for row in sorted(rows, key=lambda row: (row.collected_at, row.barcode), reverse=True):
            if row.day >= since:
                wanted[row.person_id].append(row)
        found = results_of_people(connection, world.people, since)
        assert {who: shown(told) for who, told in found.items()} == {who: shown(told[:50]) for who, told in wanted.items()}


def same_account(connection: Connection, world: World, rows: Sequence[AnyRow]) -> None:
    """Where the people of a day stand, and in which tubes."""
    wrong = world.codes[:1]
    for day, site in ((DAYS[0], None), (DAYS[0], SITES[0]), (DAYS[1], None)):
        values = {"day": day, "site": site, "wrong": wrong}
        wanted = connection.execute(text(ORACLE + OF_DAY + STANDING), values).all()
        found = people_of_day(connection, day, wrong, site)
        assert Counter({(row.standing, row.lab): row.people for row in found}) == Counter(
            {(row.standing, row.lab): row.people for row in wanted}
        )
        behind = Counter[str]()
        for reason in ("with_result", *OPEN_PEOPLE, "unexplained"):
            for row in people_rows(connection, day, Whose(None, site), wrong, reason, "", 1000):
                behind[row.code] += row.number
        counted = Counter(row.barcode for row in rows if row.day == day and site in (None, row.site) and row.barcode not in wrong)
        assert {barcode: number for barcode, number in behind.items() if barcode in world.codes} == counted


@pytest.mark.parametrize("number", range(2))
def test_everybody_is_told_what_the_view_told(program: Program, number: int) -> None:
    same(program, histories(random.Random(number), FAMILIES))


@pytest.mark.proof
@pytest.mark.parametrize("number", range(2, 42))
def test_everybody_is_told_what_the_view_told_in_four_thousand_families(program: Program, number: int) -> None:
    same(program, histories(random.Random(number), FAMILIES))
