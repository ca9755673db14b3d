"""Ten times the busiest hour's load, all at once, and back: who is let in, who is told to come again, how soon all is as before.

python -m benchmarks.overload                                # 15, 150, 15 tubes of ten a second, one a call; 100 look-ups a second beside
python -m benchmarks.overload --rates 15 600 15 --picture docs/pictures/overload.svg

Open loop: tubes are sealed when they are, whatever became of those before. A phone that is turned away comes again when it was told to. At
the end the database is looked through for every tube that was acknowledged. Exit 1 where one is lost, doubled or mixed up, or where it was
not as before within a minute. Linux only; client and server share the machine.
"""

import argparse
import asyncio
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import uvloop

from benchmarks import processor
from benchmarks.crowd import SAFE, Heard, Phone, attempt, pause
from benchmarks.figures import tell
from benchmarks.lost_hour import World, hosted, missing
from benchmarks.overload_picture import picture
from lims.kernel.program import Program
from lims.sampling.people.rules import lookup_code, person_id
from lims.simulate.measure import percentile
from lims.simulate.wire import Wire

NORMAL_SECONDS = 0.25  # whoever waits no longer waits as before
TURN = 5  # seconds that are looked at together
PLACE = b"2000-01-01T00:00:00+00:00"  # where the moment of sealing will stand
PROCESSES = Path("/proc")


class Answered(NamedTuple):
    """One attempt of a phone or of somebody who looks up a result: when it began and how long it took (seconds), and the answer."""

    at: float
    took: float
    status: str
    what: str = "sync"


