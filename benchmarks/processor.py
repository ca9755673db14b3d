"""Who used the processor, as `lims simulate` tells it too."""

from lims.apps.processor import Used, postmaster_of, seconds_of, used

__all__ = ["Used", "postmaster_of", "seconds_of", "used"]
