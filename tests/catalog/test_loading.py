"""Loading a catalogue: all of it or nothing, again without effect, and known to every process at its next request."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from lims.catalog import queries
from lims.catalog.actions import Loaded, load
from lims.catalog.forms import CatalogForm
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.kernel.program import Program
from tests.factories import ASSAY, COUNTER, Town, tube

NOW = datetime(2022, 2, 2, tzinfo=UTC)
Load = Callable[..., Loaded]


@pytest.fixture
def name() -> str:
    """A code that no other test uses."""
    return f"T{next(COUNTER)}"


@pytest.fixture
def city(name: str) -> dict[str, Any]:
    """A small catalogue of this test alone."""
    return {
        "area": [{"code": f"{name}-1", "name": "街道", "parent": name}, {"code": name, "name": "区", "zone": "sealed"}],
        "site": [{"code": f"{name}-S", "name": "采样点", "area": f"{name}-1"}],
        "lab": [{"code": f"{name}-L", "name": "实验室", "kind": "fixed", "capacity": [{"from": "2022-01-01", "tubes_per_day": 10}]}],
        "assay": [ASSAY | {"code": name}],
        "pooling_policy": [{"from": "2021-01-01", "zone": "quarantine", "group": name, "pool_max": 1, "source": "test"}],
        "barcode_format": [{"name": name, "kind": "tube", "regex": f"{name}-[0-9]+"}],
    }


@pytest.fixture
def loaded(program: Program) -> Load:
    """Loads a catalogue in a transaction of its own."""

    def loading(content: dict[str, Any], *, check: bool = False) -> Loaded:
        with program.database.transaction(Access.OWNER) as connection:
            return load(connection, CatalogForm.model_validate(content), NOW, "tests", check=check)

    return loading


def fingerprint(program: Program) -> str:
    """Everything that the catalogue's tables and its trail hold."""
    names = ("area", "site", "lab", "lab_capacity", "assay", "pooling_policy", "barcode_format", "catalog_revision")
    whole = " UNION ALL ".join(f"SELECT t::text AS line FROM {name} AS t" for name in names)
    with program.database.transaction(Access.OWNER) as connection:
        events = connection.execute(text("SELECT count(*) FROM event WHERE subject = 'catalog'")).scalar_one()
        rows = connection.execute(text(f"SELECT md5(string_agg(line, chr(10) ORDER BY line)) FROM ({whole}) AS lines")).scalar_one()
    return f"{events} {rows}"


def refusal(loaded: Load, content: dict[str, Any]) -> str:
    """Why a catalogue is not loaded."""
    with pytest.raises(Refused) as refused:
        loaded(content)
    assert refused.value.code == "catalog_malformed"
    return refused.value.detail


def test_a_new_catalogue_is_loaded_parents_first_and_says_what_is_new(loaded: Load, city: dict[str, Any], name: str) -> None:
    first = loaded(city)
    assert first.changes[:3] == (f"area {name} new", f"area {name}-1 new", f"site {name}-S new")
    assert (len(first.changes), first.unchanged) == (8, 0)


def test_the_same_again_changes_nothing(program: Program, loaded: Load, city: dict[str, Any]) -> None:
    loaded(city)
    before = fingerprint(program)
    assert loaded(city) == Loaded((), 8)
    assert fingerprint(program) == before


def test_a_dry_run_says_what_would_change_and_changes_nothing(program: Program, loaded: Load, city: dict[str, Any]) -> None:
    before = fingerprint(program)
    assert len(loaded(city, check=True).changes) == 8
    assert fingerprint(program) == before
    assert len(loaded(city).changes) == 8


def test_only_what_changed_is_changed(loaded: Load, city: dict[str, Any], name: str) -> None:
    loaded(city)
    city["site"][0]["name"] = "新采样点"
    assert loaded(city) == Loaded((f"site {name}-S changed",), 7)


def test_what_a_file_leaves_out_stays(program: Program, loaded: Load, city: dict[str, Any], name: str) -> None:
    loaded(city)
    loaded({"site": city["site"]})
    with program.database.transaction(Access.FIELD) as connection:
        assert f"{name}-L" in queries.current(connection).labs


