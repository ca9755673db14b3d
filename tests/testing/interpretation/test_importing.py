"""Ben imports what the instrument wrote."""

import hashlib
from typing import Any

import pytest

from lims.kernel.barcodes import Kind
from tests.bench import bench_state, done, together, verbs
from tests.factories import SEEN, Town, at, code


def plated(town: Town, count: int = 1) -> tuple[dict[str, Any], list[str]]:
    """A plate with some tubes, and the tubes."""
    tubes = sorted(code(Kind.TUBE) for _ in range(count))
    town.received(*tubes)
    return town.plated(), tubes


def called(run: dict[str, Any], tube: str) -> dict[str, Any]:
    """What a run says of a tube."""
    (found,) = [call for call in run["calls"] if call["tube"] == tube]
    return found


@pytest.mark.parametrize(
    ("kind", "call", "reasons"),
    [
        ("negative", "negative", []),
        ("positive", "positive", []),
        ("single_target", "inconclusive", ["single_target"]),
        ("grey_zone", "inconclusive", ["grey_zone"]),
        ("invalid", "invalid", ["internal_control_missing"]),
    ],
)
def test_each_tube_is_called_from_its_readings(town: Town, kind: str, call: str, reasons: list[str]) -> None:
    plate, (tube, other) = plated(town, 2)
    run = done(town.imported(plate, {tube: kind}))
    assert run["control_verdict"] == "passed"
    assert called(run, tube) == {
        "well": next(well for well, what in plate["wells"].items() if what.get("tube") == tube),
        "tube": tube,
        "control": None,
        "call": call,
        "reasons": reasons,
        "readings": dict(zip(("ORF1ab", "N", "RNaseP"), SEEN[kind], strict=True)),
    }
    assert called(run, other)["call"] == "negative"
    assert bench_state(town, tube) == "called"


@pytest.mark.parametrize(
    ("written", "call"),
    [
        (("38", "38", "38"), "positive"),
        (("38.01", "38", "26"), "inconclusive"),
        (("40", "40.0", "26"), "inconclusive"),
        (("40.01", "40.01", "38"), "negative"),
        (("0", "-1", "26"), "negative"),
        (("0", "0", "38.01"), "invalid"),
        (("", "Undetermined", "0"), "invalid"),
        (("NoCt", "-", "-100"), "invalid"),
    ],
)
def test_a_ct_on_the_edge_is_called_by_the_contract(town: Town, written: tuple[str, str, str], call: str) -> None:
    plate, (tube,) = plated(town)
    lines = [line for line in town.run_file(plate).decode().splitlines() if f",{tube}," not in line]
    well = next(well for well, what in plate["wells"].items() if what.get("tube") == tube)
    lines += [f"{plate['barcode']},{well},{tube},{target},{ct}" for target, ct in zip(("ORF1ab", "N", "RNaseP"), written, strict=True)]
    assert called(done(town.upload(plate["barcode"], ("\r\n".join(lines) + "\r\n").encode())), tube)["call"] == call


def test_a_run_says_what_it_came_from_and_can_be_looked_at_again_by_its_reviewer(town: Town) -> None:
    plate, _ = plated(town)
    content = town.run_file(plate)
    run = done(town.upload(plate["barcode"], content))
    assert (run["plate"], run["format"], run["imported_by"]) == (plate["barcode"], "generic", town.ben.name)
    assert (run["sha256"], run["already_imported"]) == (hashlib.sha256(content).hexdigest(), False)
    assert run["at"] == at(4).replace("+00:00", "Z")
    assert done(town.bea.get(f"/testing/api/runs/{run['run']}")) == run


def test_controls_are_shown_with_what_was_seen_in_them(town: Town) -> None:
    plate, _ = plated(town)
    run = done(town.imported(plate))
    shown = {call["control"]: call["call"] for call in run["calls"] if call["tube"] is None}
    assert shown == {"weak_positive": "positive", "negative": "negative", "blank": "invalid"}
    assert len(run["calls"]) == len(plate["wells"])


def test_the_same_bytes_again_are_the_same_run_under_whatever_name_and_whoever_sends_them(town: Town) -> None:
    plate, (tube,) = plated(town)
    content = town.run_file(plate)
    first = town.upload(plate["barcode"], content)
    assert first.status_code == 201
    files = {"file": ("Kopie von run (2).txt", content, "text/plain")}
    again = town.web.post(f"/testing/api/plates/{plate['barcode']}/runs", files=files, headers=town.bo.headers)
    assert again.status_code == 200
    assert again.json() == first.json() | {"already_imported": True}
    assert again.json()["imported_by"] == town.ben.name
    assert verbs(town, tube).count("tube.tested") == 1


