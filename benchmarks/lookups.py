"""People look their results up while samplers sync: how many look-ups a second are answered, and what that costs those who write.

python -m benchmarks.lookups                              # 500, 1,000, 2,000 look-ups beside 15 syncs a second, a minute each
python -m benchmarks.lookups --rates 400 --seconds 10
python -m benchmarks.lookups --day 20000                  # then the same look-ups beside `lims simulate`

Open loop: every message has its time, and is sent whether the one before was answered or not; what would make more than 500 wait at once
is not sent, and counted. Those who ask are a process of their own, as they are other phones than those that sync. First the syncs alone,
then both together, at the last rate also with a server for look-ups that gives way to all else (as in docs/several-machines.md); the share
by which the syncs' p95 grew is promise 4.
"""

import argparse
import asyncio
import json
import random
import subprocess
import sys
import tempfile
import time
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

import uvloop

from benchmarks.figures import tell
from benchmarks.own import City, own_city
from benchmarks.registration import SITE, bodies
from lims.apps import processor
from lims.apps.demo import hosting
from lims.kernel.secrets import Keys
from lims.sampling.people.rules import canonical_number, lookup_code, person_id
from lims.simulate.measure import percentile
from lims.simulate.wire import TransportError, Wire

MOST_WAITING = 500
BEHIND = 10  # as `nice` counts
TABLE = "Look-ups beside syncs"
JSON = {"content-type": "application/json"}
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

    def at(self, share: float) -> float:
        """Within how many milliseconds this share of the messages was answered."""
        return percentile(sorted(self.took) or [float("nan")], share)


def asked(url: str, questions: list[Call], rate: float, seconds: float) -> tuple[Stream, float]:
    """Look-ups at this rate, and the seconds of the processor that asking took."""
    began, stream = time.process_time(), Stream(questions, rate, 200)
    uvloop.run(stream.run(url, JSON, seconds))
    stream.calls = []
    return stream, time.process_time() - began


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


