"""How many pictures a device may have read, and how large they may be. Pure."""

from dataclasses import dataclass, field
from threading import Lock

MOST_BYTES = 400_000
# The page cuts out its aiming window, at most 1280 dots wide; whoever sends more means harm or another picture.
MOST_PIXELS = 1_500_000
A_SECOND = 4
# A network hands over late what was sent in time: so many may come at once.
AT_ONCE = 4
MOST_DEVICES = 10_000


@dataclass
class Pace:
    """Four pictures a second from each device: when each is due again, in seconds of the caller's clock."""

    due: dict[bytes, float] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def admits(self, device: bytes, now: float) -> bool:
        """Whether this device may send a picture now; counted where it may."""
        with self.lock:
            due = max(self.due.get(device, now), now)
            ahead = due - now
            # Further ahead than pictures can bring it: the clock was set back, and nobody is made to wait for that.
            if ahead > AT_ONCE / A_SECOND + 1:
                due, ahead = now, 0.0
            if ahead > (AT_ONCE - 1) / A_SECOND:
                return False
            if len(self.due) >= MOST_DEVICES:
                self.due = {other: moment for other, moment in self.due.items() if moment > now}
            self.due[device] = due + 1 / A_SECOND
            return True
