"""`lims run watch`: the folder into which the lab's instruments export by themselves."""

import shutil
import signal
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from lims.apps import watching
from lims.apps.cli import commands
from lims.apps.commands import runs
from lims.kernel.barcodes import Kind
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.kernel.program import Program
from tests.bench import another_town, bench_state, verbs
from tests.factories import SEEN, Town, code
from tests.hurry import in_a_hurry
from tests.testing.interpretation.test_joining import FILTERS, export


@pytest.fixture
def folder(data_dir: Path) -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(dir=data_dir))
    yield place
    shutil.rmtree(place)


def plated(town: Town) -> tuple[dict[str, Any], str]:
    tube = code(Kind.TUBE)
    town.received(tube)
    return town.plated(), tube


def cfx(plate: dict[str, Any]) -> bytes:
    """A file that names tubes and no plate."""
    lines = [",Well,Fluor,Target,Content,Sample,Cq"]
    for well, what in plate["wells"].items():
        role = what.get("control")
        kind = {"negative": "control_negative"}.get(role, role) if role else "negative"
        for target, ct in zip(("ORF1ab", "N", "RNaseP"), SEEN[kind], strict=True):
            lines.append(f",{well},FAM,{target},Unkn,{what.get('tube') or role},{'NaN' if ct is None else ct}")
    return ("\n".join(lines) + "\n").encode()


def said_of(folder: Path, name: str) -> str:
    """What stands beside a file."""
    assert (folder / name).is_file()
    return (folder / f"{name}.txt").read_text()


def looked_twice(town: Town, folder: Path, lab: str | None = None) -> None:
    watch = watching.Watch(folder)
    assert watching.look(town.program, watch, lab) == []
    watching.look(town.program, watch, lab)


def test_what_an_instrument_exports_is_imported_and_moved_to_done(town: Town, folder: Path) -> None:
    plate, tube = plated(town)
    content = town.run_file(plate, {tube: "positive"})
    (folder / "a.csv").write_bytes(content)
    looked_twice(town, folder, town.lab)
    assert bench_state(town, tube) == "called"
    assert (folder / "done" / "a.csv").read_bytes() == content
    assert f"Plate {plate['barcode']}" in said_of(folder / "done", "a.csv")
    assert "15 new readings" in said_of(folder / "done", "a.csv")
    assert "by watched folder" in said_of(folder / "done", "a.csv")
    assert not (folder / "a.csv").exists()


def test_the_same_file_again_is_told_of_the_run_it_is_and_keeps_both(town: Town, folder: Path) -> None:
    plate, tube = plated(town)
    (folder / "a.csv").write_bytes(town.run_file(plate))
    looked_twice(town, folder)
    (folder / "a.csv").write_bytes(town.run_file(plate))
    looked_twice(town, folder)
    assert "15 readings already known, 0 new" in said_of(folder / "done", "a (2).csv")
    assert sorted(path.name for path in (folder / "done").glob("*.csv")) == ["a (2).csv", "a.csv"]
    assert verbs(town, tube).count("tube.tested") == 1


def test_a_file_that_is_still_being_written_waits(town: Town, folder: Path) -> None:
    plate, _ = plated(town)
    content = town.run_file(plate)
    (folder / "a.csv").write_bytes(content[:100])
    (folder / "empty.csv").touch()
    (folder / "~$a.csv").write_bytes(content)
    (folder / "b.csv.part").write_bytes(content)
    watch = watching.Watch(folder)
    watching.look(town.program, watch, None)
    (folder / "a.csv").write_bytes(content)
    assert watching.look(town.program, watch, None) == []
    assert watching.look(town.program, watch, None) == ["done"]
    assert sorted(path.name for path in folder.iterdir()) == ["b.csv.part", "done", "empty.csv", "~$a.csv"]


