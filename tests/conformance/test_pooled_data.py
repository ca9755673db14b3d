"""A school's real household pools (FloodLAMP archive, CC BY 4.0) through the public API, and back as the publisher counted them.

The data lie beside the checkout where somebody has put them; without them there is nothing to compare.
"""

import csv
import uuid
from collections import Counter, defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from lims.catalog import actions as catalog
from lims.catalog.forms import CatalogForm
from lims.kernel import clock
from lims.kernel.db import Access
from tests.factories import Town

DATA = Path(__file__).parents[3] / "shared" / "pooled_data"
ZONE = ZoneInfo("America/Chicago")
pytestmark = [pytest.mark.conformance, pytest.mark.skipif(not DATA.exists(), reason="the school's data are not here")]


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def school(town: Town) -> Town:
    """The town's site moved to Texas, where tubes carry the maker's codes."""
    content = {
        "site": [{"code": town.site, "name": "school", "area": town.area, "timezone": "America/Chicago"}],
        "barcode_format": [{"name": "maker", "kind": "tube", "regex": "[A-Z]{2}[0-9]{1,4}[A-Z]?", "check": "none"}],
    }
    with town.program.database.transaction(Access.OWNER) as connection:
        catalog.load(connection, CatalogForm.model_validate(content), clock.now(), "tests")
    return town


def record(site: str, tube: dict[str, str], swabs: list[dict[str, str]]) -> dict[str, Any]:
    when = f"{tube['collection_date']}T{tube['collection_time']}"
    offset = datetime.fromisoformat(when).replace(tzinfo=ZONE).isoformat()
    size = int(tube["pool_level_n"])
    members = [
        {
            "position": place,
            "id_type": "other",
            "id_number": swab["participant_id"],
            "name": "",
            "phone": "",
            "group": "school",
            "collected_at": offset,
        }
        for place, swab in enumerate(swabs, 1)
    ]
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_OID, tube["tube_id"])), "revision": 1, "barcode": tube["tube_id"], "site": site, "round": None,
        "kind": "single" if size == 1 else "swab_pool", "pool_size": size, "state": "sealed", "opened_at": offset, "sealed_at": offset,
        "retest_of": None, "members": members,
    }  # fmt: skip


def without_doubles(made: dict[str, Any]) -> dict[str, Any]:
    """The tube with each person once, as a sampler would send it after the refusal."""
    once = {member["id_number"]: member for member in made["members"]}
    return made | {"members": [member | {"position": place} for place, member in enumerate(once.values(), 1)]}


def test_a_schools_year_comes_back_with_the_publishers_own_counts_per_day(school: Town) -> None:
    swabs = defaultdict(list)
    for swab in rows("ABRM_APS_swabs-in-tubes.csv"):
        swabs[swab["tube_id"]].append(swab)
    sent = [record(school.site, tube, swabs[tube["tube_id"]]) for tube in rows("ABRM_APS_tubes.csv")]
    outcomes = [outcome for start in range(0, len(sent), 500) for outcome in school.sync(*sent[start : start + 500])]
    twice = [made for made, outcome in zip(sent, outcomes, strict=True) if outcome["code"] == "person_twice"]
    assert Counter(outcome["outcome"] for outcome in outcomes) == {"accepted": len(sent) - len(twice), "refused": len(twice)}
    assert len(twice) == sum(len({s["participant_id"] for s in inside}) < len(inside) for inside in swabs.values())
    assert {outcome["outcome"] for outcome in school.sync(*(without_doubles(made) for made in twice))} <= {"accepted"}

    rollup = {row["collect_date"]: int(row["tubes_n"]) for row in rows("ABRM_APS_daily-tubes-rollup.csv")}
    answer = school.olga.get("/reporting/api/throughput", **{"from": min(rollup), "to": max(rollup), "by": "day"})
    counted = {row["day"]: row["collected_tubes"] for row in answer.json()["rows"] if row["collected_tubes"]}
    assert counted == rollup
    people = {row["day"]: row["collected_people"] for row in answer.json()["rows"] if row["collected_tubes"]}
    days = Counter(made["sealed_at"][:10] for made in sent for _ in {member["id_number"] for member in made["members"]})
    assert people == days
