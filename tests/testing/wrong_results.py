"""Results that must not leave the lab: how each comes about, and what everybody who tries to sign it is told."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lims.kernel.barcodes import Kind
from tests.bench import (
    another_town,
    control_wells,
    done,
    extract,
    lay_out,
    message,
    mix,
    reject,
    review,
    spoiled_file,
)
from tests.deconvolution.plans.at_work import choose, reactive, sub_pool
from tests.factories import ASSAY, Somebody, Town, code
from tests.testing.kits import loaded, version

Told = tuple[int, str]
ORF3 = {"name": "ORF3", "channel": "FAM", "cutoff": 37.0, "grey_to": 39.0}
SECOND = ASSAY | {"code": "second", "name": "ORF3 + E", "targets": [ORF3, ORF3 | {"name": "E", "channel": "VIC"}]}
UNRELEASED, UNCOMPARED = (409, "amend_unreleased"), (404, "not_found")


@dataclass(frozen=True)
class Wrong:
    """A result that somebody tries to get out; `run`: what it would rest on. Each way out is refused with a status and a code.

    `by_hand` is the refusal of the database alone; None where only the program knows (roles, labs, policies).
    """

    tube: str
    run: str
    by: Somebody
    review: Told
    amend: Told = UNRELEASED
    decide: Told = UNCOMPARED
    by_hand: str | None = None
    case: str | None = None  # the case it is a member of, and another of its members
    sibling: str | None = None
    to: int = 2  # the version by which it is judged again: 2 reads grey zones as positive, 3 puts the controls out


Situation = Callable[[Town, str], Wrong]


def tube_of(town: Town, kind: str) -> str:
    """A tube of this kind."""
    if kind == "unregistered":
        return code(Kind.TUBE)
    return str(town.collected(1 if kind == "single" else 3, size=1 if kind == "single" else 10)["barcode"])


def kit(town: Town) -> str:
    """The lab's own assay."""
    return version(town, 1, 38, 40)


def plated(town: Town, layout: object = "auto", **how: Any) -> dict[str, Any]:
    """What waits on a plate of the lab's own assay."""
    return done(lay_out(town, layout, assay=kit(town), **how))


def called(town: Town, tube: str, truth: str = "negative", **how: Any) -> tuple[dict[str, Any], str]:
    """A received tube that a run in control has called, with its plate and the run."""
    town.received(tube)
    plate = plated(town)
    return plate, str(done(town.imported(plate, {tube: truth}, **how))["run"])


def released(town: Town, kind: str, truth: str = "negative") -> tuple[str, dict[str, Any], str]:
    """A tube whose result has left the lab."""
    tube = tube_of(town, kind)
    plate, run = called(town, tube, truth)
    done(review(run, town.bea, tubes=[tube]))
    return tube, plate, run


