"""A pool that is not negative becomes a case, and the officials see it at once."""

import pytest

from lims.kernel.barcodes import Kind
from tests.bench import another_town, done, members, refused, reject, review
from tests.factories import Town, code


def imported(town: Town, kind: str, people: int = 2, *, spoiled: str = "", size: int = 10) -> tuple[str, str]:
    """A tube found so, not reviewed yet, and the run."""
    tube = str(town.collected(people, size=size)["barcode"])
    town.received(tube)
    return tube, str(done(town.imported(town.plated(), {tube: kind}, spoiled=spoiled))["run"])


@pytest.mark.parametrize(
    ("kind", "call", "reasons"),
    [
        ("positive", "positive", []),
        ("single_target", "inconclusive", ["single_target"]),
        ("grey_zone", "inconclusive", ["grey_zone"]),
        ("invalid", "invalid", ["internal_control_missing"]),
    ],
)
def test_olga_sees_a_preliminary_case_as_soon_as_the_file_is_imported(town: Town, kind: str, call: str, reasons: list[str]) -> None:
    tube, _ = imported(town, kind)
    case = town.case(tube)
    assert case is not None
    assert (case["id"], case["tube"], case["lab"], case["site"], case["kind"]) == (tube, tube, town.lab, town.site, "swab_pool")
    assert (case["call"], case["reasons"]) == (call, reasons)
    assert (case["state"], case["preliminary"], case["outcome"], case["closed_at"]) == ("open", True, None, None)
    assert case["opened_at"].startswith("2022-02-02T04:00")
    assert case["deadline"] > case["opened_at"]
    assert case["members"] == [{"position": place, "state": "to_recollect", "tube": None} for place in (1, 2)]


def test_releasing_the_call_makes_the_case_firm_and_its_people_verifying(town: Town) -> None:
    pool = town.collected(2)
    town.tested(pool["barcode"], truth={pool["barcode"]: "grey_zone"})
    case = town.case(pool["barcode"])
    assert case is not None
    assert (case["state"], case["preliminary"]) == ("open", False)
    assert set(town.results(pool).values()) == {"verifying"}


def test_a_negative_pool_is_no_case(town: Town) -> None:
    tube, _ = imported(town, "negative")
    assert town.case(tube) is None


def test_a_single_tube_is_no_case_whatever_is_found_in_it(town: Town) -> None:
    for kind in ("positive", "invalid", "single_target"):
        tube, _ = imported(town, kind, 1, size=1)
        assert town.case(tube) is None


def test_a_pool_of_one_person_is_a_pool_all_the_same(town: Town) -> None:
    tube, _ = imported(town, "positive", 1, size=5)
    assert members(town, tube) == ["to_recollect"]


def test_a_run_whose_controls_failed_opens_no_case(town: Town) -> None:
    tube, _ = imported(town, "positive", spoiled="blank")
    assert town.case(tube) is None


def test_a_pool_rejected_after_it_was_found_positive_keeps_its_case_which_is_firm(town: Town) -> None:
    tube, _ = imported(town, "positive")
    done(reject(town, tube, "RN"))
    case = town.case(tube)
    assert case is not None
    assert (case["state"], case["preliminary"]) == ("open", False)


def test_a_tube_that_nobody_registered_opens_a_case_that_waits_for_its_people(town: Town) -> None:
    tube = code(Kind.TUBE)
    town.received(tube)
    run = done(town.imported(town.plated(), {tube: "positive"}))["run"]
    case = town.case(tube)
    assert case is not None
    assert (case["kind"], case["site"], case["members"], case["state"]) == (None, None, [], "open")
    done(review(run, town.bea, tubes=[tube]))
    pool = town.collected(2, barcode=tube)
    assert set(town.results(pool).values()) == {"verifying"}
    case = town.case(tube)
    assert case is not None
    assert (case["kind"], case["site"], len(case["members"]), case["preliminary"]) == ("swab_pool", town.site, 2, False)


def test_a_case_of_an_unregistered_tube_that_turns_out_to_be_a_single_is_none(town: Town) -> None:
    tube = code(Kind.TUBE)
    town.received(tube)
    run = done(town.imported(town.plated(), {tube: "positive"}))["run"]
    done(review(run, town.bea, tubes=[tube]))
    single = town.collected(1, size=1, barcode=tube)
    assert town.case(tube) is None
    assert set(town.results(single).values()) == {"positive"}


def test_people_arriving_after_a_negative_result_are_negative_at_once(town: Town) -> None:
    tube = code(Kind.TUBE)
    town.tested(tube)
    pool = town.collected(3, barcode=tube)
    assert set(town.results(pool).values()) == {"negative"}


def test_a_case_belongs_to_the_lab_of_its_pool(town: Town) -> None:
    other = another_town(town)
    tube, _ = imported(town, "positive")
    for who in (other.ben, other.bea):
        refused(who.get(f"/testing/api/cases/{tube}"), 404, "not_found", tube)
        refused(who.get("/testing/api/cases", lab=town.lab), 404, "not_found", town.lab)
        assert done(who.get("/testing/api/cases"))["items"] == []
    for who in (town.ben, town.bea, town.olga):
        assert done(who.get(f"/testing/api/cases/{tube}"))["id"] == tube
    refused(town.ana.get(f"/testing/api/cases/{tube}"), 403, "role_missing", "official")
    refused(town.ana.get("/testing/api/cases"), 403, "role_missing")


def test_no_case_carries_a_name_or_a_number(town: Town) -> None:
    pool = town.collected(1)
    town.tested(pool["barcode"], truth={pool["barcode"]: "positive"})
    text = town.olga.get(f"/testing/api/cases/{pool['barcode']}").text
    assert all(pool["members"][0][secret] not in text for secret in ("name", "id_number", "phone"))


def test_a_case_that_nobody_has_is_not_found(town: Town) -> None:
    refused(town.olga.get(f"/testing/api/cases/{code(Kind.TUBE)}"), 404, "not_found", "Case")
