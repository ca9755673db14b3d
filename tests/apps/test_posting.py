"""The daily report leaves by itself: once for every day, again where it did not arrive, and never twice."""

import io
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from python_calamine import CalamineWorkbook
from sqlalchemy import delete

from lims.apps import posting
from lims.apps.posting import send_one
from lims.kernel.db import Access, AnyRow
from lims.kernel.program import Program
from lims.reporting.schedule import actions, queries
from lims.reporting.schedule.rules import LEASE, PAUSES, Plan, Taken, plan_of
from lims.reporting.schedule.tables import ReportSending
from tests.factories import Town
from tests.interop.test_mail import Office

MORNING = datetime(2022, 2, 2, 23, tzinfo=UTC)  # 07:00 of the third in China
DAY = date(2022, 2, 2)


@pytest.fixture
def reporting(program: Program, tmp_path: Path) -> Iterator[Program]:
    """A program that puts its reports into a folder."""
    asked = {"report_at": "06:30", "report_folder": tmp_path / "reports"}
    yield replace(program, settings=program.settings.model_copy(update=asked))
    with program.database.transaction(Access.OWNER) as connection:
        connection.execute(delete(ReportSending))


def plan(program: Program) -> Plan:
    made = plan_of(program.settings)
    assert made is not None
    return made


def sent(program: Program, now: datetime) -> int:
    """Everything that is due by now; how many reports were tried."""
    return sum(1 for _ in iter(lambda: send_one(program, plan(program), now), False))


def log(program: Program) -> list[AnyRow]:
    with program.database.transaction(Access.OWNER) as connection:
        return [*queries.sendings(connection, 50)]


def test_the_report_of_yesterday_lies_in_the_folder_in_the_morning_and_is_made_once(town: Town, reporting: Program) -> None:
    town.tested(town.collected(4)["barcode"])
    folder = plan(reporting).folder
    assert folder is not None
    assert sent(reporting, MORNING) == 1
    assert sorted(path.name for path in folder.iterdir()) == ["daily-2022-02-02.pdf", "daily-2022-02-02.xlsx"]
    assert (folder / "daily-2022-02-02.pdf").read_bytes().startswith(b"%PDF-")
    book = CalamineWorkbook.from_filelike(io.BytesIO((folder / "daily-2022-02-02.xlsx").read_bytes()))
    assert book.get_sheet_by_name("labs").to_python()[1][0] == "2022-02-02"
    assert sent(reporting, MORNING) == 0
    assert sent(reporting, MORNING + timedelta(hours=20)) == 0
    ((arrived, attempts),) = ((row.arrived_at, row.attempts) for row in log(reporting))
    assert (arrived, attempts) == (MORNING, 1)


def test_days_that_were_missed_are_made_up_for(reporting: Program) -> None:
    assert sent(reporting, MORNING) == 1
    assert sent(reporting, MORNING + timedelta(days=3)) == 3
    assert [row.day.day for row in log(reporting)] == [5, 4, 3, 2]