def batch_on_two_plates(town: Town, tube: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """A batch of this waiting tube and another; the plate with its controls; and a plate with the tube among controls of its own."""
    town.received(code(Kind.TUBE))
    batch = done(extract(town, assay=kit(town)))
    own = {"A1": tube, "A2": "control:weak_positive", "A3": "control:negative", "A4": "control:negative", "A5": "control:blank"}
    alone = plated(town, own)
    return batch, plated(town, batches=[batch["barcode"]]), alone


def batch_fails(town: Town, batch: dict[str, Any], plate: dict[str, Any], hours: float = 5) -> None:
    """A control of the batch comes out wrong."""
    well = control_wells(plate, "negative", batch["barcode"])[0]
    done(town.upload(plate["barcode"], spoiled_file(town, plate, well), hours=hours))


def spill(town: Town, batch: dict[str, Any]) -> None:
    """Ben declares a batch invalid."""
    done(town.ben.post(f"/testing/api/extractions/{batch['barcode']}/re-extract", message(note="a spill")))


def never_read(town: Town, kind: str) -> Wrong:
    _, run = called(town, code(Kind.TUBE))
    tube = tube_of(town, kind)
    town.received(tube)
    plated(town)
    return Wrong(tube, run, town.bea, (409, "review_tube_unknown"), by_hand="no_evidence")


def not_on_a_plate(town: Town, kind: str) -> Wrong:
    _, run = called(town, code(Kind.TUBE))
    tube = tube_of(town, kind)
    town.received(tube)
    return Wrong(tube, run, town.bea, (409, "review_tube_unknown"), by_hand="no_evidence")


def controls_out(town: Town, kind: str) -> Wrong:
    tube = tube_of(town, kind)
    _, run = called(town, tube, spoiled="blank")
    return Wrong(tube, run, town.bea, (409, "controls_failed"), by_hand="controls_failed")


def run_again(town: Town, kind: str) -> Wrong:
    tube = tube_of(town, kind)
    plate, run = called(town, tube)
    done(town.imported(plate, {tube: "positive"}, hours=5))
    return Wrong(tube, run, town.bea, (409, "run_superseded"), by_hand="run_superseded")


def batch_failed_elsewhere(town: Town, kind: str) -> Wrong:
    tube = tube_of(town, kind)
    town.received(tube)
    batch, first, alone = batch_on_two_plates(town, tube)
    run = done(town.imported(alone))
    assert run["control_verdict"] == "passed"
    batch_fails(town, batch, first)
    return Wrong(tube, run["run"], town.bea, (409, "extraction_failed"), by_hand="extraction_failed")


def batch_declared_invalid(town: Town, kind: str) -> Wrong:
    tube = tube_of(town, kind)
    town.received(tube)
    batch, first, alone = batch_on_two_plates(town, tube)
    run = done(town.imported(alone))["run"]
    done(town.imported(first))
    spill(town, batch)
    # Declaring it has sent its tubes back: the program has nothing to release, the database is asked about the batch.
    return Wrong(tube, run, town.bea, (409, "review_tube_moved_on"), by_hand="extraction_failed")


def batch_failed_beside_a_good_one(town: Town, kind: str) -> Wrong:
    tube = tube_of(town, kind)
    town.received(tube)
    bad = done(extract(town, assay=kit(town)))
    town.received(code(Kind.TUBE))
    good = done(extract(town, assay=kit(town)))
    plate = plated(town, batches=[bad["barcode"], good["barcode"]])
    run = done(town.upload(plate["barcode"], spoiled_file(town, plate, control_wells(plate, "blank", bad["barcode"])[0])))
    assert run["control_verdict"] == "passed"
    return Wrong(tube, run["run"], town.bea, (409, "extraction_failed"), by_hand="extraction_failed")


def own_import(town: Town, kind: str) -> Wrong:
    tube = tube_of(town, kind)
    _, run = called(town, tube, by=town.bo)
    return Wrong(tube, run, town.bo, (403, "own_import"), by_hand="own_import")


def signed_by_a_technician(town: Town, kind: str) -> Wrong:
    tube = tube_of(town, kind)
    _, run = called(town, tube, by=town.bo)
    role = (403, "role_missing")
    return Wrong(tube, run, town.ben, role, role, role)


def signed_by_another_lab(town: Town, kind: str) -> Wrong:
    tube = tube_of(town, kind)
    _, run = called(town, tube)
    foreign = (404, "not_found")
    return Wrong(tube, run, another_town(town).bo, foreign, foreign, foreign)


def unverified(town: Town, kind: str) -> Wrong:
    tube = tube_of(town, kind)
    _, run = called(town, tube, "positive")
    policy(town, required=True)
    return Wrong(tube, run, town.bea, (409, "verification_missing"))


def policy(town: Town, *, required: bool) -> None:
    """The day's policy: positives are verified with another kit, which there is."""
    rule = {"from": "2022-02-02", "calls": ["positive"], "required": required, "source": "handbook v1"}
    loaded(town, {"assay": [SECOND], "verification": [rule]})


def sent_back(town: Town, kind: str) -> Wrong:
    tube = tube_of(town, kind)
    _, run = called(town, tube)
    done(review(run, town.bo, "reject", [tube]))
    return Wrong(tube, run, town.bea, (409, "review_tube_moved_on"))


def rejected(town: Town, kind: str) -> Wrong:
    tube = tube_of(town, kind)
    _, run = called(town, tube)
    done(reject(town, tube))
    return Wrong(tube, run, town.bea, (409, "review_tube_moved_on"), by_hand="tube_re")


def moved_to_another_plate(town: Town, kind: str) -> Wrong:
    wrong = sent_back(town, kind)
    plated(town)
    return wrong


def mixed(town: Town) -> tuple[str, list[str]]:
    """An aliquot pool of two single tubes."""
    singles = sorted(tube_of(town, "single") for _ in range(2))
    town.received(*singles)
    return str(done(mix(town, *singles))["barcode"]), singles


def member_of_a_pool(town: Town, _: str) -> Wrong:
    pool, singles = mixed(town)
    run = done(town.imported(plated(town), {pool: "positive"}))["run"]
    return Wrong(singles[0], run, town.bea, (409, "review_tube_unknown"), by_hand="no_evidence")


def pool_with_controls_out(town: Town, _: str) -> Wrong:
    pool = mixed(town)[0]
    run = done(town.imported(plated(town), spoiled="negative"))["run"]
    return Wrong(pool, run, town.bea, (409, "controls_failed"), by_hand="controls_failed")


def pool_of_an_invalid_batch(town: Town, _: str) -> Wrong:
    pool = mixed(town)[0]
    batch, first, alone = batch_on_two_plates(town, pool)
    run = done(town.imported(alone))["run"]
    batch_fails(town, batch, first)
    return Wrong(pool, run, town.bea, (409, "extraction_failed"), by_hand="extraction_failed")


def released_already(town: Town, kind: str) -> Wrong:
    tube, _, run = released(town, kind)
    return Wrong(tube, run, town.bea, (409, "tube_released"), (409, "amend_same"))


def amended_to_a_run_out_of_control(town: Town, kind: str) -> Wrong:
    tube, plate, _ = released(town, kind)
    run = done(town.imported(plate, {tube: "positive"}, hours=6, spoiled="negative"))["run"]
    failed = (409, "controls_failed")
    return Wrong(tube, run, town.bea, failed, failed, by_hand="controls_failed")


def amended_to_a_run_repeated_since(town: Town, kind: str) -> Wrong:
    tube, plate, _ = released(town, kind)
    run = done(town.imported(plate, {tube: "positive"}, hours=6))["run"]
    done(town.imported(plate, {tube: "invalid"}, hours=7))
    older = (409, "run_superseded")
    return Wrong(tube, run, town.bea, older, older, by_hand="run_superseded")


def amended_by_the_importer(town: Town, kind: str) -> Wrong:
    tube, plate, _ = released(town, kind)
    run = done(town.imported(plate, {tube: "positive"}, hours=6, by=town.bo))["run"]
    own = (403, "own_import")
    return Wrong(tube, run, town.bo, own, own, by_hand="own_import")


def amended_out_of_an_invalid_batch(town: Town, kind: str) -> Wrong:
    tube = tube_of(town, kind)
    town.received(tube)
    batch, first, alone = batch_on_two_plates(town, tube)
    done(review(done(town.imported(alone))["run"], town.bea))
    run = done(town.imported(alone, {tube: "positive"}, hours=6))["run"]
    batch_fails(town, batch, first, hours=7)
    return Wrong(tube, run, town.bea, (409, "tube_released"), (409, "extraction_failed"), by_hand="extraction_failed")


def amended_unverified(town: Town, kind: str) -> Wrong:
    tube, plate, _ = released(town, kind)
    run = done(town.imported(plate, {tube: "positive"}, hours=6))["run"]
    policy(town, required=True)
    return Wrong(tube, run, town.bea, (409, "tube_released"), (409, "verification_missing"))


def pool_released(town: Town) -> tuple[str, list[str], str]:
    """A pool that was released as negative with its members; its plate was run again and says positive: that run."""
    pool, singles = mixed(town)
    plate = plated(town)
    done(review(done(town.imported(plate))["run"], town.bea))
    return pool, singles, str(done(town.imported(plate, {pool: "positive"}, hours=6))["run"])


def amended_aliquot_pool(town: Town, _kind: str) -> Wrong:
    pool, _, run = pool_released(town)
    return Wrong(pool, run, town.bea, (409, "tube_released"), (409, "amend_pool"))


def amended_member_of_a_pool(town: Town, _: str) -> Wrong:
    _, singles, run = pool_released(town)
    return Wrong(singles[0], run, town.bea, (409, "review_tube_unknown"), (409, "amend_pool"), by_hand="no_evidence")


def rejudged(town: Town, kind: str, decide: Told, by: Somebody | None = None, review: Told = (409, "tube_released"), to: int = 2) -> Wrong:
    """An inconclusive result that other versions call otherwise."""
    tube, _, run = released(town, kind, "grey_zone")
    return Wrong(tube, run, by or town.bea, review, (409, "amend_same"), decide, to=to)


def rejudged_by_who_asked(town: Town, kind: str) -> Wrong:
    return rejudged(town, kind, (403, "rejudge_own"))


def rejudged_by_the_importer(town: Town, kind: str) -> Wrong:
    tube = tube_of(town, kind)
    _, run = called(town, tube, "grey_zone", by=town.bo)
    done(review(run, town.bea, tubes=[tube]))
    return Wrong(tube, run, town.bo, (403, "own_import"), (409, "amend_same"), (403, "own_import"))


def rejudged_with_controls_out(town: Town, kind: str) -> Wrong:
    return rejudged(town, kind, (409, "rejudge_controls"), to=3)


def rejudged_unverified(town: Town, kind: str) -> Wrong:
    wrong = rejudged(town, kind, (409, "verification_missing"))
    policy(town, required=True)
    return wrong


def rejudged_and_run_again(town: Town, kind: str) -> Wrong:
    tube, plate, run = released(town, kind, "grey_zone")
    done(town.imported(plate, {tube: "negative"}, hours=6))
    return Wrong(tube, run, town.bea, (409, "run_superseded"), (409, "amend_same"), (409, "run_superseded"))


def rejudged_out_of_an_invalid_batch(town: Town, kind: str) -> Wrong:
    tube = tube_of(town, kind)
    town.received(tube)
    batch, first, alone = batch_on_two_plates(town, tube)
    run = done(town.imported(alone, {tube: "grey_zone"}))["run"]
    done(review(run, town.bea, tubes=[tube]))
    batch_fails(town, batch, first)
    return Wrong(tube, run, town.bea, (409, "tube_released"), (409, "amend_same"), (409, "extraction_failed"))


def cleared_by_a_run_repeated_since(town: Town, _: str) -> Wrong:
    """A scheme's negative sub-pool left the lab; its plate was run again, which the sub-pool's release does not rest on."""
    pool, tubes = reactive(town, 8)
    done(choose(town, pool, "halving"))
    first, second = sub_pool(town, pool), sub_pool(town, pool)
    plate = town.plated()
    run = done(town.imported(plate))["run"]
    done(review(run, town.bea, tubes=[first]))
    done(review(done(town.imported(plate, {second: "positive"}, hours=6))["run"], town.bea, tubes=[second]))
    return Wrong(tubes[0], run, town.bea, (409, "run_superseded"), by_hand="no_evidence", case=pool, sibling=tubes[1])


def cleared_out_of_an_invalid_batch(town: Town, _: str) -> Wrong:
    """A scheme's negative sub-pool left the lab before its extraction batch was found invalid, and the other half came after that."""
    pool, tubes = reactive(town, 8)
    done(choose(town, pool, "halving"))
    first, second = sub_pool(town, pool), sub_pool(town, pool)
    batch = done(extract(town, {"A1": first, "B1": "control:negative"}))
    run = done(town.imported(done(lay_out(town, batches=[batch["barcode"]]))))["run"]
    done(review(run, town.bea, tubes=[first]))
    spill(town, batch)
    other = done(town.imported(town.plated(), {second: "positive"}))["run"]
    done(review(other, town.bea, tubes=[second]))
    return Wrong(tubes[0], run, town.bea, (409, "review_tube_unknown"), by_hand="no_evidence", case=pool, sibling=tubes[1])


SITUATIONS: tuple[Situation, ...] = (
    never_read, not_on_a_plate, controls_out, run_again, batch_failed_elsewhere, batch_declared_invalid, batch_failed_beside_a_good_one,
    own_import, signed_by_a_technician, signed_by_another_lab, unverified, sent_back, rejected, moved_to_another_plate,
    member_of_a_pool, pool_with_controls_out, pool_of_an_invalid_batch,
    released_already, amended_to_a_run_out_of_control, amended_to_a_run_repeated_since, amended_by_the_importer,
    amended_out_of_an_invalid_batch, amended_unverified, amended_aliquot_pool, amended_member_of_a_pool,
    rejudged_by_who_asked, rejudged_by_the_importer, rejudged_with_controls_out, rejudged_unverified, rejudged_and_run_again,
    rejudged_out_of_an_invalid_batch, cleared_by_a_run_repeated_since, cleared_out_of_an_invalid_batch,
)  # fmt: skip
KINDS = ("swab_pool", "single", "unregistered")
