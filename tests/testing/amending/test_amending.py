"""Bea finds a released result wrong: it is replaced by what a run in control says, and the older one stays."""

from typing import Any

import pytest
from httpx import Response

from lims.kernel.barcodes import Kind
from lims.kernel.ids import uuid7
from tests.bench import another_town, bench_state, done, message, mix, refused, reject, review, tubes_in, verbs
from tests.factories import Somebody, Town, at, code


def amend(town: Town, tube: str, by: Somebody | None = None, **content: object) -> Response:
    """Bea amends a result."""
    return (by or town.bea).post(f"/testing/api/tubes/{tube}/amend", message(reason="the plate was turned round") | content)


def released(town: Town, tube: str | None = None, truth: str = "negative") -> tuple[str, dict[str, Any]]:
    """A tube that was released as `truth`, and its plate."""
    tube = tube or code(Kind.TUBE)
    town.received(tube)
    plate = town.plated()
    run = done(town.imported(plate, {tube: truth}))["run"]
    done(review(run, town.bea, tubes=[tube]))
    return tube, plate


def run_again(town: Town, plate: dict[str, Any], tube: str, truth: str, hours: float = 6, **how: Any) -> str:
    """Ben runs the plate again, and the tube is found so."""
    return str(done(town.imported(plate, {tube: truth}, hours=hours, **how))["run"])


def history(town: Town, tube: str) -> list[tuple[int, str, bool, str | None]]:
    """The releases of a tube, the newest first."""
    told = done(town.bea.get(f"/testing/api/tubes/{tube}/releases"))["releases"]
    return [(each["revision"], each["call"], each["stands"], each["reason"]) for each in told]


def test_a_negative_that_was_positive_is_amended_and_the_older_result_stays_superseded(town: Town) -> None:
    tube, plate = released(town)
    second = run_again(town, plate, tube, "positive")
    answer = done(amend(town, tube, run=second))
    assert (answer["call"], answer["releases"][0]["released_by"], answer["releases"][0]["run"]) == ("positive", town.bea.name, second)
    assert history(town, tube) == [(2, "positive", True, "the plate was turned round"), (1, "negative", False, None)]
    assert verbs(town, tube)[-1] == "tube.amended"
    assert bench_state(town, tube) == "released"


def test_naming_the_call_takes_the_newest_run_that_says_so(town: Town) -> None:
    tube, plate = released(town)
    second = run_again(town, plate, tube, "single_target")
    assert done(amend(town, tube, call="inconclusive"))["releases"][0]["run"] == second


def test_everybody_in_the_pool_follows_and_its_case_becomes_firm(town: Town) -> None:
    pool = town.collected(3)
    tube, plate = released(town, pool["barcode"])
    assert set(town.results(pool).values()) == {"negative"}
    second = run_again(town, plate, tube, "positive")
    done(amend(town, tube, run=second, at=at(7)))
    assert set(town.results(pool).values()) == {"verifying"}
    case = town.case(tube)
    assert case is not None
    assert (case["state"], case["preliminary"]) == ("open", False)


def test_a_case_whose_pool_is_amended_to_negative_is_withdrawn(town: Town) -> None:
    pool = town.collected(2)
    tube, plate = released(town, pool["barcode"], "positive")
    second = run_again(town, plate, tube, "negative")
    done(amend(town, tube, run=second, at=at(7)))
    assert set(town.results(pool).values()) == {"negative"}
    case = town.case(tube)
    assert case is not None
    assert (case["state"], case["outcome"], case["closed_at"]) == ("closed", "withdrawn", at(7).replace("+00:00", "Z"))


def test_the_person_sees_the_new_result_and_when_it_was_amended(town: Town) -> None:
    single = town.collected(1, size=1)
    tube, plate = released(town, single["barcode"])
    second = run_again(town, plate, tube, "positive")
    done(amend(town, tube, run=second, at=at(7)))
    (row,) = town.authority.get("/reporting/api/person-results", date="2022-02-02", site=town.site).json()["items"]
    assert (row["state"], row["released_at"], row["amended_at"]) == (
        "positive",
        *(moment.replace("+00:00", "Z") for moment in (at(4), at(7))),
    )


