"""An hour without a network ends: every device comes back in the same moment, while others go on working.

python -m benchmarks.lost_hour --devices 26000 --people 545000

Prints how long it takes until all is safe, how long live syncs take meanwhile, and who used the processor; then looks into the database
for every tube and every person in it. Exit 1 where one is lost or doubled. Client and server share the machine. Linux only.
"""

import argparse
import asyncio
import contextlib
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import uvloop
from sqlalchemy import text

from benchmarks import processor
from benchmarks.crowd import SAFE, Heard, Phone, crowd, live
from benchmarks.figures import tell
from benchmarks.own import City, own_city
from benchmarks.registration import pool
from lims.apps.demo import hosting
from lims.kernel.db import Access
from lims.kernel.program import Program
from lims.sampling.people.rules import person_id
from lims.simulate.people import Population

EACH = 10
ALONE_SECONDS = 10.0  # of live syncs before the crowd comes


@dataclass(frozen=True)
class Told:
    """What came out. Seconds, but for shares."""

    drained: float
    crowd: Heard
    quiet: Heard
    live: Heard
    used: processor.Used
    lost: int
    doubled: int
    wrong: int

    @property
    def whole(self) -> bool:
        """Whether everything is there, once, and as it was told."""
        return not self.lost and not self.doubled and not self.wrong and set(self.crowd.outcomes) | set(self.live.outcomes) <= SAFE


