"""Every figure equals a slow and obvious count from the raw rows, on random days that hold everything that goes wrong.

`recount` reads all rows and asks of each tube, one after the other, what happened to it when, by the clock of its lab or site. Days are
drawn by lot: tubes come late, are run again, rejected, never registered, received without a dispatch, pooled in the lab, cross
midnight; their people come back, most of them; on days on which clocks are set (New York, in March and in November) beside zones that
set none. Some days are counted and some were kept; then more comes in late.
"""

import random
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import pairwise
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from sqlalchemy import literal, select, text

from lims.catalog import queries as catalog
from lims.catalog.tables import LabCapacity, LabRow, SiteRow, TimeLimitRow
from lims.deconvolution import board
from lims.deconvolution.over import actions as over_actions
from lims.deconvolution.over import queries as over
from lims.deconvolution.queries import Among
from lims.deconvolution.tables import Closure
from lims.kernel.audit.queries import current_epoch
from lims.reporting import answers
from lims.reporting.day.asking import Asked, day_of
from lims.reporting.day.behind import BEHIND, ENDS_OF_LEG, PATHS
from lims.reporting.day.forms import RowsAsked
from lims.reporting.day.paging import page_behind
from lims.reporting.day.queries import behind
from lims.reporting.day.rules import EDGES
from lims.reporting.keeping import actions, queries
from lims.reporting.measures import zones_of
from lims.reporting.rounds.board import until
from lims.reporting.rules import By, Question
from tests.reporting.city import CHINA, City, at, put, uuid
from tests.reporting.random_days import Crowd, moments
from tests.reporting.recount import Raw, Slow
from tests.reporting.test_keeping import sealed, told

if TYPE_CHECKING:
    from lims.kernel.auth.door import Work

NEW_YORK = "America/New_York"
SPRING, AUTUMN, PLAIN = date(2022, 3, 13), date(2022, 11, 6), date(2022, 7, 1)
PLACES: list[dict[str, Any]] = [{}, {"lab": "NYL"}, {"site": "NY-001"}, {"areas": ("330111",)}]
# Figures by the name of what lists their rows.
LISTED = {
    "collected": "collected_tubes", "dispatched": "dispatched_tubes", "received": "received_tubes", "tested": "tested_tubes",
    "released": "released_tubes", "negative": "negative_tubes", "nonnegative": "nonnegative_tubes", "invalid": "invalid_tubes",
    "rejected": "rejected_tubes", "backlog": "backlog_tubes", "in_transit": "in_transit_tubes",
}  # fmt: skip
OTHERS = {"late", "positive", "verifying", "recollected", "returned", "direct", "case", "sampled"}


@pytest.fixture
def wide(city: City) -> City:
    """The city with a site and a lab in New York, whose capacity falls on the day of the clocks; and limits of time."""
    put(city.connection, SiteRow, code="NY-001", name="Site", area="JP13", timezone=NEW_YORK)
    put(city.connection, LabRow, code="NYL", name="Lab", kind="fixed", timezone=NEW_YORK)
    for first, tubes in ((date(2022, 1, 1), 40), (SPRING, 25), (AUTUMN, 15)):
        put(city.connection, LabCapacity, lab="NYL", valid_from=first, tubes_per_day=tubes)
    for name, hours, recollection in (("all", 12.0, None), ("again", 5.0, True)):
        put(city.connection, TimeLimitRow, valid_from=date(2022, 1, 1), name=name, hours=hours, source="test", recollection=recollection)
    city.connection.execute(text("UPDATE catalog_revision SET revision = revision + 1"))
    return City(city.connection, catalog.read(city.connection, 2))


@pytest.fixture
def followed(wide: City) -> City:
    """The trail has begun, is sealed and was read."""
    told(wide, "t0", "tube.registered", datetime(2022, 1, 1, tzinfo=UTC))
    sealed(wide)
    actions.read_on(wide.connection, {CHINA})
    return wide


