"""Which tubes of a run a reviewer decides on."""

import pytest

from lims.custody.rules import BenchState, Call
from lims.kernel.errors import Refused
from lims.testing.review.rules import OnPlate, clean_negatives, named


@pytest.mark.parametrize(
    ("here", "current", "state", "decided_on"),
    [
        (True, True, BenchState.CALLED, True),
        (False, True, BenchState.CALLED, False),  # it went on to another plate
        (True, False, BenchState.CALLED, False),  # a later run of the plate has called it
        (True, True, BenchState.WAITING, False),
    ],
)
def test_only_what_this_run_called_last_and_still_has_on_its_plate_is_released(
    here: bool, current: bool, state: BenchState, decided_on: bool
) -> None:
    tube = OnPlate("T1", Call.NEGATIVE, state, here, current)
    assert clean_negatives([tube], []) == (["T1"] if decided_on else [])
    if decided_on:
        assert named({"T1": tube}, ["T1"]) == ["T1"]
    else:
        with pytest.raises(Refused) as refused:
            named({"T1": tube}, ["T1"])
        assert refused.value.code == "review_tube_moved_on"