@dataclass
class Measured:
    """A server with people in its database, and what is asked of it."""

    city: City
    server: int
    url: str
    options: argparse.Namespace
    rng: random.Random
    phones: Executor
    questions: list[Call] = field(default_factory=list)

    def fill(self) -> None:
        """People who may ask."""
        there = bodies(self.options.people // 500, 50, "there", self.rng)
        filling = Stream([("/sampling/api/sync", message) for message in there], 4, 202)
        uvloop.run(filling.run(self.url, self.headers, len(there) / 4))
        self.questions = lookups(there, self.city.program.keys)
        self.rng.shuffle(self.questions)

    @property
    def headers(self) -> dict[str, str]:
        """A sampler's."""
        return {"authorization": f"Bearer {self.city.tokens.samplers[SITE]}", "content-type": "application/json"}

    def syncs(self, device: str) -> Stream:
        """As many as one run sends."""
        made = bodies(round(self.options.seconds * self.options.syncs) + 1, 1, device, self.rng)
        return Stream([("/sampling/api/sync", message) for message in made], self.options.syncs, 202)

    def alone(self) -> Stream:
        """Syncs with nothing beside them."""
        syncs = self.syncs("alone")
        uvloop.run(syncs.run(self.url, self.headers, self.options.seconds))
        tell(TABLE, f"{self.options.syncs:g} syncs a second alone", sync_p50_ms=syncs.at(0.5), sync_p95_ms=syncs.at(0.95))
        return syncs

    def beside(self, rate: float, alone: Stream, apart: tuple[int, str] | None = None) -> None:
        """Syncs, and look-ups at this rate, which the process `apart` answers at its address if there is one."""
        seconds, servers = self.options.seconds, [self.server, *([apart[0]] if apart else [])]
        url, words = (apart[1], " at a server of their own") if apart else (self.url, "")
        self.phones.submit(asked, url, self.questions[:50], 50, 1).result()  # the process is there, and its lines are open
        syncs = self.syncs(f"beside {rate:g}{words}")

        before = [processor.used(server, self.city.postmaster) for server in servers]
        asking = self.phones.submit(asked, url, self.questions, rate, seconds)
        uvloop.run(syncs.run(self.url, self.headers, seconds))
        look_ups, client = asking.result()
        used = [processor.used(server, self.city.postmaster).since(then) for server, then in zip(servers, before, strict=True)]

        each = 1000 / max(len(look_ups.took), 1)
        tell(
            TABLE, f"{self.options.syncs:g} syncs and {rate:,.0f} look-ups a second{words}",
            sync_p50_ms=syncs.at(0.5), sync_p95_ms=syncs.at(0.95), sync_p95_worse_in_percent=100 * (syncs.at(0.95) / alone.at(0.95) - 1),
            look_ups_answered_a_second=len(look_ups.took) / seconds, look_up_p50_ms=look_ups.at(0.5), look_up_p95_ms=look_ups.at(0.95),
            server_ms_a_look_up=each * sum(one.server for one in used), database_ms_a_look_up=each * used[0].database,
            client_ms_a_look_up=each * client,
        )  # fmt: skip
        print(
            f"not sent {look_ups.unsent}, answered otherwise {look_ups.wrong}; syncs not sent {syncs.unsent}, otherwise {syncs.wrong}",
            flush=True,
        )

    def day(self, day: date, rate: float) -> float:
        """`lims simulate` of this day, with look-ups at this rate beside it; the p95 of its syncs in ms."""
        asked, began = Stream(self.questions, rate, 200), time.perf_counter()

        async def while_it_lasts(simulation: "subprocess.Popen[bytes]") -> None:
            while simulation.poll() is None:
                await (asked.run(self.url, JSON, 1) if rate else asyncio.sleep(1))

        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.json"
            words = ["--people", str(self.options.day), "--speed", self.options.speed, "--date", f"{day}", "--url", self.url]
            with subprocess.Popen([sys.executable, "-m", "lims", "simulate", *words, "--report", str(report)]) as simulation:  # noqa: S603 - our own program
                uvloop.run(while_it_lasts(simulation))
            found = json.loads(report.read_text("utf-8"))
        seconds = time.perf_counter() - began
        sync = found["calls"]["sync"]
        figures = {"sync_p50_ms": sync["p50_ms"], "sync_p95_ms": sync["p95_ms"]}
        if rate:
            figures |= {
                "look_ups_answered_a_second": len(asked.took) / seconds,
                "look_up_p50_ms": asked.at(0.5),
                "look_up_p95_ms": asked.at(0.95),
            }
        beside = f"beside {rate:,.0f} look-ups a second" if rate else "alone"
        tell(TABLE, f"a simulated day of {self.options.day:,} people ({self.options.speed}) {beside}", **figures)
        print(f"findings: {found['mismatch_counts']}", flush=True)
        return float(sync["p95_ms"])


def main() -> None:
    """Measure on a database of our own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rates", type=float, nargs="+", default=[500, 1000, 2000], help="look-ups a second, one run for each")
    parser.add_argument("--syncs", type=float, default=15, help="syncs of one tube of ten a second: 150 people a second")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--people", type=int, default=20_000, help="people who may ask")
    parser.add_argument("--workers", type=int, default=2, help="server processes")
    parser.add_argument("--day", type=int, default=0, help="people of a day that `lims simulate` lives alone, then beside the last rate")
    parser.add_argument("--speed", default="max", help="how fast that day goes, as `lims simulate` takes it")
    options = parser.parse_args()
    with own_city() as city, ProcessPoolExecutor(1, get_context("spawn")) as phones:
        port, other = hosting.free_port(), hosting.free_port()
        with hosting.served(port, options.workers) as server:
            rng = random.Random(7)  # noqa: S311 - a benchmark
            measured = Measured(city, server.pid, f"http://127.0.0.1:{port}", options, rng, phones)
            measured.fill()
            alone = measured.alone()
            for rate in options.rates:
                measured.beside(rate, alone)
            with hosting.served(other, 1, "sampling", "--no-worker", behind=BEHIND) as apart:
                measured.beside(options.rates[-1], alone, (apart.pid, f"http://127.0.0.1:{other}"))
            if options.day:
                today = datetime.now(UTC).date()
                before, beside = (measured.day(today - timedelta(days=days), rate) for days, rate in ((3, 0.0), (2, options.rates[-1])))
                print(f"p95 of the day's syncs {beside / before - 1:+.0%}", flush=True)


if __name__ == "__main__":
    main()
