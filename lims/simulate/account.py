"""The reckoning: every person's row against the truth, the reconciliation, and the day's figures."""

from datetime import datetime
from typing import Any

from lims.kernel import clock
from lims.simulate.client import path_of
from lims.simulate.expected import person_state
from lims.simulate.scene import Scene, crew
from lims.simulate.world import Tube

STAGE = "account"
READERS = 3  # sites read at once
ASKED_AT_MOST, BETWEEN_SECONDS = 180, 5.0  # an account of the last steps is waited for a quarter of an hour


class Account:
    """Reads what the server says of the day and compares it with the world's own truth."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.seen: dict[str, int] = {}  # tube -> a bit for each position that was listed
        self.states: dict[str, int] = {}
        self.reconciliation: dict[str, Any] = {}
        self.throughput: list[dict[str, Any]] = []

    async def settle(self) -> None:
        """All comparisons."""
        scene = self.scene
        async with scene.stage(STAGE, len(scene.world.tubes)):
            await crew(READERS, scene.credentials.samplers, self.site)
            self.missing()
            await self.reconcile()
            await self.labels()
            await self.figures()
            await self.daily()

    async def site(self, site: str) -> None:
        """All rows of one site; those of other runs are passed over."""
        scene, counted = self.scene, 0
        query = {"date": f"{scene.day.midnight:%Y-%m-%d}", "site": site}
        async for items in scene.client.pages("person results", scene.credentials.integration, "/reporting/api/person-results", **query):
            for row in items:
                if (tube := scene.world.tubes.get(row["tube"])) is not None:
                    self.row(tube, row)
                    counted += row["position"] == tube.count
            scene.progress.advance(STAGE, counted)
            counted = 0

    def row(self, tube: Tube, row: dict[str, Any]) -> None:
        """One person's row."""
        findings, position = self.scene.findings, row["position"]
        where = {"tube": tube.barcode, "position": position}
        bit = 1 << position
        seen = self.seen.get(tube.barcode, 0)
        findings.expect(not seen & bit, "a person is listed twice", **where)
        self.seen[tube.barcode] = seen | bit
        if not 1 <= position <= tube.count:
            findings.add("a person who was never in the tube", **where)
            return
        self.states[row["state"]] = self.states.get(row["state"], 0) + 1
        wanted = person_state(tube, position)
        findings.expect(row["state"] == wanted, "wrong state of a person", **where, wanted=wanted, seen=row["state"])
        person = self.scene.world.person(tube, position)
        right = (row["id_number"], row["name"], row["site"]) == (person.id_number, person.name, tube.site)
        findings.expect(right, "another person, or another site, in a tube", **where)
        if row["state"] == "negative" and tube.released == "negative":
            signed = bool(row["released_at"]) and row["pooled"] is tube.pool
            findings.expect(signed, "a negative without release, or wrongly called pooled", **where)

    def missing(self) -> None:
        """Every acknowledged tube, with all its people, must be there, and have come to an end."""
        for tube in self.scene.world.tubes.values():
            if tube.acknowledged:
                whole = (1 << (tube.count + 1)) - 2
                absent = (whole & ~self.seen.get(tube.barcode, 0)).bit_count()
                self.scene.findings.expect(not absent, "acknowledged and lost", tube=tube.barcode, people=absent)
                self.scene.findings.expect(tube.rejected or tube.released is not None, "never released", tube=tube.barcode, lab=tube.lab)
                self.scene.done(STAGE, 0, tube.count)
            else:
                self.scene.findings.add("never acknowledged", tube=tube.barcode)

    async def reconcile(self) -> None:
        """The server's own account must leave nobody unexplained, whoever else used the day."""
        scene = self.scene
        path = path_of("/reporting/api/reconciliation", date=f"{scene.day.midnight:%Y-%m-%d}")
        told = await scene.attempt("no reconciliation", self.of_now(path))
        self.reconciliation = told or {}
        for part, figures in self.reconciliation.items():
            if isinstance(figures, dict):
                scene.findings.expect(not figures.get("unexplained"), "unexplained", part=part, count=figures.get("unexplained"))
        if not (people := self.reconciliation.get("people")):
            return
        total = people["with_result"] + sum(people["open"].values()) + people["unexplained"]
        scene.findings.expect(people["sampled"] == total, "the reconciliation does not add up", sampled=people["sampled"], total=total)
        rows = sum(self.states.values())
        scene.findings.expect(people["sampled"] >= rows, "fewer people sampled than were", sampled=people["sampled"], own=rows)

    async def labels(self) -> None:
        """Every label that was reserved is known, on the days on which we reserved them, whichever day the tubes were of."""
        scene, zone = self.scene, self.scene.day.midnight.tzinfo
        days = sorted({scene.begun.astimezone(zone).date(), clock.now().astimezone(zone).date()})
        paths = [path_of("/reporting/api/reconciliation", date=f"{day:%Y-%m-%d}") for day in days]
        told = [await scene.attempt("no account of labels", self.of_now(path)) or {} for path in paths]
        known = [figures["labels"] for figures in told if "labels" in figures]
        if not known:
            return  # a server that keeps no account of labels
        issued, used, lost = (sum(figures[name] for figures in known) for name in ("issued", "used", "unexplained"))
        scene.findings.expect(not lost, "unexplained labels", count=lost)
        scene.findings.expect(issued >= scene.labels, "fewer labels issued than we reserved", issued=issued, own=scene.labels)
        scene.findings.expect(used >= len(scene.world.tubes), "fewer labels used than tubes", used=used, own=len(scene.world.tubes))

    async def of_now(self, path: str) -> dict[str, Any]:
        """The server's account, once it is of a moment after our last step: of very many tubes it may be some minutes old."""
        began = clock.now()
        told: dict[str, Any] = {}
        for _ in range(ASKED_AT_MOST):
            told = await self.scene.client.get("reconciliation", self.scene.credentials.official, path)
            if datetime.fromisoformat(told.get("as_of", began.isoformat())) >= began:
                break
            await self.scene.client.sleep(BETWEEN_SECONDS)
        return told

    async def figures(self) -> None:
        """Throughput by lab."""
        scene, day = self.scene, f"{self.scene.day.midnight:%Y-%m-%d}"
        self.throughput = await throughput(scene, day)
        busy = {tube.lab for tube in scene.world.tubes.values() if tube.lab}
        scene.findings.expect({row["lab"] for row in self.throughput} >= busy, "a lab without figures", wanted=sorted(busy))

    async def daily(self) -> None:
        """The report of the day, as the official prints it."""
        scene = self.scene
        path = f"/reporting/daily/{scene.day.midnight:%Y-%m-%d}.pdf"
        printed = await scene.attempt("no daily report", scene.client.call("daily report", scene.credentials.official, "GET", path))
        scene.findings.expect(printed is None or printed.body.startswith(b"%PDF-"), "the daily report is no PDF")


async def throughput(scene: Scene, day: str) -> list[dict[str, Any]]:
    """The rows of the day by lab."""
    path = f"/reporting/api/throughput?from={day}&to={day}&by=lab"
    told = await scene.attempt("no throughput", scene.client.get("throughput", scene.credentials.official, path))
    rows: list[dict[str, Any]] = told["rows"] if told else []
    return rows


async def shares(scene: Scene) -> dict[str, float]:
    """What part of the tubes each lab gets: by declared capacity where every lab of the plan has one, else the same."""
    declared = {row["lab"]: row.get("capacity_tubes") or 0 for row in await throughput(scene, f"{scene.day.midnight:%Y-%m-%d}")}
    capacities = {lab: float(declared.get(lab) or 0) for lab in scene.labs}
    return capacities if all(capacities.values()) else dict.fromkeys(scene.labs, 1.0)
