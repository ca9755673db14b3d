"""`lims sync import`: the outbox of a device that had no network for hours, as good as synced."""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from lims.apps import migrate
from lims.apps.cli import commands
from lims.apps.commands import sync
from lims.kernel.db import Access
from lims.kernel.program import Program
from lims.sampling.sync import files
from tests.factories import Town, at, person, tube

Typed = Callable[..., Result]


@pytest.fixture
def sync_import(program: Program, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Typed]:
    """Types `lims sync import` with a file of these messages, on the database of the tests."""
    monkeypatch.setattr(sync, "settings", lambda: program.settings)
    assert migrate.current(program.database) == migrate.head()
    place = Path(tempfile.mkdtemp(dir=data_dir))

    def typed(content: str | bytes, *words: str, code: int = 0) -> Result:
        path = place / "outbox.json"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        result = CliRunner().invoke(commands, ["sync", "import", str(path), *words])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result

    yield typed
    shutil.rmtree(place)


def message(*tubes: Any, device: str = "dev-1") -> dict[str, Any]:
    """A message as a device exports it."""
    return {"device": device, "sent_at": at(1), "tubes": list(tubes)}


def outcomes(result: Result) -> list[list[str]]:
    """Outcome and barcode of each line."""
    return [line.split("\t")[:2] for line in result.stdout.splitlines()]


def test_a_file_is_as_good_as_a_sync_and_again_without_effect(town: Town, sync_import: Typed) -> None:
    mine = [tube(town.site, 3), tube(town.site, 10)]
    content = json.dumps(message(*mine))
    first = sync_import(content)
    assert outcomes(first) == [["accepted", one["barcode"]] for one in mine]
    assert "2 accepted" in first.stderr
    assert {outcome for outcome, _ in outcomes(sync_import(content))} == {"already_have"}
    assert {one["outcome"] for one in town.sync(*mine)} == {"already_have"}
    assert len(town.ana.get(f"/sampling/api/tubes/{mine[1]['barcode']}").json()["members"]) == 10


def test_what_was_synced_already_is_not_taken_twice(town: Town, sync_import: Typed) -> None:
    sent, left = tube(town.site), tube(town.site)
    town.sync(sent)
    assert [outcome for outcome, _ in outcomes(sync_import(json.dumps(message(sent, left))))] == ["already_have", "accepted"]


@pytest.mark.parametrize("write", [
    lambda several: "\n".join(json.dumps(one) for one in several) + "\n\n",
    lambda several: "\ufeff" + json.dumps(several, indent=2),
    lambda several: "\r\n".join(json.dumps(one, ensure_ascii=False) for one in several),
], ids=["lines", "a list, with a byte order mark", "lines of Windows"])  # fmt: skip
def test_several_messages_come_as_lines_or_as_a_list(town: Town, sync_import: Typed, write: Callable[[Any], str]) -> None:
    several = [message(tube(town.site)), message(tube(town.site), tube(town.site), device="dev-2")]
    assert [outcome for outcome, _ in outcomes(sync_import(write(several)))] == ["accepted"] * 3


def test_more_tubes_than_one_message_holds_go_in_pieces(town: Town, sync_import: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_TUBES", 2)
    assert len(outcomes(sync_import(json.dumps(message(*(tube(town.site) for _ in range(5))))))) == 5


def test_one_tube_that_is_not_taken_spoils_no_other_and_is_a_finding(town: Town, sync_import: Typed) -> None:
    rival = tube(town.site)
    town.sync(rival)
    held = tube(town.site, size=1, retest_of=tube(town.site)["barcode"])
    theirs = tube(town.site) | {"barcode": rival["barcode"]}
    result = sync_import(json.dumps(message(tube(town.site), theirs, tube(town.site, 11, size=10), held)), code=1)
    assert [outcome for outcome, _ in outcomes(result)] == ["accepted", "conflict", "refused", "held"]
    assert "holds 10 people, not 11" in result.stdout
    assert town.ada.get("/sampling/api/conflicts", site=town.site).json()["items"][0]["barcode"] == rival["barcode"]


def test_what_was_not_taken_is_a_table_of_its_own(town: Town, sync_import: Typed, tmp_path: Path) -> None:
    full = tube(town.site, 11, size=10)
    sync_import(json.dumps(message(tube(town.site), full)), "--refused", str(tmp_path / "refused.csv"), code=1)
    head, row = (tmp_path / "refused.csv").read_text("utf-8-sig").splitlines()
    assert head == "number,outcome,barcode,revision,reason"
    assert row.startswith(f"2,refused,{full['barcode']},revision 1,")
    assert "holds 10 people, not 11" in row
    assert full["members"][0]["id_number"] not in row


def test_a_tube_that_waits_is_no_finding(town: Town, sync_import: Typed) -> None:
    assert outcomes(sync_import(json.dumps(message(tube(town.site, size=1, retest_of=tube(town.site)["barcode"])))))[0][0] == "held"


def test_no_persons_number_stands_on_the_screen(town: Town, sync_import: Typed) -> None:
    somebody = person()
    wrong = tube(town.site, [somebody]) | {"barcode": somebody["id_number"]}
    result = sync_import(json.dumps(message(wrong, {"barcode": somebody["id_number"]}, somebody["id_number"])), code=1)
    assert [outcome for outcome, _ in outcomes(result)] == ["refused"] * 3
    assert somebody["id_number"] not in result.output
    assert somebody["name"] not in result.output


@pytest.mark.parametrize(("content", "sentence"), [
    ("", "empty"), ("[]", "empty"), (b"\xff\xfe", "UTF-8"), ('{"device": "d", "sent_at"', "line 1"), ("7", "message 1"),
    (json.dumps(message()), "tubes"), (json.dumps({"device": "d", "sent_at": at(1), "tubes": None}), "tubes"),
])  # fmt: skip
def test_what_no_device_exports_is_wrong_use(sync_import: Typed, content: str | bytes, sentence: str) -> None:
    assert sentence in sync_import(content, code=2).output


def test_a_file_that_was_cut_is_taken_not_at_all(town: Town, program: Program, sync_import: Typed) -> None:
    first, second = tube(town.site), tube(town.site)
    sync_import(json.dumps(message(first)) + "\n" + json.dumps(message(second))[:-9], code=2)
    with program.database.transaction(Access.OWNER) as connection:
        assert connection.execute(text("SELECT count(*) FROM tube WHERE site = :site"), {"site": town.site}).scalar_one() == 0
