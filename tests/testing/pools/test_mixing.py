"""Ben mixes pools by scan, or of what waits."""

from datetime import UTC, date, datetime
from typing import Any

from httpx import Response
from hypothesis import given
from hypothesis import strategies as st

from lims.catalog import actions as catalog
from lims.catalog.forms import CatalogForm
from lims.kernel.barcodes import Kind
from lims.kernel.db import Access
from lims.testing.pools.rules import propose
from tests.bench import another_town, bench_state, done, lay_out, message, mix, recollected, refused, reject, tubes_in
from tests.factories import Somebody, Town, code, tube

TUBES = st.lists(st.integers(1, 12), max_size=60).map(lambda limits: [(f"T{n}", most) for n, most in enumerate(limits)])

CONTROLS = (("A", "weak_positive"), ("B", "negative"), ("C", "negative"), ("D", "blank"))


def ask(town: Town, barcode: str, part: str = "member", by: Somebody | None = None) -> Response:
    """Ben scans a tube on the page of pools."""
    return (by or town.ben).get(f"/testing/api/pools/candidates/{barcode}", lab=town.lab, assay="ncov2", **{"as": part})


def singles(town: Town, count: int, *, hours: float = 0) -> list[str]:
    """Single tubes that wait in the lab, one after another."""
    codes = [str(town.collected(1, size=1)["barcode"]) for _ in range(count)]
    for number, barcode in enumerate(codes):
        town.received(barcode, hours=2 + hours + number / 60)
    return codes


def proposal(town: Town, size: int) -> dict[str, Any]:
    """What Ben's page proposes."""
    return done(town.ben.get("/testing/api/pools/proposal", lab=town.lab, assay="ncov2", size=size))


def test_each_scan_is_answered_at_once(town: Town) -> None:
    (single,) = singles(town, 1)
    assert done(ask(town, code(Kind.TUBE), "pool"))["most"] == 20
    assert done(ask(town, single)) == {"tube": single, "rack": None, "position": None, "place": None, "most": 20}


def test_each_scan_that_cannot_be_mixed_says_why(town: Town) -> None:
    swabs, nobody, (pooled, plated, gone) = town.collected(2)["barcode"], code(Kind.TUBE), singles(town, 3)
    elsewhere = town.collected(1, size=1)["barcode"]
    town.received(swabs, nobody)
    pool = done(mix(town, pooled))["barcode"]
    plate = done(lay_out(town, {"A1": plated, **{f"{row}12": f"control:{role}" for row, role in CONTROLS}}))["barcode"]
    done(reject(town, gone))
    refused(ask(town, elsewhere), 409, "plate_tube_unknown", elsewhere)
    refused(ask(town, swabs), 409, "pool_of_pools", swabs, "pool itself")
    refused(ask(town, nobody), 409, "pool_of_pools", nobody, "nobody has registered")
    refused(ask(town, pooled), 409, "tube_state", pool, "since 2022-02-02 12:00")
    refused(ask(town, plated), 409, "tube_state", plate)
    refused(ask(town, gone), 409, "tube_state", "rejected on 2022-02-02 12:00")
    refused(ask(town, pooled, "pool"), 409, "pool_exists", "take a new tube")
    refused(ask(town, f"{gone[:-1]}{(int(gone[-1]) + 1) % 10}"), 422, "barcode_check_digit")


def test_a_released_member_is_told_its_call(town: Town) -> None:
    single = town.collected(1, size=1)["barcode"]
    town.tested(single)
    refused(ask(town, single), 409, "tube_state", "released on", "negative")


def test_another_labs_technician_sees_nothing(town: Town) -> None:
    (single,) = singles(town, 1)
    pool = done(mix(town, single))["barcode"]
    other = another_town(town)
    refused(ask(town, single, by=other.ben), 404, "not_found")
    refused(other.ben.get(f"/testing/api/pools/{pool}"), 404, "not_found")
    assert other.ben.get(f"/testing/pools/{pool}").status_code == 404
    assert other.ben.get("/testing/pools/pick-list.pdf", pools=pool).status_code == 404
    assert town.ana.get("/testing/pools").status_code == 403


def test_a_pool_is_held_to_what_its_assay_is_valid_for(town: Town) -> None:
    tubes = singles(town, 21)
    refused(mix(town, *tubes, assay="ncov2"), 409, "pool_too_large", "up to 20", "21")
    assert bench_state(town, tubes[0]) == "waiting"
    assert len(done(mix(town, *tubes[1:], assay="ncov2"))["members"]) == 20


