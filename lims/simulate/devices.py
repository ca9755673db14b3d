"""A sampling device's morning, decided beforehand: which tubes it fills, and what it says about them in which order. Pure."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lims.kernel.ids import uuid7
from lims.simulate.instrument import Look
from lims.simulate.messages import SWAB_HOURS, Entry
from lims.simulate.plan import Plan
from lims.simulate.world import Tube, fillings, infections, look_of

OPENS, CLOSES = 6.0, 11.0
SENT_OPEN = 0.12  # of the tubes that are sent once while they are still open
SENT_AGAIN = 0.06  # of the messages that are sent a second time
SWAPPED = 0.10  # of the messages that overtake the one before
LATE, UNPACKED = 0.004, 0.002
# The first device meets one of everything, so that a small day has it too. Place of the tube among its pools -> what it is.
FIRST_LATE = {1: 1, 2: 2, 12: 2}
FIRST_UNPACKED = {3, 13}
FIRST_LOOKS = {5: Look.POSITIVE, 6: Look.SINGLE_TARGET, 7: Look.GREY_ZONE, 8: Look.INVALID, 9: Look.POSITIVE, 10: Look.LATE, 11: Look.SPLIT}


@dataclass(frozen=True)
class Device:
    """A phone at a site, and the people who will come to it: `people` of them, numbered from `first`."""

    number: int
    site: str
    first: int
    people: int


@dataclass(frozen=True)
class Call:
    """One sync message, and the hour at which the device sends it."""

    hour: float
    entries: list[Entry] = field(default_factory=list)


def devices(plan: Plan, sites: Sequence[str]) -> Iterator[Device]:
    """Share the people out among devices, and the devices among sites."""
    most = max(1, min(plan.people_per_device, -(-plan.people // len(sites))))
    for number, first in enumerate(range(0, plan.people, most)):
        yield Device(number, sites[number % len(sites)], first, min(most, plan.people - first))


def fill_tubes(rng: random.Random, plan: Plan, device: Device, codes: Sequence[str], sizes: Sequence[tuple[int, int]]) -> list[Tube]:
    """The device's tubes, in the order in which they are opened."""
    hours = sorted(OPENS + (CLOSES - OPENS) * rng.betavariate(2.0, 2.6) for _ in codes)
    tubes, person, pools = [], device.first, 0
    for code, (size, count), opened in zip(codes, sizes, hours, strict=True):
        infected = infections(rng, count, plan.prevalence)
        sealed = opened + count * SWAB_HOURS + 0.01
        look = look_of(rng, infected, pool=size > 1, noise=plan.noise)
        tube = Tube(str(uuid7()), code, device.site, size, person, count, infected, look, opened, sealed)
        person += count
        oddities(rng, plan, device, tube, pools)
        pools += tube.pool
        tubes.append(tube)
    return tubes


def oddities(rng: random.Random, plan: Plan, device: Device, tube: Tube, place: int) -> None:
    """Decide what goes unusually with a tube: `place` is its place among the device's pools."""
    drawn = rng.random()
    tube.revision = 2 if rng.random() < SENT_OPEN else 1
    # Only a pool can arrive before its people: of an unregistered tube the lab cannot know that it is a single.
    if not tube.pool or place == 0:
        return
    if device.number == 0:
        tube.late, tube.unpacked = FIRST_LATE.get(place, 0), place in FIRST_UNPACKED
        if plan.prevalence > 0 and place in FIRST_LOOKS:
            tube.look = FIRST_LOOKS[place]
            tube.infected = tube.infected or int(tube.look is Look.POSITIVE and place == 5)
    elif drawn < LATE:
        tube.late = 1 + int(drawn < LATE / 2)
    elif drawn < LATE + UNPACKED:
        tube.unpacked = True


def calls(rng: random.Random, tubes: Sequence[Tube]) -> list[Call]:
    """The messages of a device: one to four tubes each, some tubes earlier while open, some messages swapped, some sent again."""
    said: list[Call] = []
    batch: list[Entry] = []
    most = rng.randint(1, 4)
    for tube in tubes:
        if tube.late:
            continue
        if tube.revision == 2:
            said.append(Call(tube.opened + (tube.sealed - tube.opened) / 2, [Entry(tube, sealed=False)]))
        batch.append(Entry(tube))
        if len(batch) == most:
            said.append(Call(tube.sealed, batch))
            batch, most = [], rng.randint(1, 4)
    if batch:
        said.append(Call(batch[-1].tube.sealed, batch))
    for place in range(1, len(said)):
        if rng.random() < SWAPPED:
            said[place - 1], said[place] = said[place], said[place - 1]
    again = [call for call in said if rng.random() < SENT_AGAIN]
    for call in again:
        said.insert(rng.randint(said.index(call) + 1, len(said)), call)
    return said


def sizes_of(rng: random.Random, plan: Plan, device: Device) -> list[tuple[int, int]]:
    """Pool size and people of each of the device's tubes."""
    return list(fillings(rng, device.people, plan.pool_size))
