"""Who was in a negative tube is forgotten a day at a time, when the time that the catalogue names is over. Cases and the trail stay."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from lims.catalog import actions as catalog_actions
from lims.catalog import queries as catalog
from lims.catalog.forms import CatalogForm
from lims.catalog.policies import RetentionPolicy
from lims.custody.tables import TubeMember
from lims.kernel import partitions
from lims.kernel.audit import queries as audit
from lims.kernel.db import Access
from lims.reporting.keeping import actions as keeping
from lims.reporting.reconciliation import reconcile
from lims.retention.forgetting.actions import forget_one
from lims.retention.forgetting.rules import due
from lims.retention.forgetting.tables import ForgottenDay
from tests.bench import done, recollected, verbs
from tests.factories import Town

# A month before the day of all other tests, so that nobody else's people are forgotten here.
A_MONTH_EARLIER = -24 * 30
DAY = date(2022, 1, 3)
POLICY = {"from": "2022-01-02", "negative_days": 3, "other_days": 30, "rejected_days": 7, "people_days": 15, "source": "tests"}
TOO_EARLY = datetime(2022, 1, 18, 12, tzinfo=UTC)
TIME = TOO_EARLY + timedelta(days=1)
ZONE = "Asia/Shanghai"


@pytest.fixture
def town(town: Town) -> Town:
    """A town where people of negative tubes are kept for fifteen days."""
    with town.program.database.transaction(Access.OWNER) as connection:
        catalog_actions.load(connection, CatalogForm.model_validate({"retention_policy": [POLICY]}), datetime.now(UTC), "tests")
    return town


def collected(town: Town, people: int = 2) -> dict[str, Any]:
    """A tube sampled on the day that is forgotten here."""
    return town.collected(people, hours=A_MONTH_EARLIER)


def released(town: Town, *tubes: dict[str, Any], positive: str | None = None) -> None:
    """Their whole road through the lab, on that day too."""
    truth = {positive: "positive"} if positive else None
    town.tested(*(str(tube["barcode"]) for tube in tubes), truth=truth, hours=A_MONTH_EARLIER + 2)


def forget(town: Town, now: datetime = TIME) -> list[date]:
    """The worker's turns until nothing is left to forget, or nothing can go now."""
    days: list[date] = []
    while True:
        with town.program.database.transaction(Access.OWNER) as connection:
            day = forget_one(connection, catalog.current(connection), ZONE, now)
        if day is None:
            return days
        days.append(day)


def people_in(town: Town, tube: dict[str, Any]) -> int:
    """How many people the database names in a tube."""
    with town.program.database.transaction(Access.FIELD) as connection:
        query = select(func.count()).select_from(TubeMember).where(TubeMember.barcode == tube["barcode"])
        return int(connection.execute(query).scalar_one())


def pieces(town: Town, table: str = "tube_member") -> set[date]:
    """The days that have a piece of a table of their own."""
    with town.program.database.transaction(Access.OWNER) as connection:
        return set(connection.execute(select(func.day_partitions(table))).scalars())


def test_when_its_time_is_over_a_day_goes_as_a_whole_and_who_was_in_its_negative_tubes_with_it(town: Town) -> None:
    negative = collected(town)
    released(town, negative)
    assert people_in(town, negative) == 2
    assert DAY not in forget(town, TOO_EARLY)
    assert people_in(town, negative) == 2
    assert DAY in forget(town)
    assert people_in(town, negative) == 0
    assert DAY not in pieces(town)
    seen = done(town.ana.get(f"/sampling/api/tubes/{negative['barcode']}"))
    assert (seen["state"], seen["members"]) == ("sealed", [])
    assert verbs(town, negative["barcode"])[-1] == "tube.released", "the trail and the result stay"


def test_what_was_forgotten_by_which_rule_stands_in_the_trail(town: Town) -> None:
    released(town, collected(town))
    forget(town)
    with town.program.database.transaction(Access.OWNER) as connection:
        row = connection.execute(select(ForgottenDay.__table__).where(ForgottenDay.day == DAY)).one()
        told = audit.history(connection, f"day {DAY}")[-1]
    assert (row.forgotten_at, row.source) == (TIME, "tests")
    assert (told.verb, told.what["people_days"], told.what["stayed"]) == ("day.forgotten", 15, row.stayed)