def hours_at_most(row: Any) -> float:
    """The limits of `wide`, said once more."""
    return 5.0 if row.retest_of else 12.0


def slots_of(question: Question) -> Iterator[tuple[date, int]]:
    return ((slot.date(), slot.hour) for slot in question.slots())


def agree(city: City, question: Question, now: datetime, raw: Raw) -> None:
    """The lines of a question are what the slow count says, and no place that has anything is left out."""
    lines = city.as_bench(partial(answers.throughput, catalog=city.catalog, question=question, now=now)).lines
    slow = Slow(raw, question.by, now, question.lab, question.site, question.areas)
    places = question.by in (By.LAB, By.SITE, By.AREA)
    found = {((line.day, getattr(line, "hour", 0)), getattr(line, question.by.value) if places else None): line for line in lines}
    assert len(found) == len(lines) > 0
    for (here, key), line in found.items():
        expected = slow.line(here, key)
        got = {name: value for name, value in asdict(line).items() if name in expected}
        # To what is printed: a tenth of a minute, a hundredth of a per cent; counts are whole.
        assert got == pytest.approx(expected, abs=0.0501), (question, here, key)
        for ratio in ("utilisation", "fill_rate"):
            assert got[ratio] == pytest.approx(expected[ratio], abs=0.00005001), (question, here, key)
    if places:
        for here in slots_of(question):
            left_out = slow.line(here, None)
            assert (here, None) in found or not any(left_out.values()), (question, here)


def agree_everywhere(city: City, first: date, last: date, now: datetime) -> None:
    raw = Raw(city)
    for place in PLACES:
        for by in By:
            agree(city, Question(first, last, by, CHINA, **place), now, raw)


def last_moment(city: City) -> datetime:
    """A little after everything that has happened."""
    return max(moments(list(Raw(city).every.values()))) + timedelta(minutes=7)


def keep(city: City, now: datetime, *days: date) -> None:
    for day in days:
        found = actions.counted(city.connection, city.catalog, day, CHINA, now)
        assert found.is_over
        actions.keep(city.connection, city.catalog, found, now)


@pytest.mark.parametrize("day", [SPRING, AUTUMN, PLAIN])
def test_every_figure_is_what_a_slow_count_says(followed: City, day: date) -> None:
    Crowd(followed, random.Random(f"{day}")).live_through(day, 60)
    first, last, now = day - timedelta(days=2), day + timedelta(days=4), last_moment(followed)
    agree_everywhere(followed, first, last, now)
    keep(followed, now, day, day + timedelta(days=1))
    agree_everywhere(followed, first, last, now)


