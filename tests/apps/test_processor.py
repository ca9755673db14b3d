"""What a benchmark tells of processor and memory."""

import os

from lims.apps.processor import family, memory_of, peak_of


def test_memory_is_told_of_a_process_and_the_most_of_it_and_together() -> None:
    mine = os.getpid()
    assert mine in family(mine)
    assert memory_of(mine) > 1
    with peak_of({"server": mine, "database": mine}, every_seconds=60) as most:
        assert most["server"] == 0
    assert most["server"] > 1
    assert most["together"] > most["server"]
