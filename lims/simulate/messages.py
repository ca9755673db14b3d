"""What a device says about a tube, as the contract writes it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lims.simulate.hours import SimulatedDay
from lims.simulate.world import Tube, World

SECONDS_BETWEEN_SWABS = 15
SWAB_HOURS = SECONDS_BETWEEN_SWABS / 3600


@dataclass(frozen=True)
class Entry:
    """One tube in a message: as it is when sealed, or an earlier revision while it was still open."""

    tube: Tube
    sealed: bool = True


def round_of(day: date) -> str:
    """The screening round that everybody is sampled for."""
    return f"SIM-{day}"


def record(world: World, day: SimulatedDay, entry: Entry) -> dict[str, object]:
    """The sync record of a tube."""
    tube = entry.tube
    present = tube.count if entry.sealed else (tube.count + 1) // 2
    members = []
    for position in range(1, present + 1):
        person = world.person(tube, position)
        members.append(
            {
                "position": position,
                "id_type": "resident_id",
                "id_number": person.id_number,
                "name": person.name,
                "phone": person.phone,
                "group": "community",
                "collected_at": day.at(tube.opened + (position - 1) * SWAB_HOURS),
            }
        )
    return {
        "id": tube.id,
        "revision": tube.revision if entry.sealed else 1,
        "barcode": tube.barcode,
        "site": tube.site,
        "round": round_of(day.midnight.date()),
        "kind": "swab_pool" if tube.pool else "single",
        "pool_size": tube.size,
        "state": "sealed" if entry.sealed else "open",
        "opened_at": day.at(tube.opened),
        "sealed_at": day.at(tube.sealed) if entry.sealed else None,
        "retest_of": tube.retest_of.barcode if tube.retest_of else None,
        "members": members,
    }


def sync_body(world: World, day: SimulatedDay, device: str, hour: float, entries: Sequence[Entry]) -> bytes:
    """A whole sync message."""
    tubes = [record(world, day, entry) for entry in entries]
    return json.dumps({"device": device, "sent_at": day.at(hour), "tubes": tubes}, ensure_ascii=False).encode()
