"""Ben mixes liquid of single tubes into one, and tests that first."""

from typing import Any

from lims.kernel.barcodes import Kind
from lims.kernel.ids import uuid7
from tests.bench import bench_state, done, found, lay_out, members, mix, recollected, review, verbs
from tests.factories import Town, code


def singles(town: Town, count: int = 3) -> list[dict[str, Any]]:
    """Single tubes that wait in the lab."""
    made = [town.collected(1, size=1) for _ in range(count)]
    town.received(*(single["barcode"] for single in made))
    return made


def mixed(town: Town, tubes: list[dict[str, Any]]) -> str:
    """An aliquot pool of these."""
    return str(done(mix(town, *(single["barcode"] for single in tubes)))["barcode"])


def run_of(town: Town, truth: dict[str, str] | None = None) -> str:
    """What waits is plated and read."""
    return str(done(town.imported(town.plated(), truth))["run"])


def test_the_pool_is_plated_in_its_members_place(town: Town) -> None:
    tubes = singles(town)
    pool = mixed(town, tubes)
    assert {bench_state(town, single["barcode"]) for single in tubes} == {"pooled"}
    plate = town.plated()
    assert [what["tube"] for what in plate["wells"].values() if "tube" in what] == [pool]


def test_a_negative_pool_releases_its_members_as_negative(town: Town) -> None:
    tubes = singles(town)
    pool = mixed(town, tubes)
    assert done(review(run_of(town), town.bea))["released"] == [pool]
    assert set(town.results(*tubes).values()) == {"negative"}
    assert {bench_state(town, single["barcode"]) for single in tubes} == {"released"}
    assert all("tube.released" in verbs(town, single["barcode"]) for single in tubes)
    assert town.case(pool) is None


def test_people_of_a_pool_are_pending_until_it_is_released(town: Town) -> None:
    tubes = singles(town)
    pool = mixed(town, tubes)
    run_of(town, {pool: "positive"})
    assert set(town.results(*tubes).values()) == {"pending"}


def test_a_pool_that_is_not_negative_sends_its_members_back_to_be_tested_by_themselves(town: Town) -> None:
    tubes = singles(town)
    pool = mixed(town, tubes)
    run = run_of(town, {pool: "positive"})
    done(review(run, town.bea, tubes=[pool]))
    assert {bench_state(town, single["barcode"]) for single in tubes} == {"waiting"}
    assert set(town.results(*tubes).values()) == {"verifying"}
    row = town.olga.get("/reporting/api/throughput", **{"from": "2022-02-02", "to": "2022-02-02", "by": "lab", "lab": town.lab}).json()[
        "rows"
    ][0]
    assert row["people_verifying"] == len(tubes)
    plate = done(lay_out(town))
    assert sorted(what["tube"] for what in plate["wells"].values() if "tube" in what) == sorted(single["barcode"] for single in tubes)


def test_its_case_has_the_tubes_as_members_and_each_is_settled_by_its_own_test(town: Town) -> None:
    tubes = sorted(singles(town), key=lambda single: str(single["barcode"]))
    pool = mixed(town, tubes)
    run = run_of(town, {pool: "single_target"})
    case = town.case(pool)
    assert case is not None
    assert (case["preliminary"], case["kind"], case["lab"], case["call"]) == (True, "aliquot_pool", town.lab, "inconclusive")
    done(review(run, town.bea, tubes=[pool]))
    case = town.case(pool)
    assert case is not None
    assert (case["state"], case["preliminary"]) == ("recollecting", False)
    assert case["members"] == [{"position": n, "state": "received", "tube": single["barcode"]} for n, single in enumerate(tubes, 1)]
    first, second, third = (str(single["barcode"]) for single in tubes)
    found(town, {first: "negative", second: "positive", third: "negative"})
    assert members(town, pool) == ["negative", "positive", "negative"]
    case = town.case(pool)
    assert case is not None
    assert (case["state"], case["outcome"]) == ("closed", "confirmed")
    assert sorted(town.results(*tubes).values()) == ["negative", "negative", "positive"]


def test_a_member_whose_own_test_is_invalid_is_settled_by_the_tube_that_answers_it(town: Town) -> None:
    tubes = singles(town, 2)
    pool = mixed(town, tubes)
    done(review(run_of(town, {pool: "positive"}), town.bea, tubes=[pool]))
    failed, good = tubes
    found(town, {failed["barcode"]: "invalid", good["barcode"]: "negative"})
    assert sorted(members(town, pool)) == ["negative", "to_recollect"]
    again = recollected(town, failed["members"][0], failed["barcode"], hours=8)
    assert sorted(members(town, pool)) == ["negative", "recollected"]
    found(town, {again: "positive"}, hours=9)
    case = town.case(pool)
    assert case is not None
    assert (sorted(member["state"] for member in case["members"]), case["outcome"]) == (["negative", "positive"], "confirmed")
    assert set(town.results(failed).values()) == {"positive"}


def test_an_invalid_pool_opens_a_case_too(town: Town) -> None:
    pool = mixed(town, singles(town))
    run_of(town, {pool: "invalid"})
    case = town.case(pool)
    assert case is not None
    assert case["call"] == "invalid"


def test_a_pool_sent_back_is_repeated_as_a_pool_and_its_members_wait_for_it(town: Town) -> None:
    tubes = singles(town)
    pool = mixed(town, tubes)
    done(review(run_of(town, {pool: "positive"}), town.bea, "reject", [pool]))
    assert bench_state(town, pool) == "waiting"
    assert {bench_state(town, single["barcode"]) for single in tubes} == {"pooled"}
    assert done(review(run_of(town), town.bea))["released"] == [pool]
    case = town.case(pool)
    assert case is not None
    assert case["outcome"] == "withdrawn"
    assert set(town.results(*tubes).values()) == {"negative"}


def test_the_single_of_a_swab_pools_case_may_be_pooled_and_settles_its_member(town: Town) -> None:
    swabs = town.collected(1)
    town.tested(swabs["barcode"], truth={swabs["barcode"]: "positive"}, hours=1)
    single = recollected(town, swabs["members"][0], swabs["barcode"])
    town.received(single, hours=7)
    done(mix(town, single))
    done(review(run_of(town), town.bea))
    assert set(town.results(swabs).values()) == {"negative"}
    assert members(town, swabs["barcode"]) == ["negative"]


def test_the_same_mixing_sent_again_is_one_pool(town: Town) -> None:
    tubes = [single["barcode"] for single in singles(town)]
    again: dict[str, Any] = {"id": str(uuid7()), "barcode": code(Kind.TUBE)}
    first = done(mix(town, *tubes, **again))
    assert (first["barcode"], first["lab"], first["members"]) == (again["barcode"], town.lab, sorted(tubes))
    assert done(mix(town, *tubes, **again)) == first
    assert verbs(town, tubes[0]).count("tube.pooled") == 1
