"""Which time limit a tube has to keep."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lims.catalog.policies import TimeLimit
from lims.catalog.rules import Catalog, Site

DAY = date(2022, 2, 2)
SITES = {"S": Site("S", "一号采样点", "A", "Asia/Shanghai"), "H": Site("H", "医院", "B", "Asia/Shanghai")}
LIMITS = st.lists(
    st.builds(
        TimeLimit,
        valid_from=st.dates(date(2022, 1, 1), date(2022, 3, 1)),
        name=st.sampled_from("abc"),
        hours=st.sampled_from([4, 6, 12, 24]),
        source=st.just("tests"),
        recollection=st.sampled_from([None, True, False]),
        kind=st.sampled_from([None, "single", "swab_pool"]),
        zone=st.sampled_from([None, "sealed", "normal"]),
        site=st.sampled_from([None, "S", "H"]),
    ),
    max_size=8,
    unique_by=lambda limit: (limit.valid_from, limit.name),
)


def known(*limits: TimeLimit) -> Catalog:
    """A catalogue with these limits; site S lies in a sealed area."""
    return Catalog(1, zones={"A": "sealed"}, sites=SITES, limits=limits)


def limit(name: str, hours: float, valid_from: date = date(2022, 1, 1), **conditions: object) -> TimeLimit:
    return TimeLimit(valid_from, name, hours, "tests", **conditions)  # type: ignore[arg-type]  # conditions are its last fields


def test_the_shortest_of_all_that_cover_a_tube_counts() -> None:
    catalog = known(limit("all", 24), limit("single", 12, kind="single"), limit("recollection", 4, recollection=True))
    for kind, recollection, hours in [("swab_pool", False, 24), ("single", False, 12), ("single", True, 4), (None, False, 24)]:
        found = catalog.time_limit(kind, "S", DAY, recollection=recollection)
        assert found is not None
        assert found.hours == hours


def test_a_newer_rule_of_the_same_name_replaces_the_older_even_where_it_is_longer() -> None:
    catalog = known(limit("all", 12), limit("all", 24, date(2022, 2, 2)), limit("all", 6, date(2022, 2, 3)))
    assert [found.hours for day in (1, 2, 3) if (found := catalog.time_limit("single", None, date(2022, 2, day), recollection=False))] == [
        12,
        24,
        6,
    ]


def test_a_limit_of_a_zone_covers_the_sites_in_it_and_one_of_a_site_that_site() -> None:
    catalog = known(limit("sealed", 6, zone="sealed"), limit("hospital", 4, site="H"))
    found = {site: catalog.time_limit("single", site, DAY, recollection=False) for site in ("S", "H", None)}
    assert {site: each.name if each else None for site, each in found.items()} == {"S": "sealed", "H": "hospital", None: None}


def test_what_is_due_counts_from_receipt() -> None:
    came = datetime(2022, 2, 2, 9, 31, tzinfo=UTC)
    assert limit("all", 6).due(came) == came + timedelta(hours=6)


@given(LIMITS, st.sampled_from([None, "single", "swab_pool"]), st.sampled_from([None, "S", "H"]), st.booleans())
def test_no_tube_has_a_limit_that_does_not_cover_it_or_is_not_in_force(
    limits: list[TimeLimit], kind: str | None, site: str | None, recollection: bool
) -> None:
    found = known(*limits).time_limit(kind, site, DAY, recollection=recollection)
    if found is None:
        return
    zone = "sealed" if site == "S" else "normal"
    assert found.covers(kind, zone, site, recollection=recollection)
    assert found.valid_from <= DAY
    assert not [each for each in limits if each.name == found.name and found.valid_from < each.valid_from <= DAY]
