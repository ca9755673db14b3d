"""The simulated day: hours as RFC 3339 times, and how fast they pass."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from time import monotonic
from zoneinfo import ZoneInfo

LAST_HOUR = 23.9
FIRST_HOUR = 6.0


@dataclass(frozen=True)
class SimulatedDay:
    """Local hours of one date. A day that is not over yet is squeezed into what has passed of it, so that nothing lies in the future."""

    midnight: datetime
    share: float = 1.0

    @classmethod
    def of(cls, day: date, zone: str, now: datetime) -> "SimulatedDay":
        """A date in a zone, seen from `now`; ValueError where it has not begun."""
        noon = datetime.combine(day, time(12), ZoneInfo(zone))
        # A fixed offset: millions of times are written, and a zone's table is looked up for each.
        midnight = datetime.combine(day, time(0), timezone(noon.utcoffset() or timedelta(0)))
        share = min(1.0, (now - midnight) / timedelta(days=1))
        if share <= 0:
            raise ValueError(f"{day} has not begun in {zone}; choose a day that has.")
        return cls(midnight, share)

    def at(self, hour: float) -> str:
        """The local time of this hour (0 to 24), with its offset, to the second."""
        return (self.midnight + timedelta(seconds=min(hour, LAST_HOUR) * 3600 * self.share)).isoformat(timespec="seconds")


class Pacer:
    """Holds messages back until their hour has come, `speed` times as fast as real time; without a speed, never."""

    def __init__(self, speed: float | None) -> None:
        self.speed = speed
        self.began = monotonic()

    @property
    def paced(self) -> bool:
        """Whether the hours of the day are kept."""
        return self.speed is not None

    async def until(self, hour: float) -> None:
        """Return when the simulated clock has reached this hour."""
        if self.speed is None:
            return
        due = self.began + (min(hour, LAST_HOUR) - FIRST_HOUR) * 3600 / self.speed
        if (wait := due - monotonic()) > 0:
            await asyncio.sleep(wait)
