"""Registering pools of ten: one tube a call, batches of 50, and COPY of the same rows; empty and well filled.

python -m benchmarks.registration                       # 0 and 300,000 tubes in the database
python -m benchmarks.registration --fill 0 --calls 2000

Beside each stands, in the same run, what `yardstick.py` does with the same messages, and COPY of such rows into the same tables.
"""

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import psycopg

from benchmarks import processor, yardstick
from benchmarks.figures import tell
from benchmarks.own import City, own_city
from benchmarks.rows import copy_rate, fill, tidy
from lims.apps.demo import hosting
from lims.kernel import barcodes, clock, ids
from lims.simulate.people import Population
from lims.simulate.wire import Wire

SITE = "DH-001"
SYNC, PLAIN = "/sampling/api/sync", "/sync"


class Measured(NamedTuple):
    """What one way of sending reached; milliseconds a call."""

    pools_per_second: float
    p50_ms: float
    p99_ms: float
    statements: int


class Servers(NamedTuple):
    """Where we and the yardstick listen, and the process that is us."""

    ours: str
    plain: str
    number: int


def bodies(calls: int, each: int, device: str, rng: random.Random) -> list[bytes]:
    """Messages of `each` new pools of ten people."""
    population = Population(rng.randrange(10**9))
    begun = datetime.now(UTC) - timedelta(minutes=30)
    number = rng.randrange(10**6)
    made = []
    for call in range(calls):
        tubes = []
        for place in range(each):
            people = [population.person(number + (call * each + place) * 10 + k) for k in range(10)]
            tubes.append(pool(people, begun, rng))
        made.append(json.dumps({"device": device, "sent_at": begun.isoformat(), "tubes": tubes}).encode())
    return made


def pool(people: list[Any], begun: datetime, rng: random.Random) -> dict[str, Any]:
    """One sealed pool."""
    stamp = begun.isoformat()
    members = [
        {"position": place, "id_type": "resident_id", "id_number": who.id_number, "name": who.name, "phone": who.phone,
         "group": "community", "collected_at": stamp}
        for place, who in enumerate(people, 1)
    ]  # fmt: skip
    return {
        "id": str(ids.uuid7()), "revision": 1, "barcode": barcodes.own_code(barcodes.Kind.TUBE, 10**10 + rng.randrange(8 * 10**10)),
        "site": SITE, "round": "R1", "kind": "swab_pool", "pool_size": 10, "state": "sealed", "opened_at": stamp, "sealed_at": stamp,
        "retest_of": None, "members": members,
    }  # fmt: skip


async def send(url: str, token: str, messages: list[bytes], each: int, clients: int) -> Measured:
    """Send messages to this address over so many connections, each the next as soon as it has an answer."""
    wire, left, took, statements = Wire(url, clients), iter(messages), [], set()
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}

    async def client() -> None:
        for message in left:
            began = time.perf_counter()
            answer = await wire.send("POST", "", headers, message, 60)
            took.append(time.perf_counter() - began)
            outcomes = {tube["outcome"] for tube in answer.json()["tubes"]}
            if answer.status != 202 or outcomes != {"accepted"}:
                raise RuntimeError(f"{answer.status} {outcomes}")
            statements.add(int(answer.headers.get("x-statements", 0)))

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    seconds = time.perf_counter() - began
    await wire.close()
    took.sort()
    return Measured(len(messages) * each / seconds, 1000 * took[len(took) // 2], 1000 * took[int(len(took) * 0.99)], max(statements))


def measure(city: City, servers: Servers, calls: int, filled: int) -> None:
    """One row for each way of sending. Devices that return send one batch after the other: one client is one of them."""
    rng, token = random.Random(filled + 1), city.tokens.samplers[SITE]  # noqa: S311 - a benchmark
    asyncio.run(send(servers.ours + SYNC, token, bodies(50, 1, "warm", rng), 1, 8))
    asyncio.run(send(servers.plain + PLAIN, token, bodies(50, 1, "warm", rng), 1, 8))
    for each, clients in ((1, 8), (50, 8), (50, 2), (50, 1)):
        device, count = f"bench-{filled}-{each}-{clients}", calls if each == 1 else max(calls // 25, 8)
        messages = bodies(count, each, device, rng)
        before = processor.used(servers.number, city.postmaster)
        got = asyncio.run(send(servers.ours + SYNC, token, messages, each, clients))
        cost = processor.used(servers.number, city.postmaster).since(before)
        plain = asyncio.run(send(servers.plain + PLAIN, token, messages, each, clients))
        with city.program.database.owner() as connection:
            copied = copy_rate(connection, device, day())
        of_a_pool = 1e6 / (count * each)
        tell(
            "Registration",
            f"{each} tube{'s' * (each > 1)} a call, {clients} client{'s' * (clients > 1)}, {filled:,} tubes in the database",
            pools_per_second=got.pools_per_second,
            p50_ms=got.p50_ms,
            p99_ms=got.p99_ms,
            statements_a_call=got.statements,
            COPY_pools_per_second=copied,
            part_of_COPY=got.pools_per_second / copied,
            plain_pools_per_second=plain.pools_per_second,
            part_of_plain=got.pools_per_second / plain.pools_per_second,
            server_µs_a_pool=of_a_pool * cost.server,
            database_µs_a_pool=of_a_pool * cost.database,
            client_µs_a_pool=of_a_pool * cost.client,
        )


@contextmanager
def plain_server(url: str, workers: int) -> Iterator[str]:
    """The yardstick beside us, on the same database; its address."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(yardstick.TABLES)
    port = hosting.free_port()
    words = [sys.executable, "-m", "uvicorn", "benchmarks.yardstick:app", "--port", str(port), "--workers", str(workers), "--no-access-log"]
    process = subprocess.Popen([*words, "--log-level", "warning"], env=os.environ | {yardstick.VARIABLE: url})  # noqa: S603 - our own program
    try:
        hosting.wait_until_ready(process, f"http://127.0.0.1:{port}/openapi.json")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def day() -> date:
    """The day of the site, where the benchmark's tubes are collected."""
    return clock.local_day(clock.now() - timedelta(minutes=30), "Asia/Shanghai")


def main() -> None:
    """Measure on a database of our own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fill", type=int, default=300_000, help="tubes for the second round")
    parser.add_argument("--calls", type=int, default=4000, help="calls of one tube; of batches a 25th of that")
    parser.add_argument("--workers", type=int, default=2, help="server processes")
    options = parser.parse_args()
    with own_city() as city:
        port = hosting.free_port()
        plain_url = city.program.database.url.replace("postgresql+psycopg", "postgresql")
        with hosting.served(port, options.workers) as server, plain_server(plain_url, options.workers) as plain:
            servers = Servers(f"http://127.0.0.1:{port}", plain, server.pid)
            measure(city, servers, options.calls, 0)
            if options.fill:
                with city.program.database.owner() as connection:
                    seconds = fill(connection, options.fill, SITE, day())
                tidy(city.program.database)
                rested = processor.rest(server.pid, city.postmaster)
                print(f"filled {options.fill:,} tubes in {seconds:.0f} s, counted and sealed in {rested:.0f} s", flush=True)
                measure(city, servers, options.calls, options.fill)


if __name__ == "__main__":
    main()
