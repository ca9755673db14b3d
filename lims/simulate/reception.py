"""Accession: boxes are scanned at the lab, with what is missing, too much or unknown; broken tubes are rejected."""

import random

from lims.kernel.ids import uuid7
from lims.simulate.field import Field
from lims.simulate.scene import Channel, Scene, together
from lims.simulate.stock import Stock
from lims.simulate.transport import Box
from lims.simulate.world import Tube

STAGE = "receive"
STRAGGLING = 0.06  # of the boxes have tubes that are scanned later
REJECTED = 0.002  # of the tubes
REASONS = ("RB", "QS", "RN", "RR", "RM")  # HL7 table 0490
SCANNERS = 4  # at work at once in a lab


class Reception:
    """The door of one lab. What is fit for a plate goes to its stock."""

    def __init__(self, scene: Scene, field: Field, lab: str, stock: Stock) -> None:
        self.scene, self.field, self.lab, self.stock = scene, field, lab, stock
        self.token = scene.credentials.technicians[lab]
        self.boxes = 0

    async def receive(self, arriving: Channel[Box]) -> None:
        """Until the last box has been scanned."""
        await together([self.scanner(arriving) for _ in range(SCANNERS)])
        await self.stock.close()

    async def scanner(self, arriving: Channel[Box]) -> None:
        """One technician with a scanner."""
        async for box in arriving:
            self.boxes += 1
            await self.box(self.scene.rng("reception", self.lab, self.boxes, box.tubes[0].retest_of is None), box, self.boxes)

    async def box(self, rng: random.Random, box: Box, number: int) -> None:
        """Scan a box, once or twice, and reject what is broken."""
        scene, hour = self.scene, box.dispatched + rng.uniform(0.4, 1.0)
        # The first box of a lab has a straggler where it can, so that a small day has one too.
        missing = rng.sample(box.tubes, min(rng.randint(1, 3), len(box.tubes) - 1)) if number == 1 or rng.random() < STRAGGLING else []
        scanned = [tube for tube in box.tubes if tube not in missing] + box.astray
        await scene.pacer.until(hour)
        if not await self.scan(box, scanned, missing, hour):
            return
        if missing:
            await scene.pacer.until(hour + 0.25)
            await self.scan(box, missing, [], hour + 0.25, again=True)
        broken = await self.reject(rng, box, number, hour + 0.3)
        await self.stock.add([tube for tube in box.tubes + box.astray if tube not in broken])
        for tube in box.astray:
            if tube.late == 1:
                await self.field.sync_late(tube)

    async def scan(self, box: Box, tubes: list[Tube], missing: list[Tube], hour: float, *, again: bool = False) -> bool:
        """Send the scanned codes, compare what the server says of the box; whether the tubes were received."""
        scene = self.scene
        body = {
            "id": str(uuid7()),
            "lab": self.lab,
            "at": scene.day.at(hour),
            "temperature_c": round(2 + (hour * 7 % 6), 1),
            "tubes": [tube.barcode for tube in tubes],
        }
        sent = scene.client.post("receive", self.token, f"/testing/api/boxes/{box.barcode}/receive", body)
        if (answer := await scene.attempt("box not received", sent, box=box.barcode)) is None:
            return False
        for tube in tubes:
            tube.received = hour
        said = answer.json()
        wanted = {"missing": missing}
        if not again:
            wanted["unregistered"] = [tube for tube in box.astray if not tube.acknowledged]
            wanted["unexpected"] = [tube for tube in box.astray if tube.acknowledged]
        for name, expected in wanted.items():
            right = sorted(said.get(name, [])) == sorted(tube.barcode for tube in expected)
            scene.findings.expect(right, f"box answer: wrong {name}", box=box.barcode, seen=said.get(name), wanted=len(expected))
        scene.done(STAGE, len(tubes), sum(tube.count for tube in tubes))
        return True

    async def reject(self, rng: random.Random, box: Box, number: int, hour: float) -> list[Tube]:
        """Reject a broken tube now and then; never a recollected one, whose person has come twice already."""
        candidates = [tube for tube in box.tubes if tube.retest_of is None]
        broken = [tube for tube in candidates if rng.random() < REJECTED]
        if number == 1 and not broken and len(candidates) > 20:
            broken = [candidates[-1]]
        for tube in broken:
            body = {"id": str(uuid7()), "reason": rng.choice(REASONS), "note": "cap broken, liquid lost", "at": self.scene.day.at(hour)}
            sent = self.scene.client.post("reject", self.token, f"/testing/api/tubes/{tube.barcode}/reject", body)
            tube.rejected = await self.scene.attempt("tube not rejected", sent, tube=tube.barcode) is not None
        return [tube for tube in broken if tube.rejected]
