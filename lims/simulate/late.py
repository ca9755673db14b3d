"""Work that is still under way when the day ends: a city that is shown must not look finished.

Its first lab has everything a bench has to show: lots in use and one that is out of date, racks with tubes that may go, batches,
plates at every step, a run with failed controls and one with a cluster of late wells, a pool, a case with a member who came back.
"""

import random
from collections.abc import Sequence
from datetime import timedelta

import httpx

from lims.kernel.barcodes import Kind
from lims.simulate.instrument import Cts, Look, index_of, seen
from lims.simulate.plan import Credentials, Plan
from lims.simulate.shift import Shift, Wells

BOX = 8
PLATE = 92  # a plate of 96 less its four controls
STRONG = 17.4  # Ct beside which late wells are suspicious
LATE = 36.2
# Kind of lot, product, number, days until it expires, whether it is in use.
LOTS = (
    ("extraction_kit", "磁珠法核酸提取试剂盒", "TQ2201A", 210, True),
    ("control_material", "新冠核酸质控品", "ZK2112", 64, True),
    ("amplification_kit", "双靶标荧光PCR试剂盒", "KZ2112C", -3, False),
    ("amplification_kit", "双靶标荧光PCR试剂盒", "KZ2201B", 9, True),
)


class Late:
    """The last hours at one site and in one lab, and what is left of the day before."""

    def __init__(self, plan: Plan, credentials: Credentials, web: httpx.Client) -> None:
        self.plan = plan
        self.shift = Shift(plan, credentials, web)
        self.rng = random.Random(plan.seed)

    def stock_up(self) -> None:
        """Before the day: the lots that its plates use."""
        shift = self.shift
        for kind, product, number, days, opened in LOTS:
            of = {"assay": self.plan.kit.assay} if kind == "amplification_kit" else {}
            until = (self.plan.date + timedelta(days=days)).isoformat()
            what = {"kind": kind, "product": product, "number": number, "expires_on": until, "opened": opened}
            shift.say(shift.technician, "/testing/api/lots", lab=shift.lab, at=shift.day.at(-20), **what, **of)

    def leave(self) -> None:
        """After the day, in the order in which it happens: what is laid out by itself takes what waits."""
        self.kept_too_long()
        self.plate_to_review()
        self.plate_out_of_control()
        self.batches()
        self.singles()
        self.boxes()

    def look(self, look: Look) -> Cts:
        """What an instrument sees in a tube that looks like this."""
        return seen(look, self.plan.kit, self.rng)

    def kept_too_long(self) -> None:
        """Yesterday's negatives: released, put into a rack, and not discarded yet."""
        shift = self.shift
        tubes = shift.collect(2 * BOX, -14, self.plan.pool_size)
        shift.bring(tubes, -13.4)
        plate, wells = shift.plate(-12)
        run = shift.run(plate, wells, -10.5, lambda _: self.look(Look.NEGATIVE))
        shift.decide(run, "approve", -10)
        shift.rack("4 °C 冰箱 1 号, 第 2 层", "cold", tubes, -9.5)

    def plate_to_review(self) -> None:
        """A full plate with a case: one positive is released and a member came back, the rest waits for a reviewer."""
        shift = self.shift
        tubes = shift.collect(PLATE, 17, self.plan.pool_size)
        shift.bring(tubes, 17.8)
        plate, wells = shift.plate(18.8)
        strong, beside, other = cluster(wells)
        looks = dict.fromkeys(beside, (None, LATE, 26.1)) | {strong: (STRONG, STRONG + 0.7, 26.0)}
        odd = dict(zip(other, (Look.POSITIVE, Look.GREY_ZONE, Look.INVALID), strict=True))
        run = shift.run(plate, wells, 20, lambda well: looks.get(well) or self.look(odd.get(well, Look.NEGATIVE)))
        case, doubtful = wells[strong]["tube"], wells[other[1]]["tube"]
        shift.decide(run, "approve", 20.3, tubes=[case])
        shift.decide(run, "reject", 20.4, tubes=[doubtful], reason="verification")
        shift.rack("4 °C 冰箱 1 号, 第 1 层", "cold", [case, doubtful], 20.5)
        # Who stood at the first place of the case's tube: people are met in the order of their tubes.
        met, shift.met = shift.met, shift.met - (len(tubes) - tubes.index(case)) * self.plan.pool_size
        called_back = shift.member()
        shift.met = met
        self.back = shift.collect(1, 21.4, 1, retest=(case, called_back))

    def plate_out_of_control(self) -> None:
        """A plate whose negative controls show amplification."""
        shift = self.shift
        shift.bring(shift.collect(3 * BOX, 18, self.plan.pool_size), 18.6)
        plate, wells = shift.plate(19.6)
        shift.run(plate, wells, 21, lambda _: self.look(Look.NEGATIVE), spoiled="negative")

    def batches(self) -> None:
        """A batch on a plate that is on an instrument, and one whose eluates wait."""
        shift = self.shift
        shift.bring(shift.collect(5 * BOX, 19, self.plan.pool_size), 19.6)
        shift.plate(21.2, [shift.extract(20.6)])
        shift.bring(shift.collect(2 * BOX, 19.5, self.plan.pool_size), 20.1)
        shift.extract(21)

    def singles(self) -> None:
        """Single tubes in a rack, some of them mixed into a pool; and the one that answers the case."""
        shift = self.shift
        tubes = shift.collect(14, 20, 1)
        shift.bring(tubes, 20.5)
        shift.rack("4 °C 冰箱 2 号, 第 1 层", "cold", tubes, 21.2)
        shift.pool(tubes[:5], 21.5)
        shift.bring(self.back, 21.6)

    def boxes(self) -> None:
        """Pools at their site, a box on the road, and a warm one that misses a tube, has a stranger and a leaking tube."""
        shift = self.shift
        tubes = shift.collect(3 * BOX, 20, self.plan.pool_size, opened=1)
        shift.send(tubes[:BOX], 20.7)
        warm, inside = shift.send(tubes[BOX : 2 * BOX], 20.7), tubes[BOX : 2 * BOX]
        shift.receive(warm, [*inside[1:], shift.code(Kind.TUBE)], 21.7, celsius=11.5)
        leaking = {"reason": "leaking", "note": "", "at": shift.day.at(21.8)}
        shift.say(shift.technician, f"/testing/api/tubes/{inside[-1]}/reject", **leaking)


def cluster(wells: Wells) -> tuple[str, Sequence[str], Sequence[str]]:
    """A tube's well to be strong, two tubes' wells beside it, and three far from it."""
    tubes = sorted((well for well, what in wells.items() if "tube" in what), key=index_of)

    def apart(one: str, other: str) -> int:
        return max(abs(ord(one[0]) - ord(other[0])), abs(int(one[1:]) - int(other[1:])))

    strong = next(well for well in tubes if sum(apart(well, other) == 1 for other in tubes) > 1)
    return strong, [well for well in tubes if apart(well, strong) == 1][:2], [well for well in tubes if apart(well, strong) > 1][-3:]
