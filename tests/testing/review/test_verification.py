"""A positive is seen again with a kit that shares no target."""

from datetime import UTC, datetime
from typing import Any

import pytest

from lims.catalog import actions as catalog
from lims.catalog.forms import CatalogForm
from lims.kernel.barcodes import Kind
from lims.kernel.db import Access
from tests.bench import bench_state, done, extracted, lay_out, mix, refused, review, tubes_in
from tests.factories import ASSAY, Town, code

ORF3 = {"name": "ORF3", "channel": "FAM", "cutoff": 37.0, "grey_to": 39.0}
SECOND = ASSAY | {"code": "second", "name": "ORF3 + E", "targets": [ORF3, ORF3 | {"name": "E", "channel": "VIC"}]}
SIMILAR = ASSAY | {"code": "similar", "name": "orf1AB + S", "targets": [ORF3 | {"name": "orf1AB"}]}


@pytest.fixture
def kits(town: Town) -> Town:
    """The town, whose labs know a second kit, and a third that shares a target with the first."""
    load(town, {"assay": [SECOND, SIMILAR]})
    return town


def load(town: Town, content: dict[str, Any]) -> None:
    with town.program.database.transaction(Access.OWNER) as connection:
        catalog.load(connection, CatalogForm.model_validate(content), datetime.now(UTC), "tests")


def positive(town: Town) -> tuple[str, str]:
    """A tube that came out positive, and the run that says so."""
    tube = code(Kind.TUBE)
    town.received(tube)
    run = done(town.imported(done(lay_out(town)), {tube: "positive"}))["run"]
    return tube, run


def seen_by(town: Town, plate: dict[str, Any], truth: str) -> dict[str, Any]:
    """Ben imports a run of the second kit."""
    content = town.run_file(plate, dict.fromkeys(tubes_in(plate), truth)).decode()
    return done(town.upload(plate["barcode"], content.replace(",ORF1ab,", ",ORF3,").replace(",N,", ",E,").encode()))


def test_a_tube_to_be_verified_waits_for_another_kit_and_only_for_that(kits: Town) -> None:
    tube, run = positive(kits)
    assert done(review(run, kits.bea, "reject", [tube], reason="verification"))["returned"] == [tube]
    assert "verification with another kit" in kits.ben.get("/testing/").text
    refused(lay_out(kits), 409, "nothing_waits")
    controls = {"A2": "control:weak_positive", "A3": "control:negative", "A4": "control:negative", "A5": "control:blank"}
    refused(lay_out(kits, {"A1": tube} | controls), 409, "verification_shares_target", tube, "second")
    refused(lay_out(kits, {"A1": tube} | controls, assay="similar"), 409, "verification_shares_target", tube)
    assert tubes_in(done(lay_out(kits, assay="second"))) == [tube]


def test_both_runs_stand_side_by_side_and_the_reviewer_releases_one(kits: Town) -> None:
    tube, run = positive(kits)
    done(review(run, kits.bea, "reject", [tube], reason="verification"))
    again = seen_by(kits, done(lay_out(kits, assay="second")), "positive")
    page = kits.bea.get(f"/testing/runs/{again['run']}").text
    assert "What other runs said of them" in page
    assert f"/testing/runs/{run}" in page
    assert done(review(again["run"], kits.bea, tubes=[tube]))["released"] == [tube]


def test_an_eluate_is_verified_out_of_its_batch(kits: Town) -> None:
    batch = extracted(kits, 3)
    tube = tubes_in(batch)[0]
    plate = done(lay_out(kits, batches=[batch["barcode"]]))
    run = done(kits.imported(plate, {tube: "positive"}))["run"]
    done(review(run, kits.bea, "reject", [tube], reason="verification"))
    refused(lay_out(kits, batches=[batch["barcode"]]), 409, "batch_empty", batch["barcode"])
    verified = done(lay_out(kits, assay="second", batches=[batch["barcode"]]))
    assert tubes_in(verified) == [tube]
    assert {what.get("batch") for what in verified["wells"].values()} == {batch["barcode"]}