def test_a_folder_that_cannot_be_written_is_tried_again_and_told_of(reporting: Program, tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("a file is in the way")
    assert sent(reporting, MORNING) == 1
    (row,) = log(reporting)
    assert (row.failure, row.arrived_at, row.next_at) == ("FileExistsError", None, MORNING + PAUSES[0])
    (tmp_path / "reports").unlink()
    assert sent(reporting, MORNING + PAUSES[0]) == 1
    (row,) = log(reporting)
    assert (row.failure, row.attempts, row.next_at) == (None, 2, None)
    assert row.arrived_at is not None


def test_after_many_failures_it_is_given_up_until_somebody_asks_again(reporting: Program, tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("a file is in the way")
    now = MORNING
    for pause in (*PAUSES, timedelta()):
        assert sent(reporting, now) == 1
        now += pause
    with reporting.database.transaction(Access.OWNER) as connection:
        assert queries.given_up(connection, now) == 1
    assert sent(reporting, now + timedelta(hours=1)) == 0
    (tmp_path / "reports").unlink()
    with reporting.database.transaction(Access.OWNER) as connection:
        actions.once_more(connection, plan(reporting), DAY, now)
    assert sent(reporting, now) == 1
    assert (tmp_path / "reports" / "daily-2022-02-02.pdf").exists()


def test_what_a_worker_has_in_hand_no_other_takes_before_its_lease_is_over(reporting: Program) -> None:
    with reporting.database.transaction(Access.OWNER) as connection:
        actions.plan_days(connection, plan(reporting), MORNING, "Asia/Shanghai")
        taken = actions.claim(connection, plan(reporting), MORNING)
    assert taken == Taken(DAY, "folder", attempt=1, edition=0, until=MORNING + LEASE)
    assert sent(reporting, MORNING + LEASE / 2) == 0
    assert sent(reporting, MORNING + LEASE) == 1


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def mailing(reporting: Program, office: Office) -> Iterator[Program]:
    """A program that sends its reports to Olga."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    desk = Controller(office, hostname="127.0.0.1", port=port, ready_timeout=60)
    desk.start()
    mail = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_starttls": False, "mail_from": "lims@city.example"}
    settings = reporting.settings.model_copy(update=mail | {"report_mail": "olga@health.example", "report_folder": None})
    yield replace(reporting, settings=settings)
    desk.stop()


def ask_again(program: Program) -> None:
    with program.database.transaction(Access.OWNER) as connection:
        actions.once_more(connection, plan(program), DAY, MORNING)


def lost(program: Program, now: datetime) -> int:
    with program.database.transaction(Access.OWNER) as connection:
        return queries.given_up(connection, now)


def test_olga_gets_it_by_e_mail_with_the_files_and_what_she_asks_for_again_under_another_id(mailing: Program, office: Office) -> None:
    office.full = True
    assert sent(mailing, MORNING) == 1
    assert [(row.failure, row.handed_at) for row in log(mailing)] == [("SMTPDataError", None)]
    office.full = False
    assert sent(mailing, MORNING + PAUSES[0]) == 1
    ask_again(mailing)
    assert sent(mailing, MORNING) == 1
    first, second = office.mails
    assert first["Subject"] == "核酸检测日报 Daily testing report 2022-02-02"
    assert first["To"] == "olga@health.example"
    assert [part.get_filename() for part in first.iter_attachments()] == ["daily-2022-02-02.pdf", "daily-2022-02-02.xlsx"]
    assert second["Message-ID"] == first["Message-ID"].replace("@", "-1@")


def test_a_program_that_dies_when_it_has_handed_an_e_mail_over_does_not_send_it_again_by_itself(
    mailing: Program, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(actions, "note", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            send_one(mailing, plan(mailing), MORNING)
    assert len(office.mails) == 1
    assert lost(mailing, MORNING + LEASE / 2) == 0
    assert sent(mailing, MORNING + 2 * LEASE) == 0
    assert len(office.mails) == 1
    assert lost(mailing, MORNING + 2 * LEASE) == 1
    ask_again(mailing)
    assert sent(mailing, MORNING) == 1
    first, second = office.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert lost(mailing, MORNING + 2 * LEASE) == 0


def test_a_program_that_dies_before_it_has_handed_an_e_mail_over_sends_it_when_its_lease_is_over(
    mailing: Program, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("lims.apps.posting.made", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            send_one(mailing, plan(mailing), MORNING)
    assert sent(mailing, MORNING + LEASE) == 1
    assert len(office.mails) == 1


def test_a_mail_server_that_takes_an_e_mail_and_does_not_answer_leaves_it_in_doubt(mailing: Program, office: Office) -> None:
    office.dumb = True
    assert sent(mailing, MORNING) == 1
    (row,) = log(mailing)
    assert (row.failure, row.arrived_at, row.next_at, row.handed_at) == ("SMTPServerDisconnected", None, None, MORNING)
    assert sent(mailing, MORNING + timedelta(hours=20)) == 0
    assert len(office.mails) == 1


def test_who_was_too_slow_to_make_a_report_does_not_hand_it_over_when_another_has_it(
    mailing: Program, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = posting.made

    def slowly(*about: Any) -> list[posting.File]:
        monkeypatch.setattr(posting, "made", files)
        assert sent(mailing, MORNING + LEASE) == 1
        return files(*about)

    monkeypatch.setattr(posting, "made", slowly)
    assert send_one(mailing, plan(mailing), MORNING)
    assert len(office.mails) == 1
    (row,) = log(mailing)
    assert (row.arrived_at, row.attempts) == (MORNING + LEASE, 2)


def test_the_page_says_of_a_report_in_doubt_that_it_may_have_arrived(mailing: Program, office: Office, town: Town) -> None:
    office.dumb = True
    assert sent(mailing, MORNING) == 1
    page = town.web.get("/reporting/daily?lang=en", headers=town.olga.headers).text
    assert "and no answer is known: it may have arrived. It is not sent again by itself" in page
