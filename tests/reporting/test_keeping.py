"""Figures of days that are over are kept, and are what counting gives, whatever comes late or again."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from sqlalchemy import Connection, text

from lims.apps.keeping import Keeper
from lims.catalog import queries as catalog
from lims.kernel import clock
from lims.kernel.audit.actions import record, seal
from lims.kernel.audit.rules import Happening
from lims.kernel.db import Access
from lims.kernel.settings import Settings
from lims.reporting import answers, measures
from lims.reporting.day.asking import Asked
from lims.reporting.day.forms import RowsAsked
from lims.reporting.day.paging import Page, page_behind
from lims.reporting.keeping import actions, queries
from lims.reporting.keeping.rules import Difference
from lims.reporting.keeping.tables import KeptDay
from lims.reporting.rules import By, Question
from lims.reporting.tomorrow import board as tomorrow
from lims.reporting.tomorrow.habits import Habits
from tests.reporting.city import CHINA, DAY, LATER, NEXT, TOKYO, City, at, put

if TYPE_CHECKING:
    from lims.kernel.auth.door import Work
    from lims.kernel.program import Program

KEY = b"a key for seals"


# Other tests on the same server begin transactions, too: what is told now is newer than what any snapshot has seen until now.
NEWEST = (
    "SELECT GREATEST(max(CAST(CAST(txid AS text) AS bigint)), CAST(CAST(pg_current_xact_id() AS text) AS bigint),"
    " CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text) AS bigint)) FROM event"
)


def newest_transaction(city: City) -> int:
    return city.connection.execute(text(NEWEST)).scalar_one()


def told(city: City, code: str, verb: str, when: datetime) -> None:
    """The trail says so, as if in a transaction of its own: a test is one transaction, and seals go by transactions."""
    number = newest_transaction(city) + 1
    record(city.connection, "Ana", clock.now(), [Happening(code, verb, when)])
    own = "UPDATE event SET txid = CAST(CAST(:number AS text) AS xid8) WHERE txid = pg_current_xact_id()"
    city.connection.execute(text(own), {"number": number})


def sealed(city: City) -> None:
    """Everything that the trail says until now is sealed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lims.kernel.audit.queries.horizon", lambda _: newest_transaction(city) + 1)
        seal(city.connection, KEY, clock.now())


def kept(city: City, *days: date, now: datetime = LATER) -> None:
    """These days are counted and kept."""
    for day in days:
        actions.keep(city.connection, city.catalog, actions.counted(city.connection, city.catalog, day, CHINA, now), now)


def answer(city: City, by: By, first: date = DAY, last: date = NEXT, now: datetime = LATER, **place: Any) -> list[Any]:
    question = Question(first, last, by, CHINA, **place)
    return city.as_bench(lambda connection: answers.throughput(connection, city.catalog, question, now).lines)


def held(city: City) -> set[date]:
    return set(city.connection.execute(text("SELECT day FROM kept_day")).scalars())


@pytest.fixture
def lived(city: City) -> City:
    """Two days of tubes in two zones; the trail begins, is sealed and was read."""
    plain = [city.tube(f"n{n}", (f"Ana {n}",), dispatched_at=at(10), dispatched_to="YH", received_at=at(12 + n)) for n in range(3)]
    city.tested(*plain)
    pool = city.tube("pool", ("Ben", "Bob"), received_at=at(13))
    city.tested(pool, call="positive", released_at=at(19))
    city.single("s1", "Ben", retest_of=pool, sealed_at=at(20), received_at=at(21))
    city.tested("s1", call="positive", run_at=at(22), released_at=at(3, NEXT))
    city.tube("tokyo", site="TK-001", sealed_at=at(23.5, zone=TOKYO), received_at=at(0.5, NEXT, TOKYO), lab="JL")
    city.tube("bad", received_at=at(14), bench_state="rejected", rejected_at=at(14.5), rejected_for="RB", lab="MV")
    city.tube("at the site")
    city.stray("stray")
    told(city, "n0", "tube.registered", at(8))
    sealed(city)
    actions.read_on(city.connection, measures.zones_of(city.catalog))
    return city


@pytest.mark.parametrize("by", By)
@pytest.mark.parametrize(
    "place",
    [
        {},
        {"lab": "YH"},
        {"site": "FY-001"},
        {"lab": "YH", "site": "FY-001"},
        {"areas": ("330100", "330111")},
        {"areas": ("330111",)},
        {"areas": ("JP13",)},
        {"areas": ("330111",), "lab": "MV"},
    ],
)
def test_kept_figures_are_those_that_counting_gives(lived: City, by: By, place: dict[str, Any]) -> None:
    live = lived.ask(by, DAY, NEXT, **place)
    kept(lived, DAY, NEXT)
    assert answer(lived, by, **place) == live


