"""Promise 3: more tubes than can be taken are told to come again, and come; nothing that was acknowledged is lost, nothing is told nothing.

How soon all is as before is measured by `python -m benchmarks.overload`; here it is only whether all arrives.
"""

import pytest

from benchmarks.overload import overload

pytestmark = pytest.mark.proof


def test_of_ten_times_too_many_tubes_each_is_taken_once_or_told_when_to_come_again_until_it_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LIMS_REQUEST_QUEUE", "5")  # so short that many are turned away, however fast the machine is
    found = overload(rates=(10, 1000, 10), seconds=(2, 3, 4), look_ups=30)
    course = found.course
    turned_away = sum(one.status == "503" for one in course.answers)
    assert (found.lost, found.doubled, found.wrong) == (0, 0, 0)
    assert course.outcomes.total() == len(course.safe) == len(course.acknowledged) > 1000
    assert found.whole, course.outcomes
    assert turned_away > 100, "nobody was turned away: this proves too little"
    assert course.silent == 0, "whoever is turned away is told when to come again"