def test_what_waits_is_proposed_most_urgent_first(town: Town) -> None:
    first, second = singles(town, 4), singles(town, 3, hours=3)
    town.received(town.collected(2)["barcode"])
    told = proposal(town, 3)
    assert (told["waiting"], told["left"]) == (7, 1)
    assert [{pick["tube"] for pick in pool} for pool in told["pools"]] == [set(first[:3]), {first[3], *second[:2]}]
    made = done(auto(town, 3))
    assert made["members"] == sorted(first[:3])
    assert proposal(town, 3)["waiting"] == 4


def auto(town: Town, size: int | None = 3, **changes: object) -> Response:
    """Ben scans a new tube and lets it be filled."""
    body = message(barcode=code(Kind.TUBE), lab=town.lab, members="auto", assay="ncov2") | ({"size": size} if size else {})
    return town.ben.post("/testing/api/pools", body | changes)


def test_sent_again_it_is_the_same_pool(town: Town) -> None:
    singles(town, 6)
    again: dict[str, Any] = {"id": message()["id"], "barcode": code(Kind.TUBE)}
    first = done(auto(town, 3, **again))
    assert done(auto(town, 3, **again)) == first
    refused(auto(town, 2, **again), 409, "id_reused")


def test_nothing_is_pooled_where_nothing_waits(town: Town) -> None:
    singles(town, 1)
    refused(auto(town), 409, "nothing_waits", "No two single tubes")
    refused(auto(town, None), 422, "pool_size_missing")


def test_recollected_people_are_proposed_for_no_pool(town: Town) -> None:
    swabs = town.collected(2)
    town.tested(swabs["barcode"], truth={swabs["barcode"]: "positive"}, hours=1)
    town.received(*(recollected(town, member, swabs["barcode"]) for member in swabs["members"]), hours=7)
    assert proposal(town, 5)["pools"] == []


def test_the_policy_of_a_site_says_who_is_tested_alone(town: Town) -> None:
    strict = town.site + "-Q"
    area = {"code": town.area + "-Q", "name": "隔离点", "zone": "quarantine"}
    policy = {"from": date(2022, 1, 1), "zone": "quarantine", "group": "*", "pool_max": 1, "household": False, "source": "tests"}
    load(town, {"area": [area], "site": [{"code": strict, "name": "隔离点", "area": area["code"]}], "pooling_policy": [policy]})
    alone = tube(strict, 1, size=1)
    assert town.sync(alone, by=town.somebody("ana-q", "sampler", site=strict))[0]["outcome"] == "accepted"
    (other,) = singles(town, 1)
    town.received(alone["barcode"])
    refused(ask(town, alone["barcode"]), 409, "pool_single_only", alone["barcode"], "by itself")
    refused(mix(town, other, alone["barcode"], assay="ncov2"), 409, "pool_single_only", alone["barcode"])
    assert proposal(town, 5)["left"] == 2


def load(town: Town, content: dict[str, Any]) -> None:
    """Load reference data."""
    with town.program.database.transaction(Access.OWNER) as connection:
        catalog.load(connection, CatalogForm.model_validate(content), datetime.now(UTC), "tests")


def test_an_auto_pool_goes_on_a_plate_in_its_members_place(town: Town) -> None:
    tubes = singles(town, 4)
    pool = done(auto(town, 4))["barcode"]
    assert tubes_in(done(lay_out(town))) == [pool]
    assert {bench_state(town, single) for single in tubes} == {"pooled"}


def test_the_pages_open_and_the_pick_list_is_a_pdf(town: Town) -> None:
    singles(town, 3)
    pool = done(auto(town, 3))["barcode"]
    assert pool[-4:] in town.ben.get("/testing/pools").text
    assert "in no rack" in town.ben.get(f"/testing/pools/{pool}").text
    assert town.ben.get("/testing/pools/pick-list.pdf", pools=pool).content.startswith(b"%PDF")


@given(TUBES, st.integers(2, 12))
def test_no_proposed_pool_is_too_large_for_anybody_in_it_or_holds_one_tube_alone(tubes: list[tuple[str, int]], size: int) -> None:
    pools, limit = propose(tubes, size), dict(tubes)
    inside = [one for pool in pools for one in pool]
    assert len(inside) == len(set(inside))
    assert all(2 <= len(pool) <= min(size, *(limit[one] for one in pool)) for pool in pools)
    # Whoever is left out may share with nobody, or is alone with that limit.
    left = [min(size, limit[one]) for one in limit if one not in inside]
    assert all(most < 2 or left.count(most) == 1 for most in left)