def test_the_authority_is_told(town: Town) -> None:
    tube, plate = released(town)
    done(amend(town, tube, run=run_again(town, plate, tube, "positive")))
    for who in (town.olga, town.authority):
        (told,) = done(who.get("/testing/api/amendments", lab=town.lab))["items"]
        assert (told["tube"], told["was"], told["call"], told["amended_by"], told["stands"]) == (
            tube,
            "negative",
            "positive",
            town.bea.name,
            True,
        )


def test_an_amended_result_may_be_amended_again(town: Town) -> None:
    tube, plate = released(town)
    done(amend(town, tube, run=run_again(town, plate, tube, "positive")))
    done(amend(town, tube, run=run_again(town, plate, tube, "invalid", hours=8), reason="a splash"))
    assert [(number, stands) for number, _, stands, _ in history(town, tube)] == [(3, True), (2, False), (1, False)]
    assert [item["stands"] for item in done(town.olga.get("/testing/api/amendments", lab=town.lab))["items"]] == [True, False]


def test_the_list_goes_on_page_by_page(town: Town) -> None:
    tube, plate = released(town)
    done(amend(town, tube, run=run_again(town, plate, tube, "positive")))
    done(amend(town, tube, run=run_again(town, plate, tube, "invalid", hours=8)))
    first = done(town.olga.get("/testing/api/amendments", lab=town.lab, limit=1))
    rest = done(town.olga.get("/testing/api/amendments", lab=town.lab, limit=1, after=first["next"]))
    assert [first["items"][0]["revision"], rest["items"][0]["revision"], rest["next"]] == [3, 2, None]


def test_the_same_amendment_again_is_one_and_its_id_is_not_used_for_another(town: Town) -> None:
    tube, plate = released(town)
    second, same = run_again(town, plate, tube, "positive"), str(uuid7())
    assert done(amend(town, tube, run=second, id=same)) == done(amend(town, tube, run=second, id=same))
    assert len(history(town, tube)) == 2
    refused(amend(town, tube, run=second, id=same, reason="another"), 409, "id_reused")
    refused(amend(town, tube, town.bo, run=second, id=same), 409, "id_reused")


def test_whoever_imported_the_new_run_does_not_sign_for_it(town: Town) -> None:
    tube, plate = released(town)
    second = run_again(town, plate, tube, "positive", by=town.bo)
    refused(amend(town, tube, town.bo, run=second), 403, "own_import")
    assert history(town, tube) == [(1, "negative", True, None)]
    done(amend(town, tube, run=second))


def test_a_run_whose_controls_failed_amends_nothing(town: Town) -> None:
    tube, plate = released(town)
    failed = run_again(town, plate, tube, "positive", spoiled="negative")
    refused(amend(town, tube, run=failed), 409, "controls_failed")
    refused(amend(town, tube, call="positive"), 409, "amend_without_evidence", tube)
    assert len(history(town, tube)) == 1


def test_a_run_that_was_repeated_since_amends_nothing(town: Town) -> None:
    tube, plate = released(town)
    second = run_again(town, plate, tube, "positive")
    run_again(town, plate, tube, "invalid", hours=8)
    refused(amend(town, tube, run=second), 409, "run_superseded")
    refused(amend(town, tube, call="positive"), 409, "amend_without_evidence")


def test_what_no_run_says_is_not_said(town: Town) -> None:
    tube, _ = released(town)
    refused(amend(town, tube, call="positive"), 409, "amend_without_evidence", "run its plate again")
    refused(amend(town, tube, run=str(uuid7())), 409, "amend_without_evidence")
    refused(amend(town, tube, call="negative"), 409, "amend_same", tube)
    refused(amend(town, tube), 422, "amend_what")


def test_a_run_and_a_call_that_disagree_amend_nothing(town: Town) -> None:
    tube, plate = released(town)
    second = run_again(town, plate, tube, "positive")
    refused(amend(town, tube, run=second, call="invalid"), 409, "amend_without_evidence")


