"""What Ben sees when he comes in: what waits, against the limit it has to keep."""

import re
from datetime import timedelta
from typing import Any

import pytest

from lims.catalog import actions as catalog
from lims.catalog.forms import CatalogForm
from lims.kernel import clock
from lims.kernel.barcodes import Kind
from lims.kernel.db import Access
from tests.bench import another_town, dispatch, done, message, pack, scan
from tests.factories import Somebody, Town, code


def limits(town: Town, **hours: float) -> None:
    """Time limits of this town's site alone: of singles, of everything."""
    conditions: dict[str, dict[str, Any]] = {"single": {"kind": "single"}, "recollection": {"recollection": True}}
    rows: list[dict[str, Any]] = [
        {"from": "2022-01-01", "name": f"{name}-{town.site}", "hours": h, "source": "tests", "site": town.site} | conditions.get(name, {})
        for name, h in hours.items()
    ]
    with town.program.database.transaction(Access.OWNER) as connection:
        catalog.load(connection, CatalogForm.model_validate({"time_limit": rows}), clock.now(), "tests")


def hours_ago(hours: float) -> str:
    return (clock.now() - timedelta(hours=hours)).isoformat()


def screen(who: Somebody) -> dict[str, str]:
    """The morning screen as text, by group."""
    answer = who.get("/testing/", lang="en")
    assert answer.status_code == 200, answer.text[-800:]
    pieces = re.split(r'<section class="card" data-group="(\w+)">', answer.text)
    return {name: " ".join(re.sub(r"<[^>]+>", " ", body).split()) for name, body in zip(pieces[1::2], pieces[2::2], strict=True)}


def test_a_lab_in_which_nothing_has_happened_says_how_things_come_here(town: Town) -> None:
    seen = screen(town.ben)
    assert "Tubes come here when their box is scanned in." in seen["waiting"]
    assert "Stick a place label on one" in seen["racks"]
    assert set(seen) == {"waiting", "to_review", "failed", "to_run", "coming", "gaps", "racks"}


def test_what_waits_is_counted_by_its_limit_the_first_due_first_and_the_late_are_counted(town: Town) -> None:
    limits(town, single=4, screening=24)
    singles = [town.collected(1, size=1)["barcode"] for _ in range(3)]
    pools = [town.collected(3)["barcode"] for _ in range(2)]
    done(scan(town, code(Kind.BOX), *singles[:2], at=hours_ago(5)))
    done(scan(town, code(Kind.BOX), singles[2], at=hours_ago(1)))
    done(scan(town, code(Kind.BOX), *pools, at=hours_ago(6)))
    seen = screen(town.ben)["waiting"]
    assert seen.index(f"single-{town.site} limit 4 h") < seen.index(f"screening-{town.site} limit 24 h")
    assert "oldest 5 h 0 min 2 late" in seen
    assert "oldest 6 h 0 min due in 17 h 59 min" in seen


def test_a_tube_that_no_limit_covers_says_so(town: Town) -> None:
    town.received(town.collected()["barcode"])
    assert "no limit in the catalogue" in screen(town.ben)["waiting"]


def test_a_plate_goes_from_the_instrument_to_review_and_from_there(town: Town) -> None:
    town.received(town.collected()["barcode"])
    plate = town.plated()
    spoken = " ".join([plate["barcode"][:2], plate["barcode"][2:6]])
    assert spoken in screen(town.ben)["to_run"]
    town.imported(plate, spoiled="negative")
    assert spoken in screen(town.ben)["failed"]
    run = town.imported(plate, hours=4.5).json()["run"]
    seen = screen(town.bea)
    assert spoken in seen["to_review"]
    assert spoken not in seen["failed"] + seen["to_run"]
    assert town.reviewed(run).status_code == 200
    assert spoken not in "".join(screen(town.ben).values())


def test_a_box_on_its_way_and_one_that_misses_a_tube_are_shown(town: Town) -> None:
    here, lost, away, first = (code(Kind.BOX), town.collected()["barcode"], code(Kind.BOX), town.collected()["barcode"])
    done(pack(town, here, first, lost))
    left = message(lab=town.lab, courier="carl", vehicle="", at=hours_ago(2))
    done(town.carl.post(f"/sampling/api/boxes/{here}/dispatch", left))
    done(dispatch(town, away))
    done(scan(town, here, first, at=hours_ago(1)))
    seen = screen(town.ben)
    assert "1 missing" in seen["gaps"]
    assert here[-4:-1] in seen["gaps"].replace(" ", "")
    assert "1 boxes" in seen["coming"]


def test_another_lab_sees_nothing_of_it(town: Town) -> None:
    other = another_town(town)
    town.received(town.collected()["barcode"])
    town.plated()
    assert "Nothing waits." in screen(other.ben)["waiting"]
    assert "No plate is on an instrument." in screen(other.ben)["to_run"]


def test_the_screen_costs_the_same_number_of_statements_however_much_waits(town: Town) -> None:
    limits(town, screening=24)
    few = int(town.ben.get("/testing/").headers["x-statements"])
    done(scan(town, code(Kind.BOX), *(code(Kind.TUBE) for _ in range(60)), at=hours_ago(30)))
    for _ in range(3):
        done(scan(town, code(Kind.BOX), town.collected()["barcode"], at=hours_ago(30)))
    assert int(town.ben.get("/testing/").headers["x-statements"]) <= few + 1


@pytest.mark.parametrize("who", ["ana", "olga", "ada", "carl"])
def test_the_screen_is_for_the_bench(town: Town, who: str) -> None:
    assert getattr(town, who).get("/testing/").status_code == 403


def test_a_limit_begins_when_it_was_said_to(town: Town) -> None:
    limits(town, screening=24)
    later = {"from": "2999-01-01", "name": f"screening-{town.site}", "hours": 1, "source": "tests", "site": town.site}
    with town.program.database.transaction(Access.OWNER) as connection:
        catalog.load(connection, CatalogForm.model_validate({"time_limit": [later]}), clock.now(), "tests")
    done(scan(town, code(Kind.BOX), town.collected()["barcode"], at=hours_ago(2)))
    assert "limit 24 h" in screen(town.ben)["waiting"]
