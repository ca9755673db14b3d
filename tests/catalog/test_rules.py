"""What the reference data mean: zones that areas inherit, policies in force, the newest version of an assay."""

from datetime import date

import pytest

from lims.catalog.policies import PoolingPolicy
from lims.catalog.rules import Catalog, Site, zones_of
from lims.kernel.errors import Refused

OLD, NEW = date(2022, 1, 1), date(2022, 3, 1)
POLICIES = (
    PoolingPolicy(OLD, "controlled", "*", 10, household=False, source="second guide"),
    PoolingPolicy(NEW, "controlled", "*", 5, household=False, source="third guide"),
    PoolingPolicy(OLD, "controlled", "key", 1, household=False, source="second guide"),
    PoolingPolicy(OLD, "normal", "*", 20, household=False, source="second guide"),
)
CATALOG = Catalog(1, zones={"FY": "controlled"}, sites={"S1": Site("S1", "一", "FY", "Asia/Shanghai")}, policies=POLICIES)


def test_an_area_has_its_own_zone_or_that_of_the_one_it_lies_in() -> None:
    areas = {
        "city": (None, "precaution"),
        "district": ("city", None),
        "street": ("district", "sealed"),
        "far": (None, None),
        "lost": ("gone", None),
    }
    assert zones_of(areas) == {"city": "precaution", "district": "precaution", "street": "sealed", "far": "normal", "lost": "normal"}


def test_areas_that_lie_in_each_other_are_normal_and_not_endless() -> None:
    assert zones_of({"a": ("b", None), "b": ("a", None)}) == {"a": "normal", "b": "normal"}


@pytest.mark.parametrize(
    ("site", "day", "group", "most"),
    [
        ("S1", date(2022, 2, 2), "*", 10),
        ("S1", date(2022, 3, 1), "*", 5),
        ("S1", date(2022, 3, 1), "key", 1),
        ("S1", date(2022, 2, 2), "unknown", 10),
        ("elsewhere", date(2022, 2, 2), "*", 20),
        (None, date(2022, 2, 2), "*", 20),
        ("S1", date(2021, 12, 31), "*", None),
    ],
)
def test_the_policy_in_force_is_the_groups_own_and_the_newest_of_the_zone(
    site: str | None, day: date, group: str, most: int | None
) -> None:
    policy = CATALOG.policy(site, day, group)
    assert (policy.pool_max if policy else None) == most


@pytest.mark.parametrize(("thing", "code"), [("lab", "lab_unknown"), ("site", "site_unknown"), ("assay", "assay_unknown")])
def test_what_the_catalogue_does_not_know_is_refused_by_name(thing: str, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        getattr(CATALOG, thing)("X-1")
    assert refusal.value.code == code
    assert "X-1" in refusal.value.detail
