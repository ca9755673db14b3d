"""A newer version says otherwise of readings that are there: first a list, then Bo decides on what Bea asked for."""

import re
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

from lims.apps.cli import commands
from lims.apps.commands import runs
from lims.kernel.barcodes import Kind
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.kernel.ids import uuid7
from lims.testing.rejudging import pages, queries
from lims.testing.rejudging.tables import Rejudged
from tests.bench import another_town, bench_state, done, message, refused, review
from tests.factories import Town, code
from tests.testing.kits import compare, decide, version


@pytest.fixture
def tubes(town: Town) -> list[str]:
    """A grey tube and a negative one, released by version 1."""
    return released_by_version_1(town)


def released_by_version_1(town: Town) -> list[str]:
    """A grey tube and a negative one."""
    version(town, 1, 38, 40)
    made = [code(Kind.TUBE) for _ in range(2)]
    town.received(*made)
    body = message(barcode=code(Kind.PLATE), lab=town.lab, assay=f"kit-{town.lab}", layout="auto")
    plate = done(town.ben.post("/testing/api/plates", body))
    run = done(town.imported(plate, {made[0]: "grey_zone"}))["run"]
    done(review(run, town.bea, tubes=made))
    return made


def call_of(town: Town, tube: str) -> str:
    """What is released of a tube."""
    return str(done(town.bea.get(f"/testing/api/tubes/{tube}/releases"))["call"])


def test_the_list_says_only_what_would_be_another_and_changes_nothing(town: Town, tubes: list[str]) -> None:
    version(town, 2, 39.7, 41)
    told = done(compare(town))
    assert [(change["tube"], change["was"], change["call"]) for change in told["changes"]] == [(tubes[0], "inconclusive", "positive")]
    assert (told["runs"], told["tubes"]) == (1, 2)
    assert call_of(town, tubes[0]) == "inconclusive"


def test_bo_applies_a_change_as_an_amendment_and_the_older_result_stays(town: Town, tubes: list[str]) -> None:
    version(town, 2, 39.7, 41)
    told = done(decide(town, done(compare(town)), tubes[0]))
    assert (told["changes"][0]["decision"], told["changes"][0]["decided_by"]) == ("applied", town.bo.name)
    newest, oldest = done(town.bea.get(f"/testing/api/tubes/{tubes[0]}/releases"))["releases"]
    assert (newest["call"], newest["stands"], newest["imported_by"], newest["released_by"]) == (
        "positive",
        True,
        town.bea.name,
        town.bo.name,
    )
    assert (oldest["call"], oldest["stands"]) == ("inconclusive", False)
    assert bench_state(town, tubes[0]) == "released"
    assert "v2" in town.bea.get(f"/testing/results/{tubes[0]}").text


def test_what_is_rejected_stays_as_it_was(town: Town, tubes: list[str]) -> None:
    version(town, 2, 39.7, 41)
    told = done(decide(town, done(compare(town)), tubes[0], "reject"))
    assert told["changes"][0]["decision"] == "rejected"
    assert call_of(town, tubes[0]) == "inconclusive"


def test_bea_does_not_decide_on_what_she_asked_for(town: Town, tubes: list[str]) -> None:
    version(town, 2, 39.7, 41)
    asked = done(compare(town))
    refused(decide(town, asked, tubes[0], by=town.bea), 403, "rejudge_own")
    with pytest.raises((Refused, DBAPIError)), town.program.database.transaction(Access.BENCH) as connection:
        connection.execute(update(Rejudged).where(Rejudged.barcode == tubes[0]).values(decision="applied", decided_by=town.bea.name))
    assert call_of(town, tubes[0]) == "inconclusive"


def test_a_change_is_decided_once_and_a_repeat_is_a_repeat(town: Town, tubes: list[str]) -> None:
    version(town, 2, 39.7, 41)
    asked, same = done(compare(town)), str(uuid7())
    assert done(decide(town, asked, tubes[0], id=same)) == done(decide(town, asked, tubes[0], id=same))
    refused(decide(town, asked, tubes[0]), 409, "rejudge_decided", town.bo.name)
    refused(decide(town, asked, tubes[1]), 404, "not_found")


def test_a_version_by_which_the_controls_fail_changes_no_result(town: Town, tubes: list[str]) -> None:
    version(town, 2, 33, 39)
    asked = done(compare(town))
    assert [(change["call"], change["controls_passed"]) for change in asked["changes"]] == [("negative", False)]
    refused(decide(town, asked, asked["changes"][0]["tube"]), 409, "rejudge_controls")


