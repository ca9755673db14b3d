"""Who used the processor and the memory, as `lims simulate` tells it too."""

from lims.apps.processor import Used, memory_of, peak_of, postmaster_of, seconds_of, used

__all__ = ["Used", "memory_of", "peak_of", "postmaster_of", "seconds_of", "used"]
