"""Sampling: devices reserve labels and send what they have."""

from lims.kernel.barcodes import Kind, own_code, own_kind, serial_of
from lims.simulate.devices import Call, Device, calls, devices, fill_tubes, sizes_of
from lims.simulate.messages import Entry, sync_body
from lims.simulate.scene import Channel, Scene, crew
from lims.simulate.world import Tube

STAGE = "collect"
ROLL = 2_000  # labels reserved at once
KEPT = frozenset({"accepted", "already_have"})


class Field:
    """All sites. What is sealed and acknowledged goes to `sealed[site]`, from where it is packed."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.sealed: dict[str, Channel[Tube]] = {}
        self.astray: dict[str, list[Tube]] = {}  # travel in a box that does not list them
        self.open()

    def open(self) -> None:
        """Begin a shift: nothing is waiting to be packed."""
        self.sealed = {site: Channel() for site in self.scene.credentials.samplers}
        self.astray = {site: [] for site in self.sealed}

    def close(self) -> None:
        """End a shift: nothing more will be sealed."""
        for channel in self.sealed.values():
            channel.close()

    async def collect(self) -> None:
        """The whole morning."""
        scene = self.scene
        fleet = list(devices(scene.plan, list(self.sealed)))
        expected = sum(device.people for device in fleet) // scene.plan.pool_size
        async with scene.stage(STAGE, expected):
            # In a paced day every device is at work all morning; otherwise only as many as the line carries.
            await crew(len(fleet) if scene.pacer.paced else scene.plan.connections, fleet, self.work)
        self.close()

    async def work(self, device: Device) -> None:
        """One device: reserve, fill, send."""
        scene = self.scene
        rng = scene.rng("device", device.number)
        sizes = sizes_of(rng, scene.plan, device)
        codes = await self.labels(device.site, len(sizes))
        tubes = [scene.world.add(tube) for tube in fill_tubes(rng, scene.plan, device, codes, sizes)]
        # A tube that no message has packed yet goes astray only beside others of its site; the first of a device never does.
        self.astray[device.site] += [tube for tube in tubes if tube.late or tube.unpacked]
        for call in calls(rng, tubes):
            await scene.pacer.until(call.hour)
            await self.send(device.site, f"sim-{scene.run_id}-{device.number:05d}", call)

    async def labels(self, site: str, count: int) -> list[str]:
        """Fresh tube codes from the server, a roll of labels at a time."""
        codes: list[str] = []
        while len(codes) < count:
            codes += await self.roll(site, min(count - len(codes), ROLL))
        return codes

    async def roll(self, site: str, count: int) -> list[str]:
        """Reserve one range."""
        scene = self.scene
        answer = await scene.client.post(
            "label range", scene.credentials.samplers[site], "/sampling/api/label-ranges", {"site": site, "count": count}
        )
        reserved = answer.json()
        first, last = reserved["first"], reserved["last"]
        right = own_kind(first) is Kind.TUBE and serial_of(last) - serial_of(first) + 1 == reserved["count"] == count
        scene.labels += count
        scene.findings.expect(right, "label range is not what was asked for", first=first, last=last, asked=count)
        return [own_code(Kind.TUBE, serial_of(first) + place) for place in range(count)]

    async def send(self, site: str, device: str, call: Call) -> None:
        """One sync message, and what came of each tube."""
        scene = self.scene
        body = sync_body(scene.world, scene.day, device, call.hour, call.entries)
        answer = await scene.client.post("sync", scene.credentials.samplers[site], "/sampling/api/sync", body, ok=(202,))
        rows = {row["barcode"]: row for row in answer.json()["tubes"]}
        for entry in call.entries:
            row = rows.get(entry.tube.barcode, {})
            outcome = row.get("outcome", "no outcome")
            scene.meter.outcomes[outcome] += 1
            if scene.findings.expect(
                outcome in KEPT, "tube not kept", tube=entry.tube.barcode, outcome=outcome, code=row.get("code"), detail=row.get("detail")
            ):
                self.kept(entry)

    def kept(self, entry: Entry) -> None:
        """The server has this tube: a sealed one may now be packed."""
        tube = entry.tube
        if not entry.sealed or tube.acknowledged:
            return
        tube.acknowledged = True
        self.scene.done("recollect" if tube.retest_of else STAGE, 1, tube.count)
        if not tube.late and not tube.unpacked:
            self.sealed[tube.site].put(tube.sealed, tube)

    async def sync_late(self, tube: Tube) -> None:
        """The people of a tube that the lab has had for a while."""
        await self.send(tube.site, f"sim-{self.scene.run_id}-late", Call(tube.received + 0.1, [Entry(tube)]))
