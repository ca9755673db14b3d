"""Ben has a plate laid out from what waits."""

from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from lims.catalog import actions as catalog
from lims.catalog.forms import CatalogForm
from lims.kernel.barcodes import Kind
from lims.kernel.db import Access
from lims.kernel.ids import uuid7
from tests.bench import another_town, bench_state, done, lay_out, recollected, scan
from tests.factories import Town, at, code, tube

ORDER = [f"{row}{column}" for column in range(1, 13) for row in "ABCDEFGH"]


def in_filling_order(plate: dict[str, dict[str, dict[str, str]]]) -> list[str]:
    """The tubes of a plate as a multichannel pipette goes: down each column."""
    wells = plate["wells"]
    return [wells[well]["tube"] for well in ORDER if "tube" in wells.get(well, {})]


def controls(plate: dict[str, dict[str, dict[str, str]]]) -> dict[str, str]:
    """Where the controls stand."""
    return {well: what["control"] for well, what in plate["wells"].items() if "control" in what}


def test_what_waits_is_plated_beside_the_controls_the_assay_asks_for(town: Town) -> None:
    tubes = [code(Kind.TUBE) for _ in range(3)]
    town.received(*tubes)
    plate = done(lay_out(town))
    assert sorted(in_filling_order(plate)) == sorted(tubes)
    assert Counter(controls(plate).values()) == {"weak_positive": 1, "negative": 2, "blank": 1}
    assert (plate["lab"], plate["assay"], plate["assay_version"], plate["laid_by"]) == (town.lab, "ncov2", 1, town.ben.name)
    assert {bench_state(town, barcode) for barcode in tubes} == {"plated"}


def test_the_oldest_tubes_come_first_by_the_hour(town: Town) -> None:
    late, early, middle = (code(Kind.TUBE) for _ in range(3))
    for barcode, hours in ((late, 5), (early, 1), (middle, 3)):
        town.received(barcode, hours=hours)
    assert in_filling_order(done(lay_out(town))) == [early, middle, late]


def test_the_single_of_a_case_comes_before_everything_older(town: Town) -> None:
    pool = town.collected(1)
    town.tested(pool["barcode"], truth={pool["barcode"]: "positive"}, hours=0)
    old, single = code(Kind.TUBE), recollected(town, pool["members"][0], pool["barcode"])
    town.received(old, hours=1)
    town.received(single, hours=7)
    assert in_filling_order(done(lay_out(town))) == [single, old]


def test_within_an_hour_the_site_of_higher_priority_comes_first(town: Town) -> None:
    urgent_site = f"{town.site}-U"
    site = {"code": urgent_site, "name": "发热门诊", "area": town.area, "timezone": "Asia/Shanghai", "priority": 1}
    with town.program.database.transaction(Access.OWNER) as connection:
        catalog.load(connection, CatalogForm.model_validate({"site": [site]}), datetime.now(UTC), "tests")
    usual, urgent = town.collected(1), tube(urgent_site)
    (outcome,) = town.sync(urgent, by=town.somebody("fay", "sampler", site=urgent_site))
    assert outcome["outcome"] == "accepted"
    older = town.collected(1)
    town.received(older["barcode"], hours=1)
    town.received(usual["barcode"], hours=2)
    town.received(urgent["barcode"], hours=2.5)
    assert in_filling_order(done(lay_out(town))) == [older["barcode"], urgent["barcode"], usual["barcode"]]


def test_a_younger_tube_with_less_time_left_comes_before_an_older_one(town: Town) -> None:
    fever = f"{town.site}-F"
    site = {"code": fever, "name": "发热门诊", "area": town.area, "timezone": "Asia/Shanghai"}
    limits = [
        {"from": "2022-01-01", "name": f"within-{hours}-{place}", "site": place, "hours": hours, "source": "tests"}
        for place, hours in ((fever, 6), (town.site, 24))
    ]
    with town.program.database.transaction(Access.OWNER) as connection:
        catalog.load(connection, CatalogForm.model_validate({"site": [site], "time_limit": limits}), datetime.now(UTC), "tests")
    older, younger, oldest = town.collected(1), tube(fever), town.collected(1)
    (outcome,) = town.sync(younger, by=town.somebody("fay", "sampler", site=fever))
    assert outcome["outcome"] == "accepted"
    for one, hours in ((oldest, -15), (older, 1), (younger, 3)):
        town.received(one["barcode"], hours=hours)
    # Due after 9, 9 and 25 hours: of two that are due in the same hour the one that came earlier is first.
    assert in_filling_order(done(lay_out(town))) == [oldest["barcode"], younger["barcode"], older["barcode"]]


def test_a_full_plate_leaves_the_least_urgent_waiting(town: Town) -> None:
    tubes = [code(Kind.TUBE) for _ in range(93)]
    late = tubes[-1]
    town.received(*tubes[:-1], hours=1)
    town.received(late, hours=5)
    plate = done(lay_out(town))
    assert len(plate["wells"]) == 96
    assert sorted(in_filling_order(plate)) == sorted(tubes[:-1])
    assert bench_state(town, late) == "waiting"
    assert in_filling_order(done(lay_out(town))) == [late]


def test_the_controls_stand_elsewhere_on_the_next_plate(town: Town) -> None:
    seen = []
    for hours in range(1, 7):
        town.received(code(Kind.TUBE), hours=hours)
        seen.append(set(controls(done(lay_out(town, at=at(hours + 0.5))))))
    assert all(before != after for before, after in pairwise(seen))


def test_tubes_that_hold_more_people_than_the_assay_is_valid_for_stay_out(town: Town) -> None:
    large, small = town.collected(21, size=25), town.collected(20, size=20)
    town.received(large["barcode"], small["barcode"])
    assert in_filling_order(done(lay_out(town))) == [small["barcode"]]
    assert bench_state(town, large["barcode"]) == "waiting"


def test_tubes_of_another_lab_stay_there(town: Town) -> None:
    other, theirs, ours = another_town(town), code(Kind.TUBE), code(Kind.TUBE)
    other.received(theirs)
    town.received(ours)
    assert in_filling_order(done(lay_out(town))) == [ours]
    assert bench_state(other, theirs) == "waiting"


def test_a_plate_can_be_looked_at_again_under_whatever_the_scanner_makes_of_its_code(town: Town) -> None:
    town.received(code(Kind.TUBE))
    plate = done(lay_out(town))
    assert done(town.ben.get(f"/testing/api/plates/]C1{plate['barcode']}")) == plate


def test_the_same_request_again_is_the_same_plate_even_when_more_waits_by_then(town: Town) -> None:
    town.received(code(Kind.TUBE))
    again: dict[str, Any] = {"id": str(uuid7()), "barcode": code(Kind.PLATE)}
    plate = done(lay_out(town, **again))
    late = code(Kind.TUBE)
    done(scan(town, code(Kind.BOX), late))
    assert done(lay_out(town, **again)) == plate
    assert bench_state(town, late) == "waiting"
