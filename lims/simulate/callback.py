"""Reactive pools: their people are called back, and come or do not come, for a tube of their own."""

import random
from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from typing import Any

from lims.kernel.ids import uuid7
from lims.simulate.client import path_of
from lims.simulate.devices import Call
from lims.simulate.field import Field
from lims.simulate.messages import Entry
from lims.simulate.scene import Scene, crew, together
from lims.simulate.world import Tube

STAGE = "recollect"
OPENS, CLOSES = 18.0, 19.0
COMES_BACK = 0.9
NOBODY = 0.06  # of the tubes: nobody comes back the same day
NOTIFIED = 0.5  # of those who come are noted as notified before
CALLERS = 4  # at work at once at a site
AWAY = ("unreachable", "refused", "transferred")


@dataclass(frozen=True)
class Summons:
    """One person to call back."""

    tube: Tube
    position: int
    case: str | None
    comes: bool


class Callback:
    """The recollection lists of all sites."""

    def __init__(self, scene: Scene, field: Field) -> None:
        self.scene, self.field = scene, field

    async def recollect(self) -> None:
        """Every site calls its people back, and collects those who come."""
        sites: dict[str, list[Tube]] = defaultdict(list)
        for tube in self.scene.world.tubes.values():
            if tube.reactive and tube.retest_of is None:
                sites[tube.site].append(tube)
        expected = sum(tube.count for tubes in sites.values() for tube in tubes)
        async with self.scene.stage(STAGE, expected):
            await self.scene.pacer.until(OPENS)
            await together([self.site(site, tubes) for site, tubes in sites.items()])
        self.field.close()

    async def site(self, site: str, tubes: list[Tube]) -> None:
        """One site's list: read, checked, worked through, read again."""
        rng = self.scene.rng("callback", site)
        listed = await self.listed(site)
        wanted = {(tube.barcode, position) for tube in tubes for position in range(1, tube.count + 1)}
        for tube, position in sorted(wanted ^ set(listed)):
            fault = "missing from" if (tube, position) in wanted else "too much on"
            self.scene.findings.add(f"{fault} the recollection list", tube=tube, position=position)
        summons = self.summon(rng, tubes, listed)
        await crew(CALLERS, summons, partial(self.note, rng))
        coming = [summon for summon in summons if summon.comes]
        await self.collect(rng, site, coming)
        left = await self.listed(site)
        for summon in coming:
            gone = (summon.tube.barcode, summon.position) not in left
            self.scene.findings.expect(gone, "still on the recollection list", tube=summon.tube.barcode, position=summon.position)

    async def listed(self, site: str) -> dict[tuple[str, int], dict[str, Any]]:
        """A site's recollection list, those of our own tubes."""
        token, rows = self.scene.credentials.samplers[site], {}
        async for items in self.scene.client.pages("recollections", token, "/sampling/api/recollections", site=site):
            rows.update({(row["tube"], row["position"]): row for row in items if row["tube"] in self.scene.world.tubes})
        return rows

    def summon(self, rng: random.Random, tubes: list[Tube], listed: dict[tuple[str, int], dict[str, Any]]) -> list[Summons]:
        """Who comes and who does not."""
        summons = []
        for tube in tubes:
            nobody = rng.random() < NOBODY
            for position in range(1, tube.count + 1):
                case = listed.get((tube.barcode, position), {}).get("case")
                tube.case = case or tube.case
                summons.append(Summons(tube, position, case, not nobody and rng.random() < COMES_BACK))
        return summons

    async def note(self, rng: random.Random, summon: Summons) -> None:
        """What a sampler notes about a call; rejected tubes and singles have no case to note it in."""
        said = rng.random()
        if summon.case is None or (summon.comes and said > NOTIFIED):
            return
        event = "notified" if summon.comes else AWAY[int(said * len(AWAY))]
        hour = OPENS + 0.1 * rng.random()
        scene, tube = self.scene, summon.tube
        body = {"id": str(uuid7()), "event": event, "note": "called three times", "at": scene.day.at(hour)}
        path = path_of("/testing/api/cases/{}/members/{}", summon.case, str(summon.position))
        sent = scene.client.post("case member", scene.credentials.samplers[tube.site], path, body)
        if await scene.attempt("case member not noted", sent, tube=tube.barcode, position=summon.position) is not None:
            tube.events[summon.position] = event

    async def collect(self, rng: random.Random, site: str, coming: list[Summons]) -> None:
        """Single tubes of those who came, sent a few at a time."""
        if not coming:
            return
        scene = self.scene
        codes = await self.field.labels(site, len(coming))
        hours = sorted(rng.uniform(OPENS + 0.2, CLOSES) for _ in coming)
        # Members of one pool come together, so the list stays in order and the hours follow it.
        singles = [scene.world.retest(rng, s.tube, s.position, code, hour) for s, code, hour in zip(coming, codes, hours, strict=True)]
        calls = []
        while singles:
            few = rng.randint(1, 8)
            now, singles = singles[:few], singles[few:]
            calls.append(Call(now[-1].sealed, [Entry(tube) for tube in now]))
        await crew(CALLERS, calls, partial(self.send, site))

    async def send(self, site: str, call: Call) -> None:
        """A few single tubes, when their hour has come."""
        await self.scene.pacer.until(call.hour)
        await self.field.send(site, f"sim-{self.scene.run_id}-back", call)
