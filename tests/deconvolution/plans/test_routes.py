"""Several cases in one square, imported designs, the original tube verified; and what is refused."""

from typing import Any

import pytest

from lims.catalog import actions as catalog
from lims.catalog.forms import CatalogForm
from lims.kernel.barcodes import Kind
from lims.kernel.clock import now
from lims.kernel.db import Access
from tests.bench import (
    another_town,
    bench_state,
    done,
    found,
    lay_out,
    members,
    message,
    mix,
    recollected,
    refused,
    review,
    together,
    tubes_in,
)
from tests.deconvolution.plans.at_work import choose, load_policy, reactive, read_out, resolved, singles, stands, sub_pool, to_mix
from tests.factories import ASSAY, Town, code

DESIGN = "1,1,0,0\n0,1,1,0\n0,0,1,1"


def kept(town: Town) -> str:
    """A group of people whose tubes are kept until somebody chooses a scheme."""
    ours = f"group {code(Kind.TUBE)}"
    load_policy(town, group=ours, scheme="choose")
    return ours


def test_two_cases_are_resolved_in_one_square(town: Town) -> None:
    ours = kept(town)
    (first, ones), (second, twos) = reactive(town, 4, group=ours), reactive(town, 5, group=ours)
    view = done(choose(town, first, "square", others=[second]))
    assert (view["plan"]["cases"], view["plan"]["case"]) == ([first, second], first)
    assert len(view["to_mix"]) == 6
    assert {len(wish) for wish in view["to_mix"]} == {3}
    assert stands(town, second)["plan"]["case"] == first
    assert all(set(wish) & set(ones) and set(wish) & set(twos) for wish in to_mix(town, second))
    resolved(town, second, {ones[2], twos[0], twos[4]})
    assert members(town, first) == ["positive" if tube == ones[2] else "negative" for tube in ones]
    assert members(town, second) == ["positive" if tube in {twos[0], twos[4]} else "negative" for tube in twos]
    refused(choose(town, second, "individual"), 409, "case_closed")


def test_a_case_of_a_group_is_changed_with_its_group(town: Town) -> None:
    ours = kept(town)
    (first, _), (second, _) = reactive(town, 4, group=ours), reactive(town, 5, group=ours)
    done(choose(town, first, "square", others=[second]))
    refused(choose(town, second, "halving"), 409, "scheme_of_a_group", first)
    assert done(choose(town, first, "individual", others=[second]))["plan"]["number"] == 2


def test_an_imported_design_is_followed_and_decoded(town: Town) -> None:
    pool, tubes = reactive(town, 4)
    view = done(choose(town, pool, "design", design=DESIGN))
    assert to_mix(town, pool) == [tubes[:2], tubes[1:3], tubes[2:]]
    assert view["plan"]["worst"] == 7
    first, second, third = (sub_pool(town, pool) for _ in range(3))
    read_out(town, {first: "positive", second: "positive"})
    assert [bench_state(town, tube) for tube in tubes] == ["waiting", "waiting", "released", "released"]
    assert third in [one["tube"] for one in stands(town, pool)["sub_pools"]]
    read_out(town, {tubes[1]: "positive"})
    assert members(town, pool) == ["negative", "positive", "negative", "negative"]


def test_every_line_that_is_wrong_in_a_design_is_told_before_anything_is_chosen(town: Town) -> None:
    pool, _ = reactive(town, 4)

    def look(design: str) -> dict[str, Any]:
        return done(town.bea.post(f"/testing/api/cases/{pool}/design", {"design": design}))

    assert look("1,1,0,0\n1,0\n1,x,0,0")["faults"] == [
        "Pool 2 of the design has 2 columns, the first has 4.", "Pool 3 of the design says x; only 0 and 1 are known.",
    ]  # fmt: skip
    assert look("1,1,0,0\n0,0,0,0")["faults"] == [
        "Pool 2 of the design has no member.",
        "These members of the design are in no pool: 3, 4.",
    ]
    assert look("1,1\n0,1")["faults"] == ["The design is of 2 tubes, and there are 4."]
    good = look(DESIGN)
    assert (good["pools"], good["members"], good["worst"], good["faults"]) == (3, 4, 7, [])
    refused(choose(town, pool, "design", design="1,1,0,0"), 422, "pooling_matrix_malformed", "3, 4")


