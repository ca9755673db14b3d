"""Ben's LightCycler writes one file for each filter; they are one run when all are there."""

from typing import Any

import pytest
from httpx import Response

from lims.kernel.barcodes import Kind
from tests.bench import bench_state, done, refused, together, verbs
from tests.factories import SEEN, Town, at, code

FILTERS = {"FAM": "FAM (465-510)", "VIC": "VIC / HEX / Yellow555 (533-580)", "CY5": "Cy 5 / Cy 5.5 (618-660)"}
EMPTY = {"negative": "control_negative"}


def plated(town: Town) -> tuple[dict[str, Any], str]:
    tube = code(Kind.TUBE)
    town.received(tube)
    return town.plated(), tube


def export(plate: dict[str, Any], dye: str, tube: str = "positive", *, experiment: str = "Friday", **instead: str) -> bytes:
    """The file of one filter; the tube is as SEEN says, the controls as they should be."""
    lines = [
        f"Experiment: {experiment}  Selected Filter: {FILTERS[dye]}",
        "Include\tColor\tPos\tName\tCp\tConcentration\tStandard\tStatus",
    ]
    for well, what in plate["wells"].items():
        role = what.get("control")
        ct = SEEN[EMPTY.get(role, role) if role else tube][list(FILTERS).index(dye)]
        name = what.get("tube") or role
        lines.append(f"True\t255\t{well}\t{instead.get(well, name)}\t{'' if ct is None else ct}\t\t0\t")
    return ("\r\n".join(lines) + "\r\n").encode()


def send(town: Town, plate: dict[str, Any], *files: bytes, hours: float = 4) -> Response:
    return town.web.post(
        f"/testing/api/plates/{plate['barcode']}/runs",
        files=[("file", (f"{number}.txt", content, "text/plain")) for number, content in enumerate(files)],
        data={"at": at(hours)},
        headers=town.ben.headers,
    )


def waiting(answer: Response) -> list[str]:
    assert answer.status_code == 202, answer.text
    assert (answer.json()["run"], answer.json()["control_verdict"]) == (None, "waiting")
    return answer.json()["waits_for"]


def test_files_sent_one_after_another_are_a_run_when_the_last_is_there(town: Town) -> None:
    plate, tube = plated(town)
    assert waiting(send(town, plate, export(plate, "VIC"))) == ["FAM", "CY5"]
    assert waiting(send(town, plate, export(plate, "CY5"), hours=5)) == ["FAM"]
    assert bench_state(town, tube) == "plated"
    run = done(send(town, plate, export(plate, "FAM"), hours=4.5))
    assert (run["format"], run["control_verdict"], run["at"]) == ("lightcycler", "passed", at(5).replace("+00:00", "Z"))
    seen = next(call for call in run["calls"] if call["tube"])["readings"]
    assert seen == dict(zip(("ORF1ab", "N", "RNaseP"), SEEN["positive"], strict=True))
    assert bench_state(town, tube) == "called"


def test_files_sent_together_are_the_run_they_are_one_by_one_in_any_order(town: Town) -> None:
    plate, tube = plated(town)
    fam, vic, cy5 = (export(plate, dye) for dye in FILTERS)
    first = send(town, plate, cy5, fam, vic)
    assert first.status_code == 201
    again = send(town, plate, fam, vic, cy5)
    assert again.status_code == 200
    assert again.json() == first.json() | {"already_imported": True}
    assert send(town, plate, vic).json() == again.json()
    assert verbs(town, tube).count("tube.tested") == 1


def test_a_file_that_waits_is_told_so_again(town: Town) -> None:
    plate, _ = plated(town)
    assert waiting(send(town, plate, export(plate, "VIC"))) == ["FAM", "CY5"]
    again = send(town, plate, export(plate, "VIC"))
    assert waiting(again) == ["FAM", "CY5"]
    assert again.json()["already_imported"]


def test_three_at_once_are_one_run(town: Town) -> None:
    plate, tube = plated(town)
    files, _ = [export(plate, dye) for dye in FILTERS], town.ben
    answers = together(*[lambda file=file: send(town, plate, file) for file in files])
    assert sorted(answer.status_code for answer in answers) == [201, 202, 202]
    assert verbs(town, tube).count("tube.tested") == 1


def test_files_of_another_experiment_are_never_joined(town: Town) -> None:
    plate, _ = plated(town)
    send(town, plate, export(plate, "FAM"))
    send(town, plate, export(plate, "VIC"))
    assert waiting(send(town, plate, export(plate, "CY5", experiment="Saturday"))) == ["FAM", "VIC"]
    together_ = send(town, plate, *(export(plate, dye, experiment=dye) for dye in FILTERS))
    refused(together_, 422, "run_files_unrelated", "FAM", "VIC")


def test_a_filter_exported_again_while_the_others_are_missing_counts_as_it_is_now(town: Town) -> None:
    plate, tube = plated(town)
    send(town, plate, export(plate, "FAM", "negative"))
    send(town, plate, export(plate, "FAM", "positive"))
    run = done(send(town, plate, export(plate, "VIC"), export(plate, "CY5")))
    assert next(call for call in run["calls"] if call["tube"] == tube)["call"] == "positive"
    # The outdated file is not left over for a later run of the same name.
    assert waiting(send(town, plate, export(plate, "VIC", "negative"), export(plate, "CY5", "negative"))) == ["FAM"]


def test_one_filter_analysed_again_after_the_run_comes_with_the_others(town: Town) -> None:
    plate, tube = plated(town)
    fam, vic, cy5 = (export(plate, dye) for dye in FILTERS)
    first = done(send(town, plate, fam, vic, cy5))
    second = done(send(town, plate, export(plate, "FAM", "negative"), vic, cy5))
    assert first["run"] != second["run"]
    assert next(call for call in second["calls"] if call["tube"] == tube)["call"] == "inconclusive"


@pytest.mark.parametrize("what", ["moved", "twice", "together with another instrument's"])
def test_what_does_not_belong_together_is_refused_at_once(town: Town, what: str) -> None:
    plate, tube = plated(town)
    well = next(well for well, inside in plate["wells"].items() if inside.get("tube"))
    if what == "moved":
        refused(send(town, plate, export(plate, "FAM", **{well: "Sample 1"})), 422, "run_sample_moved", well, tube, "Sample 1")
    elif what == "twice":
        refused(send(town, plate, export(plate, "FAM"), export(plate, "FAM", "negative")), 422, "run_file_doubled", "ORF1ab")
    else:
        refused(send(town, plate, export(plate, "FAM"), town.run_file(plate)), 422, "run_files_unrelated")
    assert bench_state(town, tube) == "plated"


def test_the_plates_page_says_which_files_wait(town: Town) -> None:
    plate, _ = plated(town)
    send(town, plate, export(plate, "VIC"))
    page = town.ben.get(f"/testing/plates/{plate['barcode']}").text
    assert FILTERS["VIC"] in page
    assert "Friday" in page