@dataclass
class Course:
    """What was heard, second by second from the beginning."""

    began: float = 0.0
    answers: list[Answered] = field(default_factory=list)
    safe: list[tuple[float, float]] = field(default_factory=list)  # of each tube: when it was sealed, seconds until it was safe
    outcomes: Counter[str] = field(default_factory=Counter)
    memory_mb: list[float] = field(default_factory=list)
    acknowledged: set[str] = field(default_factory=set)
    silent: int = 0  # refusals that did not say when to come again

    def now(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self.began


class SealedLater(Phone):
    """A phone with a tube whose content is written already, and whose moment of sealing is the one at which it sends."""

    def seal(self) -> None:
        """Close the tube now."""
        self.written = self.written.replace(PLACE, datetime.now(UTC).isoformat().encode())


def phones_of(world: World, count: int) -> list[SealedLater]:
    """Tubes made beforehand: making people costs more than sending them."""
    made = []
    for number in range(count):
        site = world.sites[number % len(world.sites)]
        tube = world.tube(site, datetime.now(UTC)) | {"sealed_at": PLACE.decode()}
        made.append(SealedLater(number, world.tokens[site], [tube], name="live"))
    return made


async def bring(phone: SealedLater, port: int, course: Course, rng: random.Random) -> None:
    """Seal, and send until it is safe, as a phone does; every attempt is written down."""
    phone.seal()
    sealed, failures = course.now(), 0
    while phone.tubes:
        began, answer = course.now(), await attempt(phone, port, Heard())
        course.answers.append(Answered(began, course.now() - began, str(answer.status) if answer else "no answer"))
        if answer is not None and answer.status == 202:
            course.outcomes.update(line["outcome"] for line in answer.json()["tubes"])
            course.acknowledged.update(tube["barcode"] for tube in phone.tubes)
            phone.tubes = ()
            break
        failures += 1
        asked = answer.headers.get("retry-after") if answer else None
        course.silent += answer is not None and asked is None
        await asyncio.sleep(pause(failures, asked, rng))
    course.safe.append((sealed, course.now() - sealed))


async def ask(wire: Wire, body: bytes, course: Course) -> None:
    """One person looks up a result, once."""
    began = course.now()
    try:
        status = str((await wire.send("POST", "/sampling/api/result-lookup", {"content-type": "application/json"}, body, 30)).status)
    except (OSError, TimeoutError):
        status = "no answer"
    course.answers.append(Answered(began, course.now() - began, status, "look-up"))


async def looked_up(
    bodies: Sequence[bytes], port: int, each_second: float, course: Course, rng: random.Random, over: asyncio.Event
) -> None:
    """Look-ups one after the other at this rate, whatever became of those before."""
    wire, due = Wire(f"http://127.0.0.1:{port}", 2000), time.monotonic()
    async with asyncio.TaskGroup() as under_way:
        while not over.is_set():
            due += rng.expovariate(each_second)
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            under_way.create_task(ask(wire, rng.choice(bodies), course))
    await wire.close()


async def watched(server: int, course: Course, over: asyncio.Event) -> None:
    """Once a second, the memory of the server's processes, MB (shared pages counted once among those who share them)."""
    while not over.is_set():
        course.memory_mb.append(memory_mb(server))
        await asyncio.sleep(1)


def memory_mb(root: int) -> float:
    """PSS of a process and of its children, MB."""
    numbers, total = [root], 0.0
    while numbers:
        number = numbers.pop()
        try:
            fields = (PROCESSES / str(number) / "smaps_rollup").read_text()
            children = (PROCESSES / str(number) / "task" / str(number) / "children").read_text()
        except OSError:
            continue
        total += next((int(line.split()[1]) for line in fields.splitlines() if line.startswith("Pss:")), 0) / 1024
        numbers += [int(child) for child in children.split()]
    return total


async def run(
    world: World, program: Program, port: int, server: int, stages: Sequence[tuple[float, float]], look_ups: float, rng: random.Random
) -> Course:
    """Stages of so many seconds with so many tubes a second, one after the other; ends when every tube is safe."""
    times = due_times(stages, rng)
    first = phones_of(world, 50)
    phones, course, over = phones_of(world, len(times)), Course(), asyncio.Event()
    course.began = time.monotonic()
    for phone in first:  # the statements are known, and somebody has a result to ask for
        await bring(phone, port, Course(began=course.began), rng)
    course.began = time.monotonic()
    bodies = questions(program, list(world.told.values())[: len(first)])
    beside = [asyncio.create_task(watched(server, course, over))]
    if look_ups:
        beside.append(asyncio.create_task(looked_up(bodies, port, look_ups, course, rng, over)))
    async with asyncio.TaskGroup() as under_way:
        for due, phone in zip(times, phones, strict=True):
            await asyncio.sleep(max(0.0, due - course.now()))
            under_way.create_task(bring(phone, port, course, rng))
    over.set()
    await asyncio.gather(*beside)
    return course


def due_times(stages: Iterable[tuple[float, float]], rng: random.Random) -> list[float]:
    """When tubes are sealed, seconds from the beginning."""
    times, begin = [], 0.0
    for seconds, each_second in stages:
        at = begin
        while (at := at + rng.expovariate(each_second)) < begin + seconds:
            times.append(at)
        begin += seconds
    return times


def questions(program: Program, tubes: Iterable[dict[str, Any]]) -> list[bytes]:
    """What people of these tubes send to see their results."""
    return [
        json.dumps(
            {
                "id_type": member["id_type"],
                "id_number": member["id_number"],
                "code": lookup_code(program.keys, tube["barcode"], person_id(program.keys, member["id_type"], member["id_number"])),
            }
        ).encode()
        for tube in tubes
        for member in tube["members"][:2]
    ]


def recovered(course: Course, peak_over: float, last: float) -> float | None:
    """Seconds from the end of the peak until tubes were safe as fast as before it, and stayed so; None where that was not seen."""
    before = [took for at, took in course.safe if at < TURN * 2]
    limit = max(NORMAL_SECONDS, 2 * percentile(sorted(before), 0.95)) if before else NORMAL_SECONDS
    since = None
    for begin in range(int(peak_over), int(last), TURN):
        took = sorted(took for at, took in course.safe if begin <= at < begin + TURN)
        if took and percentile(took, 0.95) > limit:
            since = None
        elif since is None:
            since = begin
    return None if since is None else max(0.0, since - peak_over)


@dataclass(frozen=True)
class Told:
    """What came out."""

    course: Course
    recovery: float | None
    lost: int
    doubled: int
    wrong: int

    @property
    def whole(self) -> bool:
        """Whether everything acknowledged is there, once, as it was told; and all refusals said when to come again."""
        return not (self.lost or self.doubled or self.wrong or self.course.silent) and set(self.course.outcomes) <= SAFE


def overload(rates: Sequence[float], seconds: Sequence[float], look_ups: float, workers: int = 2, seed: int = 1) -> Told:
    """The whole story on a database of our own."""
    rng, stages = random.Random(seed), list(zip(seconds, rates, strict=True))  # noqa: S311 - a benchmark
    with hosted(workers) as (city, port, server):
        world, before = World(city.tokens.samplers, seed), processor.used(server, city.postmaster)
        course = uvloop.run(run(world, city.program, port, server, stages, look_ups, rng))
        used = processor.used(server, city.postmaster).since(before)
        print(f"processor seconds: server {used.server:.0f}, database {used.database:.0f}, client {used.client:.0f}")
        return Told(course, recovered(course, sum(seconds[:2]), sum(seconds)), *missing(city.program, world))


def told(found: Told, rates: Sequence[float], seconds: Sequence[float]) -> None:
    """A row for each stage, and one for the whole."""
    course, begin, table = found.course, 0.0, "Overload"
    for stage, (lasts, rate) in enumerate(zip(seconds, rates, strict=True)):
        mine = [one for one in course.answers if begin <= one.at < begin + lasts]
        syncs = [one for one in mine if one.what == "sync"]
        safe = sorted(took for at, took in course.safe if begin <= at < begin + lasts)
        asked = sorted(one.took for one in mine if one.what == "look-up" and one.status == "200")
        tell(
            table, f"{('before', 'peak', 'after')[stage]}: {rate:g} tubes a second",
            accepted_per_second=sum(one.status == "202" for one in syncs) / lasts,
            refused_per_second=sum(one.status in {"503", "429"} for one in syncs) / lasts,
            unanswered=float(sum(one.status == "no answer" for one in syncs)),
            safe_p50_ms=ms(safe, 0.5), safe_p95_ms=ms(safe, 0.95), safe_p99_ms=ms(safe, 0.99), look_up_p95_ms=ms(asked, 0.95),
        )  # fmt: skip
        begin += lasts
    tell(
        table, "the whole", tubes=float(len(course.safe)), lost=float(found.lost), doubled=float(found.doubled + found.wrong),
        refused_without_a_time=float(course.silent), recovery_s=found.recovery, most_memory_mb=max(course.memory_mb),
    )  # fmt: skip


def ms(seconds: Sequence[float], share: float) -> float | None:
    """A percentile of ascending times in milliseconds; None of no times."""
    return 1000 * percentile(seconds, share) if seconds else None


def main() -> None:
    """Run, tell, draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rates", type=float, nargs=3, default=[15, 150, 15], help="tubes of ten a second: before, peak, after")
    parser.add_argument("--seconds", type=float, nargs=3, default=[30, 120, 90], help="how long each of them lasts")
    parser.add_argument("--look-ups", type=float, default=100, help="look-ups a second, all the time")
    parser.add_argument("--workers", type=int, default=2, help="server processes")
    parser.add_argument("--picture", type=Path, help="draw the course into this SVG file")
    options = parser.parse_args()
    found = overload(options.rates, options.seconds, options.look_ups, options.workers)
    told(found, options.rates, options.seconds)
    if options.picture:
        options.picture.write_text(
            picture(found.course.answers, found.course.safe, options.rates, options.seconds, found.recovery), "utf-8"
        )
    sys.exit(0 if found.whole and found.recovery is not None and found.recovery <= 60 else 1)


if __name__ == "__main__":
    main()
