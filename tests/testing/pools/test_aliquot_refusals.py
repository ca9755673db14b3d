"""What is never mixed."""

from typing import Any

import pytest

from lims.kernel.barcodes import Kind
from tests.bench import another_town, bench_state, done, lay_out, mix, refused, reject, review
from tests.factories import ASSAY, Town, at, code


def single(town: Town) -> str:
    """A single tube that waits in the lab."""
    barcode = town.collected(1, size=1)["barcode"]
    town.received(barcode)
    return str(barcode)


def test_a_swab_pool_is_never_pooled(town: Town) -> None:
    swabs, alone = town.collected(2)["barcode"], single(town)
    town.received(swabs)
    refused(mix(town, alone, swabs), 409, "pool_of_pools", swabs, "single")
    assert bench_state(town, alone) == "waiting"


def test_an_aliquot_pool_is_never_pooled(town: Town) -> None:
    pool = done(mix(town, single(town)))["barcode"]
    refused(mix(town, single(town), pool), 409, "pool_of_pools", pool)


def test_a_tube_of_which_nobody_knows_that_it_is_single_is_never_pooled(town: Town) -> None:
    unknown = code(Kind.TUBE)
    town.received(unknown)
    refused(mix(town, unknown), 409, "pool_of_pools", unknown)


def test_a_tube_goes_into_a_pool_once(town: Town) -> None:
    alone = single(town)
    refused(mix(town, alone, f" {alone}"), 422, "pool_member_twice", alone)


def test_a_tube_in_use_is_no_tube_to_mix_in(town: Town) -> None:
    alone, used = single(town), town.collected()["barcode"]
    refused(mix(town, alone, barcode=used), 409, "pool_exists", used, "take a new tube")


def test_a_tube_that_is_not_here_is_named(town: Town) -> None:
    other, elsewhere, never = another_town(town), town.collected(1, size=1)["barcode"], town.collected(1, size=1)["barcode"]
    other.received(elsewhere)
    refused(mix(town, single(town), elsewhere), 409, "plate_tube_unknown", elsewhere, town.lab)
    refused(mix(town, single(town), never), 409, "plate_tube_unknown", never)


@pytest.mark.parametrize("how", ["plated", "pooled", "released", "rejected"])
def test_a_tube_that_does_not_wait_is_not_mixed(town: Town, how: str) -> None:
    barcode = town.collected(1, size=1)["barcode"]
    if how == "released":
        town.tested(barcode)
    else:
        town.received(barcode)
        done({"plated": lambda: lay_out(town), "pooled": lambda: mix(town, barcode), "rejected": lambda: reject(town, barcode)}[how]())
    refused(mix(town, barcode), 409, "tube_state", barcode, how)


def test_a_member_of_a_reactive_pool_is_tested_by_itself_and_never_mixed_again(town: Town) -> None:
    first, second = single(town), single(town)
    pool = done(mix(town, first, second))["barcode"]
    run = done(town.imported(town.plated(), {pool: "positive"}))["run"]
    done(review(run, town.bea, tubes=[pool]))
    refused(mix(town, first), 409, "pooled_before", first, pool, "by itself")
    case = town.case(pool)
    assert case is not None
    assert len(case["members"]) == 2


def test_a_pool_larger_than_the_assay_is_valid_for_finds_no_plate(town: Town) -> None:
    tubes = [town.collected(1, size=1)["barcode"] for _ in range(int(str(ASSAY["pool_max"])) + 1)]
    town.received(*tubes)
    pool = done(mix(town, *tubes))["barcode"]
    refused(lay_out(town), 409, "nothing_waits")
    controls = {"H9": "control:weak_positive", "H10": "control:negative", "H11": "control:negative", "H12": "control:blank"}
    refused(lay_out(town, {"A1": pool} | controls), 409, "plate_pool_too_large", pool, "20")
    # It is not lost: rejected, it gives its members back.
    done(reject(town, pool, at=at(5)))
    assert bench_state(town, tubes[0]) == "waiting"


def test_a_plate_code_on_the_pool_is_the_wrong_kind(town: Town) -> None:
    refused(mix(town, single(town), barcode=code(Kind.PLATE)), 422, "barcode_wrong_kind", "scan a tube code")


def test_a_pool_of_nothing_has_not_the_agreed_shape(town: Town) -> None:
    refused(mix(town), 422, "request_malformed", "members")


def test_ben_cannot_mix_in_another_lab_and_bea_nowhere(town: Town) -> None:
    other = another_town(town)
    refused(mix(other, code(Kind.TUBE), by=town.ben), 404, "not_found", other.lab)
    refused(mix(town, code(Kind.TUBE), by=town.bea), 403, "role_missing", "technician")


def test_a_pool_of_tomorrow_is_a_wrong_clock(town: Town) -> None:
    refused(mix(town, single(town), at="2999-01-01T00:00:00Z"), 422, "time_in_future")


def test_an_id_used_for_another_pool_is_refused(town: Town) -> None:
    first, second = single(town), single(town)
    same: dict[str, Any] = {"id": "0194c9a0-0000-7000-8000-" + first[2:14]}
    done(mix(town, first, **same))
    refused(mix(town, second, **same), 409, "id_reused")