def test_the_people_of_a_case_stay_and_so_do_those_without_a_result(town: Town) -> None:
    negative, pool, waiting = collected(town), collected(town), collected(town)
    released(town, negative, pool, positive=str(pool["barcode"]))
    single = recollected(town, pool["members"][0], str(pool["barcode"]), hours=A_MONTH_EARLIER + 8)
    forget(town)
    assert [people_in(town, tube) for tube in (negative, pool, waiting, {"barcode": single})] == [0, 2, 2, 1]
    case = town.case(str(pool["barcode"]))
    assert case is not None
    assert len(case["members"]) == 2
    forget(town)
    assert people_in(town, pool) == 2, "also the next time"


def test_the_account_of_a_forgotten_day_still_adds_up(town: Town) -> None:
    released(town, collected(town, 3))
    forget(town)
    with town.program.database.transaction(Access.REPORTS) as connection:
        found = reconcile(connection, DAY)
    assert [finding for finding in found.findings if "members_differ" in str(finding)] == []


def test_a_tube_that_comes_after_its_day_was_forgotten_is_taken_and_forgotten_in_its_turn(town: Town) -> None:
    forget(town)
    late = collected(town)
    assert people_in(town, late) == 2
    assert people_in(town, late) == 2
    released(town, late)
    forget(town)
    assert people_in(town, late) == 0


def test_whoever_has_forgotten_a_day_counts_days_in_the_same_session(town: Town) -> None:
    released(town, collected(town, 3))
    with town.program.database.engine(Access.OWNER).connect() as session:
        with session.begin():
            assert forget_one(session, catalog.current(session), ZONE, TIME) == DAY
        with session.begin():
            assert keeping.counted(session, catalog.current(session), DAY, ZONE, TIME).day == DAY


def test_nobody_waits_for_a_day_that_somebody_reads_it_goes_another_time(town: Town) -> None:
    negative = collected(town)
    released(town, negative)
    with town.program.database.transaction(Access.FIELD) as reader:
        reader.execute(select(TubeMember.barcode).where(TubeMember.day == DAY)).all()
        if DAY in pieces(town):
            assert forget(town) == []
            assert people_in(town, negative) == 2
    forget(town)
    assert people_in(town, negative) == 0


@pytest.mark.parametrize(
    ("people_days", "days", "going"),
    [
        (None, [DAY], None),
        (15, [], None),
        (15, [DAY, DAY + timedelta(days=1)], DAY),
        (15, [DAY + timedelta(days=1)], None),
        (16, [DAY], None),
    ],
)
def test_only_the_oldest_day_that_is_older_than_the_policy_says_goes(people_days: int | None, days: list[date], going: date | None) -> None:
    policy = RetentionPolicy(DAY, 1, 1, 1, "tests", people_days)
    assert due(policy, days, DAY + timedelta(days=16)) == going
    assert due(None, days, DAY + timedelta(days=16)) is None


def test_people_are_kept_for_a_fortnight_at_least_since_cases_look_back_so_far() -> None:
    with pytest.raises(ValueError, match="greater than or equal to 15"):
        CatalogForm.model_validate({"retention_policy": [POLICY | {"people_days": 14}]})


def test_the_pieces_of_the_coming_days_are_there_before_anybody_needs_them(town: Town) -> None:
    now = datetime.now(UTC)
    partitions.ahead(town.program.database, now)
    for table in partitions.BY_DAY:
        assert {now.date() + timedelta(days=days) for days in range(3)} <= pieces(town, table)


def test_whoever_samples_while_the_pieces_are_made_goes_on(town: Town) -> None:
    database, of_nobody = town.program.database, datetime(2021, 5, 1, tzinfo=UTC)
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'")
    with database.transaction(Access.FIELD) as sampling, ThreadPoolExecutor() as worker:
        sampling.execute(text("LOCK TABLE tube_member IN ROW EXCLUSIVE MODE"))
        made = worker.submit(partitions.ahead, database, of_nobody)
        with database.engine(Access.OWNER).connect() as onlooker:
            while not made.done() and not onlooker.execute(waiting).scalar_one():
                onlooker.rollback()
        sampling.execute(text("LOCK TABLE event IN ROW EXCLUSIVE MODE"))
        sampling.commit()
        made.result()
    assert {of_nobody.date() + timedelta(days=days) for days in range(3)} <= pieces(town, "event")