@pytest.mark.parametrize("place", [{}, {"lab": "YH"}, {"lab": "MV"}, {"areas": ("330100", "330111")}, {"areas": ("JP13",)}])
@pytest.mark.parametrize("day", [DAY, NEXT])
def test_what_is_kept_beside_the_figures_is_what_counting_gives(lived: City, day: date, place: dict[str, Any]) -> None:
    question = Question(day, day, By.DAY, CHINA, **place)

    def beside() -> Any:
        found = asdict(lived.as_bench(lambda connection: answers.panels_of(connection, lived.catalog, question, LATER)))
        return {name: sorted(rows, key=str) if name in ("hours", "legs") else rows or () for name, rows in found.items()}

    live = beside()
    kept(lived, day)
    assert day == NEXT or any(live.values())
    assert beside() == live


@pytest.mark.parametrize("now", [at(12, NEXT), at(12, NEXT + timedelta(days=1)), at(12, DAY + timedelta(days=7))])
def test_what_tomorrow_is_expected_by_is_the_same_kept_and_counted(lived: City, now: datetime) -> None:
    def lately() -> Habits:
        return lived.as_bench(lambda connection: tomorrow.read_habits(connection, lived.catalog, now, CHINA))

    live = lately()
    kept(lived, DAY, NEXT, now=now)
    assert lately() == live
    assert live.days[-(now.date() - DAY).days] == 8
    assert live.pools.seen == 4
    lived.connection.execute(text('UPDATE kept_day SET habits = \'{"collected": {}, "ways": [], "pools": [77, 0, 0]}\''))
    assert lately().pools.seen % 77 == 0


def pages(city: City, wanted: RowsAsked, now: datetime = LATER, **place: Any) -> Iterator[Page]:
    """Two tubes at a time, as long as there are more."""
    asked = Asked(city.catalog, Question(DAY, DAY, By.DAY, CHINA, **place), None, DAY, now)
    page = page_behind(cast("Work", SimpleNamespace(connection=city.connection)), asked, wanted, 2)
    yield page
    if page.has_more:
        last = page.rows[-1]
        yield from pages(city, wanted.model_copy(update={"after_at": last.at, "after": last.barcode}), now, **place)


def test_what_stands_now_is_listed_with_the_oldest_first(city: City) -> None:
    for number, hour in enumerate((11, 9, 10)):
        city.tube(f"w{number}", received_at=at(hour))
    city.tested(city.tube("gone", received_at=at(8)), run_at=at(9), released_at=at(10))
    city.tube("on its way", dispatched_at=at(11), dispatched_to="YH")
    city.tube("there", dispatched_at=at(8), dispatched_to="YH", received_at=at(11.5), rejected_at=at(11.75), bench_state="rejected")
    for figure, codes in (("backlog", ["w1", "w2", "w0"]), ("in_transit", ["on its way"])):
        found = [*pages(city, RowsAsked(figure=figure), at(12))]
        assert [row.barcode for page in found for row in page.rows] == codes
        assert found[0].total.tubes == len(codes)
    (page,) = pages(city, RowsAsked(figure="backlog", older=1.5, younger=2.5), at(12))
    assert [row.barcode for row in page.rows] == ["w2"]