def test_a_changed_assay_needs_a_new_version_and_the_old_one_stays(program: Program, loaded: Load, city: dict[str, Any], name: str) -> None:
    loaded(city)
    changed = ASSAY | {"code": name, "pool_max": 10}
    for check in (True, False):
        with pytest.raises(Refused) as refused:
            loaded({"assay": [changed]}, check=check)
        assert (refused.value.code, refused.value.status) == ("assay_version_changed", 409)
        assert "give the changed rules a new version" in refused.value.detail
    loaded({"assay": [changed | {"version": 2}]})
    with program.database.transaction(Access.FIELD) as connection:
        catalog = queries.current(connection)
    assert (catalog.assay(name, 1).pool_max, catalog.assay(name).pool_max) == (20, 10)


def test_a_refused_file_leaves_nothing_of_itself(program: Program, loaded: Load, city: dict[str, Any], name: str) -> None:
    loaded({"assay": city["assay"]})
    before = fingerprint(program)
    with pytest.raises(Refused):
        loaded(city | {"assay": [ASSAY | {"code": name, "pool_max": 3}]})
    assert fingerprint(program) == before


@pytest.mark.parametrize("part", ["site", "area"])
def test_an_area_that_is_named_but_not_described_is_refused(loaded: Load, city: dict[str, Any], part: str) -> None:
    city[part][0]["area" if part == "site" else "parent"] = "NOWHERE"
    assert "NOWHERE is named but not described" in refusal(loaded, city)


def test_an_area_described_by_an_earlier_file_is_known(loaded: Load, city: dict[str, Any], name: str) -> None:
    loaded({"area": city["area"]})
    assert loaded({"site": city["site"]}).changes == (f"site {name}-S new",)


@pytest.mark.parametrize("ring", [1, 2, 5])
def test_areas_that_lie_in_each_other_are_refused(loaded: Load, name: str, ring: int) -> None:
    areas = [{"code": f"{name}-{n}", "name": "圈", "parent": f"{name}-{(n + 1) % ring}"} for n in range(ring)]
    assert "lie in each other" in refusal(loaded, {"area": areas})


def test_an_area_cannot_be_put_into_one_that_lies_in_it_already(loaded: Load, city: dict[str, Any], name: str) -> None:
    loaded(city)
    assert "lie in each other" in refusal(loaded, {"area": [{"code": name, "name": "区", "parent": f"{name}-1"}]})


@pytest.mark.parametrize("part", ["area", "site", "lab", "assay", "pooling_policy", "barcode_format"])
def test_what_is_described_twice_is_refused_because_nobody_knows_which_counts(loaded: Load, city: dict[str, Any], part: str) -> None:
    city[part] = [*city[part], city[part][-1] | ({"source": "other"} if part == "pooling_policy" else {})]
    assert "described twice" in refusal(loaded, city)


def test_a_capacity_described_twice_for_a_day_is_refused(loaded: Load, city: dict[str, Any]) -> None:
    city["lab"][0]["capacity"] *= 2
    assert "described twice" in refusal(loaded, city)


def test_a_running_server_knows_a_new_site_at_the_next_request(town: Town, loaded: Load, city: dict[str, Any], name: str) -> None:
    ann = town.somebody("ann", "sampler")
    made = tube(f"{name}-S")
    assert [outcome["code"] for outcome in town.sync(made, by=ann)] == ["site_unknown"]
    loaded(city)
    assert [outcome["outcome"] for outcome in town.sync(made, by=ann)] == ["accepted"]


def test_a_running_server_knows_a_new_supplier_at_the_next_request(town: Town, loaded: Load, city: dict[str, Any], name: str) -> None:
    made = tube(town.site, barcode=f"{name}-123")
    assert [outcome["code"] for outcome in town.sync(made)] == ["barcode_unknown_format"]
    loaded(city)
    assert [outcome["outcome"] for outcome in town.sync(made)] == ["accepted"]


def test_the_capacity_of_a_day_is_the_one_declared_last_before_it(program: Program, loaded: Load, city: dict[str, Any], name: str) -> None:
    city["lab"][0]["capacity"].append({"from": "2022-02-02", "tubes_per_day": 80})
    loaded(city)
    with program.database.transaction(Access.FIELD) as connection:
        days = [datetime(2021, 12, 31, tzinfo=UTC), datetime(2022, 2, 1, tzinfo=UTC), datetime(2022, 2, 2, tzinfo=UTC)]
        assert [queries.capacity_on(connection, f"{name}-L", day.date()) for day in days] == [None, 10, 80]