def test_the_same_file_imported_by_three_at_once_is_one_run_and_all_are_told_of_it(town: Town) -> None:
    plate, (tube,) = plated(town)
    content, ben = town.run_file(plate), town.ben
    answers = together(*[lambda: town.upload(plate["barcode"], content, by=ben)] * 3)
    assert sorted(answer.status_code for answer in answers) == [200, 200, 201]
    assert len({answer.json()["run"] for answer in answers}) == 1
    assert sorted(answer.json()["already_imported"] for answer in answers) == [False, True, True]
    assert verbs(town, tube).count("tube.tested") == 1


def test_the_tubes_of_a_run_whose_controls_failed_stay_on_the_plate_uncalled(town: Town) -> None:
    plate, (tube,) = plated(town)
    run = done(town.imported(plate, {tube: "positive"}, spoiled="blank"))
    assert (run["control_verdict"], [reason["code"] for reason in run["reasons"]]) == ("failed", ["blank_amplified"] * 2)
    assert bench_state(town, tube) == "plated"
    assert verbs(town, tube)[-1] == "tube.controls_failed"
    assert town.case(tube) is None


def test_the_sample_sheet_of_a_plate_is_read_back_as_its_run(town: Town) -> None:
    plate, _ = plated(town, 3)
    sheet = town.ben.get(f"/testing/api/plates/{plate['barcode']}/sample-sheet", instrument="generic")
    assert sheet.headers["content-disposition"] == f'attachment; filename="{plate["barcode"]}_generic.csv"'
    header, *rows = sheet.text.split()
    cts = {"weak_positive": "33.0", "RNaseP": "25.0"}
    written = [f"{row},{cts['weak_positive'] if 'weak_positive' in row else cts.get(row.rsplit(',', 1)[1], '')}" for row in rows]
    run = done(town.upload(plate["barcode"], ("\n".join([f"{header},Ct", *written]) + "\n").encode()))
    assert run["control_verdict"] == "passed"
    assert {call["call"] for call in run["calls"] if call["tube"]} == {"negative"}


def read_out(plate: dict[str, Any], *, named: bool) -> bytes:
    """What a QuantStudio writes of a plate on which nothing but controls amplifies; somebody typed its barcode, and perhaps its samples."""
    lines = ["* Block Type = 96-Well Block (0.2mL)", f"* Experiment Barcode = {plate['barcode']}", "", "[Results]"]
    lines.append("Well\tWell Position\tSample Name\tTarget Name\tCT\tCt Threshold")
    for well, what in plate["wells"].items():
        number, sample = (ord(well[0]) - ord("A")) * 12 + int(well[1:]), what.get("tube") or what["control"]
        kind = {None: "negative", "negative": "control_negative"}.get(role := what.get("control"), str(role))
        for target, ct in zip(("ORF1ab", "N", "RNaseP"), SEEN[kind], strict=True):
            lines.append(f"{number}\t{well}\t{sample if named else ''}\t{target}\t{ct or 'Undetermined'}\t0.2")
    return ("\r\n".join(lines) + "\r\n").encode()


@pytest.mark.parametrize("named", [True, False])
def test_a_file_that_names_its_plate_alone_is_taken_and_whoever_reviews_it_is_told(town: Town, named: bool) -> None:
    plate, _ = plated(town)
    run = done(town.upload(plate["barcode"], read_out(plate, named=named)))
    assert (run["format"], run["control_verdict"], run["samples_named"]) == ("quantstudio", "passed", named)
    page = town.bea.get(f"/testing/runs/{run['run']}", lang="en").text
    assert (f"make sure that plate {plate['barcode']} was in the instrument" in page) is not named


def test_such_a_file_of_a_plate_that_was_swapped_is_refused_where_it_names_its_samples(town: Town) -> None:
    (one, _), (other, _) = plated(town), plated(town)
    swapped = read_out(one | {"wells": other["wells"]}, named=True)
    answer = town.upload(one["barcode"], swapped)
    assert (answer.status_code, answer.json()["code"]) in {(422, "run_sample_moved"), (422, "run_well_foreign")}
