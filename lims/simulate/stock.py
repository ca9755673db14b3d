"""Tubes of one lab that were received and stand on no plate."""

import asyncio
from collections.abc import Iterable
from itertools import islice

from lims.simulate.world import Tube

PLATE = 92  # a 96-well plate less four controls: enough tubes to begin a plate while more are still coming


class Stock:
    """Filled by the reception and by repeats, emptied plate by plate."""

    def __init__(self) -> None:
        self.tubes: dict[str, Tube] = {}
        self.coming = True
        self.under_way = 0  # plates that may still send tubes back
        self.changed = asyncio.Condition()
        # Whoever changes what waits on the server changes it here too before anybody else does: between a repeat that is
        # sent back and the note of it here, another lane could lay it on its plate as a stranger's.
        self.queue = asyncio.Lock()

    async def add(self, tubes: Iterable[Tube]) -> None:
        """More tubes wait."""
        async with self.changed:
            self.tubes.update((tube.barcode, tube) for tube in tubes)
            self.changed.notify_all()

    async def close(self) -> None:
        """No further tube will be received in this shift."""
        async with self.changed:
            self.coming = False
            self.changed.notify_all()

    def open(self) -> None:
        """Another shift begins."""
        self.coming = True

    async def enough(self) -> bool:
        """Wait until a plate is worth laying out; False when no tube waits and none can come."""
        async with self.changed:
            while not self.ready():
                if not self.coming and not self.under_way and not self.tubes:
                    return False
                await self.changed.wait()
            return True

    def ready(self) -> bool:
        """A full plate, or the rest when nothing more is coming."""
        return len(self.tubes) >= PLATE or bool(self.tubes and not self.coming)

    def earliest(self) -> float:
        """The hour at which the tubes that have waited longest, a plate of them, are all there."""
        return max((tube.received for tube in islice(self.tubes.values(), PLATE)), default=0.0)

    def laid(self, codes: Iterable[str]) -> list[Tube]:
        """Take the tubes that the server put on a plate; those of other runs are not ours to know."""
        self.under_way += 1
        return [tube for code in codes if (tube := self.tubes.pop(code, None)) is not None]

    async def finished(self) -> None:
        """A plate is reviewed; what it sent back was added when it was sent back."""
        async with self.changed:
            self.under_way -= 1
            self.changed.notify_all()
