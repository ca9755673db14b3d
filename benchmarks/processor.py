"""Who used the processor and the memory, as `lims simulate` tells it too; and waiting until nobody does."""

import time

from lims.apps.processor import Used, memory_of, peak_of, postmaster_of, seconds_of, used

__all__ = ["Used", "memory_of", "peak_of", "postmaster_of", "rest", "seconds_of", "used"]


def rest(server: int, postmaster: int, most: float = 600) -> float:
    """Wait until server and database have sealed, counted and swept what was filled (a tenth of a core is left); seconds it took."""
    began, busy = time.monotonic(), True
    while busy and time.monotonic() - began < most:
        before = seconds_of(server) + seconds_of(postmaster)
        time.sleep(2)
        busy = seconds_of(server) + seconds_of(postmaster) - before > 0.2
    return time.monotonic() - began
