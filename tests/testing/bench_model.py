"""What a lab must come to, said once more in plain words: tubes, batches, plates, runs, two people. Nothing of the product is used."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

WAITING, POOLED, PLATED, CALLED, RELEASED, REJECTED = "waiting", "pooled", "plated", "called", "released", "rejected"
REPEAT, RE_EXTRACTION, VERIFICATION = "repeat", "re_extraction", "verification"
NEEDED = Counter(weak_positive=1, negative=2, blank=1)
Wells = Mapping[str, Mapping[str, str]]


@dataclass
class ModelTube:
    """A tube at the bench; `calls` is what each run in control said of it, by run, in order."""

    kind: str
    state: str = WAITING
    pool: str | None = None
    batch: str | None = None
    plate: str | None = None
    run: str | None = None
    reason: str | None = None
    called_with: str | None = None
    released_call: str | None = None
    discarded: bool = False
    calls: dict[str, str] = field(default_factory=dict)
    sent_back: set[str] = field(default_factory=set)

    def seen_otherwise(self, run: str) -> bool:
        """Whether another run found it not negative, and nobody sent it back for that."""
        return any(call != "negative" for other, call in self.calls.items() if other != run and other not in self.sent_back)

    def fits(self, assay: str) -> bool:
        """Whether this kit may test it: what is to be verified is tested with another than the one that called it."""
        return self.reason != VERIFICATION or self.called_with != assay

    def wait(self, reason: str) -> None:
        """Once more; a verification that has not come about yet is still one."""
        self.state, self.plate, self.run = WAITING, None, None
        self.reason = VERIFICATION if self.reason == VERIFICATION else reason
        self.batch = None if reason == RE_EXTRACTION else self.batch


@dataclass
class ModelBatch:
    """What was extracted together: invalid once somebody says so, or while the last run of a plate shows a control of it to be out."""

    wells: Wells
    declared: bool = False
    out_on: set[str] = field(default_factory=set)

    @property
    def invalid(self) -> bool:
        """Whether nothing of it is released."""
        return self.declared or bool(self.out_on)


@dataclass
class ModelPlate:
    """A plate with what was put into its wells."""

    assay: str
    wells: Wells

    @property
    def tubes(self) -> list[str]:
        """Its tubes."""
        return [what["tube"] for what in self.wells.values() if "tube" in what]

    def batch_of(self, tube: str) -> str | None:
        """The batch out of which a tube came to this plate."""
        return next(what.get("batch") for what in self.wells.values() if what.get("tube") == tube)

    def in_control(self, out: Collection[str]) -> bool:
        """Whether it counts with these controls out: only those of batches are, and it has what it needs without these batches."""
        bad = {self.wells[well].get("batch") for well in out}
        left = Counter(what["control"] for what in self.wells.values() if "control" in what and what.get("batch") not in bad)
        return not out or (None not in bad and not NEEDED - left)


@dataclass
class ModelRun:
    """A run of a plate: whether its controls were in control, and what it says of each tube."""

    plate: str
    passed: bool
    calls: dict[str, str]


class Lab:
    """A lab with its tubes, batches, plates and runs; `expired` are the kinds of lots that are open and no longer good."""

    def __init__(self) -> None:
        self.tubes: dict[str, ModelTube] = {}
        self.batches: dict[str, ModelBatch] = {}
        self.plates: dict[str, ModelPlate] = {}
        self.runs: dict[str, ModelRun] = {}
        self.expired: set[str] = set()

    def in_state(self, *states: str) -> list[str]:
        """The tubes in one of these states."""
        return [code for code, tube in self.tubes.items() if tube.state in states]

    def members(self, pool: str) -> list[str]:
        """The tubes that went into a pool."""
        return [code for code, tube in self.tubes.items() if tube.pool == pool]

    def may_be_pooled(self, code: str) -> bool:
        """Only a single tube that waits, was in no pool, and is not to be verified."""
        tube = self.tubes[code]
        return tube.kind == "single" and tube.state == WAITING and tube.pool is None and tube.reason != VERIFICATION

    def pool(self, pool: str, members: list[str]) -> None:
        """Mix."""
        for code in members:
            self.tubes[code].state, self.tubes[code].pool = POOLED, pool
        self.tubes[pool] = ModelTube("aliquot_pool")

    def extractable(self) -> list[str]:
        """What waits and lies in no batch."""
        return [code for code in self.in_state(WAITING) if self.tubes[code].batch is None]

    def extract(self, batch: str, wells: Wells) -> None:
        """Put tubes into a batch; they wait on."""
        self.batches[batch] = ModelBatch(wells)
        for what in wells.values():
            if "tube" in what:
                self.tubes[what["tube"]].batch = batch

    def sound(self, batch: str | None) -> bool:
        """Whether results may come out of it; also where there is no batch."""
        return batch is None or not self.batches[batch].invalid

    def layable(self, assay: str, *, eluates: bool) -> list[str]:
        """What waits for this kit, of what is extracted or of what is not."""
        waiting = [code for code in self.in_state(WAITING) if self.tubes[code].fits(assay)]
        return [code for code in waiting if (self.tubes[code].batch is not None) == eluates and self.sound(self.tubes[code].batch)]

    def left_in(self, batch: str, assay: str) -> list[str]:
        """The tubes of a batch that wait for this kit."""
        return [code for code in self.in_state(WAITING) if self.tubes[code].batch == batch and self.tubes[code].fits(assay)]

    def lay_out(self, plate: str, assay: str, wells: Wells) -> None:
        """Put tubes on a plate."""
        self.plates[plate] = ModelPlate(assay, wells)
        for code in self.plates[plate].tubes:
            self.tubes[code].state, self.tubes[code].plate, self.tubes[code].run = PLATED, plate, None

    def read(self, run: str, plate: str, calls: dict[str, str], out: Collection[str]) -> None:
        """A plate was run: its batches are judged, and what stands on it still is called, unless the controls failed."""
        wells = self.plates[plate].wells
        for what in wells.values():
            if "control" in what and "batch" in what:
                self.batches[what["batch"]].out_on.discard(plate)
        for well in out:
            if "batch" in wells[well]:
                self.batches[wells[well]["batch"]].out_on.add(plate)
        self.runs[run] = ModelRun(plate, self.plates[plate].in_control(out), calls)
        if not self.runs[run].passed:
            return
        for code, call in calls.items():
            tube = self.tubes[code]
            tube.calls[run] = call
            if tube.plate == plate and tube.state in (PLATED, CALLED):
                tube.state, tube.run = CALLED, run

    def newest_in_control(self, plate: str) -> str | None:
        """The last run of a plate whose controls were in control."""
        return next((run for run, one in reversed(self.runs.items()) if one.plate == plate and one.passed), None)

    def undecided(self, run: str) -> list[str]:
        """The tubes whose call is this run's."""
        return [code for code in self.runs[run].calls if self.tubes[code].run == run and self.tubes[code].state == CALLED]

    def extracted_well(self, run: str, code: str) -> bool:
        """Whether the batch out of which a tube came to the run's plate is valid."""
        return self.sound(self.plates[self.runs[run].plate].batch_of(code))

    def verified(self, run: str, code: str) -> bool:
        """Whether the policy lets this call go out: a positive only after the other kit has seen the tube, whatever it said."""
        kit = self.plates[self.runs[run].plate].assay
        others = (self.plates[self.runs[other].plate].assay for other in self.tubes[code].calls)
        return self.runs[run].calls[code] != "positive" or any(other != kit for other in others)

    def clean(self, run: str) -> list[str]:
        """What goes out together: negative here, out of a valid batch, and never seen otherwise."""
        negative = [code for code in self.undecided(run) if self.runs[run].calls[code] == "negative"]
        return [code for code in negative if not self.tubes[code].seen_otherwise(run) and self.extracted_well(run, code)]

    def releasable(self, run: str, code: str) -> bool:
        """Whether a tube goes out when it is named."""
        newest = self.newest_in_control(self.runs[run].plate) == run
        return newest and code in self.undecided(run) and self.extracted_well(run, code) and self.verified(run, code)

    def release(self, run: str, tubes: Iterable[str]) -> None:
        """Results leave the lab; a negative pool takes its members with it, any other sends them back."""
        for code in tubes:
            call = self.runs[run].calls[code]
            self.tubes[code].state, self.tubes[code].released_call = RELEASED, call
            for member in self.members(code) if self.tubes[code].kind == "aliquot_pool" else []:
                inside = self.tubes[member]
                if call == "negative":
                    inside.state, inside.released_call = RELEASED, call
                else:
                    inside.state = WAITING

    def returnable(self, run: str) -> list[str]:
        """What may be sent back from a run: what stands undecided on its plate."""
        plate = self.runs[run].plate
        return [code for code in self.runs[run].calls if self.tubes[code].plate == plate and self.tubes[code].state in (PLATED, CALLED)]

    def verifiable(self, run: str, tubes: Iterable[str]) -> bool:
        """Whether there is something to verify: a run in control, and calls that were not negative or invalid."""
        return self.runs[run].passed and all(self.runs[run].calls[code] in ("positive", "inconclusive") for code in tubes)

    def send_back(self, run: str, tubes: Iterable[str], reason: str) -> None:
        """To be tested once more; what a run in control is sent back for is what counts."""
        for code in tubes:
            tube = self.tubes[code]
            tube.wait(reason)
            tube.sent_back.add(run)
            if self.runs[run].passed:
                tube.reason, tube.called_with = reason, self.plates[self.runs[run].plate].assay

    def re_extract(self, batch: str, *, declared: bool) -> list[str]:
        """The undecided tubes of a batch wait to be extracted again."""
        self.batches[batch].declared |= declared
        back = [code for code in self.in_state(WAITING, PLATED, CALLED) if self.tubes[code].batch == batch]
        for code in back:
            self.tubes[code].sent_back |= {self.tubes[code].run or ""}
            self.tubes[code].wait(RE_EXTRACTION)
        return back

    def reject(self, code: str) -> None:
        """Turned away for good; what was mixed into it waits by itself."""
        self.tubes[code].state = REJECTED
        for member in self.members(code) if self.tubes[code].kind == "aliquot_pool" else []:
            if self.tubes[member].state == POOLED:
                self.tubes[member].state = WAITING

    def amendable(self, code: str, call: str) -> bool:
        """Whether the last run that counts and says so could be released, too, and the result says otherwise."""
        tube = self.tubes[code]
        if tube.state != RELEASED or tube.kind == "aliquot_pool" or tube.released_call == call:
            return False
        saying = [run for run, said in tube.calls.items() if said == call and self.newest_in_control(self.runs[run].plate) == run]
        return bool(saying) and self.extracted_well(saying[-1], code) and self.verified(saying[-1], code)