def test_a_run_that_says_nothing_does_not_end_the_verification(kits: Town) -> None:
    tube, run = positive(kits)
    done(review(run, kits.bea, "reject", [tube], reason="verification"))
    plate = done(lay_out(kits, assay="second"))
    content = kits.run_file(plate, spoiled="negative").decode()
    failed = done(kits.upload(plate["barcode"], content.replace(",ORF1ab,", ",ORF3,").replace(",N,", ",E,").encode()))
    assert failed["control_verdict"] == "failed"
    done(review(failed["run"], kits.bea, "reject"))
    refused(lay_out(kits), 409, "nothing_waits")
    assert tubes_in(done(lay_out(kits, assay="second"))) == [tube]


def test_a_negative_is_not_verified(kits: Town) -> None:
    tube = code(Kind.TUBE)
    kits.received(tube)
    run = done(kits.imported(done(lay_out(kits))))["run"]
    refused(review(run, kits.bea, "reject", [tube], reason="verification"), 422, "verification_of_nothing", tube)


def test_what_a_run_out_of_control_says_is_not_verified(kits: Town) -> None:
    tube = code(Kind.TUBE)
    kits.received(tube)
    run = done(kits.imported(done(lay_out(kits)), {tube: "positive"}, spoiled="blank"))["run"]
    refused(review(run, kits.bea, "reject", [tube], reason="verification"), 409, "controls_failed")
    assert bench_state(kits, tube) == "plated"
    done(review(run, kits.bea, "reject", [tube]))
    assert tubes_in(done(lay_out(kits))) == [tube]


def test_a_positive_that_waits_for_another_kit_is_not_lost_in_a_negative_pool(kits: Town) -> None:
    single, other = (str(kits.collected(1, size=1)["barcode"]) for _ in range(2))
    kits.received(single)
    run = done(kits.imported(done(lay_out(kits)), {single: "positive"}))["run"]
    done(review(run, kits.bea, "reject", [single], reason="verification"))
    kits.received(other)
    refused(mix(kits, single, other), 409, "pool_to_verify", single)
    said = kits.ben.get(f"/testing/api/pools/candidates/{single}", lab=kits.lab, assay="ncov2").text
    assert "to be verified" in said
    assert {bench_state(kits, single), bench_state(kits, other)} == {"waiting"}


def test_sent_back_to_be_extracted_again_a_tube_leaves_its_batch(kits: Town) -> None:
    batch = extracted(kits, 2)
    plate = done(lay_out(kits, batches=[batch["barcode"]]))
    run, tube = done(kits.imported(plate))["run"], tubes_in(batch)[0]
    done(review(run, kits.bea, "reject", [tube], reason="re_extraction"))
    assert done(kits.ben.get(f"/testing/api/extractions/{batch['barcode']}"))["waiting"] == []
    assert tubes_in(done(lay_out(kits))) == [tube]


def test_what_the_policy_wants_verified_is_not_released_before(kits: Town) -> None:
    tube, run = positive(kits)
    load(kits, {"verification": [{"from": "2022-02-02", "calls": ["positive"], "required": True, "source": "handbook v1"}]})
    try:
        sentence = refused(review(run, kits.bea, tubes=[tube]), 409, "verification_missing", tube, "handbook v1", "second")
        assert "Send" in sentence or "send" in sentence
        assert bench_state(kits, tube) == "called"
        done(review(run, kits.bea, "reject", [tube], reason="verification"))
        again = seen_by(kits, done(lay_out(kits, assay="second")), "positive")
        assert done(review(again["run"], kits.bea, tubes=[tube]))["released"] == [tube]
    finally:
        load(kits, {"verification": [{"from": "2022-02-02", "calls": ["positive"], "required": False, "source": "handbook v1"}]})
