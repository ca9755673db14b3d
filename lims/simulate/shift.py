"""What the people of one site and one lab do, a message each, in the order in which they are told: no crowd, no hurry."""

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import httpx

from lims.kernel import barcodes, clock
from lims.kernel.barcodes import Kind
from lims.kernel.ids import uuid7
from lims.simulate.hours import SimulatedDay
from lims.simulate.instrument import Cts, Kit, Well, controls, generic
from lims.simulate.people import SPACE, Population
from lims.simulate.plan import Credentials, Plan
from lims.simulate.wire import Json

Wells = Mapping[str, Mapping[str, str]]
Readings = Mapping[str, Cts]  # well → Ct of each target, the internal control last
Member = dict[str, str]


class Shift:
    """One site and one lab. Hours are local ones of the planned day; what is below 0 was the day before."""

    def __init__(self, plan: Plan, credentials: Credentials, web: httpx.Client) -> None:
        self.plan, self.credentials, self.web = plan, credentials, web
        self.site, self.lab = next(iter(credentials.samplers)), next(iter(credentials.technicians))
        self.day = SimulatedDay.of(plan.date, plan.timezone, clock.now())
        self.rng = random.SystemRandom()
        self.people, self.met = Population(self.rng.randrange(SPACE)), 0
        self.sampler, self.technician, self.reviewer = (
            credentials.samplers[self.site],
            credentials.technicians[self.lab],
            credentials.reviewers[self.lab],
        )

    def say(self, token: str, path: str, **body: object) -> Json:
        """Tell the server something new, and take its answer; httpx.HTTPStatusError where it refuses."""
        answer = self.web.post(path, json={"id": str(uuid7())} | body, headers={"Authorization": f"Bearer {token}"})
        return answer.raise_for_status().json()

    def code(self, kind: Kind) -> str:
        """A code of a roll that somebody brought along."""
        return barcodes.own_code(kind, self.rng.randrange(barcodes.SERIALS))

    def member(self) -> Member:
        """Somebody nobody has met before."""
        self.met += 1
        return {"id_type": "resident_id", "group": "community"} | self.people.person(self.met)._asdict()

    def collect(self, count: int, hour: float, size: int, *, retest: tuple[str, Member] | None = None, opened: int = 0) -> list[str]:
        """Sealed tubes of this many people each, on labels of their own; `opened` more are left open. `retest`: who answers which tube."""
        reserved = self.say(self.sampler, "/sampling/api/label-ranges", site=self.site, count=count + opened)
        first = barcodes.serial_of(reserved["first"])
        codes = [barcodes.own_code(Kind.TUBE, first + place) for place in range(count + opened)]
        tubes = [self.tube(code, hour + place / 200, size, retest) for place, code in enumerate(codes)]
        for tube in tubes[count:]:
            tube.update(state="open", sealed_at=None)
        told = self.say(self.sampler, "/sampling/api/sync", device="late", sent_at=self.day.at(hour + 0.6), tubes=tubes)
        if refused := [outcome for outcome in told["tubes"] if outcome["outcome"] != "accepted"]:
            raise ValueError(refused)
        return codes[:count]

    def tube(self, code: str, hour: float, size: int, retest: tuple[str, Member] | None) -> dict[str, Any]:
        """One tube as a device has it."""
        at, people = self.day.at(hour), [retest[1]] if retest else [self.member() for _ in range(size)]
        return {
            "id": str(uuid7()), "revision": 1, "barcode": code, "site": self.site, "round": None, "state": "sealed",
            "kind": "swab_pool" if size > 1 else "single", "pool_size": size, "opened_at": at, "sealed_at": at,
            "retest_of": retest[0] if retest else None,
            "members": [person | {"position": place, "collected_at": at} for place, person in enumerate(people, 1)],
        }  # fmt: skip

    def box(self, tubes: Sequence[str], hour: float) -> str:
        """Pack a box."""
        code = self.code(Kind.BOX)
        self.say(self.sampler, "/sampling/api/boxes", barcode=code, site=self.site, tubes=tubes, sealed_at=self.day.at(hour))
        return code

    def send(self, tubes: Sequence[str], hour: float) -> str:
        """Pack a box and send it on its way."""
        box = self.box(tubes, hour)
        way = {"lab": self.lab, "courier": "late", "vehicle": "", "at": self.day.at(hour + 0.2)}
        self.say(self.credentials.courier, f"/sampling/api/boxes/{box}/dispatch", **way)
        return box

    def receive(self, box: str, tubes: Sequence[str], hour: float, celsius: float = 5.0) -> None:
        """Scan tubes out of a box."""
        path = f"/testing/api/boxes/{box}/receive"
        self.say(self.technician, path, lab=self.lab, at=self.day.at(hour), temperature_c=celsius, tubes=tubes)

    def bring(self, tubes: Sequence[str], hour: float) -> None:
        """From the site into the lab, all of them."""
        self.receive(self.send(tubes, hour), tubes, hour + 0.6)

    def extract(self, hour: float) -> str:
        """Extract what waits; the batch's code."""
        code = self.code(Kind.PLATE)
        what = {"barcode": code, "lab": self.lab, "assay": self.plan.kit.assay, "instrument": "Auto-Pure 96", "at": self.day.at(hour)}
        self.say(self.technician, "/testing/api/extractions", **what)
        return code

    def plate(self, hour: float, batches: Sequence[str] = ()) -> tuple[str, Wells]:
        """Lay out what waits, or what lies in these batches: the plate's code and map."""
        what = {"barcode": self.code(Kind.PLATE), "lab": self.lab, "assay": self.plan.kit.assay, "at": self.day.at(hour)}
        laid = self.say(self.technician, "/testing/api/plates", **what, **({"batches": batches} if batches else {}))
        return laid["barcode"], laid["wells"]

    def run(self, plate: str, wells: Wells, hour: float, seen: Callable[[str], Cts], *, spoiled: str = "") -> str:
        """Import what an instrument has read in each tube's well; controls of the role `spoiled` are out. The run's id."""
        kit, rng = self.plan.kit, random.Random(self.plan.seed)
        read = [self.well(name, what, kit, rng, seen, spoiled) for name, what in wells.items()]
        name, content = generic(plate, read, kit)
        headers = {"Authorization": f"Bearer {self.technician}"}
        sent = {"files": {"file": (name, content, "text/csv")}, "data": {"at": self.day.at(hour)}, "headers": headers}
        answer = self.web.post(f"/testing/api/plates/{plate}/runs", **sent)  # type: ignore[arg-type]  # a dict of unlike values
        return str(answer.raise_for_status().json()["run"])

    @staticmethod
    def well(name: str, what: Mapping[str, str], kit: Kit, rng: random.Random, seen: Callable[[str], Cts], spoiled: str) -> Well:
        """What is read in one well."""
        role = what.get("control")
        read = controls(role, kit, rng, spoiled=role == spoiled) if role else seen(name)
        return Well(name, what.get("tube"), role, read)

    def decide(self, run: str, decision: str, hour: float, **more: object) -> None:
        """A reviewer's decision on a run."""
        self.say(self.reviewer, f"/testing/api/runs/{run}/review", decision=decision, at=self.day.at(hour), **more)

    def rack(self, place: str, kept: str, tubes: Sequence[str], hour: float) -> str:
        """Put tubes into a new rack of 9 × 9."""
        code, at = self.code(Kind.PLACE), self.day.at(hour)
        self.say(self.technician, "/testing/api/racks", barcode=code, lab=self.lab, rows=9, columns=9, kept=kept, place=place, at=at)
        self.say(self.technician, f"/testing/api/racks/{code}/tubes", tubes=tubes, at=at)
        return code

    def pool(self, members: Sequence[str], hour: float) -> str:
        """Mix single tubes into an aliquot pool."""
        code = self.code(Kind.TUBE)
        what = {"barcode": code, "lab": self.lab, "members": members, "assay": self.plan.kit.assay, "at": self.day.at(hour)}
        self.say(self.technician, "/testing/api/pools", **what)
        return code