def test_cases_that_the_worker_has_kept_aside_count_all_the_same(followed: City) -> None:
    Crowd(followed, random.Random("aside")).live_through(PLAIN, 100)
    # Ana has her result on the first evening, Ben three days later; of the others' pool a reviewer's word is all that Bob has.
    for pool, last in (("late", "Ben"), ("word", "Bob")):
        followed.tube(pool, ("Ana", last), sealed_at=at(8, PLAIN), received_at=at(9, PLAIN))
        followed.tested(pool, call="positive", run_at=at(10, PLAIN), released_at=at(11, PLAIN))
        for person, hour in (("Ana", 12), (last, 80)) if pool == "late" else (("Ana", 12),):
            single = f"{pool} {person}"
            followed.single(single, person, retest_of=pool, sealed_at=at(hour, PLAIN), received_at=at(hour + 1, PLAIN))
            followed.tested(single, call="positive", run_at=at(hour + 2, PLAIN), released_at=at(hour + 3, PLAIN))
    known = [uuid("Ana"), uuid("Bob")]
    said = {"outcome": "unresolved", "reason": "left", "answered_for": known, "at": at(20, PLAIN), "by": "bea"}
    put(followed.connection, Closure, barcode="word", number=1, id=uuid("word"), **said)
    days, now = [PLAIN + timedelta(days=number) for number in range(-1, 5)], last_moment(followed)

    def seen() -> list[Any]:
        rows = [(led.people("verifying"), led.tubes("verifying")) for led in (Led(followed, day, now, {}) for day in days)]
        return [*rows, *(followed.ask(by, day, now=now) for by in (By.HOUR, By.LAB) for day in days)]

    before, nobody_knew = seen(), over.unanswered(followed.connection, now)
    over_actions.keep(followed.connection, list(board.walk(followed.connection, followed.catalog, Among(), None)))
    unread = followed.connection.execute(text("SELECT CAST(CAST(pg_current_xact_id() AS text) AS bigint) + 1")).scalar_one()
    over_actions.read_to(followed.connection, select(literal("")), current_epoch(followed.connection), unread, now)
    left = over.unanswered(followed.connection, now)
    assert nobody_knew is None
    assert left is not None
    pools = {row.barcode for row in Raw(followed).every.values() if row.kind == "swab_pool" and row.released_call not in (None, "negative")}
    assert len(pools - {*left}) > 2
    assert "late" not in left
    assert "word" in left
    assert seen() == before


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_what_comes_late_and_is_told_again_counts_once_where_it_belongs(followed: City, day: date) -> None:
    Crowd(followed, random.Random(f"early {day}")).live_through(day, 30)
    days = [day + timedelta(days=number) for number in range(-1, 2)]
    keep(followed, last_moment(followed), *days)
    Crowd(followed, random.Random(f"late {day}"), name="l").live_through(day, 30)
    now = last_moment(followed)
    late = [row for row in Raw(followed).every.values() if row.barcode.startswith("l")]
    for row in late[:2] + late:  # some are told twice
        told(followed, row.barcode, "tube.registered", min(moments([row])))
    agree_everywhere(followed, days[0], days[-1], now)
    sealed(followed)
    actions.read_on(followed.connection, zones_of(followed.catalog))
    agree_everywhere(followed, days[0], days[-1], now)
    keep(followed, now, *days)
    agree_everywhere(followed, days[0], days[-1], now)
    before = queries.all_lines(followed.connection, day)
    keep(followed, now, day)
    assert sorted(map(str, queries.all_lines(followed.connection, day))) == sorted(map(str, before))


