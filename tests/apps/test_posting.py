"""The daily report leaves by itself: once for every day, again where it did not arrive, and never twice."""

import io
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from python_calamine import CalamineWorkbook
from sqlalchemy import delete

from lims.apps.posting import send_one
from lims.kernel.db import Access, AnyRow
from lims.kernel.program import Program
from lims.reporting.schedule import actions, queries
from lims.reporting.schedule.rules import LEASE, PAUSES, Plan, plan_of
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
        assert queries.given_up(connection) == 1
    assert sent(reporting, now + timedelta(hours=1)) == 0
    (tmp_path / "reports").unlink()
    with reporting.database.transaction(Access.OWNER) as connection:
        actions.once_more(connection, plan(reporting), DAY, now)
    assert sent(reporting, now) == 1
    assert (tmp_path / "reports" / "daily-2022-02-02.pdf").exists()


def test_what_a_worker_has_in_hand_no_other_takes_before_its_lease_is_over(reporting: Program) -> None:
    with reporting.database.transaction(Access.OWNER) as connection:
        actions.plan_days(connection, plan(reporting), MORNING, "Asia/Shanghai")
        assert actions.claim(connection, plan(reporting), MORNING) == (DAY, "folder")
    assert sent(reporting, MORNING + LEASE / 2) == 0
    assert sent(reporting, MORNING + LEASE) == 1


def test_olga_gets_it_by_e_mail_with_the_files_and_under_the_same_id(reporting: Program) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    office = Office()
    desk = Controller(office, hostname="127.0.0.1", port=port)
    desk.start()
    try:
        mail = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_starttls": False, "mail_from": "lims@city.example"}
        settings = reporting.settings.model_copy(update=mail | {"report_mail": "olga@health.example", "report_folder": None})
        mailing = replace(reporting, settings=settings)
        office.full = True
        assert sent(mailing, MORNING) == 1
        assert [row.failure for row in log(mailing)] == ["SMTPDataError"]
        office.full = False
        assert sent(mailing, MORNING + PAUSES[0]) == 1
        with mailing.database.transaction(Access.OWNER) as connection:
            actions.once_more(connection, plan(mailing), DAY, MORNING)
        assert sent(mailing, MORNING) == 1
    finally:
        desk.stop()
    first, second = office.mails
    assert first["Subject"] == "核酸检测日报 Daily testing report 2022-02-02"
    assert first["To"] == "olga@health.example"
    assert [part.get_filename() for part in first.iter_attachments()] == ["daily-2022-02-02.pdf", "daily-2022-02-02.xlsx"]
    assert first["Message-ID"] == second["Message-ID"]