class World:
    """Tubes of people who exist once, and what the database should have of them at the end."""

    def __init__(self, tokens: Mapping[str, str], seed: int) -> None:
        self.rng = random.Random(seed)  # noqa: S311 - a benchmark
        self.population, self.next = Population(self.rng.randrange(10**9)), 0
        self.tokens, self.sites = tokens, list(tokens)
        self.told: dict[str, dict[str, Any]] = {}

    def tube(self, site: str, sealed: datetime, people: int = EACH) -> dict[str, Any]:
        """A tube sealed at this moment; nobody's barcode comes twice."""
        persons = [self.population.person(self.next + place) for place in range(people)]
        self.next += people
        made = pool(persons, sealed - timedelta(minutes=3), self.rng)
        made |= {"site": site, "sealed_at": sealed.isoformat()}
        if made["barcode"] in self.told:
            return self.tube(site, sealed, people)
        self.told[made["barcode"]] = made
        return made

    def returning(self, devices: int, people: int) -> list[Phone]:
        """Devices with what they have collected in the last hour: one tube each, and the other tubes by lot."""
        rest = [EACH] * (people // EACH) + ([people % EACH] if people % EACH else [])
        sizes: list[list[int]] = [[] for _ in range(devices)]
        for place, size in enumerate(rest):
            sizes[place if place < devices else self.rng.randrange(devices)].append(size)
        now = datetime.now(UTC)
        phones = []
        for number, mine in enumerate(sizes):
            site = self.sites[number % len(self.sites)]
            sealed = sorted(now - timedelta(seconds=self.rng.uniform(0, 3600)) for _ in mine)
            phones.append(Phone(number, self.tokens[site], [self.tube(site, at, size) for at, size in zip(sealed, mine, strict=True)]))
        return phones

    def sealed_now(self) -> Phone:
        """A phone with the one tube that was sealed just now."""
        number = self.rng.randrange(10**5)
        site = self.rng.choice(self.sites)
        return Phone(number, self.tokens[site], [self.tube(site, datetime.now(UTC))], name="live")


async def drain(world: World, phones: Sequence[Phone], port: int, rate: float, within: float) -> tuple[float, Heard, Heard, Heard]:
    """Live syncs alone for a while, then with the crowd: seconds until the last device has nothing left, and what was heard."""
    quiet_over, over = asyncio.Event(), asyncio.Event()
    quiet = asyncio.create_task(live(world.sealed_now, port, rate, quiet_over, world.rng))
    await asyncio.sleep(ALONE_SECONDS)
    quiet_over.set()
    alone = await quiet
    meanwhile = asyncio.create_task(live(world.sealed_now, port, rate, over, world.rng))
    began = asyncio.get_running_loop().time()
    returned = await crowd(phones, port, within, world.rng)
    seconds = asyncio.get_running_loop().time() - began
    over.set()
    return seconds, returned, alone, await meanwhile


def missing(program: Program, world: World) -> tuple[int, int, int]:
    """How many tubes are not there, were registered more than once, or hold other people than were told."""
    keys = program.keys
    with program.database.transaction(Access.OWNER) as connection:
        rows = connection.execute(
            text("SELECT barcode, array_agg(person_id ORDER BY position) AS people FROM tube_member GROUP BY barcode")
        )
        there = {row.barcode: row.people for row in rows}
        registered = "SELECT subject FROM event WHERE verb = 'tube.registered' GROUP BY subject HAVING count(*) > 1"
        twice = "SELECT record_id::text FROM tube GROUP BY record_id HAVING count(*) > 1"
        doubled = len(connection.execute(text(f"{registered} UNION ALL {twice}")).all())
        known = set(connection.execute(text("SELECT person_id FROM person")).scalars())
    wrong = 0
    for barcode, tube in world.told.items():
        people = [person_id(keys, member["id_type"], member["id_number"]) for member in tube["members"]]
        wrong += barcode in there and (there[barcode] != people or not known.issuperset(people))
    return len(world.told.keys() - there.keys()), doubled, wrong


@contextlib.contextmanager
def hosted(workers: int) -> Iterator[tuple[City, int, int]]:
    """A city, and its server: port, process."""
    with own_city() as city:
        port = hosting.free_port()
        with hosting.served(port, workers) as server:
            yield city, port, server.pid


def lost_hour(devices: int, people: int, rate: float = 15.0, within: float = 1.0, workers: int = 2, seed: int = 1) -> Told:
    """The whole story on a database of our own."""
    with hosted(workers) as (city, port, server):
        world, postmaster = World(city.tokens.samplers, seed), city.postmaster
        phones = world.returning(devices, people)
        before = processor.used(server, postmaster)
        seconds, returned, alone, meanwhile = uvloop.run(drain(world, phones, port, rate, within))
        cost = processor.used(server, postmaster).since(before)
        return Told(seconds, returned, alone, meanwhile, cost, *missing(city.program, world))


def line(name: str, heard: Heard) -> str:
    """How long messages took."""
    shown = "  ".join(f"p{share * 100:g} {1000 * heard.percentile(share):6.0f} ms" for share in (0.5, 0.95, 0.99, 1.0))
    return f"{name:<22} {len(heard.took):>6,} messages  {shown}  turned away {heard.turned_away:,}  answers {dict(heard.said)}"


def main() -> None:
    """Tell it in a few lines."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--devices", type=int, default=26_000)
    parser.add_argument("--people", type=int, default=545_000)
    parser.add_argument("--rate", type=float, default=15.0, help="live tubes of ten a second")
    parser.add_argument("--within", type=float, default=1.0, help="seconds in which the devices come back")
    parser.add_argument("--workers", type=int, default=2, help="server processes")
    options = parser.parse_args()
    told = lost_hour(options.devices, options.people, options.rate, options.within, options.workers)
    tubes = sum(told.crowd.outcomes.values())
    print(f"{options.devices:,} devices with {options.people:,} people in {tubes:,} tubes: drained in {told.drained:.1f} s")
    print(line("live, before", told.quiet))
    print(line("live, meanwhile", told.live))
    print(line("returning", told.crowd))
    alone, beside = told.quiet, told.live
    tell(
        "A lost hour", f"{options.devices:,} devices with {options.people:,} people",
        drained_s=told.drained, lost=float(told.lost), doubled=float(told.doubled), mixed_up=float(told.wrong),
        live_p95_before_ms=1000 * alone.percentile(0.95), live_p95_ms=1000 * beside.percentile(0.95),
        live_p99_ms=1000 * beside.percentile(0.99),
    )  # fmt: skip
    cost = told.used
    print(
        f"processor seconds: server {cost.server:.0f}, database {cost.database:.0f}, client {cost.client:.0f} ({cost.share_of_client:.0%})"
    )
    print(f"lost {told.lost}, doubled {told.doubled}, with other people {told.wrong}, outcomes {dict(told.crowd.outcomes)}", flush=True)
    sys.exit(0 if told.whole else 1)


if __name__ == "__main__":
    main()
