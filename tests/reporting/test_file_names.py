"""Files that are made at night are named after the day it is where the lab is: in UTC it may be the day before."""

from datetime import UTC, datetime

import pytest

from lims.kernel import clock
from tests.factories import Town

# In Shanghai it is half past three on the third of February.
NIGHT = datetime(2022, 2, 2, 19, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("capacities/labs", "labs-2022-02-03.csv"),
        ("capacities/declarations", "declarations-2022-02-03.csv"),
        ("outlook/labs", "labs-2022-02-03-0330.csv"),
        ("outlook/hours", "hours-2022-02-03-0330.csv"),
        ("day/legs?day=2022-02-03", "legs-2022-02-03-0330.csv"),
    ],
)
def test_olga_finds_the_file_of_this_night_under_todays_day(town: Town, monkeypatch: pytest.MonkeyPatch, path: str, name: str) -> None:
    headers = town.olga.headers
    monkeypatch.setattr(clock, "now", lambda: NIGHT)
    address = f"/reporting/api/{path}{'&' if '?' in path else '?'}format=csv&lab={town.lab}"
    answer = town.web.get(address, headers=headers)
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"', answer.text