@pytest.mark.parametrize(
    "figure",
    [
        "collected", "dispatched", "received", "tested", "negative", "rejected", "backlog", "in_transit", "direct", "direct_waiting",
        "direct_whole", "case_whole", "positive", "verifying",
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", [{}, {"lab": "YH"}, {"areas": ("330111",)}])
def test_pages_of_tubes_go_on_where_the_last_one_ended_kept_or_not(lived: City, figure: str, place: dict[str, Any]) -> None:
    lived.tube("goes on", dispatched_at=at(20), received_at=at(21))
    lived.tube("on its way", dispatched_at=at(22), dispatched_to="YH")
    wanted = RowsAsked(figure=figure)

    def listed() -> list[str]:
        return [row.barcode for page in pages(lived, wanted, **place) for row in page.rows]

    live, total = listed(), next(pages(lived, wanted, **place)).total
    assert len(live) == total.tubes
    kept(lived, DAY)
    assert listed() == live
    assert next(pages(lived, wanted, **place)).total in (total, replace(total, people=None))
    for hour in range(24):
        of_hour = wanted.model_copy(update={"hour": hour})
        assert next(pages(lived, of_hour, **place)).total.tubes == len(
            [row for page in pages(lived, of_hour, **place) for row in page.rows]
        )
    # What is kept says only where to look first.
    lived.connection.execute(text("DELETE FROM kept_line WHERE by LIKE '%hour' AND hour > 0"))
    lived.connection.execute(
        text("UPDATE kept_line SET hour = 9, figures = jsonb_build_object(CAST(:name AS text), 77)"), {"name": f"{figure}_tubes"}
    )
    assert listed() == live


def test_by_the_hour_of_a_lab_or_an_area_nothing_is_counted_anew(lived: City, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(lived, DAY, NEXT)
    monkeypatch.setattr(measures, "throughput", None)
    for place in ({"lab": "YH"}, {"areas": ("330111",)}):
        assert sum(line.received_tubes for line in answer(lived, By.HOUR, **place)) > 0


def test_kept_figures_are_what_is_shown(lived: City) -> None:
    kept(lived, DAY)
    lived.connection.execute(text("UPDATE kept_line SET figures = figures || '{\"tested_tubes\": 77}' WHERE by = 'day'"))
    assert [line.tested_tubes for line in answer(lived, By.DAY)] == [77, 0]


def test_a_capacity_that_is_declared_later_counts_for_kept_days_too(lived: City) -> None:
    kept(lived, DAY)
    lived.connection.execute(text("UPDATE lab_capacity SET tubes_per_day = 100 WHERE lab = 'YH'"))
    (line,) = (line for line in answer(lived, By.LAB, DAY, DAY) if line.lab == "YH")
    assert (line.capacity_tubes, line.utilisation) == (100, 0.05)


@pytest.mark.parametrize("is_sealed", [True, False])
def test_what_comes_late_is_counted_from_its_own_day_on(lived: City, is_sealed: bool) -> None:
    before = DAY - timedelta(days=1)
    kept(lived, before, DAY, NEXT)
    late = lived.tube("late", received_at=at(15, NEXT), sealed_at=at(9, NEXT))
    told(lived, late, "tube.registered", at(9, NEXT))
    if is_sealed:
        sealed(lived)
        actions.read_on(lived.connection, measures.zones_of(lived.catalog))
        assert held(lived) == {before, DAY}
    assert answer(lived, By.SITE, before, NEXT) == lived.ask(By.SITE, before, NEXT)
    assert answer(lived, By.DAY, NEXT, NEXT)[0].received_tubes == 2  # and the one in Tokyo


def test_a_late_register_changes_the_days_that_its_tube_has_passed(lived: City) -> None:
    lived.stray("unknown", received_at=at(15))
    kept(lived, DAY, NEXT)
    lived.change("unknown", registered_at=at(9, NEXT), record_id="00000000-0000-0000-0000-000000000001", kind="swab_pool", pool_size=10,
                 member_count=4, field_state="sealed", sealed_at=at(9, NEXT), site="FY-001", collected_on=NEXT)  # fmt: skip
    told(lived, "unknown", "tube.registered", at(9, NEXT))
    assert answer(lived, By.SITE) == lived.ask(By.SITE, DAY, NEXT)


def test_a_repeat_that_tells_nothing_keeps_everything(lived: City) -> None:
    kept(lived, DAY, NEXT)
    sealed(lived)
    assert actions.read_on(lived.connection, measures.zones_of(lived.catalog)) is None
    assert held(lived) == {DAY, NEXT}


def test_where_nothing_was_ever_sealed_nothing_is_read_and_nothing_kept_is_shown(city: City) -> None:
    city.tube("one", received_at=at(12))
    assert actions.read_on(city.connection, {CHINA}) is None
    kept(city, DAY)
    city.connection.execute(text("UPDATE kept_line SET figures = figures || '{\"received_tubes\": 77}' WHERE by = 'day'"))
    assert answer(city, By.DAY, DAY, DAY)[0].received_tubes == 1


def test_another_zone_of_a_site_makes_kept_days_worthless(lived: City) -> None:
    kept(lived, DAY, NEXT)
    lived.connection.execute(text("UPDATE site SET timezone = 'America/Lima'; UPDATE catalog_revision SET revision = revision + 1"))
    moved = City(lived.connection, catalog.read(lived.connection, 2))
    assert answer(moved, By.DAY) == moved.ask(By.DAY, DAY, NEXT)


def test_a_trail_with_more_news_than_is_read_at_once_trusts_nothing(lived: City, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(lived, DAY)
    lived.connection.execute(text("UPDATE kept_line SET figures = figures || '{\"tested_tubes\": 77}' WHERE by = 'day'"))
    monkeypatch.setattr(queries, "UNREAD_AT_MOST", 1)
    told(lived, "n0", "tube.plated", clock.now())
    assert answer(lived, By.DAY, DAY, DAY)[0].tested_tubes == 5
    sealed(lived)
    assert actions.read_on(lived.connection, measures.zones_of(lived.catalog)) == date.min
    assert held(lived) == set()


def test_a_picture_of_a_running_day_lasts_a_minute_and_says_of_when_it_is(lived: City) -> None:
    noon = at(12.5)
    kept(lived, DAY, now=noon)
    lived.connection.execute(text("UPDATE kept_line SET figures = figures || '{\"tested_tubes\": 77}' WHERE by = 'day'"))
    question = Question(DAY, DAY, By.DAY, CHINA)

    def seen(seconds: int) -> tuple[int, datetime]:
        found = answers.throughput(lived.connection, lived.catalog, question, noon + timedelta(seconds=seconds))
        return found.lines[0].tested_tubes, found.as_of

    assert seen(59) == (77, noon)
    assert seen(61) == (5, noon + timedelta(seconds=61))
    assert answer(lived, By.SITE, DAY, DAY, noon) == lived.ask(By.SITE, DAY, DAY, now=noon)


def test_days_are_kept_newest_first_until_none_is_left(lived: City) -> None:
    months = 40
    assert actions.next_to_keep(lived.connection, lived.catalog, CHINA, LATER, months) == date(2022, 2, 28)
    kept(lived, *(DAY + timedelta(days=n) for n in range(27)))
    assert actions.next_to_keep(lived.connection, lived.catalog, CHINA, LATER, months) is None


def test_nothing_is_kept_where_there_is_no_tube(city: City) -> None:
    assert actions.next_to_keep(city.connection, city.catalog, CHINA, LATER, 400) is None


def test_counting_anew_says_where_kept_figures_differed_and_mends_them(lived: City) -> None:
    def again() -> list[Difference] | None:
        return actions.keep_anew(lived.connection, lived.catalog, DAY, CHINA, LATER)

    assert again() is None
    assert again() == []
    lived.connection.execute(text("UPDATE kept_line SET figures = figures || '{\"tested_tubes\": 77}' WHERE by = 'hour' AND hour = 16"))
    found = again()
    assert found is not None
    assert [str(one) for one in found] == ["hour 16:00: tested_tubes kept 77, counted 4"]
    assert again() == []


def test_a_running_day_is_not_counted_for_good(lived: City) -> None:
    assert actions.keep_anew(lived.connection, lived.catalog, DAY, CHINA, at(12)) is None
    assert held(lived) == set()


def test_a_worker_reads_on_and_rests(program_of_city: Any) -> None:
    keeper = Keeper(program_of_city)
    assert keeper.once(LATER) is None  # no tube, no day to keep
    assert keeper.once(LATER) is None


class OnOneConnection:
    """A program whose every transaction is the test's own."""

    def __init__(self, city: City) -> None:
        self.database, self.settings, self._city = self, Settings(), city

    @contextmanager
    def transaction(self, _access: Access) -> Iterator[Connection]:
        yield self._city.connection


def test_a_worker_keeps_days_that_are_over_and_rests_between_them(lived: City, monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = Keeper(cast("Program", OnOneConnection(lived)))
    assert keeper.once(LATER) == date(2022, 2, 28)
    assert keeper.once(LATER) is None  # it rests
    monkeypatch.setattr("lims.apps.keeping.REST", 0)
    busy = Keeper(cast("Program", OnOneConnection(lived)))
    assert [busy.once(LATER) for _ in range(3)] == [date(2022, 2, 27), date(2022, 2, 26), date(2022, 2, 25)]


def test_while_late_tubes_come_in_no_day_is_kept(lived: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lims.apps.keeping.REST", 0)
    keeper = Keeper(cast("Program", OnOneConnection(lived)))
    told(lived, "n0", "tube.plated", at(14))
    sealed(lived)
    assert keeper.once(LATER) is None
    assert keeper.once(LATER + timedelta(seconds=29)) is None
    assert held(lived) == set()


def test_only_a_large_running_day_gets_a_picture(lived: City, monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = Keeper(cast("Program", OnOneConnection(lived)))
    kept(lived, DAY - timedelta(days=1))
    assert keeper.once(at(12.5)) is None
    monkeypatch.setattr("lims.reporting.keeping.actions.MANY_TUBES", 3)
    assert Keeper(cast("Program", OnOneConnection(lived))).once(at(12.5)) == DAY


def test_a_kept_day_that_is_put_again_is_there_once(lived: City) -> None:
    kept(lived, DAY, DAY)
    with pytest.raises(Exception, match="kept_day_pkey"):
        put(lived.connection, KeptDay, day=DAY, is_over=True, places="", made_at=LATER, seconds=0, panels={}, habits={})
