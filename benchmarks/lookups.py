"""People look their results up while samplers sync: how many look-ups a second are answered, and what that costs those who write.

python -m benchmarks.lookups                              # 2,000 look-ups and 15 syncs a second, 20 seconds each
python -m benchmarks.lookups --rate 400 --seconds 10

Open loop: every message has its time, and is sent whether the one before was answered or not; what would make more than 500 wait at once
is not sent, and counted. First the syncs alone, then both together; the share by which the syncs' p95 grew is promise 4.
"""

import argparse
import asyncio
import json
import os
import random
import time
from dataclasses import dataclass, field

import uvloop

from benchmarks.own import City, own_city
from benchmarks.registration import SITE, bodies
from lims.apps import processor
from lims.apps.demo import hosting
from lims.kernel.secrets import Keys
from lims.sampling.people.rules import canonical_number, lookup_code, person_id
from lims.simulate.wire import TransportError, Wire

MOST_WAITING = 500
Call = tuple[str, bytes]


@dataclass
class Stream:
    """Messages sent at a pace: how long each took, and what was not answered as it should be."""

    calls: list[Call]
    per_second: float
    wanted: int
    took: list[float] = field(default_factory=list)
    wrong: dict[int, int] = field(default_factory=dict)
    unsent: int = 0
    waiting: int = 0

    async def send(self, wire: Wire, headers: dict[str, str], call: Call) -> None:
        """One message, from its time until its answer."""
        began = time.perf_counter()
        try:
            answer = await wire.send("POST", call[0], headers, call[1], 30)
            status = answer.status
        except TransportError:
            status = 0
        self.waiting -= 1
        if status == self.wanted:
            self.took.append(1000 * (time.perf_counter() - began))
        else:
            self.wrong[status] = self.wrong.get(status, 0) + 1

    async def run(self, url: str, headers: dict[str, str], seconds: float) -> None:
        """All messages whose time comes within these seconds."""
        wire, began, tasks = Wire(url, 64), time.perf_counter(), set()
        for number in range(round(seconds * self.per_second)):
            await asyncio.sleep(max(0.0, began + number / self.per_second - time.perf_counter()))
            if self.waiting >= MOST_WAITING:
                self.unsent += 1
                continue
            self.waiting += 1
            tasks.add(asyncio.create_task(self.send(wire, headers, self.calls[number % len(self.calls)])))
        await asyncio.gather(*tasks)
        await wire.close()

    def line(self, name: str, seconds: float) -> str:
        """What came of it."""
        took = sorted(self.took) or [0.0]
        at = (took[int(len(took) * share)] for share in (0.5, 0.95, 0.99))
        p50, p95, p99 = at
        return (
            f"{name:<22} {len(self.took) / seconds:7.0f} answered a second   p50 {p50:6.1f}  p95 {p95:6.1f}  p99 {p99:6.1f} ms   "
            f"not sent {self.unsent}, otherwise {self.wrong}"
        )


def lookups(messages: list[bytes], keys: Keys) -> list[Call]:
    """What the people of these messages send: their number, and the code they were handed."""
    found = []
    for message in messages:
        for tube in json.loads(message)["tubes"]:
            for who in tube["members"]:
                person = person_id(keys, who["id_type"], canonical_number(who["id_type"], who["id_number"]))
                words = {"id_type": who["id_type"], "id_number": who["id_number"], "code": lookup_code(keys, tube["barcode"], person)}
                found.append(("/sampling/api/result-lookup", json.dumps(words).encode()))
    return found


def measure(city: City, server: int, url: str, options: argparse.Namespace) -> None:
    """Fill, then syncs alone, then both."""
    rng, seconds = random.Random(7), options.seconds  # noqa: S311 - a benchmark
    headers = {"authorization": f"Bearer {city.tokens.samplers[SITE]}", "content-type": "application/json"}

    def syncs(device: str) -> Stream:
        made = bodies(round(seconds * options.syncs) + 1, 1, device, rng)
        return Stream([("/sampling/api/sync", message) for message in made], options.syncs, 202)

    there = bodies(options.people // 500, 50, "there", rng)
    filling = Stream([("/sampling/api/sync", message) for message in there], 4, 202)
    uvloop.run(filling.run(url, headers, len(there) / 4))
    print(filling.line("filled", len(there) / 4), flush=True)
    alone, beside = syncs("alone"), syncs("beside")
    uvloop.run(alone.run(url, headers, seconds))
    print(alone.line("syncs alone", seconds), flush=True)
    asked = Stream(rng.sample(calls := lookups(there, city.program.keys), len(calls)), options.rate, 200)
    before = processor.used(server, city.postmaster)

    async def together() -> None:
        await asyncio.gather(beside.run(url, headers, seconds), asked.run(url, {"content-type": "application/json"}, seconds))

    uvloop.run(together())
    used = processor.used(server, city.postmaster).since(before)
    print(beside.line("syncs beside look-ups", seconds), flush=True)
    print(asked.line("look-ups", seconds), flush=True)
    p95 = [sorted(stream.took)[int(len(stream.took) * 0.95)] for stream in (alone, beside)]
    each = 1000 / max(len(asked.took), 1)
    print(
        f"p95 of a sync {p95[1] / p95[0] - 1:+.0%}; processor ms for each look-up, syncs included: server {each * used.server:.2f}, "
        f"database {each * used.database:.2f}, client {each * used.client:.2f}; load {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores",
        flush=True,
    )


def main() -> None:
    """Measure on a database of our own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=2000, help="look-ups a second")
    parser.add_argument("--syncs", type=float, default=15, help="syncs of one tube of ten a second: 150 people a second")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--people", type=int, default=20_000, help="people who may ask")
    parser.add_argument("--workers", type=int, default=2, help="server processes")
    options = parser.parse_args()
    with own_city() as city:
        port = hosting.free_port()
        with hosting.served(port, options.workers) as server:
            measure(city, server.pid, f"http://127.0.0.1:{port}", options)


if __name__ == "__main__":
    main()
