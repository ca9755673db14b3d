"""The second person: clean negatives together, everything else by name, now and then something back for a repeat."""

import random
from collections.abc import Sequence

from lims.kernel.ids import uuid7
from lims.simulate.instrument import Look
from lims.simulate.runs import Run
from lims.simulate.scene import Scene
from lims.simulate.stock import Stock
from lims.simulate.world import Tube

STAGE = "release"
REPEATED = 0.08  # of the non-negative pools are sent back
PAUSE = 0.05  # hours between two decisions


class Review:
    """The reviewer of one lab, who imports nothing."""

    def __init__(self, scene: Scene, lab: str, stock: Stock) -> None:
        self.scene, self.lab, self.stock = scene, lab, stock
        self.token = scene.credentials.reviewers[lab]
        self.sent_back = 0

    async def sign(self, rng: random.Random, run: Run, tubes: Sequence[Tube], hour: float) -> None:
        """Decide about every tube of a run."""
        odd = [tube for tube in tubes if tube.call != "negative"]
        async with self.stock.queue:
            back = await self.send_back(rng, run, odd, hour)
            for tube in back:
                # The queue's order by hour, and what is read next time: half of the repeats confirm, half were contamination.
                tube.received = hour
                if rng.random() < 0.5 or self.sent_back == 1:
                    tube.look, tube.infected = Look.NEGATIVE, 0
            await self.stock.add(back)
        odd = [tube for tube in odd if tube not in back]
        clean = [tube for tube in tubes if tube.call == "negative" and tube not in back]
        if clean:
            # Without names the server itself must find exactly the clean negatives; those of other runs' tubes go with them.
            await self.release(run, clean, hour + PAUSE, named=False)
        if odd:
            await self.release(run, odd, hour + 2 * PAUSE, named=True)

    async def release(self, run: Run, tubes: Sequence[Tube], hour: float, *, named: bool) -> None:
        """Approve, and compare what the server released."""
        body: dict[str, object] = {"id": str(uuid7()), "decision": "approve", "at": self.scene.day.at(hour)}
        if named:
            body |= {"tubes": [tube.barcode for tube in tubes], "comment": "curves checked"}
        sent = self.scene.client.post("review", self.token, f"/testing/api/runs/{run.id}/review", body)
        if (answer := await self.scene.attempt("review refused", sent, run=run.id)) is None:
            return
        released = set(answer.json()["released"])
        ours = {code for code in released if code in self.scene.world.tubes}
        self.scene.findings.expect(
            ours == {tube.barcode for tube in tubes}, "wrong tubes released", run=run.id, named=named, wanted=len(tubes), seen=len(ours)
        )
        for tube in tubes:
            if tube.barcode in released:
                tube.released, tube.released_at = tube.call, hour
                self.scene.done(STAGE, 1, tube.count)

    async def send_back(self, rng: random.Random, run: Run, odd: Sequence[Tube], hour: float) -> list[Tube]:
        """Send some non-negative pools of this run back for a repeat; never a second time."""
        first = self.sent_back == 0
        pools = [tube for tube in odd if tube.pool and not tube.repeats and not tube.late]
        back = [tube for tube in pools if rng.random() < REPEATED] or (pools[:1] if first else [])
        if not back:
            return []
        codes = [tube.barcode for tube in back]
        body = {"id": str(uuid7()), "decision": "reject", "tubes": codes, "comment": "odd curve, once more", "at": self.scene.day.at(hour)}
        sent = self.scene.client.post("review", self.token, f"/testing/api/runs/{run.id}/review", body)
        if (answer := await self.scene.attempt("repeat refused", sent, run=run.id)) is None:
            return []
        returned = answer.json()["returned"]
        self.scene.findings.expect(sorted(returned) == sorted(codes), "wrong tubes returned", run=run.id, wanted=codes, seen=returned)
        self.sent_back += len(back)
        for tube in back:
            tube.repeats += 1
        return back

    async def denied(self, run: Run, hour: float) -> None:
        """A run whose controls failed must not be approved."""
        body = {"id": str(uuid7()), "decision": "approve", "at": self.scene.day.at(hour)}
        path = f"/testing/api/runs/{run.id}/review"
        sent = self.scene.client.post("review of failed controls", self.token, path, body, ok=(200, 201, 409, 422))
        answer = await self.scene.attempt("review of failed controls breaks", sent, run=run.id)
        if answer is not None:
            self.scene.findings.expect(answer.status in (409, 422), "failed controls are approved", run=run.id)
