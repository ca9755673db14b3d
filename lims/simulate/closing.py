"""Cases at the end of the day: compared with the truth, and closed where only a reviewer can."""

from typing import Any

from lims.kernel.ids import uuid7
from lims.simulate.client import path_of
from lims.simulate.expected import case_state, has_case
from lims.simulate.scene import Scene, crew
from lims.simulate.world import Tube

STAGE = "cases"
CLOSED_AT = 22.5
LEFT_OPEN = 3  # every third case that a reviewer could close stays as it is, so that the next morning has something to do


class Closing:
    """All cases of this run."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    async def close(self) -> None:
        """Compare, close what needs a reviewer, compare again."""
        cases = [tube for tube in self.scene.world.tubes.values() if has_case(tube)]
        async with self.scene.stage(STAGE, len(cases)):
            self.compare(cases, await self.listed())
            await self.scene.pacer.until(CLOSED_AT)
            chosen = [tube for place, tube in enumerate(cases) if place % LEFT_OPEN != LEFT_OPEN - 1]
            await crew(self.scene.plan.connections, chosen, self.decide)
            self.compare([tube for tube in chosen if tube.closed], await self.listed())

    async def listed(self) -> dict[str, dict[str, Any]]:
        """The cases of our own tubes, by tube, as health officials see them."""
        found: dict[str, dict[str, Any]] = {}
        async for items in self.scene.client.pages("cases", self.scene.credentials.official, "/testing/api/cases"):
            for case in items:
                if (tube := self.scene.world.tubes.get(case["tube"])) is not None:
                    tube.case = case["id"]
                    found[tube.barcode] = case
        return found

    def compare(self, tubes: list[Tube], listed: dict[str, dict[str, Any]]) -> None:
        """State, outcome and members of these tubes' cases."""
        for tube in tubes:
            states, outcome, members = case_state(tube)
            case = listed.get(tube.barcode)
            if case is None:
                self.scene.findings.add("no case for a reactive pool", tube=tube.barcode)
                continue
            right = case["state"] in states and case["outcome"] == outcome and case["lab"] == tube.lab
            seen = (case["state"], case["outcome"], case["lab"])
            self.scene.findings.expect(right, "a case stands wrongly", tube=tube.barcode, wanted=[*states, outcome, tube.lab], seen=seen)
            there = {member["position"]: member["state"] for member in case["members"]}
            self.scene.findings.expect(
                not members or there == members, "members of a case stand wrongly", tube=tube.barcode, wanted=members, seen=there
            )
        for barcode in listed:
            self.scene.findings.expect(has_case(self.scene.world.tubes[barcode]), "a case for no reason", tube=barcode)

    async def decide(self, tube: Tube) -> None:
        """What a reviewer says of one case; confirmed and withdrawn ones have closed by themselves."""
        states, _, _ = case_state(tube)
        if tube.case is None or "closed" in states or tube.lab is None:
            return
        outcome = "cleared" if "settled" in states else "unresolved"
        reason = "all members negative alone; diluted pool" if outcome == "cleared" else "members left the city"
        body = {"id": str(uuid7()), "outcome": outcome, "reason": reason, "at": self.scene.day.at(CLOSED_AT)}
        path = path_of("/testing/api/cases/{}/close", tube.case)
        sent = self.scene.client.post("close case", self.scene.credentials.reviewers[tube.lab], path, body)
        if await self.scene.attempt("case not closed", sent, tube=tube.barcode) is not None:
            tube.closed = outcome
            self.scene.done(STAGE, 1, tube.count)