def second_kit(town: Town) -> str:
    """A kit that shares no target with the usual one."""
    targets = [{"name": name, "channel": dye, "cutoff": 38.0, "grey_to": 40.0} for name, dye in (("E", "FAM"), ("S", "VIC"))]
    kit = ASSAY | {"code": "other", "name": "E + S", "targets": targets}
    with town.program.database.transaction(Access.OWNER) as connection:
        catalog.load(connection, CatalogForm.model_validate({"assay": [kit]}), now(), "tests")
    return "other"


def test_the_original_tube_is_verified_with_another_kit_beside_recollection(town: Town) -> None:
    kit = second_kit(town)
    swabs = town.collected(2)
    pool = swabs["barcode"]
    town.tested(pool, truth={pool: "positive"})
    aliquot = code(Kind.TUBE)
    view = done(town.ben.post(f"/testing/api/cases/{pool}/verification", message(barcode=aliquot)))
    assert [(one["tube"], one["state"]) for one in view["verifying"]] == [(aliquot, "waiting")]
    again = recollected(town, swabs["members"][0], pool)
    refused(lay_out(town), 409, "nothing_waits")
    plate = done(lay_out(town, assay=kit))
    assert tubes_in(plate) == [aliquot]
    content = town.run_file(plate, {aliquot: "positive"}).decode().replace(",ORF1ab,", ",E,").replace(",N,", ",S,")
    run = str(done(town.upload(plate["barcode"], content.encode()))["run"])
    done(review(run, town.bea, tubes=[aliquot]))
    assert stands(town, pool)["verifying"][0]["call"] == "positive"
    assert town.case(aliquot) is None
    found(town, {again: "negative"})
    assert members(town, pool) == ["negative", "to_recollect"]


def test_a_policy_may_ask_for_the_original_to_be_verified(town: Town) -> None:
    load_policy(town, group=(ours := f"group {code(Kind.TUBE)}"), verify_original=True)
    pool, _ = reactive(town, 3, group=ours)
    assert "The policy of this case asks for it." in town.ben.get(f"/testing/cases/{pool}/scheme").text


def test_a_member_may_be_recollected_while_the_scheme_goes_on(town: Town) -> None:
    made = [town.collected(1, size=1) for _ in range(4)]
    tubes = sorted(str(one["barcode"]) for one in made)
    town.received(*tubes)
    pool = str(done(mix(town, *tubes))["barcode"])
    done(review(str(done(town.imported(town.plated(), {pool: "positive"}))["run"]), town.bea, tubes=[pool]))
    done(choose(town, pool, "halving"))
    done(town.ben.post(f"/testing/api/cases/{pool}/tubes/{tubes[0]}/aside", message(reason="QS")))
    gone = next(one for one in made if one["barcode"] == tubes[0])
    again = recollected(town, gone["members"][0], tubes[0])
    assert members(town, pool) == ["recollected", "received", "received", "received"]
    found(town, {again: "positive"})
    resolved(town, pool, set())
    assert members(town, pool) == ["positive", "negative", "negative", "negative"]


def test_what_two_technicians_mix_at_once_is_one_sub_pool_each(town: Town) -> None:
    pool, tubes = reactive(town, 4)
    done(choose(town, pool, "halving"))
    said = [message(barcode=code(Kind.TUBE), members=tubes[:2]) for _ in range(2)]
    answers = together(*(lambda one=one: town.ben.post(f"/testing/api/cases/{pool}/sub-pools", one) for one in said))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert to_mix(town, pool) == [tubes[2:]]


def test_the_same_words_sent_again_change_nothing_and_others_under_the_same_id_are_refused(town: Town) -> None:
    pool, tubes = reactive(town, 4)
    said = message(kind="halving", reason="why not")
    done(town.bea.post(f"/testing/api/cases/{pool}/scheme", said))
    assert done(town.bea.post(f"/testing/api/cases/{pool}/scheme", said))["plan"]["number"] == 1
    refused(town.bea.post(f"/testing/api/cases/{pool}/scheme", said | {"kind": "individual"}), 409, "id_reused")
    mixing = message(barcode=code(Kind.TUBE), members=tubes[:2])
    for _ in range(2):
        assert len(done(town.ben.post(f"/testing/api/cases/{pool}/sub-pools", mixing))["sub_pools"]) == 1


