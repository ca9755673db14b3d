"""What became of every file that came to the bench: Ben sees it, gets the refused back, and brings a stray file to its plate."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lims.apps import watching
from lims.kernel.barcodes import Kind
from lims.testing.interpretation import actions, uploads
from tests.bench import another_town, bench_state, done, refused, verbs
from tests.factories import Somebody, Town, code


@pytest.fixture
def folder(data_dir: Path) -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(dir=data_dir))
    yield place
    shutil.rmtree(place)


def plated(town: Town) -> tuple[dict[str, Any], str]:
    tube = code(Kind.TUBE)
    town.received(tube)
    return town.plated(), tube


def reports(who: Somebody) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = done(who.get("/testing/api/imports"))["items"]
    return items


def watched(town: Town, folder: Path, name: str, content: bytes) -> None:
    """An instrument puts a file into the watched folder, and it is looked at until it is complete."""
    (folder / name).write_bytes(content)
    watch = watching.Watch(folder)
    watching.look(town.program, watch, town.lab)
    watching.look(town.program, watch, town.lab)


def test_a_run_that_was_imported_is_told_with_its_readings_and_the_same_file_as_known(town: Town) -> None:
    plate, _ = plated(town)
    run = done(town.imported(plate))["run"]
    done(town.imported(plate))
    again, first = reports(town.ben)
    assert (first["accepted"], first["known"], first["refused"], first["run"], first["plate"]) == (15, 0, 0, run, plate["barcode"])
    assert (again["accepted"], again["known"], again["refused"], again["run"]) == (0, 15, 0, run)
    assert (first["imported_by"], first["lines"]) == (town.ben.name, [])


def test_a_refused_file_is_told_with_its_line_and_reason_and_given_back(town: Town) -> None:
    plate, tube = plated(town)
    wrong = town.run_file(plate).replace(tube.encode(), b"10000000000176", 1)
    said = refused(town.upload(plate["barcode"], wrong), 422, "run_file_two_samples")
    report = reports(town.ben)[0]
    assert (report["accepted"], report["known"], report["refused"], report["plate"]) == (0, 0, 1, plate["barcode"])
    assert report["lines"][0]["reason"] == said
    assert report["lines"][0]["line"] == int(said.split("line ")[-1].split()[0].rstrip("."))
    table = town.ben.get(f"/testing/api/imports/{report['id']}/refused.csv")
    assert table.content.decode("utf-8-sig").splitlines()[0] == "line,reason,code"
    assert "run_file_two_samples" in table.text
    kept = town.ben.get(f"/testing/api/imports/{report['id']}/file")
    assert kept.content == wrong
    assert kept.headers["content-disposition"].startswith("attachment")


def test_a_file_refused_again_is_one_report_that_waits_again(town: Town) -> None:
    plate, _ = plated(town)
    for _ in range(3):
        refused(town.upload(plate["barcode"], b"soup\n"), 422, "run_file_unknown_format")
    (report,) = reports(town.ben)
    assert done(town.ben.post(f"/testing/api/imports/{report['id']}/settle", {}))["settled_by"] == town.ben.name
    refused(town.upload(plate["barcode"], b"soup\n"), 422, "run_file_unknown_format")
    assert [one["settled_by"] for one in reports(town.ben)] == [None]


def test_the_run_that_comes_settles_what_was_refused_of_its_plate(town: Town) -> None:
    plate, _ = plated(town)
    refused(town.upload(plate["barcode"], b"soup\n"), 422, "run_file_unknown_format")
    assert "files not imported: 1" in town.ben.get("/testing/").text
    done(town.imported(plate))
    assert {one["settled_by"] for one in reports(town.ben) if one["refused"]} == {town.ben.name}
    assert "files not imported" not in town.ben.get("/testing/").text


def test_a_watched_file_that_fits_no_plate_is_kept_and_seen_and_brought_to_its_plate(town: Town, folder: Path) -> None:
    plate, tube = plated(town)
    content = b"Plate,Well,Sample,Target,Ct\n" + town.run_file(plate).partition(b"\n")[2].replace(
        plate["barcode"].encode(), b"30000000000009"
    )
    watched(town, folder, "stray.csv", content)
    (report,) = reports(town.ben)
    assert (report["name"], report["plate"], report["sha256"]) == ("stray.csv", None, hashlib.sha256(content).hexdigest())
    assert report["lines"][0]["code"] == "run_plate_unknown"
    page = town.ben.get("/testing/imports").text
    assert "stray.csv" in page
    assert "files not imported: 1" in town.ben.get("/testing/").text
    # It names another plate, so it is refused for this one too.
    refused(town.ben.post(f"/testing/api/imports/{report['id']}/plate", {"plate": plate["barcode"]}), 422, "run_other_plate")
    assert bench_state(town, tube) == "plated"


def cfx(plate: dict[str, Any], town: Town) -> bytes:
    """A file that names tubes and no plate."""
    rows = [line.split(",") for line in town.run_file(plate).decode().splitlines()[1:]]
    said = [f",{well},FAM,{target},Unkn,{sample},{ct or 'NaN'}" for _, well, sample, target, ct in rows]
    return "\n".join([",Well,Fluor,Target,Content,Sample,Cq", *said, ""]).encode()


def test_a_stray_file_is_imported_for_the_plate_that_ben_names(town: Town, folder: Path) -> None:
    first, tube = plated(town)
    content = cfx(first, town)
    elsewhere, _ = plated(another_town(town))
    # Somebody has named it after a plate of another lab.
    watched(town, folder, f"{elsewhere['barcode']}.csv", content)
    (report,) = reports(town.ben)
    assert report["plate"] is None
    run = done(town.ben.post(f"/testing/api/imports/{report['id']}/plate", {"plate": first["barcode"]}))
    assert bench_state(town, tube) == "called"
    again = done(town.ben.post(f"/testing/api/imports/{report['id']}/plate", {"plate": first["barcode"]}))
    assert (again["run"], again["already_imported"]) == (run["run"], True)
    assert verbs(town, tube).count("tube.tested") == 1
    assert "files not imported" not in town.ben.get("/testing/").text


class KilledError(BaseException):
    """The machine is gone: nothing after it runs."""


@pytest.mark.parametrize("step", ["keep_files", "import_files", "note", "put_away", "rename"])
def test_whatever_step_the_watcher_is_killed_in_the_file_becomes_one_run(
    town: Town, folder: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    plate, tube = plated(town)
    room = {"keep_files": actions, "import_files": actions, "note": uploads, "put_away": watching, "rename": Path}[step]
    real = getattr(room, step)

    def killed(*given: Any, **named: Any) -> None:
        if step in {"keep_files", "import_files", "note"}:
            real(*given, **named)
        raise KilledError

    with monkeypatch.context() as failing:
        failing.setattr(room, step, killed)
        with pytest.raises(KilledError):
            watched(town, folder, "a.csv", town.run_file(plate))
    watched(town, folder, "a.csv", town.run_file(plate))
    assert bench_state(town, tube) == "called"
    assert verbs(town, tube).count("tube.tested") == 1
    assert (folder / "done" / "a.csv").exists()
    assert {one["refused"] for one in reports(town.ben)} == {0}


def test_a_report_is_its_labs_own_and_the_technicians(town: Town) -> None:
    plate, _ = plated(town)
    refused(town.upload(plate["barcode"], b"soup\n"), 422, "run_file_unknown_format")
    report, other = reports(town.ben)[0]["id"], another_town(town)
    for path in (f"/testing/api/imports/{report}", f"/testing/api/imports/{report}/refused.csv", f"/testing/api/imports/{report}/file"):
        refused(other.ben.get(path), 404, "not_found")
        refused(town.bea.get(path), 403, "role_missing")
    refused(other.ben.post(f"/testing/api/imports/{report}/settle", {}), 404, "not_found")
    refused(other.ben.post(f"/testing/api/imports/{report}/plate", {"plate": plate["barcode"]}), 404, "not_found")
    refused(town.ben.get("/testing/api/imports", lab=other.lab), 404, "not_found")
    assert reports(other.ben) == []


def test_a_report_is_told_in_the_readers_language(town: Town) -> None:
    plate, _ = plated(town)
    refused(town.upload(plate["barcode"], b"soup\n"), 422, "run_file_unknown_format")
    answer = town.web.get("/testing/imports", headers={"Accept-Language": "zh-CN", **town.ben.headers})
    assert "通用 CSV 或 xlsx" in answer.text
    assert "Known are" not in answer.text
