"""How cases are handled is policy: by zone and group, from a day on; old cases keep theirs."""

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lims.catalog import actions as catalog
from lims.catalog.actions import parse
from lims.catalog.forms import CatalogForm
from lims.catalog.policies import CasePolicy
from lims.catalog.rules import Catalog, days_in
from lims.kernel.barcodes import Kind
from lims.kernel.clock import local_day, now
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from tests.bench import bench_state, done, lay_out, refused, review, tubes_in
from tests.deconvolution.plans.at_work import choose, load_policy, reactive, stands, to_mix
from tests.factories import Town, at, code, person

DAY = datetime(2022, 2, 2, tzinfo=UTC).date()


def group() -> str:
    """A group of people that no other test has: policies hold for everybody of a zone."""
    return f"group {code(Kind.TUBE)}"


def test_a_policy_may_keep_the_tubes_until_somebody_chooses(town: Town) -> None:
    load_policy(town, group=(ours := group()), scheme="choose")
    pool, tubes = reactive(town, 4, group=ours)
    assert {bench_state(town, tube) for tube in tubes} == {"pooled"}
    view = stands(town, pool)
    assert (view["held"], view["plan"]) == (True, None)
    refused(lay_out(town), 409, "nothing_waits")
    done(choose(town, pool, "individual"))
    assert sorted(tubes_in(done(lay_out(town)))) == tubes


def test_a_policy_may_choose_by_itself_and_says_that_it_did(town: Town) -> None:
    load_policy(town, group=(ours := group()), scheme="sub_pools", sub_pool_size=3, source="instruction 7")
    pool, tubes = reactive(town, 6, group=ours)
    plan = stands(town, pool)["plan"]
    assert (plan["kind"], plan["size"], plan["by_policy"], plan["reason"]) == ("sub_pools", 3, True, "instruction 7")
    assert to_mix(town, pool) == [tubes[:3], tubes[3:]]


def test_a_pool_too_small_for_the_scheme_of_the_policy_is_tested_tube_by_tube(town: Town) -> None:
    load_policy(town, group=(ours := group()), scheme="sub_pools", sub_pool_size=5)
    pool, tubes = reactive(town, 2, group=ours)
    assert stands(town, pool)["plan"]["kind"] == "individual"
    assert {bench_state(town, tube) for tube in tubes} == {"waiting"}


def test_a_scheme_with_more_plates_in_a_row_than_the_policy_allows_is_neither_offered_nor_taken(town: Town) -> None:
    load_policy(town, group=(ours := group()), scheme="choose", most_stages=2)
    pool, _ = reactive(town, 8, group=ours)
    assert max(offer["stages"] for offer in stands(town, pool)["offers"]) == 2
    refused(choose(town, pool, "halving"), 409, "scheme_unfit", "takes 3 plates", "allows 2")


def test_deadlines_are_those_of_the_policy_of_the_strictest_group_in_the_tube(town: Town) -> None:
    load_policy(town, group=(strict := group()), recollect_within_hours=3, retest_within_hours=5)
    load_policy(town, group=(other := group()), recollect_within_hours=30, retest_within_hours=30)
    swabs = town.collected([person(group=strict), person(group=other)])
    town.tested(swabs["barcode"], truth={swabs["barcode"]: "positive"})
    case = town.case(swabs["barcode"])
    assert case is not None
    assert hours_to(case) == 3
    (first, *_) = town.ana.get("/sampling/api/recollections", site=town.site).json()["items"]
    assert first["deadline"] == case["deadline"], "who calls back reads the same as the board"
    pool, _ = reactive(town, 2, group=strict)
    mixed = town.case(pool)
    assert mixed is not None
    assert hours_to(mixed) == 5


def hours_to(case: dict[str, str]) -> float:
    """From the opening of a case to its deadline."""
    return (datetime.fromisoformat(case["deadline"]) - datetime.fromisoformat(case["opened_at"])) / timedelta(hours=1)


def test_a_later_policy_leaves_the_cases_of_before_as_they_were(town: Town) -> None:
    load_policy(town, group=(ours := group()), recollect_within_hours=3)
    swabs = town.collected([person(group=ours)])
    town.tested(swabs["barcode"], truth={swabs["barcode"]: "positive"})
    load_policy(town, group=ours, recollect_within_hours=9, **{"from": local_day(now(), "Asia/Shanghai").isoformat()})
    case = town.case(swabs["barcode"])
    assert case is not None
    assert hours_to(case) == 3
    (listed,) = town.ana.get("/sampling/api/recollections", site=town.site).json()["items"]
    assert listed["deadline"] == case["deadline"]