@pytest.mark.parametrize("day", [SPRING, AUTUMN, PLAIN])
@pytest.mark.parametrize("place", PLACES[:3])
def test_the_backlog_by_age_is_the_backlog(followed: City, day: date, place: dict[str, Any]) -> None:
    Crowd(followed, random.Random(f"ages {day}")).live_through(day, 60)
    now, asked = last_moment(followed), Question(day, day, By.DAY, CHINA, **place)
    slow = Slow(Raw(followed), By.DAY, now, place.get("lab"), place.get("site"))
    expected = slow.bands(day, hours_at_most)
    assert any(tubes for tubes, _ in expected)

    def seen() -> list[tuple[int, int]]:
        panels = followed.as_bench(partial(answers.panels_of, catalog=followed.catalog, question=asked, now=now))
        return [(band["tubes"], band["late"]) for band in panels.bands]

    assert seen() == expected
    keep(followed, now, day)
    assert seen() == expected
    (line,) = followed.as_bench(partial(answers.throughput, catalog=followed.catalog, question=asked, now=now)).lines
    assert sum(tubes for tubes, _ in expected) == line.backlog_tubes


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
@pytest.mark.parametrize("place", [{}, {"lab": "NYL"}, {"areas": ("330111",)}])
def test_legs_and_tubes_without_a_result_are_counted_alike(followed: City, day: date, place: dict[str, Any]) -> None:
    Crowd(followed, random.Random(f"legs {day}")).live_through(day, 80)
    now, asked = last_moment(followed), Question(day, day, By.DAY, CHINA, **place)
    slow = Slow(Raw(followed), By.DAY, now, place.get("lab"), areas=place.get("areas"))
    legs, refused = slow.legs(day), slow.refused(day)
    assert legs
    assert place or refused

    def agree() -> None:
        panels = followed.as_bench(partial(answers.panels_of, catalog=followed.catalog, question=asked, now=now))
        seen = {(row["path"], row["leg"]): (row["tubes"], row["minutes"]) for row in panels.legs}
        assert {leg: tubes for leg, (tubes, _) in seen.items()} == {leg: tubes for leg, (tubes, _) in legs.items()}
        assert {leg: minutes for leg, (_, minutes) in seen.items()} == {
            leg: pytest.approx(minutes, abs=0.01) for leg, (_, minutes) in legs.items()
        }
        assert {(row["site"], row["reason"]): (row["tubes"], row["people"]) for row in panels.refused} == refused

    agree()
    keep(followed, now, day)
    agree()


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
@pytest.mark.parametrize("place", [{}, {"site": "NY-001"}, {"areas": ("330111",)}])
def test_who_was_sampled_for_which_round_is_counted_alike(followed: City, day: date, place: dict[str, Any]) -> None:
    Crowd(followed, random.Random(f"rounds {day}")).live_through(day, 60)
    now, days = last_moment(followed), [day + timedelta(days=number) for number in range(-1, 2)]
    asked = Question(days[0], days[-1], By.DAY, CHINA, **place)
    expected = Slow(Raw(followed), By.DAY, now, site=place.get("site"), areas=place.get("areas")).sampled(days)
    assert len(expected) > 3

    def seen() -> dict[tuple[date, str, str], int]:
        found = followed.as_bench(partial(until, catalog=followed.catalog, question=asked, now=now))
        return {(row.day, row.round, row.site): row.people for row in found}

    assert seen() == expected
    keep(followed, now, days[1])
    assert seen() == expected


