"""Promise 2: when a network comes back, a crowd of devices brings what it has, and nothing is lost, doubled or mixed up.

How long it takes is measured by `python -m benchmarks.lost_hour`; here it is only whether all arrives.
"""

import pytest

from benchmarks.lost_hour import lost_hour

pytestmark = pytest.mark.proof


def test_a_thousand_devices_return_at_once_and_every_tube_is_there_once_with_its_people(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMS_REQUEST_QUEUE", "50")  # so short that most are turned away, and have to come again
    told = lost_hour(devices=1000, people=21_005)
    assert (told.lost, told.doubled, told.wrong) == (0, 0, 0)
    assert told.crowd.outcomes.total() == 2101
    assert told.whole, (told.crowd.outcomes, told.live.outcomes)
    assert told.crowd.turned_away > 100, "nobody was turned away: this proves too little"
    assert len(told.live.took) > 10
