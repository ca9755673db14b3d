"""How far a round has come: what is expected in a place is said by somebody, or not known."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lims.catalog.rules import Catalog, Site
from lims.reporting.rounds.rules import Expected, Sampled, covered, newest

DAY = date(2022, 2, 2)
BEFORE = DAY - timedelta(days=1)
# A city with two districts; E lies elsewhere.
CATALOG = Catalog(
    1,
    areas={"city": "City", "north": "North", "south": "South", "east": "East"},
    parents={"north": "city", "south": "city"},
    sites={
        code: Site(code, code, area, "Asia/Shanghai") for code, area in (("N1", "north"), ("N2", "north"), ("S1", "south"), ("E1", "east"))
    },
)


def came(site: str, people: int, day: date = DAY, name: str = "one") -> Sampled:
    return Sampled(day, name, site, 1, people)


def said(place: str, people: int, name: str = "one", first: date = DAY, version: int = 1) -> Expected:
    kind = "site" if place in CATALOG.sites else "area"
    return Expected(name, kind, place, version, first, people, "register", None, None)


def lines(*rows: Any, within: set[str] | None = None) -> list[tuple[str, str | None, int, int, int | None, float | None]]:
    sampled, expected = [row for row in rows if isinstance(row, Sampled)], [row for row in rows if isinstance(row, Expected)]
    found = covered(CATALOG, DAY, sampled, expected, within)
    return [(line.round, line.place, line.people_of_day, line.people, line.expected, line.share) for line in found]


def test_a_round_is_followed_over_midnight() -> None:
    assert lines(came("N1", 30), came("N1", 20, BEFORE), said("north", 100)) == [
        ("one", None, 30, 50, 100, 0.5),
        ("one", "north", 30, 50, 100, 0.5),
    ]


def test_where_nobody_has_said_how_many_no_share_is_made_up() -> None:
    assert lines(came("N1", 30)) == [("one", None, 30, 30, None, None)]
    # East took part, and nobody spoke of it: of the whole nothing is known, of the north it is.
    assert lines(came("N1", 30), came("E1", 5), said("north", 100)) == [
        ("one", None, 35, 35, None, None),
        ("one", "north", 30, 30, 100, 0.3),
    ]


def test_a_part_of_a_place_that_was_spoken_of_is_not_counted_again() -> None:
    found = lines(came("N1", 30), came("S1", 10), said("city", 100), said("north", 60), said("N1", 40))
    assert found[0] == ("one", None, 40, 40, 100, 0.4)
    assert [line[1:] for line in found[1:]] == [
        ("city", 40, 40, 100, 0.4), ("north", 30, 30, 60, 0.5), ("N1", 30, 30, 40, 0.75)
    ]  # fmt: skip


def test_districts_that_are_all_spoken_of_make_the_whole() -> None:
    assert lines(came("N1", 30), came("S1", 10), said("north", 60), said("south", 20))[0] == ("one", None, 40, 40, 80, 0.5)


def test_more_may_come_than_are_expected() -> None:
    assert lines(came("N1", 30), said("N1", 20))[0][5] == 1.5


def test_a_round_is_shown_on_the_day_it_begins_though_nobody_came_yet() -> None:
    assert lines(said("city", 100)) == [("one", None, 0, 0, 100, 0.0), ("one", "city", 0, 0, 100, 0.0)]
    assert lines(said("city", 100, first=BEFORE), came("N1", 9, BEFORE)) == []


def test_who_asks_of_one_place_hears_what_was_said_of_it_and_not_of_what_it_lies_in() -> None:
    assert lines(came("N1", 30), said("city", 100), said("N1", 40), within={"N1"}) == [
        ("one", None, 30, 30, 40, 0.75),
        ("one", "N1", 30, 30, 40, 0.75),
    ]


def test_the_last_version_holds() -> None:
    assert [one.people for one in newest([said("city", 90, version=2), said("city", 100), said("north", 5)])] == [90, 5]


@given(st.lists(st.sampled_from(["city", "north", "south", "east", "N1", "N2", "S1", "E1"]), unique=True), st.sets(st.sampled_from("NSE")))
def test_what_is_expected_of_all_is_what_its_outermost_places_say_or_nothing(places: list[str], took_part: set[str]) -> None:
    rows = [came(f"{letter}1", 1) for letter in took_part]
    found = covered(CATALOG, DAY, rows, [said(place, 2**n) for n, place in enumerate(places)], None)
    if not found:
        assert not rows
        assert not places
        return
    over = {"north": ["city"], "south": ["city"], "N1": ["north", "city"], "N2": ["north", "city"], "S1": ["south", "city"], "E1": ["east"]}
    outermost = [place for place in places if not {*over.get(place, ())} & {*places}]
    reached = all({f"{letter}1", *over[f"{letter}1"]} & {*places} for letter in took_part)
    assert found[0].expected == (sum(2 ** places.index(place) for place in outermost) if reached and places else None)
