"""A reactive aliquot pool is resolved by the scheme that Bea has chosen."""

from lims.kernel.barcodes import Kind
from tests.bench import bench_state, done, lay_out, members, message, refused, reject, review, tubes_in, verbs
from tests.deconvolution.plans.at_work import choose, reactive, read_out, resolved, singles, stands, sub_pool, to_mix
from tests.factories import Town, code


def test_every_scheme_that_fits_is_offered_with_what_it_will_cost(town: Town) -> None:
    pool, _ = reactive(town, 8)
    offers = stands(town, pool)["offers"]
    assert [offer["expected"] for offer in offers] == sorted(offer["expected"] for offer in offers)
    by_kind = {(offer["kind"], offer["size"]): (offer["worst"], offer["stages"]) for offer in offers}
    assert by_kind["individual", None] == (8, 1)
    assert by_kind["halving", None] == (14, 3)
    assert by_kind["sub_pools", 4] == (10, 2)
    assert ("square", None) not in by_kind


def test_what_is_expected_follows_the_share_of_positives(town: Town) -> None:
    pool, _ = reactive(town, 8)
    rare, common = (next(o for o in stands(town, pool, prevalence=p)["offers"] if o["kind"] == "halving") for p in (0.001, 0.2))
    assert rare["expected"] < common["expected"]


def test_halving_keeps_the_tubes_out_of_the_queue_and_wants_both_halves(town: Town) -> None:
    pool, tubes = reactive(town, 8)
    view = done(choose(town, pool, "halving"))
    assert (view["plan"]["number"], view["plan"]["kind"], view["plan"]["worst"], view["standing"]) == (1, "halving", 14, "mix")
    assert {bench_state(town, tube) for tube in tubes} == {"pooled"}
    assert to_mix(town, pool) == [tubes[:4], tubes[4:]]
    refused(lay_out(town), 409, "nothing_waits")
    assert "case.scheme_chosen" in verbs(town, pool)


def test_a_negative_half_is_released_as_soon_as_the_other_explains_the_pool(town: Town) -> None:
    pool, tubes = reactive(town, 8)
    done(choose(town, pool, "halving"))
    first, second = sub_pool(town, pool), sub_pool(town, pool)
    assert stands(town, pool)["standing"] == "test"
    assert sorted(read_out(town, {second: "positive"})) == sorted([first, second])
    assert {bench_state(town, tube) for tube in tubes[:4]} == {"released"}
    assert members(town, pool) == ["negative"] * 4 + ["received"] * 4
    assert to_mix(town, pool) == [tubes[4:6], tubes[6:]]
    assert town.case(first) is None
    assert town.case(second) is None


def test_the_last_two_wait_for_a_plate_of_their_own_and_the_case_closes_by_itself(town: Town) -> None:
    pool, tubes = reactive(town, 8)
    expected = done(choose(town, pool, "halving"))["plan"]["worst"]
    assert resolved(town, pool, {tubes[5]}) == 6 < expected
    assert members(town, pool) == ["negative"] * 5 + ["positive"] + ["negative"] * 2
    case = town.case(pool)
    assert case is not None
    assert (case["state"], case["outcome"]) == ("closed", "confirmed")
    assert stands(town, pool)["tests_made"] == 6


def test_people_are_told_that_they_were_tested_in_a_pool(town: Town) -> None:
    tubes = [town.collected(1, size=1) for _ in range(4)]
    town.received(*(tube["barcode"] for tube in tubes))
    codes = sorted(str(tube["barcode"]) for tube in tubes)
    pool = str(done(town.ben.post("/testing/api/pools", message(barcode=code(Kind.TUBE), lab=town.lab, members=codes)))["barcode"])
    run = done(town.imported(town.plated(), {pool: "positive"}))["run"]
    done(review(run, town.bea, tubes=[pool]))
    done(choose(town, pool, "halving"))
    resolved(town, pool, {codes[0]})
    assert sorted(town.results(*tubes).values()) == ["negative", "negative", "negative", "positive"]
    rows = town.authority.get("/reporting/api/person-results", date="2022-02-02", site=town.site).json()["items"]
    assert {row["tube"]: row["pooled"] for row in rows} == {codes[0]: False, codes[1]: False, codes[2]: True, codes[3]: True}


def test_sub_pools_of_three_and_a_square_find_the_same_people(town: Town) -> None:
    for kind, size in (("sub_pools", 3), ("square", None), ("halving_by_deduction", None), ("individual", None)):
        pool, tubes = reactive(town, 9)
        done(choose(town, pool, kind, size=size))
        resolved(town, pool, {tubes[1], tubes[7]})
        assert [state == "positive" for state in members(town, pool)] == [tube in {tubes[1], tubes[7]} for tube in tubes]


def test_an_invalid_sub_pool_is_mixed_again_and_says_so(town: Town) -> None:
    pool, tubes = reactive(town, 4)
    done(choose(town, pool, "halving"))
    first, second = sub_pool(town, pool), sub_pool(town, pool)
    read_out(town, {first: "invalid", second: "positive"})
    view = stands(town, pool)
    assert [sorted(each["tube"] for each in wish) for wish in view["to_mix"]] == [tubes[:2]]
    assert [(one["trouble"], one["tube"], one["members"]) for one in view["problems"]] == [("mix_failed", first, [1, 2])]
    assert members(town, pool) == ["received"] * 4
    resolved(town, pool, {tubes[3]})
    assert members(town, pool) == ["negative", "negative", "negative", "positive"]