def test_a_result_that_was_amended_meanwhile_is_compared_again_first(town: Town, tubes: list[str]) -> None:
    version(town, 2, 39.7, 41)
    first, second = done(compare(town)), done(compare(town))
    done(decide(town, first, tubes[0]))
    refused(decide(town, second, tubes[0]), 409, "rejudge_overtaken")


def test_what_was_not_read_is_not_judged(town: Town, tubes: list[str]) -> None:
    version(town, 2, 38, 40, internal_control={"name": "GAPDH", "channel": "CY5", "cutoff": 38})
    refused(compare(town), 422, "rejudge_unread", "GAPDH")
    refused(compare(town, 1), 422, "rejudge_same_version")


def test_the_list_is_a_table_for_a_spreadsheet_too(town: Town, tubes: list[str]) -> None:
    version(town, 2, 39.7, 41)
    asked = done(compare(town))
    rows = town.bea.get(f"/testing/api/rejudgements/{asked['id']}", format="csv").content.decode("utf-8-sig").splitlines()
    assert rows[0].startswith("tube,well,run,was,call")
    assert rows[1].startswith(tubes[0])


def test_only_reviewers_of_the_lab_see_it(town: Town, tubes: list[str]) -> None:
    version(town, 2, 39.7, 41)
    asked, other = done(compare(town)), another_town(town)
    refused(compare(town, by=town.ben), 403, "role_missing")
    refused(compare(town, by=other.bea), 404, "not_found")
    refused(decide(town, asked, tubes[0], by=other.bo), 404, "not_found")
    refused(other.bea.get(f"/testing/rejudge/{asked['id']}"), 404, "not_found")


def test_the_pages_show_before_and_after(town: Town, tubes: list[str]) -> None:
    version(town, 2, 39.7, 41)
    asked = done(compare(town))
    assert asked["id"] in town.bo.get("/testing/rejudge").text
    shown = town.bo.get(f"/testing/rejudge/{asked['id']}").text
    assert "Amend the result" in shown
    assert "Amend the result" not in town.bea.get(f"/testing/rejudge/{asked['id']}").text
    done(decide(town, asked, tubes[0]))
    run = asked["changes"][0]["run"]
    assert "Everything of this run is decided" in town.bea.get(f"/testing/runs/{run}").text


def test_the_list_of_comparisons_says_what_waits_in_each(town: Town, tubes: list[str]) -> None:
    version(town, 2, 39.7, 41)
    first, second = done(compare(town)), done(compare(town))
    done(decide(town, first, tubes[0]))
    with town.program.database.transaction(Access.BENCH) as connection:
        waiting = [(str(row.id), row.open) for row in queries.rejudgements(connection, town.lab)]
    assert waiting == [(second["id"], 1), (first["id"], 0)]


def test_the_page_has_fifty_differences_and_the_way_to_the_rest(town: Town, tubes: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "SHOWN", 1)
    version(town, 2, 21, 22, internal_control={"name": "RNaseP", "channel": "CY5", "cutoff": 1})
    asked = done(compare(town))
    assert len(asked["changes"]) == 2
    first = town.bo.get(f"/testing/rejudge/{asked['id']}").text
    shown = [tube for tube in tubes if f'aria-label="{tube}"' in first]
    assert len(shown) == 1
    after = re.findall(r"after=([\w-]+)", first)[0]
    assert f'aria-label="{shown[0]}"' not in town.bo.get(f"/testing/rejudge/{asked['id']}", after=after).text
    refused(town.bo.get(f"/testing/rejudge/{asked['id']}", after="x"), 422, "cursor_malformed")
    for tube in tubes:
        done(decide(town, asked, tube, "reject"))
    assert "Nothing of this list waits any more" in town.bo.get(f"/testing/rejudge/{asked['id']}").text
    assert "left as it was" in town.bo.get(f"/testing/rejudge/{asked['id']}", show="decided").text


def test_the_command_makes_the_list_and_a_reviewer_decides(
    town: Town, tubes: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(runs, "settings", lambda: town.program.settings)
    version(town, 2, 39.7, 41)
    command = ["run", "rejudge", "--lab", town.lab, "--assay", f"kit-{town.lab}", "--from-version", "1", "--to-version", "2"]
    command += ["--since", "2022-02-01", "--until", "2022-02-03", "--reason", "the maker's letter", "--out", str(tmp_path / "list.csv")]
    told = CliRunner().invoke(commands, command)
    assert told.exit_code == 0, told.output
    assert "1 results would be others" in told.stdout
    assert tubes[0] in (tmp_path / "list.csv").read_text("utf-8-sig")
    asked = {"id": re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", told.stdout)[0]}
    assert done(decide(town, asked, tubes[0]))["changes"][0]["decision"] == "applied"
    assert call_of(town, tubes[0]) == "positive"
