"""Accounts of large days, and the tests of their pools, are kept, say what counting says, and as of when."""

import random
from collections.abc import Callable, Collection
from datetime import date
from typing import Any, cast

import pytest
from sqlalchemy import text

from lims.apps.keeping import Keeper
from lims.deconvolution.schemes.rules import Assay
from lims.kernel.audit.actions import record
from lims.kernel.audit.rules import Happening
from lims.kernel.db import Access
from lims.reporting import measures
from lims.reporting.accounts import Whose
from lims.reporting.balances import actions, queries
from lims.reporting.balances.board import Told, kept_days
from lims.reporting.casework.queries import pools_of_sizes
from lims.reporting.casework.rules import PoolsOfSize
from lims.reporting.casework.scope import Asked, Scope
from lims.reporting.keeping import actions as keeping
from lims.reporting.rules import By, Question
from tests.factories import Town
from tests.factories import at as hour
from tests.reporting.balances.asking import BEFORE, LONG_AFTER, SOON, counted, keep, read_on, shown
from tests.reporting.city import CHINA, DAY, LATER, NEXT, City, at
from tests.reporting.random_days import Crowd
from tests.reporting.test_keeping import OnOneConnection, kept, told


def sizes(city: City, days: Collection[date] = (), lab: str | None = None, sites: Collection[str] | None = None) -> list[PoolsOfSize]:
    """The pools and their tests of three days; some of the days as they are kept."""
    zones = frozenset(measures.zones_of(city.catalog))
    chosen = None if sites is None else frozenset(sites)
    scope = Scope(Asked(), Question(BEFORE, NEXT, By.DAY, CHINA, lab), zones, chosen, Assay(0.9, 0.99))
    return city.as_bench(lambda connection: pools_of_sizes(connection, scope.values(days)))


def test_a_kept_account_is_the_one_that_counting_gives_and_holds_now(lived: City) -> None:
    live = {day: counted(lived, day) for day in (BEFORE, DAY, NEXT)}
    assert live[DAY].people.open
    assert live[DAY].tubes.unregistered
    keep(lived, BEFORE, DAY, NEXT)
    assert {day: shown(lived, day) for day in live} == {day: Told(account, SOON) for day, account in live.items()}


def test_the_kept_accounts_of_labs_are_those_that_counting_gives(lived: City) -> None:
    live = {lab: counted(lived, whose=Whose(lab)) for lab in ("YH", "MV", "JL")}
    assert all(account.people.sampled for account in live.values())
    keep(lived, DAY)
    assert {lab: shown(lived, whose=Whose(lab)) for lab in live} == {lab: Told(account, SOON) for lab, account in live.items()}
    lived.connection.execute(text("UPDATE kept_account SET labs = jsonb_set(labs, '{YH,people,sampled}', '77')"))
    assert shown(lived, whose=Whose("YH")).account.people.sampled == 77
    assert shown(lived, whose=Whose("of no such lab")).account.people.sampled == 0


def test_the_account_of_a_site_is_counted_when_it_is_asked_for(lived: City) -> None:
    keep(lived, DAY)
    told(lived, lived.tube("new", ("Zoe",), site="FY-002"), "tube.registered", at(9))
    live = counted(lived, whose=Whose(site="FY-002"))
    assert shown(lived, whose=Whose(site="FY-002"), now=LONG_AFTER) == Told(live, LONG_AFTER)
    assert shown(lived).as_of == LATER


def test_a_kept_account_is_what_is_shown(lived: City) -> None:
    keep(lived, DAY)
    lived.connection.execute(text("UPDATE kept_account SET account = jsonb_set(account, '{people,sampled}', '77')"))
    assert shown(lived).account.people.sampled == 77


@pytest.mark.parametrize("place", [{}, {"lab": "YH"}, {"sites": ("FY-001", "TK-001")}, {"lab": "MV", "sites": ("FY-002",)}, {"sites": ()}])
def test_kept_tests_of_pools_are_those_that_counting_gives(lived: City, place: dict[str, Any]) -> None:
    live = sizes(lived, **place)
    assert sum(size.single_tests for size in live) or place
    keep(lived, BEFORE, DAY, NEXT)
    for days in ((DAY,), (BEFORE, NEXT), (BEFORE, DAY, NEXT)):
        assert sizes(lived, days, **place) == live


def test_whoever_is_sampled_twice_takes_two_tests_and_a_mixed_pool_has_the_people_mixed_in_it(city: City) -> None:
    city.tested(city.tube("pool", ("Ana", "Ben"), received_at=at(9)), call="positive")
    for code, answered, call in (("first", "pool", "invalid"), ("second", "first", "negative")):
        city.tested(city.single(code, "Ana", retest_of=answered, sealed_at=at(19), received_at=at(20)), call=call)
    for code in ("liquid", "spilt"):
        nobody: dict[str, Any] = {"site": None, "field_state": None, "collected_on": None}
        city.tested(city.tube(code, (), kind="aliquot_pool", member_count=3, received_at=at(10), **nobody), call="positive")
    for person in ("Cleo", "Dan", "Eve"):
        city.single(f"{person}'s", person, pool="liquid", received_at=at(8))
    city.tested("Eve's", call="positive")
    assert sizes(city) == [PoolsOfSize(2, 1, 1, 0, 1, 2), PoolsOfSize(3, 1, 1, 0, 1, 1)]


