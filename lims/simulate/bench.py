"""Plates: laid out by the server, run on a cycler, imported; until nothing waits."""

import asyncio
import random
from dataclasses import dataclass
from typing import Any

from lims.kernel.barcodes import SERIALS, Kind, own_code
from lims.kernel.ids import uuid7
from lims.simulate.instrument import CALLS, Cts, Look, Well, choose_writer, controls, generic, seen
from lims.simulate.review import Review
from lims.simulate.runs import compare, send, upload
from lims.simulate.scene import Scene, together
from lims.simulate.stock import Stock
from lims.simulate.world import Tube

STAGE = "test"
LANES = 4  # plates under way at once in a lab
SPOILED = 0.01  # of the runs fail their controls and are run again
WRONG_FILE = 0.01  # of the plates first get another plate's file
RUN_HOURS, REVIEW_HOURS = 1.25, 0.15


@dataclass(frozen=True)
class Plate:
    """A laid-out plate."""

    number: int
    barcode: str
    wells: dict[str, dict[str, Any]]
    tubes: list[Tube]
    hour: float


class Bench:
    """The plates of one lab."""

    def __init__(self, scene: Scene, lab: str, stock: Stock) -> None:
        self.scene, self.lab, self.stock = scene, lab, stock
        self.token = scene.credentials.technicians[lab]
        self.laying = asyncio.Lock()
        self.plates = 0
        self.fresh = random.SystemRandom()  # serial numbers must differ from those of every other run
        self.review = Review(scene, lab, stock)

    async def test(self) -> None:
        """Until no tube of this shift waits."""
        await together([self.lane() for _ in range(LANES)])

    async def lane(self) -> None:
        """One technician: plate after plate."""
        while True:
            # One at a time lays out, so that each plate is filled from what really waits; running them overlaps.
            async with self.laying:
                plate = await self.lay() if await self.stock.enough() else None
            if plate is None:
                return
            try:
                await self.finish(plate)
            finally:
                await self.stock.finished()

    async def lay(self) -> Plate | None:
        """Ask for a plate of the waiting tubes; None, with a finding, where the server has none."""
        scene, barcode = self.scene, own_code(Kind.PLATE, self.fresh.randrange(SERIALS))
        hour = self.stock.earliest() + 0.2
        await scene.pacer.until(hour)
        body = {"id": str(uuid7()), "barcode": barcode, "lab": self.lab, "assay": scene.plan.kit.assay, "layout": "auto"}
        async with self.stock.queue:
            asked = scene.client.post("plate", self.token, "/testing/api/plates", body | {"at": scene.day.at(hour)})
            answer = await scene.attempt("plate not laid out", asked, lab=self.lab)
            wells = {name: well for name, well in answer.json()["wells"].items() if well} if answer is not None else {}
            codes = [well["tube"] for well in wells.values() if well.get("tube")]
            if not codes:
                scene.findings.add("tubes wait and no plate takes them", lab=self.lab, waiting=len(self.stock.tubes))
                self.stock.tubes.clear()
                return None
            tubes = self.stock.laid(codes)
        scene.findings.expect(len(set(codes)) == len(codes), "a tube stands in two wells", plate=barcode)
        self.plates += 1
        return Plate(self.plates, barcode, wells, tubes, max([hour, *(tube.received for tube in tubes)]))

    async def finish(self, plate: Plate) -> None:
        """Run a plate until its controls hold, and have it reviewed."""
        scene, rng = self.scene, self.scene.rng("bench", self.lab, plate.number)
        cts = {name: self.read(rng, well) for name, well in plate.wells.items()}
        hour = plate.hour + RUN_HOURS
        await scene.pacer.until(hour)
        if plate.number == 1 or rng.random() < WRONG_FILE:
            await self.wrong_file(plate, cts, hour)
        if plate.number == 1 or rng.random() < SPOILED:
            await self.failed(rng, plate, cts, hour)
            hour += RUN_HOURS
            await scene.pacer.until(hour)
        run = await upload(scene, self.token, plate.barcode, self.wells(rng, plate, cts), choose_writer(rng), hour)
        if run is None:
            return
        scene.findings.expect(run.passed, "good controls fail the run", plate=plate.barcode, reasons=run.reasons)
        compare(scene, plate.barcode, run, {tube.barcode: CALLS[tube.look] for tube in plate.tubes}, self.by_tube(plate, cts))
        scene.done(STAGE, len(plate.tubes), sum(tube.count for tube in plate.tubes))
        await scene.pacer.until(hour + REVIEW_HOURS)
        await self.review.sign(rng, run, plate.tubes, hour + REVIEW_HOURS)

    def read(self, rng: random.Random, well: dict[str, Any]) -> Cts:
        """Ct values of a well. A tube of another run, which we know nothing of, is negative."""
        kit = self.scene.plan.kit
        if role := well.get("control"):
            return controls(role, kit, rng)
        tube = self.scene.world.tubes.get(well["tube"])
        return seen(tube.look if tube else Look.NEGATIVE, kit, rng)

    def wells(self, rng: random.Random, plate: Plate, cts: dict[str, Cts], spoiled: str | None = None) -> list[Well]:
        """The wells as the cycler writes them; `spoiled`: the control role that goes wrong."""
        rows = []
        for name, well in plate.wells.items():
            role = well.get("control")
            bad = role is not None and role == spoiled
            seen = controls(str(role), self.scene.plan.kit, rng, spoiled=True) if bad else cts[name]
            rows.append(Well(name, well.get("tube"), role, seen))
        return rows

    def by_tube(self, plate: Plate, cts: dict[str, Cts]) -> dict[str, Cts]:
        """Ct values by tube code."""
        return {well["tube"]: cts[name] for name, well in plate.wells.items() if well.get("tube")}

    async def wrong_file(self, plate: Plate, cts: dict[str, Cts], hour: float) -> None:
        """Somebody uploads another plate's file; it must be refused."""
        foreign = own_code(Kind.PLATE, self.fresh.randrange(SERIALS))
        wells = self.wells(random.Random(plate.number), plate, cts)
        refused = await send(self.scene, self.token, plate.barcode, generic(foreign, wells, self.scene.plan.kit), hour, wrong=True)
        self.scene.findings.expect(refused is not None and refused.status == 422, "another plate's file is taken", plate=plate.barcode)

    async def failed(self, rng: random.Random, plate: Plate, cts: dict[str, Cts], hour: float) -> None:
        """A run whose controls went wrong; nobody can approve it."""
        roles = sorted({well["control"] for well in plate.wells.values() if well.get("control")})
        if not roles:
            self.scene.findings.add("a plate without controls", plate=plate.barcode)
            return
        run = await upload(self.scene, self.token, plate.barcode, self.wells(rng, plate, cts, rng.choice(roles)), "generic", hour)
        if run is None:
            return
        if self.scene.findings.expect(not run.passed, "bad controls pass", plate=plate.barcode):
            await self.review.denied(run, hour + REVIEW_HOURS)
