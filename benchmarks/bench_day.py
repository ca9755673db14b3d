"""A lab's day: 3,000 tubes in boxes of 100, on 33 plates of 96, from receipt to release; what the server takes of it.

python -m benchmarks.bench_day
python -m benchmarks.bench_day --tubes 300

Nobody waits for a cycler here: what is measured is the time in which people wait for the server, step by step.
"""

import argparse
import random
import time
from collections import defaultdict
from typing import Any

import httpx

from benchmarks import processor
from benchmarks.own import own_city
from lims.apps.demo import hosting
from lims.kernel import barcodes, ids
from lims.simulate.instrument import Kit, Look, Well, controls, generic, seen
from lims.simulate.measure import percentile
from lims.simulate.plan import Credentials

BOX = 100
REACTIVE = 0.005  # of the tubes


class Day:
    """One technician and one reviewer, one step after another, and how long the server took for each."""

    def __init__(self, url: str, lab: str, technician: str, reviewer: str) -> None:
        self.lab, self.client = lab, httpx.Client(base_url=url, timeout=60)
        self.who = {"technician": technician, "reviewer": reviewer}
        self.took: dict[str, list[float]] = defaultdict(list)
        self.luck = random.Random(3)  # noqa: S311 - a benchmark

    def tell(
        self, step: str, who: str, path: str, body: dict[str, Any] | None = None, file: tuple[str, bytes] | None = None
    ) -> dict[str, Any]:
        """One message, timed."""
        headers, files = {"Authorization": f"Bearer {self.who[who]}"}, {"file": file} if file else None
        began = time.perf_counter()
        answer = self.client.post(path, headers=headers, json=body, files=files)
        self.took[step].append(time.perf_counter() - began)
        if not answer.is_success:
            raise RuntimeError(f"{step}: {answer.text}")
        told: dict[str, Any] = answer.json()
        return told

    def code(self, kind: barcodes.Kind) -> str:
        """A code that nobody has."""
        return barcodes.own_code(kind, self.luck.randrange(10**11))

    def receive(self, tubes: list[str]) -> None:
        """Box after box."""
        for start in range(0, len(tubes), BOX):
            box = self.code(barcodes.Kind.BOX)
            body = {"id": str(ids.uuid7()), "lab": self.lab, "tubes": tubes[start : start + BOX]}
            self.tell("receive a box", "technician", f"/testing/api/boxes/{box}/receive", body)

    def plate(self) -> int:
        """Lay a plate out, run it, review it; how many tubes were released."""
        barcode = self.code(barcodes.Kind.PLATE)
        body = {"id": str(ids.uuid7()), "barcode": barcode, "lab": self.lab, "assay": Kit().assay}
        laid = self.tell("lay out a plate", "technician", "/testing/api/plates", body)
        name, content = generic(barcode, [self.well(well, what) for well, what in laid["wells"].items()], Kit())
        run = self.tell("import a run", "technician", f"/testing/api/plates/{barcode}/runs", file=(name, content))
        review = f"/testing/api/runs/{run['run']}/review"
        released = self.tell("release negatives", "reviewer", review, {"id": str(ids.uuid7()), "decision": "approve"})["released"]
        for call in run["calls"]:
            if call["tube"] and call["call"] != "negative":
                named = {"id": str(ids.uuid7()), "decision": "approve", "tubes": [call["tube"]]}
                released += self.tell("release another", "reviewer", review, named)["released"]
        return len(released)

    def well(self, name: str, what: dict[str, str]) -> Well:
        """What the cycler sees in a well."""
        if role := what.get("control"):
            return Well(name, None, role, controls(role, Kit(), self.luck))
        look = Look.POSITIVE if self.luck.random() < REACTIVE else Look.NEGATIVE
        return Well(name, what["tube"], None, seen(look, Kit(), self.luck))


def lived(url: str, tokens: Credentials, count: int) -> Day:
    """The whole day."""
    lab = min(tokens.technicians)
    day = Day(url, lab, tokens.technicians[lab], tokens.reviewers[lab])
    tubes = [day.code(barcodes.Kind.TUBE) for _ in range(count)]
    day.receive(tubes)
    released = 0
    while released < count:
        released += day.plate()
    return day


def table(day: Day, seconds: float, cost: processor.Used, count: int) -> None:
    """What it came to."""
    for step, took in day.took.items():
        took.sort()
        print(f"{step:<18} {len(took):>5} × p50 {1000 * percentile(took, 0.5):7.1f} ms  p99 {1000 * percentile(took, 0.99):7.1f} ms")
    waited, plates = sum(map(sum, day.took.values())), len(day.took["lay out a plate"])
    print(
        f"{count:,} tubes on {plates} plates from receipt to release: {seconds:.1f} s, "
        f"of which people waited for the server {waited:.1f} s ({100 * waited / seconds:.0f} %)\n"
        f"processor: server {cost.server:.1f} s, database {cost.database:.1f} s, client {cost.client:.1f} s"
    )


def main() -> None:
    """Measure on a database of our own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tubes", type=int, default=3000)
    options = parser.parse_args()
    with own_city() as (_, tokens, postmaster):
        port = hosting.free_port()
        with hosting.served(port, 2) as server:
            before, began = processor.used(server.pid, postmaster), time.perf_counter()
            day = lived(f"http://127.0.0.1:{port}", tokens, options.tubes)
            table(day, time.perf_counter() - began, processor.used(server.pid, postmaster).since(before), options.tubes)


if __name__ == "__main__":
    main()