@pytest.mark.parametrize(
    ("kind", "more", "words"),
    [
        ("square", {}, "square does not fit 4"),
        ("sub_pools", {"size": 3}, "sub_pools 3 does not fit 4"),
        ("design", {"design": "1,1\n0,1"}, "of 2 tubes"),
    ],
)
def test_a_scheme_that_does_not_fit_is_refused_with_what_does(town: Town, kind: str, more: dict[str, Any], words: str) -> None:
    tubes = 5 if kind == "square" else 4
    pool, _ = reactive(town, tubes)
    refused(choose(town, pool, kind, **more), 409, "scheme_unfit", words.replace("4", str(tubes)))


def test_what_cannot_be_chosen_mixed_or_set_aside_is_refused_with_the_reason(town: Town) -> None:
    swabs = str(town.collected(2)["barcode"])
    town.tested(swabs, truth={swabs: "positive"})
    refused(choose(town, swabs, "halving"), 409, "scheme_not_aliquot", "called back")
    fresh = str(done(mix(town, *singles(town, 3)))["barcode"])
    done(town.imported(town.plated(), {fresh: "positive"}))
    refused(choose(town, fresh, "halving"), 409, "case_preliminary")
    pool, tubes = reactive(town, 6)
    refused(choose(town, pool, "halving", reason="  "), 422, "request_malformed")
    refused(choose(town, pool, "halving", size=3), 422, "request_malformed")
    address = f"/testing/api/cases/{pool}"
    refused(town.ben.post(f"{address}/sub-pools", message(barcode=code(Kind.TUBE), members="next")), 409, "scheme_none")
    done(choose(town, pool, "halving"))
    (stranger,) = singles(town, 1)
    for wrong, word in (([*tubes[:3], stranger], stranger), (tubes[:2], "lacks these tubes")):
        refused(town.ben.post(f"{address}/sub-pools", message(barcode=code(Kind.TUBE), members=wrong)), 409, "mix_not_proposed", word)
    refused(town.ben.post(f"{address}/sub-pools", message(barcode=stranger, members="next")), 409, "pool_exists")
    refused(town.ben.post(f"{address}/tubes/{stranger}/aside", message()), 404, "case_tube_unknown")
    refused(town.ben.post(f"{address}/tubes/{tubes[0]}/aside", message(reason="bored")), 422, "rejection_reason")
    refused(mix(town, *tubes[:2]), 409, "tube_state")
    for _ in range(2):
        sub_pool(town, pool)
    refused(town.ben.post(f"{address}/sub-pools", message(barcode=code(Kind.TUBE), members="next")), 409, "mix_none")


def test_nobody_else_sees_or_touches_a_scheme(town: Town) -> None:
    pool, tubes = reactive(town, 4)
    done(choose(town, pool, "halving"))
    elsewhere = another_town(town)
    address = f"/testing/api/cases/{pool}"
    for who in (elsewhere.ben, elsewhere.bo):
        refused(who.get(f"{address}/scheme"), 404, "not_found")
        assert who.get(f"/testing/cases/{pool}/scheme").status_code == 404
        refused(who.post(f"{address}/scheme", message(kind="individual", reason="mine")), 404, "not_found")
        refused(who.post(f"{address}/sub-pools", message(barcode=code(Kind.TUBE), members="next")), 404, "not_found")
        refused(who.post(f"{address}/tubes/{tubes[0]}/aside", message()), 404, "not_found")
        refused(who.post(f"{address}/verification", message(barcode=code(Kind.TUBE))), 404, "not_found")
        assert pool not in who.get("/testing/schemes").text
    for who in (town.ana, town.carl, town.olga):
        refused(who.get(f"{address}/scheme"), 403, "role_missing")
    refused(town.bea.post(f"{address}/sub-pools", message(barcode=code(Kind.TUBE), members="next")), 403, "role_missing")
    other, _ = reactive(elsewhere, 5)
    refused(choose(town, pool, "square", others=[other]), 404, "not_found")