def test_an_amendment_says_why(town: Town) -> None:
    tube, plate = released(town)
    second = run_again(town, plate, tube, "positive")
    refused(amend(town, tube, run=second, reason="  "), 422, "request_malformed", "reason")


def test_a_result_that_was_never_released_is_reviewed_not_amended(town: Town) -> None:
    tube = code(Kind.TUBE)
    town.received(tube)
    run = done(town.imported(town.plated()))["run"]
    refused(amend(town, tube, run=run), 409, "amend_unreleased", tube)
    done(reject(town, tube))
    refused(amend(town, tube, run=run), 409, "amend_unreleased", "rejected")


def test_an_aliquot_pool_is_not_amended_its_members_have_results_of_their_own(town: Town) -> None:
    singles = [town.collected(1, size=1)["barcode"] for _ in range(2)]
    town.received(*singles)
    pool = done(mix(town, *singles))["barcode"]
    plate = town.plated()
    done(review(done(town.imported(plate))["run"], town.bea))
    second = run_again(town, plate, pool, "positive")
    refused(amend(town, pool, run=second), 409, "amend_pool", pool)


def test_an_invalid_batch_amends_nothing(town: Town) -> None:
    tube = code(Kind.TUBE)
    town.received(tube)
    batch = done(town.ben.post("/testing/api/extractions", message(barcode=code(Kind.PLATE), lab=town.lab, assay="ncov2", layout="auto")))
    assert tubes_in(batch) == [tube]
    how = message(barcode=code(Kind.PLATE), lab=town.lab, assay="ncov2", batches=[batch["barcode"]], layout="auto")
    plate = done(town.ben.post("/testing/api/plates", how))
    done(review(done(town.imported(plate))["run"], town.bea))
    second = run_again(town, plate, tube, "positive")
    done(town.ben.post(f"/testing/api/extractions/{batch['barcode']}/re-extract", message(note="a spill")))
    refused(amend(town, tube, run=second), 409, "extraction_failed", batch["barcode"])


@pytest.mark.parametrize("who", ["ben", "olga", "ana", "ada", "authority"])
def test_only_a_reviewer_amends(town: Town, who: str) -> None:
    tube, plate = released(town)
    second = run_again(town, plate, tube, "positive")
    refused(amend(town, tube, getattr(town, who), run=second), 403, "role_missing")
    assert len(history(town, tube)) == 1


def test_another_lab_neither_amends_nor_sees_the_result(town: Town) -> None:
    tube, plate = released(town)
    second, other = run_again(town, plate, tube, "positive"), another_town(town)
    refused(amend(town, tube, other.bea, run=second), 404, "not_found", tube)
    for path in (f"/testing/api/tubes/{tube}/releases", f"/testing/results/{tube}"):
        refused(other.bea.get(path), 404, "not_found", tube)
    refused(other.bea.get("/testing/api/amendments", lab=town.lab), 404, "not_found")
    done(amend(town, tube, run=second))
    assert done(other.bea.get("/testing/api/amendments"))["items"] == []
    town.collected(2, barcode=tube)
    for place, sees in ((town.site, [tube]), (other.site, [])):
        official = town.somebody(f"official of {place}", "official", site=place)
        assert [item["tube"] for item in done(official.get("/testing/api/amendments"))["items"]] == sees
        assert (tube in official.get("/testing/amendments").text) is bool(sees)
    refused(official.get(f"/testing/api/tubes/{tube}/releases"), 404, "not_found")


def test_the_reconciliation_of_the_day_finds_nothing_wrong_with_an_amended_tube(town: Town) -> None:
    pool = town.collected(2)
    tube, plate = released(town, pool["barcode"])
    done(amend(town, tube, run=run_again(town, plate, tube, "positive")))
    told = town.olga.get("/reporting/api/reconciliation", date="2022-02-02")
    assert told.status_code == 200
    assert tube not in told.text