def test_a_sub_pool_that_leaks_is_mixed_again(town: Town) -> None:
    pool, tubes = reactive(town, 4)
    done(choose(town, pool, "halving"))
    leaking = sub_pool(town, pool)
    done(reject(town, leaking))
    assert to_mix(town, pool) == [tubes[:2], tubes[2:]]
    resolved(town, pool, {tubes[0]})
    assert members(town, pool) == ["positive", "negative", "negative", "negative"]


def test_a_grey_sub_pool_counts_as_positive(town: Town) -> None:
    pool, tubes = reactive(town, 4)
    done(choose(town, pool, "halving"))
    first, second = sub_pool(town, pool), sub_pool(town, pool)
    read_out(town, {first: "grey_zone"})
    view = stands(town, pool)
    assert [one["trouble"] for one in view["problems"]] == ["mix_unclear"]
    assert [bench_state(town, tube) for tube in tubes] == ["waiting", "waiting", "released", "released"]
    assert second in [one["tube"] for one in view["sub_pools"]]


def test_two_negative_halves_clear_nobody_everybody_is_tested_singly(town: Town) -> None:
    pool, tubes = reactive(town, 4)
    done(choose(town, pool, "halving"))
    sub_pool(town, pool)
    sub_pool(town, pool)
    read_out(town, {})
    assert {bench_state(town, tube) for tube in tubes} == {"waiting"}
    assert [one["trouble"] for one in stands(town, pool)["problems"]] == ["contradiction"]
    read_out(town, {})
    assert members(town, pool) == ["negative"] * 4
    case = town.case(pool)
    assert case is not None
    assert (case["state"], case["outcome"]) == ("settled", None)


def test_a_missing_tube_is_left_out_and_its_person_called_back(town: Town) -> None:
    pool, tubes = reactive(town, 8)
    done(choose(town, pool, "halving"))
    done(town.ben.post(f"/testing/api/cases/{pool}/tubes/{tubes[1]}/aside", message()))
    assert to_mix(town, pool) == [[tubes[0], *tubes[2:4]], tubes[4:]]
    assert [(one["trouble"], one["tube"]) for one in stands(town, pool)["problems"]] == [("tube_gone", tubes[1])]
    resolved(town, pool, {tubes[2]})
    assert members(town, pool) == ["negative", "to_recollect", "positive"] + ["negative"] * 5
    called_back = town.ana.get("/sampling/api/recollections", site=town.site).json()["items"]
    assert [one["tube"] for one in called_back] == [tubes[1]]


def test_another_scheme_may_be_chosen_on_the_way_and_what_is_known_stays_known(town: Town) -> None:
    pool, tubes = reactive(town, 8)
    done(choose(town, pool, "halving"))
    first, second = sub_pool(town, pool), sub_pool(town, pool)
    read_out(town, {second: "positive"})
    view = done(choose(town, pool, "individual", by=town.ben, reason="no time"))
    assert (view["plan"]["number"], view["plan"]["by"]) == (2, town.ben.name)
    assert [bench_state(town, tube) for tube in tubes] == ["released"] * 4 + ["waiting"] * 4
    assert sorted(tubes_in(done(lay_out(town)))) == tubes[4:]
    assert first not in view["under_test"]


def test_sub_pools_are_plated_before_what_waits_for_no_case(town: Town) -> None:
    pool, _ = reactive(town, 4)
    done(choose(town, pool, "halving"))
    for _ in range(3):
        singles(town, 1)
    halves = {sub_pool(town, pool), sub_pool(town, pool)}
    plate = done(lay_out(town))
    assert set(tubes_in(plate)[:2]) == halves


def test_the_pages_of_a_sub_pool_and_of_its_case_lead_to_each_other(town: Town) -> None:
    pool, tubes = reactive(town, 4)
    done(choose(town, pool, "halving"))
    half = sub_pool(town, pool)
    tube_page = town.ben.get(f"/testing/tubes/{half}").text
    assert f"/testing/cases/{pool}/scheme" in tube_page
    assert all(f"/testing/tubes/{tube}" in tube_page for tube in tubes[:2])
    assert f"/testing/tubes/{half}" in town.ben.get(f"/testing/tubes/{pool}").text
    assert all(tube[-4:] in town.ben.get(f"/testing/pools/{half}").text for tube in tubes[:2])
    assert f"/testing/cases/{pool}/scheme" in town.ben.get(f"/testing/cases/{pool}").text


def test_the_figures_of_the_day_count_people_once_and_no_sub_pools(town: Town) -> None:
    pool, tubes = reactive(town, 8)
    done(choose(town, pool, "halving"))
    resolved(town, pool, {tubes[5]})
    days = {"from": "2022-02-02", "to": "2022-02-02", "by": "lab", "lab": town.lab}
    (row,) = town.olga.get("/reporting/api/throughput", **days).json()["rows"]
    assert (row["received_tubes"], row["released_tubes"], row["released_people"]) == (8, 8, 8)
    assert (row["nonnegative_tubes"], row["people_positive"], row["people_verifying"], row["backlog_tubes"]) == (1, 1, 0, 0)
    assert row["open_cases"] == 0
