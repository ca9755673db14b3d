"""Work that is still under way when the day ends: a city that is shown must not look finished.

A few pools at the last hour: some at their site, a box on the road, a box received and waiting, a plate that was run, with two
positives that nobody has reviewed yet.
"""

import random
from typing import Any

import httpx

from lims.kernel import barcodes, clock
from lims.kernel.ids import uuid7
from lims.simulate.hours import SimulatedDay
from lims.simulate.instrument import Look, Well, controls, generic, seen
from lims.simulate.people import SPACE, Population
from lims.simulate.plan import Credentials, Plan
from lims.simulate.wire import Json

BOX = 8
HOUR = 20.0


class Late:
    """The last hour at one site and in one lab."""

    def __init__(self, plan: Plan, credentials: Credentials, url: str) -> None:
        self.plan, self.credentials = plan, credentials
        self.site, self.lab = next(iter(credentials.samplers)), next(iter(credentials.technicians))
        self.day = SimulatedDay.of(plan.date, plan.timezone, clock.now())
        self.web = httpx.Client(base_url=url, timeout=60, trust_env=False)
        self.rng = random.SystemRandom()
        self.people = Population(self.rng.randrange(SPACE))

    def leave(self) -> None:
        """Four boxes' worth of pools, each left at another step."""
        tubes = self.collect(4 * BOX)
        road, waiting, run = (self.box(tubes[place * BOX : (place + 1) * BOX]) for place in (1, 2, 3))
        self.dispatch(road)
        for box, inside in ((run, tubes[3 * BOX :]), (waiting, tubes[2 * BOX : 3 * BOX])):
            self.dispatch(box)
            self.receive(box, inside)
            if box == run:
                self.plate()
        self.web.close()

    def post(self, token: str, path: str, body: Json) -> Json:
        """Tell the server, and take its answer."""
        answer = self.web.post(path, json=body, headers={"Authorization": f"Bearer {token}"})
        answer.raise_for_status()
        return answer.json()

    def collect(self, count: int) -> list[str]:
        """Sealed pools of this site; the last one is still open."""
        token = self.credentials.samplers[self.site]
        reserved = self.post(token, "/sampling/api/label-ranges", {"site": self.site, "count": count + 1})
        first = barcodes.serial_of(reserved["first"])
        codes = [barcodes.own_code(barcodes.Kind.TUBE, first + place) for place in range(count + 1)]
        tubes = [self.tube(code, place) for place, code in enumerate(codes)]
        tubes[-1] |= {"state": "open", "sealed_at": None}
        self.post(token, "/sampling/api/sync", {"device": "late", "sent_at": self.day.at(HOUR), "tubes": tubes})
        return codes[:-1]

    def tube(self, code: str, place: int) -> dict[str, Any]:
        """One pool as a device has it."""
        at, size = self.day.at(HOUR + place / 200), self.plan.pool_size
        members = []
        for position in range(1, size + 1):
            who = self.people.person(place * size + position)
            members.append({"position": position, "id_type": "resident_id", "group": "community", "collected_at": at} | who._asdict())
        return {
            "id": str(uuid7()), "revision": 1, "barcode": code, "site": self.site, "round": None, "state": "sealed", "retest_of": None,
            "kind": "swab_pool" if size > 1 else "single", "pool_size": size, "opened_at": at, "sealed_at": at, "members": members,
        }  # fmt: skip

    def box(self, tubes: list[str]) -> str:
        """Pack a box."""
        code = barcodes.own_code(barcodes.Kind.BOX, self.rng.randrange(barcodes.SERIALS))
        body = {"id": str(uuid7()), "barcode": code, "site": self.site, "tubes": tubes, "sealed_at": self.day.at(HOUR + 0.5)}
        self.post(self.credentials.samplers[self.site], "/sampling/api/boxes", body)
        return code

    def dispatch(self, box: str) -> None:
        """Send a box on its way."""
        body = {"id": str(uuid7()), "lab": self.lab, "courier": "late", "vehicle": "", "at": self.day.at(HOUR + 0.7)}
        self.post(self.credentials.courier, f"/sampling/api/boxes/{box}/dispatch", body)

    def receive(self, box: str, tubes: list[str]) -> None:
        """Scan a box in."""
        body = {"id": str(uuid7()), "lab": self.lab, "at": self.day.at(HOUR + 1), "temperature_c": 5.0, "tubes": tubes}
        self.post(self.credentials.technicians[self.lab], f"/testing/api/boxes/{box}/receive", body)

    def plate(self) -> None:
        """Lay out what waits and import a run with two positives; nobody reviews it."""
        token, code = self.credentials.technicians[self.lab], barcodes.own_code(barcodes.Kind.PLATE, self.rng.randrange(barcodes.SERIALS))
        body = {
            "id": str(uuid7()),
            "barcode": code,
            "lab": self.lab,
            "assay": self.plan.kit.assay,
            "layout": "auto",
            "at": self.day.at(HOUR + 1.5),
        }
        laid, kit, rng = self.post(token, "/testing/api/plates", body)["wells"], self.plan.kit, random.Random(self.plan.seed)
        looks = iter([Look.POSITIVE, Look.POSITIVE])
        read = {
            well: controls(what["control"], kit, rng) if "control" in what else seen(next(looks, Look.NEGATIVE), kit, rng)
            for well, what in laid.items()
        }
        wells = [Well(well, what.get("tube"), what.get("control"), read[well]) for well, what in laid.items()]
        name, content = generic(code, wells, kit)
        file = {"file": (name, content, "text/csv")}
        headers = {"Authorization": f"Bearer {token}"}
        answer = self.web.post(f"/testing/api/plates/{code}/runs", files=file, data={"at": self.day.at(HOUR + 3)}, headers=headers)
        answer.raise_for_status()