def test_a_file_that_names_no_plate_is_known_by_its_name_or_by_its_tubes(town: Town, folder: Path) -> None:
    for name in ("named", "nameless"):
        plate, tube = plated(town)
        (folder / (f"plate_{plate['barcode']}.csv" if name == "named" else "nameless.csv")).write_bytes(cfx(plate))
        looked_twice(town, folder, town.lab)
        assert bench_state(town, tube) == "called", name


def test_the_filters_of_a_lightcycler_become_one_run(town: Town, folder: Path) -> None:
    plate, tube = plated(town)
    for dye in FILTERS:
        (folder / f"{dye}.txt").write_bytes(export(plate, dye))
    looked_twice(town, folder, town.lab)
    assert "other filters are there: VIC" in said_of(folder / "done", "FAM.txt")
    assert "15 new readings" in said_of(folder / "done", "VIC.txt")
    assert bench_state(town, tube) == "called"


def test_what_is_refused_says_why_and_stays_as_it_came(town: Town, folder: Path) -> None:
    plate, tube = plated(town)
    other, _ = plated(another_town(town))
    moved = town.run_file(plate).replace(b"blank", b"negative")
    files = {"lunch.csv": b"soup\n", "cut.csv": town.run_file(plate)[:-4], "other.csv": town.run_file(other), "moved.csv": moved}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    looked_twice(town, folder, town.lab)
    reasons = {
        "lunch.csv": "in no format known here", "cut.csv": "without a line end", "other.csv": "barcode into the file's name",
        "moved.csv": "should hold blank",
    }  # fmt: skip
    for name, content in files.items():
        assert reasons[name] in said_of(folder / "refused", name)
        assert (folder / "refused" / name).read_bytes() == content
    assert bench_state(town, tube) == "plated"


def test_a_file_that_was_imported_when_the_machine_failed_is_met_again(town: Town, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plate, tube = plated(town)
    (folder / "a.csv").write_bytes(town.run_file(plate))
    with monkeypatch.context() as failing:
        failing.setattr(Path, "rename", lambda *_: (_ for _ in ()).throw(OSError("no power")))
        looked_twice(town, folder)
    assert bench_state(town, tube) == "called"
    looked_twice(town, folder)
    assert "already known" in said_of(folder / "done", "a.csv")
    assert verbs(town, tube).count("tube.tested") == 1


def test_the_command_looks_twice_and_says_whether_anything_was_refused(
    town: Town, program: Program, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "settings", lambda: program.settings)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    plate, _ = plated(town)
    (folder / "a.csv").write_bytes(town.run_file(plate))
    command = ["run", "watch", str(folder), "--lab", town.lab, "--every", "0.1", "--once"]
    assert CliRunner().invoke(commands, command).exit_code == 0
    assert (folder / "done" / "a.csv").exists()
    (folder / "lunch.csv").write_bytes(b"soup\n")
    assert CliRunner().invoke(commands, command).exit_code == 1
    wrong = CliRunner().invoke(commands, ["run", "watch", str(folder), "--lab", "nowhere", "--once"])
    assert getattr(wrong.exception, "code", "") == "lab_unknown"


@pytest.mark.parametrize("table", ["plate", "reading"])
def test_while_the_database_does_not_take_them_files_wait_and_are_not_refused(town: Town, folder: Path, table: str) -> None:
    plate, tube = plated(town)
    (folder / "a.csv").write_bytes(town.run_file(plate))
    database = in_a_hurry(town.program.database.url, 3, HELD_SECONDS=0.1)
    watch = watching.Watch(folder)
    watching.look(town.program, watch, None)
    with town.program.database.transaction(Access.OWNER) as somebody:
        somebody.execute(text(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(Refused) as refused:
            watching.look(replace(town.program, database=database), watch, None)
    database.close()
    assert refused.value.code == "database_held"
    assert [path.name for path in folder.iterdir()] == ["a.csv"]
    looked_twice(town, folder)
    assert bench_state(town, tube) == "called"
    assert (folder / "done" / "a.csv").exists()
