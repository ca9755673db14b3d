"""Without any network for hours: tubes leave the device as a file, and nobody is lost or doubled when it comes back."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from typer.testing import CliRunner

from lims.apps.cli import commands
from lims.apps.commands import sync
from lims.kernel.program import Program
from tests.browser.conftest import PHONE, Opener
from tests.browser.test_offline import network, on_the_server, sample, with_worker
from tests.factories import Town

pytestmark = pytest.mark.browser


def handed(page: Page, folder: Path, count: int) -> Path:
    """The file that the page puts into the downloads."""
    page.get_by_text("Hand over without a network").click()
    with page.expect_download() as fetched:
        page.get_by_role("button", name="Hand over as a file").click()
    expect(page.locator("#said")).to_contain_text(f"{count} tubes are in the file")
    path = folder / fetched.value.suggested_filename
    fetched.value.save_as(path)
    return path


def offline(town: Town, opened: Opener) -> Page:
    page = with_worker(opened(town.ana, "/sampling/", screen=PHONE))
    page.context.set_offline(True)
    network(page, "no network · all sent")
    return page


def test_what_left_as_a_file_is_imported_on_the_page_and_the_device_hears_that_it_is_there(
    town: Town, opened: Opener, tmp_path: Path
) -> None:
    page = offline(town, opened)
    tubes = sample(page, 3)
    path = handed(page, tmp_path, 3)
    text = path.read_text()
    assert not any(number in text for people in tubes.values() for number in people)
    clear = json.loads(text)
    assert (clear["site"], clear["count"]) == (town.site, 3)
    expect(page.locator("#outbox .handed").first).to_contain_text("handed over at")
    page.reload()
    expect(page.locator("#outbox .handed").first).to_contain_text("handed over at")
    network(page, "no network · unsent: 3")
    office = opened(town.somebody("amy", "sampler", site=town.site), "/sampling/import")
    office.get_by_label("File of a device").set_input_files(path)
    expect(office.locator("#sum")).to_have_text("3 tubes: 3 taken, 0 were here before, 0 wait, 0 need somebody")
    on_the_server(town, tubes)
    more = sample(page)
    page.context.set_offline(False)
    network(page, "online · all sent")
    on_the_server(town, tubes | more)
    office.get_by_label("File of a device").set_input_files(path)
    expect(office.locator("#sum")).to_have_text("3 tubes: 0 taken, 3 were here before, 0 wait, 0 need somebody")


def test_what_left_as_a_file_is_imported_at_the_command_line(
    town: Town, opened: Opener, tmp_path: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = offline(town, opened)
    tubes = sample(page, 2)
    path = handed(page, tmp_path, 2)
    monkeypatch.setattr(sync, "settings", lambda: program.settings)
    result = CliRunner().invoke(commands, ["sync", "import", str(path)])
    assert [line.split("\t")[0] for line in result.stdout.splitlines()] == ["accepted"] * 2, result.output
    page.context.set_offline(False)
    network(page, "online · all sent")
    on_the_server(town, tubes)


def test_one_tube_can_leave_alone(town: Town, opened: Opener) -> None:
    page = offline(town, opened)
    tubes = sample(page, 2)
    expect(page.locator("#outbox .hand").first).to_be_hidden()
    page.get_by_text("Hand over without a network").click()
    with page.expect_download():
        page.locator("#outbox .hand").first.click()
    expect(page.locator("#outbox .handed:not(:empty)")).to_have_count(1)
    page.context.set_offline(False)
    network(page, "online · all sent")
    on_the_server(town, tubes)


@pytest.mark.parametrize(("language", "sentence"), [("en", "was cut or changed"), ("zh-CN", "被截断或改动")])
def test_a_file_that_was_changed_is_refused_in_words(town: Town, opened: Opener, tmp_path: Path, language: str, sentence: str) -> None:
    page = offline(town, opened)
    sample(page, 1)
    path = handed(page, tmp_path, 1)
    document = json.loads(path.read_text())
    path.write_text(json.dumps(document | {"count": 2}))
    office = opened(town.ana, "/sampling/import", language=language)
    office.locator("#file").set_input_files(path)
    expect(office.locator("#fault")).to_contain_text(sentence)
