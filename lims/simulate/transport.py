"""Boxes: packed at the site, dispatched by a courier."""

import asyncio
import random
from dataclasses import dataclass

from lims.kernel.barcodes import SERIALS, Kind, own_code
from lims.kernel.ids import uuid7
from lims.simulate.field import Field
from lims.simulate.scene import Channel, Scene, together
from lims.simulate.world import Tube

STAGE = "transport"


@dataclass(frozen=True)
class Box:
    """A box on its way to a lab. `astray` are inside, but not on its list."""

    barcode: str
    site: str
    lab: str
    tubes: list[Tube]
    astray: list[Tube]
    dispatched: float


class Couriers:
    """Packing and dispatching of all sites. `arriving[lab]` are the boxes at that lab's door."""

    def __init__(self, scene: Scene, field: Field, shares: dict[str, float]) -> None:
        self.scene, self.field, self.shares = scene, field, shares
        self.arriving: dict[str, Channel[Box]] = {lab: Channel() for lab in shares}
        self.fresh = random.SystemRandom()  # serial numbers must differ from those of every other run

    async def carry(self, tubes: int) -> None:
        """Until every sealed tube has left its site."""
        async with self.scene.stage(STAGE, tubes):
            await together([self.site(site) for site in self.field.sealed])
        for channel in self.arriving.values():
            channel.close()

    async def site(self, site: str) -> None:
        """Pack the tubes of one site as they are sealed, 40 to 50 in a box."""
        rng, number = self.scene.rng("boxes", site), 0
        inside: list[Tube] = []
        most = rng.randint(40, 50)
        async with asyncio.TaskGroup() as leaving:
            async for tube in self.field.sealed[site]:
                # Packed only when the next tube comes: what travels astray must not be left behind without a last box.
                if len(inside) == most:
                    leaving.create_task(self.box(number, site, inside, self.along(site, inside)))
                    inside, most, number = [], rng.randint(40, 50), number + 1
                inside.append(tube)
            if inside:
                leaving.create_task(self.box(number, site, inside, self.along(site, None)))

    def along(self, site: str, inside: list[Tube] | None) -> list[Tube]:
        """The stray tubes that were filled before the last tube of this box; all that are left where this is the last box."""
        astray = self.field.astray[site]
        until = max(tube.sealed for tube in inside) if inside else None
        # An unpacked tube is expected to be registered when it is scanned, so it waits until the server has it.
        taken = [t for t in astray if until is None or (t.sealed <= until and (t.late or t.acknowledged))]
        self.field.astray[site] = [t for t in astray if t not in taken]
        return taken

    async def box(self, number: int, site: str, tubes: list[Tube], astray: list[Tube]) -> None:
        """Pack one box and send it to a lab."""
        rng = self.scene.rng("box", site, number, tubes[0].retest_of is None)
        scene, barcode = self.scene, own_code(Kind.BOX, self.fresh.randrange(SERIALS))
        sealed = max(tube.sealed for tube in tubes + astray) + 0.05
        lab = rng.choices(list(self.shares), list(self.shares.values()))[0]
        await scene.pacer.until(sealed)
        codes = [tube.barcode for tube in tubes]
        body = {"id": str(uuid7()), "barcode": barcode, "site": site, "tubes": codes, "sealed_at": scene.day.at(sealed)}
        sampler = scene.credentials.samplers[site]
        packed = await scene.attempt("box not packed", scene.client.post("box", sampler, "/sampling/api/boxes", body), box=barcode)
        dispatched = sealed + rng.uniform(0.1, 0.3)
        await scene.pacer.until(dispatched)
        if packed is not None and await self.dispatch(rng, barcode, site, lab, dispatched):
            for tube in tubes + astray:
                tube.lab = lab
            self.arriving[lab].put(dispatched, Box(barcode, site, lab, tubes, astray, dispatched))
            scene.done(STAGE, len(tubes), sum(tube.count for tube in tubes))

    async def dispatch(self, rng: random.Random, barcode: str, site: str, lab: str, hour: float) -> bool:
        """Hand the box to a courier; mostly he says so himself."""
        scene = self.scene
        token = scene.credentials.courier if rng.random() < 0.8 else scene.credentials.samplers[site]
        body = {
            "id": str(uuid7()),
            "lab": lab,
            "courier": f"courier-{rng.randint(1, 9)}",
            "vehicle": f"浙A{rng.randint(10_000, 99_999)}",
            "at": scene.day.at(hour),
        }
        sent = scene.client.post("dispatch", token, f"/sampling/api/boxes/{barcode}/dispatch", body)
        return await scene.attempt("box not dispatched", sent, box=barcode) is not None