class Led:
    """Whoever clicks a figure of a day and place, and counts what is listed."""

    def __init__(self, city: City, day: date, now: datetime, place: dict[str, Any]) -> None:
        self.city, self.asked = city, Asked(city.catalog, Question(day, day, By.DAY, CHINA, **place), None, day, now)

    def rows(self, figure: str, **narrowed: Any) -> list[Any]:
        """All rows, as a file has them."""
        wanted, asked = RowsAsked(figure=figure, **narrowed), self.asked
        return [
            *self.city.as_bench(partial(behind, question=asked.question, catalog=asked.catalog, wanted=wanted, now=asked.now, most=10_000))
        ]

    def tubes(self, figure: str, **narrowed: Any) -> int:
        """How many rows there are; the head of their page says so, too, however it knows."""
        found, wanted = self.rows(figure, **narrowed), RowsAsked(figure=figure, **narrowed)
        assert len({row.barcode for row in found}) == len(found)
        total = self.city.as_bench(
            lambda connection: page_behind(cast("Work", SimpleNamespace(connection=connection)), self.asked, wanted, 5).total
        )
        assert total.tubes == len(found), (figure, narrowed)
        assert total.people in (None, sum(row.people for row in found)), (figure, narrowed)
        return len(found)

    def people(self, figure: str, **narrowed: Any) -> int:
        """How many people the rows say there are."""
        assert self.tubes(figure, **narrowed) >= 0
        return sum(row.people for row in self.rows(figure, **narrowed))

    def legs(self) -> dict[tuple[str, str], int]:
        """How many tubes took each leg of each path, where any did."""
        found = {(path, leg): self.tubes(f"{path}_{leg}") for path in PATHS for leg in ENDS_OF_LEG}
        return {leg: tubes for leg, tubes in found.items() if tubes}

    def bands(self) -> list[tuple[int, int]]:
        """What stood for how long, and what of it for too long."""
        edges = [0.0, *EDGES, None]
        asked = [{"older": older, "younger": younger} for older, younger in pairwise(edges)]
        return [(self.tubes("backlog", **band), self.tubes("late", **band)) for band in asked]


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
@pytest.mark.parametrize("place", PLACES)
def test_behind_every_figure_stand_as_many_rows_as_it_counts(followed: City, day: date, place: dict[str, Any]) -> None:
    Crowd(followed, random.Random(f"rows {day}")).live_through(day, 60)
    now, raw = last_moment(followed), Raw(followed)
    slow, led = Slow(raw, By.DAY, now, **place), Led(followed, day, now, place)
    line, legs = slow.line((day, 0), None), {leg: tubes for leg, (tubes, _) in slow.legs(day).items()}

    def agree() -> None:
        assert {figure: led.tubes(figure) for figure in LISTED} == {figure: line[name] for figure, name in LISTED.items()}
        assert led.people("positive") == led.tubes("positive") == line["people_positive"]
        assert led.people("verifying") == line["people_verifying"]
        assert led.tubes("recollected") + led.tubes("returned") == line["retest_tubes"]
        assert led.tubes("direct") + led.tubes("case") == line["released_tubes"]
        assert led.legs() == legs
        assert led.bands() == slow.bands(day, hours_at_most)
        of_round = sum(people for (_, name, _), people in slow.sampled([day]).items() if name == "one")
        assert led.people("sampled", round="one") == of_round

    agree()
    keep(followed, now, day)
    agree()
    assert place or all(line[name] for name in ("people_positive", "people_verifying"))
    assert {*LISTED, *OTHERS, *(f"{path}_{leg}" for path in PATHS for leg in ENDS_OF_LEG)} == {*BEHIND}


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
@pytest.mark.parametrize("place", PLACES[:3])
def test_behind_every_figure_of_an_hour_stand_as_many_rows(followed: City, day: date, place: dict[str, Any]) -> None:
    Crowd(followed, random.Random(f"hours {day}")).live_through(day, 60)
    now, raw = last_moment(followed), Raw(followed)
    slow, led = Slow(raw, By.HOUR, now, **place), Led(followed, day, now, place)
    of_hour = ("collected", "dispatched", "received", "tested", "released", "rejected", "backlog")
    expected = [{figure: slow.line((day, hour), None)[LISTED[figure]] for figure in of_hour} for hour in range(24)]
    shown = followed.as_bench(lambda connection: day_of(connection, led.asked))
    in_table = [{figure: hour.get(LISTED[figure], 0) for figure in of_hour[:-1]} for hour in shown.hours]
    assert [{**hour, "backlog": stood} for hour, stood in zip(in_table, shown.flow.backlog[1:], strict=True)] == expected

    def agree() -> None:
        assert [{figure: led.tubes(figure, hour=hour) for figure in of_hour} for hour in range(24)] == expected

    agree()
    keep(followed, now, day)
    agree()


@pytest.mark.parametrize("by", [By.LAB, By.SITE, By.AREA])
def test_behind_a_figure_of_a_line_stand_the_tubes_that_it_counts(followed: City, by: By) -> None:
    Crowd(followed, random.Random("lines")).live_through(PLAIN, 80)
    followed.tube("at its site", sealed_at=datetime(2022, 7, 1, 3, tzinfo=UTC))
    now = last_moment(followed)
    slow, led = Slow(Raw(followed), by, now), Led(followed, PLAIN, now, {})
    keys = {slow.raw.key(row, by) for row in slow.tubes}
    assert None in keys
    for key in keys:
        line, narrowed = slow.line((PLAIN, 0), key), {"by": by.value, "key": key}
        assert {figure: led.tubes(figure, **narrowed) for figure in LISTED} == {figure: line[name] for figure, name in LISTED.items()}
        assert led.tubes("positive", **narrowed) == line["people_positive"]
        assert led.people("verifying", **narrowed) == line["people_verifying"]