def comes_to_the_lab(city: City) -> str:
    city.change("travelling", received_at=at(9, NEXT), lab="YH", bench_state="waiting")
    return "tube.received"


def is_moved_from_the_next_day(city: City) -> str:
    city.change("travelling", collected_on=BEFORE)
    city.connection.execute(text("UPDATE tube_member SET day = :day WHERE barcode = 'travelling'"), {"day": BEFORE})
    return "tube.changed"


def is_sampled_again(city: City) -> str:
    city.single("travelling2", "Bea", retest_of="pool", sealed_at=at(9, NEXT), received_at=at(11, NEXT))
    city.tested("travelling2", call="positive", run_at=at(12, NEXT), released_at=at(13, NEXT))
    return "tube.released"


def is_sampled_once_more(city: City) -> str:
    for code, answered, call in (("travelling3", "pool", "invalid"), ("travelling4", "travelling3", "positive")):
        city.single(code, "Bob", retest_of=answered, sealed_at=at(9, NEXT), received_at=at(11, NEXT))
        city.tested(code, call=call, run_at=at(12, NEXT), released_at=at(13, NEXT))
    return "tube.released"


def is_registered_late(city: City) -> str:
    city.change("stray", registered_at=at(9, NEXT), record_id="00000000-0000-0000-0000-000000000001", kind="swab_pool", pool_size=10,
                member_count=0, field_state="sealed", sealed_at=at(9, NEXT), site="FY-001", collected_on=NEXT)  # fmt: skip
    return "tube.registered"


def is_read_once_more(city: City) -> str:
    city.run("done", when=at(23), passed=False)
    return "run.imported"


NEWS: list[tuple[Callable[[City], str], str, dict[str, str]]] = [
    (comes_to_the_lab, "travelling", {}),
    (is_moved_from_the_next_day, "travelling", {"was_of": str(DAY)}),
    (is_sampled_again, "travelling2", {}),
    (is_sampled_once_more, "travelling4", {}),
    (is_registered_late, "stray", {}),
    (is_read_once_more, "a plate", {}),
]


@pytest.mark.parametrize(("happens", "code", "what"), NEWS)
@pytest.mark.parametrize("is_read", [True, False])
def test_what_is_told_of_a_tube_of_the_day_leaves_its_account_as_of_then(
    lived: City, happens: Callable[[City], str], code: str, what: dict[str, str], is_read: bool
) -> None:
    keep(lived, DAY)
    before = counted(lived)
    verb = happens(lived)
    told(lived, code, verb, at(23) if verb == "run.imported" else at(9, NEXT))
    lived.connection.execute(text("UPDATE event SET what = CAST(:what AS jsonb) WHERE subject = :code"),
                             {"what": str(what).replace("'", '"'), "code": code})  # fmt: skip
    if is_read:
        read_on(lived)
    assert counted(lived) != before
    assert shown(lived) == Told(before, LATER)
    assert shown(lived, now=LONG_AFTER) == Told(counted(lived), LONG_AFTER)
    if not is_read:
        read_on(lived)
    keep(lived, DAY, now=SOON)
    assert shown(lived, now=LONG_AFTER) == Told(counted(lived), LONG_AFTER)


@pytest.mark.parametrize("is_read", [True, False])
def test_what_is_told_of_other_days_leaves_an_account_as_it_is(lived: City, is_read: bool) -> None:
    keep(lived, DAY)
    told(lived, lived.tube("new", sealed_at=at(9, NEXT)), "tube.registered", at(9, NEXT))
    if is_read:
        read_on(lived)
    assert shown(lived, now=LONG_AFTER) == Told(counted(lived), LONG_AFTER)
    assert not queries.days(lived.connection, DAY, DAY)[0].touched


@pytest.mark.parametrize("luck", range(3))
def test_no_account_and_no_tests_that_have_become_others_pass_for_current(lived: City, luck: int) -> None:
    keep(lived, BEFORE, DAY, NEXT)
    live = {day: counted(lived, day) for day in (BEFORE, DAY, NEXT)}
    known = set(lived.connection.execute(text("SELECT barcode FROM tube")).scalars())
    Crowd(lived, random.Random(luck), "later", ("FY-001", "TK-001"), ("YH", "JL")).live_through(NEXT, 3)
    for code in set(lived.connection.execute(text("SELECT barcode FROM tube")).scalars()) - known:
        told(lived, code, "tube.released", at(9, NEXT))
    runs = lived.connection.execute(text("SELECT plate, at FROM run")).all()
    record(lived.connection, "Ben", LATER, [Happening(run.plate, "run.imported", run.at) for run in runs if run.at > at(0, NEXT)])
    current = kept_days(lived.connection, lived.catalog, BEFORE, NEXT, LONG_AFTER)
    assert {day for day in live if counted(lived, day) != live[day]}.isdisjoint(current)
    assert sizes(lived, current) == sizes(lived)


