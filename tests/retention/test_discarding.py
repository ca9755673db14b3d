"""Ben throws away what nobody needs any more, and fetches what a case needs."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from httpx import Response

from lims.catalog import actions as catalog
from lims.catalog.forms import CatalogForm
from lims.catalog.policies import RetentionPolicy
from lims.kernel.barcodes import Kind
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.retention import queries
from lims.retention.rules import in_force, refuse_kept
from tests.bench import NIGHTS, another_town, bench_state, done, lay_out, message, mix, recollected, refused, reject, review, verbs
from tests.deconvolution.plans.at_work import choose, reactive, read_out, resolved, stands, sub_pool
from tests.factories import Somebody, Town, code

# The day of the tests lies long before today, so that everything of it is old enough.
POLICY = {"from": "2022-01-01", "negative_days": 3, "other_days": 30, "rejected_days": 7, "source": "tests"}
NOW = datetime(2022, 2, 20, tzinfo=UTC)


@pytest.fixture
def town(town: Town) -> Town:
    """A town where it is said how long tubes are kept."""
    with town.program.database.transaction(Access.OWNER) as connection:
        catalog.load(connection, CatalogForm.model_validate({"retention_policy": [POLICY]}), datetime.now(UTC), "tests")
    return town


def discard(town: Town, *tubes: str, by: Somebody | None = None, **changes: object) -> Response:
    """Ben throws tubes away."""
    return (by or town.ben).post(
        "/testing/api/discards", message(lab=town.lab, reason="kept long enough") | ({"tubes": list(tubes)} if tubes else {}) | changes
    )


def stored(town: Town, *tubes: str) -> str:
    """A rack in which these tubes lie."""
    rack = code(Kind.PLACE)
    done(town.ben.post("/testing/api/racks", message(barcode=rack, lab=town.lab, rows=9, columns=9, kept="cold", place="Refrigerator")))
    done(town.ben.post(f"/testing/api/racks/{rack}/tubes", message(tubes=list(tubes))))
    return rack


def negative(town: Town) -> str:
    """A tube whose negative result left the lab on the day of the tests."""
    tube = str(town.collected()["barcode"])
    town.tested(tube)
    return tube


def due(town: Town) -> list[str]:
    """What the list names."""
    return [item["tube"] for item in done(town.ben.get("/testing/api/discards", lab=town.lab))["items"]]


def test_what_is_old_enough_is_listed_with_its_position_and_goes_with_its_rack(town: Town) -> None:
    gone, waiting = negative(town), code(Kind.TUBE)
    town.received(waiting, hours=6)
    rack = stored(town, gone, waiting)
    assert due(town) == [gone]
    answer = done(discard(town, rack=rack))
    assert answer["discarded"] == [gone]
    assert [(one["tube"], one["code"]) for one in answer["kept"]] == [(waiting, "discard_not_due")]
    assert due(town) == []
    assert done(town.ben.get(f"/testing/api/racks/{rack}"))["positions"] == {"A2": waiting}
    assert verbs(town, gone)[-1] == "tube.discarded"


def test_of_very_many_the_racks_are_all_named_and_the_rest_comes_when_the_first_are_gone(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST_LISTED", 1)
    one, other, waiting = negative(town), negative(town), code(Kind.TUBE)
    town.received(waiting, hours=6)
    first, second = stored(town, one, waiting), stored(town, other)
    told = done(town.ben.get("/testing/api/discards", lab=town.lab))
    assert {rack["rack"]: (rack["old"], rack["tubes"]) for rack in told["racks"]} == {first: (1, 2), second: (1, 1)}
    assert (len(told["items"]), told["more"]) == (1, 1)
    assert "1 more are old enough" in town.ben.get("/testing/discards", lang="en").text
    assert town.ben.get("/testing/discards.pdf").content.startswith(b"%PDF")
    for rack in (first, second):
        done(discard(town, rack=rack))
    told = done(town.ben.get("/testing/api/discards", lab=town.lab))
    assert (told["items"], told["racks"], told["more"]) == ([], [], 0)


def test_what_may_go_stands_on_the_morning_screen(town: Town) -> None:
    rack = stored(town, negative(town))
    text = town.bea.get("/testing/", lang="en").text.split('data-group="racks"')[1]
    assert "1 old enough to be discarded" in text
    assert rack[-4:] in text
    done(discard(town, rack=rack))
    assert "old enough" not in town.bea.get("/testing/", lang="en").text


def test_a_tube_is_discarded_once(town: Town) -> None:
    tube = negative(town)
    body = message(lab=town.lab, reason="kept long enough", tubes=[tube])
    assert done(town.ben.post("/testing/api/discards", body)) == done(town.ben.post("/testing/api/discards", body))
    refused(discard(town, tube), 409, "tube_discarded", tube)
    assert verbs(town, tube).count("tube.discarded") == 1


def test_what_was_discarded_is_neither_tested_nor_put_away_again(town: Town) -> None:
    tube = negative(town)
    rack = stored(town, tube)
    done(discard(town, tube))
    layout = {"A1": tube, "A12": "control:weak_positive", "B12": "control:negative", "C12": "control:negative", "D12": "control:blank"}
    refused(lay_out(town, layout), 409, "tube_discarded", tube, "discarded on")
    refused(town.ben.post(f"/testing/api/racks/{rack}/tubes", message(tubes=[tube])), 409, "tube_discarded", tube)


@pytest.mark.parametrize(("zone", "moment", "day"), NIGHTS)
def test_the_day_on_which_a_tube_was_discarded_is_the_labs(town: Town, zone: str, moment: str, day: str) -> None:
    there = Town.build(town.program, town.web, timezone=zone)
    tube, other = (str(there.collected(1, size=1)["barcode"]) for _ in range(2))
    there.tested(tube)
    there.received(other)
    rack = stored(there, tube)
    done(discard(there, tube, at=moment))
    layout = {"A1": tube, "A12": "control:weak_positive", "B12": "control:negative", "C12": "control:negative", "D12": "control:blank"}
    for answer in (
        discard(there, tube),
        lay_out(there, layout),
        mix(there, tube, other),
        there.ben.post(f"/testing/api/racks/{rack}/tubes", message(tubes=[tube])),
    ):
        refused(answer, 409, "tube_discarded", f"discarded on {day}")
    files = {"file": ("racks.csv", f"Rack,Position,Tube\n{rack},B1,{tube}\n".encode(), "text/csv")}
    report = done(there.web.post("/testing/api/racks/import", files=files, data={"lab": there.lab}, headers=there.ben.headers))
    assert f"discarded on {day}" in report["lines"][0]["reason"]


def test_nobody_discards_what_is_still_to_be_tested_or_is_elsewhere(town: Town) -> None:
    waiting, other = code(Kind.TUBE), another_town(town)
    town.received(waiting)
    refused(discard(town, waiting), 409, "discard_not_due", waiting, "waiting")
    foreign = negative(other)
    refused(discard(town, foreign), 409, "plate_tube_unknown", foreign)
    refused(discard(town, foreign, by=other.ben, lab=town.lab), 404, "not_found")
    refused(discard(town, rack=stored(other, foreign)), 404, "not_found")
    refused(discard(town), 422, "request_malformed")
    refused(discard(town, foreign, reason=" "), 422, "request_malformed")
    assert town.ana.get("/testing/discards").status_code == 403
    assert other.ben.get("/testing/api/discards", lab=town.lab).status_code == 404


def test_a_rejected_tube_goes_by_a_time_of_its_own(town: Town) -> None:
    tube = code(Kind.TUBE)
    town.received(tube)
    done(reject(town, tube))
    stored(town, tube)
    assert due(town) == [tube]
    assert done(discard(town, tube))["discarded"] == [tube]


def test_nothing_of_an_open_case_goes(town: Town) -> None:
    swabs = town.collected(2)
    pool = swabs["barcode"]
    town.tested(pool, truth={pool: "positive"}, hours=1)
    first, second = (recollected(town, member, pool) for member in swabs["members"])
    town.tested(first, hours=7)
    rack = stored(town, pool, first)
    assert due(town) == []
    assert done(town.ben.get("/testing/api/discards", lab=town.lab))["needed"] == 2
    refused(discard(town, pool), 409, "discard_case_open", pool)
    refused(discard(town, first), 409, "discard_case_open", pool)
    assert done(discard(town, rack=rack))["discarded"] == []
    town.tested(second, truth={second: "positive"}, hours=10)
    assert sorted(done(discard(town, rack=rack))["discarded"]) == sorted([pool, first])


def test_the_tubes_of_an_aliquot_pools_case_are_fetched_and_not_discarded(town: Town) -> None:
    singles = [str(town.collected(1, size=1)["barcode"]) for _ in range(3)]
    town.received(*singles)
    stored(town, *reversed(singles))
    pool = done(mix(town, *singles))["barcode"]
    done(review(done(town.imported(town.plated(), {pool: "positive"}))["run"], town.bea, tubes=[pool]))
    fetched = town.ben.get(f"/testing/api/cases/{pool}/tubes")
    assert [(one["tube"], one["position"]) for one in fetched.json()] == [
        (singles[2], "A1"), (singles[1], "A2"), (singles[0], "A3"), (pool, None),
    ]  # fmt: skip
    refused(discard(town, pool), 409, "discard_case_open", pool)
    for path in (f"/testing/cases/{pool}/tubes", f"/testing/cases/{pool}"):
        assert town.ben.get(path).status_code == 200
    assert town.ben.get(f"/testing/cases/{pool}/tubes.pdf").content.startswith(b"%PDF")
    other = another_town(town).ben
    assert [other.get(f"/testing/{end}cases/{pool}/tubes").status_code for end in ("", "api/")] == [404, 404]


def test_a_sub_pool_that_an_open_case_was_mixed_into_stays_and_a_closed_case_lets_it_go(town: Town) -> None:
    pool, tubes = reactive(town, 4)
    done(choose(town, pool, "halving"))
    clear, positive = sub_pool(town, pool), sub_pool(town, pool)
    read_out(town, {positive: "positive"})
    assert stands(town, pool)["standing"] != "done"
    assert bench_state(town, clear) == "released"
    refused(discard(town, clear), 409, "discard_case_open", pool)
    resolved(town, pool, {tubes[-1]})
    assert done(discard(town, clear))["discarded"] == [clear]


def test_the_page_and_the_paper_say_what_may_go(town: Town) -> None:
    tube = negative(town)
    stored(town, tube)
    page = town.ben.get("/testing/discards").text
    assert tube[-4:] in page
    assert town.ben.get("/testing/discards.pdf").content.startswith(b"%PDF")
    done(discard(town, tube))
    assert tube[-4:] in town.ben.get("/testing/discards").text.split("Discarded last")[1]


def tube(**changes: Any) -> Any:
    """A tube as it is read; negative since three days unless it is said otherwise."""
    facts = {
        "barcode": "T1",
        "bench_state": "released",
        "released_call": "negative",
        "discarded_at": None,
        "ended_at": NOW - timedelta(days=3),
    }
    return SimpleNamespace(**(facts | changes))


@pytest.mark.parametrize(
    ("changes", "days"), [({}, 3), ({"released_call": "positive"}, 30), ({"released_call": None, "bench_state": "rejected"}, 7)]
)
def test_each_end_has_its_days(changes: dict[str, Any], days: int) -> None:
    policy = RetentionPolicy(date(2022, 1, 1), 3, 30, 7, "tests")
    refuse_kept(policy, tube(**changes, ended_at=NOW - timedelta(days=days)), None, "UTC", NOW)
    with pytest.raises(Refused) as early:
        refuse_kept(policy, tube(**changes, ended_at=NOW - timedelta(days=days) + timedelta(seconds=1)), None, "UTC", NOW)
    assert early.value.code == "discard_not_due"
    assert early.value.facts["day"] == "2022-02-20"


@pytest.mark.parametrize(("zone", "day"), [("UTC", "2022-02-20"), ("Asia/Shanghai", "2022-02-21"), ("America/St_Johns", "2022-02-20")])
def test_the_day_that_is_named_is_the_labs(zone: str, day: str) -> None:
    policy, evening = RetentionPolicy(date(2022, 1, 1), 3, 30, 7, "tests"), NOW + timedelta(hours=20)
    for kept in (tube(ended_at=evening - timedelta(days=3)), tube(discarded_at=evening)):
        with pytest.raises(Refused) as early:
            refuse_kept(policy, kept, None, zone, NOW)
        assert early.value.facts["day"] == day


def test_without_a_policy_nothing_goes() -> None:
    with pytest.raises(Refused) as refusal:
        in_force(None)
    assert refusal.value.code == "discard_unknown"
