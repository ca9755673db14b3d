"""When the report of a day is due, and what settings plan it."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.kernel.errors import Refused
from lims.kernel.settings import Settings
from lims.reporting.rules import DAY
from lims.reporting.schedule.rules import MOST_MISSED, PAUSES, days_due, pause_after, plan_of, shown

EVENING = date(2026, 3, 28)


def planned(**more: object) -> Settings:
    """Settings that ask for a report at half past six, in a folder."""
    return Settings.model_validate({"report_at": "06:30", "report_folder": "/reports"} | more)


def test_nothing_is_planned_where_no_time_is_set() -> None:
    assert plan_of(Settings(report_at="")) is None


def test_the_report_of_a_day_is_due_on_the_next_morning() -> None:
    plan = plan_of(planned())
    assert plan is not None
    assert plan.newest(datetime(2026, 2, 2, 22, 29, tzinfo=UTC), "Asia/Shanghai") == date(2026, 2, 1)
    assert plan.newest(datetime(2026, 2, 2, 22, 30, tzinfo=UTC), "Asia/Shanghai") == date(2026, 2, 2)


@given(st.integers(0, 72 * 60), st.sampled_from(["00:00", "02:30", "06:30", "23:59"]))
def test_every_day_has_one_report_also_where_clocks_are_changed(minutes: int, at: str) -> None:
    plan = plan_of(planned(report_at=at))
    assert plan is not None
    start = datetime(2026, 3, 28, tzinfo=UTC)  # Berlin leaves out 02:00 to 03:00 on the 29th
    before, after = (plan.newest(start + timedelta(minutes=minutes + more), "Europe/Berlin") for more in (0, 1))
    assert after - before in (timedelta(), DAY)


def test_a_first_report_is_of_yesterday_and_missed_days_are_made_up_for() -> None:
    assert days_due(EVENING, None) == [EVENING]
    assert days_due(EVENING, EVENING) == []
    assert days_due(EVENING, EVENING - 2 * DAY) == [EVENING - DAY, EVENING]
    assert days_due(EVENING, EVENING - 100 * DAY) == [EVENING - number * DAY for number in reversed(range(MOST_MISSED))]


def test_files_with_words_are_made_in_each_language_and_tables_once() -> None:
    plan = plan_of(planned(report_languages="zh, en", report_files="pdf,xlsx"))
    assert plan is not None
    assert [name for name, _ in plan.files(EVENING)] == ["daily-2026-03-28-zh.pdf", "daily-2026-03-28-en.pdf", "daily-2026-03-28.xlsx"]
    alone = plan_of(planned())
    assert alone is not None
    assert [name for name, _ in alone.files(EVENING)] == ["daily-2026-03-28.pdf", "daily-2026-03-28.xlsx"]


def test_tries_are_further_and_further_apart_and_end() -> None:
    assert [pause_after(number) for number in range(1, len(PAUSES) + 1)] == sorted(PAUSES)
    assert pause_after(len(PAUSES) + 1) is None


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"report_at": "25:00"}, "hour"),
        ({"report_folder": None}, "needs LIMS_REPORT_FOLDER or LIMS_REPORT_MAIL"),
        ({"report_mail": "olga@health.example"}, "needs LIMS_SMTP_HOST"),
        ({"report_mail": "olga", "smtp_host": "mail"}, "olga is no address"),
        ({"report_languages": "fr"}, "'fr'"),
        ({"report_files": ","}, "name nothing"),
    ],
)
def test_settings_that_cannot_be_kept_are_refused_with_what_is_wrong(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(Refused, match=words):
        plan_of(planned(**wrong))


def test_a_page_shows_of_an_address_what_names_nobody() -> None:
    assert (shown("folder"), shown("olga.li@health.example")) == ("folder", "…@health.example")


def test_a_folder_is_a_recipient_and_so_is_each_address() -> None:
    plan = plan_of(planned(report_mail="a@x.example, b@x.example, a@x.example", smtp_host="mail"))
    assert plan is not None
    assert (plan.folder, plan.recipients) == (Path("/reports"), ("folder", "a@x.example", "b@x.example"))