def test_a_case_released_days_later_keeps_the_policy_of_the_day_it_was_opened(town: Town) -> None:
    ours = group()
    form = [{"zone": "controlled", "group": ours, "source": "s"} | more for more in (
        {"from": "2022-02-01", "recollect_within_hours": 3}, {"from": "2022-02-03", "recollect_within_hours": 9},
    )]  # fmt: skip
    with town.program.database.transaction(Access.OWNER) as connection:
        catalog.load(connection, CatalogForm.model_validate({"case_policy": form}), now(), "tests")
    swabs = town.collected([person(group=ours)])
    town.received(swabs["barcode"])
    run = town.imported(town.plated(), {swabs["barcode"]: "positive"}).json()["run"]
    done(review(run, town.bea, tubes=[swabs["barcode"]], at=at(40)))
    (listed,) = done(town.ana.get("/sampling/api/recollections", site=town.site))["items"]
    case = town.case(swabs["barcode"])
    assert case is not None
    assert listed["since"] > "2022-02-03"
    assert hours_to(case) == 3
    assert listed["deadline"] == case["deadline"]


@pytest.mark.parametrize(("changes", "said"), [({}, "case_policy_changed"), ({"from": "2022-01-05"}, "case_policy_backdated")])
def test_a_stored_policy_is_neither_changed_nor_overtaken_in_the_past(town: Town, changes: dict[str, str], said: str) -> None:
    load_policy(town, group=(ours := group()), recollect_within_hours=3)
    load_policy(town, group=ours, recollect_within_hours=3)
    with pytest.raises(Refused) as why:
        load_policy(town, group=ours, recollect_within_hours=4, **changes)
    assert why.value.code == said


def test_half_an_hour_after_midnight_in_shanghai_yesterday_is_the_past(town: Town) -> None:
    load_policy(town, group=(ours := group()))
    form = {"zone": "controlled", "group": ours, "source": "tests", "scheme": "individual", "recollect_within_hours": 4}
    midnight = datetime(2022, 2, 2, 16, 30, tzinfo=UTC)
    with town.program.database.transaction(Access.OWNER) as connection:
        with pytest.raises(Refused, match=r"cannot begin on 2022-02-02.* Begin on 2022-02-03") as why:
            catalog.load(connection, CatalogForm.model_validate({"case_policy": [form | {"from": "2022-02-02"}]}), midnight, "tests")
        assert why.value.code == "case_policy_backdated"
        catalog.load(connection, CatalogForm.model_validate({"case_policy": [form | {"from": "2022-02-03"}]}), midnight, "tests")


def test_half_an_hour_before_midnight_in_new_york_it_is_still_today_there() -> None:
    late = datetime(2022, 2, 3, 4, 30, tzinfo=UTC)
    assert days_in(["America/New_York", "America/New_York"], late) == [DAY]
    assert days_in(["Asia/Shanghai", "America/New_York"], late) == [DAY, DAY + timedelta(days=1)]
    assert days_in([], late) == [DAY + timedelta(days=1)]


def test_who_is_told_stands_on_the_page_of_the_case(town: Town) -> None:
    load_policy(town, group=(ours := group()), tell=["Fuyang district CDC", "Third hospital"], source="instruction 9")
    pool, _ = reactive(town, 3, group=ours)
    said = town.olga.get(f"/testing/cases/{pool}").text
    assert "Fuyang district CDC, Third hospital" in said
    assert "instruction 9" in said


def test_the_groups_own_policy_stands_before_everybodys_and_the_newest_before_the_older() -> None:
    def policy(**changes: object) -> CasePolicy:
        return CasePolicy(**({"valid_from": DAY, "zone": "normal", "group": "*", "source": "s"} | changes))  # type: ignore[arg-type]  # by name

    everybody, key = policy(recollect_within_hours=24), policy(group="key", recollect_within_hours=6)
    newer = policy(valid_from=DAY + timedelta(days=1), recollect_within_hours=12)
    known = Catalog(1, case_policies=(everybody, key, newer))
    assert known.case_policy([(None, "community")], DAY) is everybody
    assert known.case_policy([(None, "key")], DAY) is key
    assert known.case_policy([(None, "community"), (None, "key")], DAY) is key
    assert known.case_policy([(None, "community")], DAY + timedelta(days=1)) is newer
    assert known.case_policy([], DAY - timedelta(days=1)) is None


def test_a_size_belongs_to_sub_pools(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text('[[case_policy]]\nfrom = "2022-03-01"\nzone = "sealed"\nscheme = "halving"\nsub_pool_size = 3\nsource = "s"\n', "utf-8")
    assert tomllib.loads(file.read_text("utf-8"))
    with pytest.raises(Refused, match="sub_pool_size belongs to the scheme sub_pools"):
        parse(file)


def test_a_dry_run_names_a_new_case_policy(town: Town) -> None:
    form = CatalogForm.model_validate({"case_policy": [{"from": "2022-01-01", "zone": "normal", "group": group(), "source": "s"}]})
    with town.program.database.transaction(Access.OWNER) as connection:
        loaded = catalog.load(connection, form, now(), "tests", check=True)
    assert [change.split()[0] for change in loaded.changes] == ["case_policy"]