def test_a_trail_with_more_news_than_is_read_at_once_leaves_every_account_as_of_then(lived: City, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(lived, DAY)
    monkeypatch.setattr("lims.reporting.keeping.queries.READ_AT_ONCE", 1)
    told(lived, "of no day", "tube.plated", at(9, NEXT))
    assert shown(lived).as_of == LATER
    read_on(lived)
    assert shown(lived).as_of == SOON
    monkeypatch.setattr("lims.reporting.keeping.queries.UNREAD_AT_MOST", 1)
    told(lived, "of no day", "tube.plated", at(9, NEXT))
    read_on(lived)
    assert shown(lived).as_of == LATER


def test_another_database_that_was_restored_has_every_account_counted_anew(lived: City) -> None:
    keep(lived, DAY)
    lived.connection.execute(text("UPDATE kept_reader SET seal = 999"))
    assert shown(lived, now=LONG_AFTER).as_of == LONG_AFTER
    keeping.read_on(lived.connection, measures.zones_of(lived.catalog))
    assert queries.days(lived.connection, DAY, DAY) == []


def test_a_worker_counts_accounts_of_large_days_once_and_again_when_something_is_told(lived: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lims.apps.keeping.REST", 0)
    keeper = Keeper(cast("Any", OnOneConnection(lived)))
    kept(lived, BEFORE, DAY, NEXT)
    assert keeper.count_account(LATER) is None
    monkeypatch.setattr(queries, "MANY_TUBES", 2)
    assert [keeper.count_account(LATER) for _ in range(4)] == [NEXT, DAY, BEFORE, None]
    told(lived, "travelling", "tube.received", at(9))
    read_on(lived)
    assert keeper.count_account(SOON) == DAY
    assert keeper.count_account(SOON) is None
    assert shown(lived, now=LONG_AFTER).as_of == LONG_AFTER


def test_what_a_worker_counts_is_planned_for_its_day_however_many_days_it_has_counted(lived: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lims.apps.keeping.REST", 0)
    monkeypatch.setattr(queries, "MANY_TUBES", 2)
    keeper = Keeper(cast("Any", OnOneConnection(lived)))
    kept(lived, BEFORE, DAY, NEXT)
    for _ in range(15):
        lived.connection.execute(text("UPDATE kept_account SET touched = true"))
        assert keeper.count_account(LATER) is not None
    plans = "SELECT sum(generic_plans), sum(custom_plans) FROM pg_prepared_statements WHERE statement LIKE '%INSERT INTO kept_tests%'"
    generic, own = lived.connection.execute(text(plans)).one()
    assert generic == 0
    assert own > 0


def test_an_account_counted_anew_is_held_against_the_kept_one(lived: City) -> None:
    def again() -> list[str] | None:
        return actions.keep_anew(lived.connection, lived.catalog, DAY, CHINA, LATER).differing

    assert again() is None
    keep(lived, DAY)
    assert again() == []
    live = counted(lived).people.sampled
    lived.connection.execute(text("UPDATE kept_account SET account = jsonb_set(account, '{people,sampled}', '77')"))
    lived.connection.execute(text("UPDATE kept_account SET account = jsonb_set(account, '{labels,issued}', '79')"))
    released = counted(lived, whose=Whose("MV")).tubes.released
    lived.connection.execute(text("UPDATE kept_account SET labs = jsonb_set(labs, '{MV,tubes,released}', '78')"))
    lived.connection.execute(text("UPDATE kept_tests SET pools = pools + 1 WHERE lab = 'YH' AND site = 'FY-001' AND people = 1"))
    found = again()
    assert found is not None
    assert [line for line in found if line.startswith("people")] == [f"people sampled: kept 77, counted {live}"]
    assert [line for line in found if "labels" in line or line.startswith("MV")] == [
        f"MV tubes released: kept 78, counted {released}",
        "labels issued: kept 79, counted 0",
    ]
    assert again() == []
    told(lived, "travelling", "tube.received", at(9))
    assert again() is None


def test_the_trail_says_of_which_day_a_changed_tube_was(town: Town) -> None:
    made = town.collected(2, hours=15.9, state="open", sealed_at=None)
    town.sync(made | {"revision": 2, "state": "sealed", "sealed_at": hour(16.5)})
    town.sync(made | {"revision": 3, "state": "sealed", "sealed_at": hour(16.6)})
    with town.program.database.transaction(Access.OWNER) as connection:
        told_ = connection.execute(text("SELECT what ->> 'was_of' FROM event WHERE subject = :code ORDER BY id"), {"code": made["barcode"]})
        assert told_.scalars().all() == [None, "2022-02-02", None]
