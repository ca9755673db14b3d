"""What a lab must come to, said once more in plain words: tubes, plates, runs, two people. Nothing of the product is used."""

from dataclasses import dataclass, field

WAITING, POOLED, PLATED, CALLED, RELEASED, REJECTED = "waiting", "pooled", "plated", "called", "released", "rejected"


@dataclass
class ModelTube:
    """A tube at the bench; `calls` is what each run in control said of it, by run, in order."""

    kind: str
    state: str = WAITING
    pool: str | None = None
    plate: str | None = None
    run: str | None = None
    released_call: str | None = None
    discarded: bool = False
    calls: dict[str, str] = field(default_factory=dict)
    sent_back: set[str] = field(default_factory=set)

    def seen_otherwise(self, run: str) -> bool:
        """Whether another run found it not negative, and nobody sent it back for that."""
        return any(call != "negative" for other, call in self.calls.items() if other != run and other not in self.sent_back)


@dataclass
class ModelRun:
    """A run of a plate: whether its controls were in control, and what it says of each tube."""

    plate: str
    passed: bool
    calls: dict[str, str]


class Lab:
    """A lab with its tubes, plates and runs."""

    def __init__(self) -> None:
        self.tubes: dict[str, ModelTube] = {}
        self.plates: dict[str, list[str]] = {}
        self.runs: dict[str, ModelRun] = {}

    def in_state(self, *states: str) -> list[str]:
        """The tubes in one of these states."""
        return [code for code, tube in self.tubes.items() if tube.state in states]

    def members(self, pool: str) -> list[str]:
        """The tubes that went into a pool."""
        return [code for code, tube in self.tubes.items() if tube.pool == pool]

    def may_be_pooled(self, code: str) -> bool:
        """Only a single tube that waits and was in no pool."""
        tube = self.tubes[code]
        return tube.kind == "single" and tube.state == WAITING and tube.pool is None

    def pool(self, pool: str, members: list[str]) -> None:
        """Mix."""
        for code in members:
            self.tubes[code].state, self.tubes[code].pool = POOLED, pool
        self.tubes[pool] = ModelTube("aliquot_pool")

    def lay_out(self, plate: str, tubes: list[str]) -> None:
        """Put tubes on a plate."""
        self.plates[plate] = tubes
        for code in tubes:
            self.tubes[code].state, self.tubes[code].plate, self.tubes[code].run = PLATED, plate, None

    def read(self, run: str, plate: str, calls: dict[str, str], *, passed: bool) -> None:
        """A plate was run: what stands on it still is called, unless the controls failed."""
        self.runs[run] = ModelRun(plate, passed, calls)
        if not passed:
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

    def clean(self, run: str) -> list[str]:
        """What goes out together: negative here, and never seen otherwise."""
        return [
            code for code in self.undecided(run) if self.runs[run].calls[code] == "negative" and not self.tubes[code].seen_otherwise(run)
        ]

    def release(self, run: str, tubes: list[str]) -> None:
        """Results leave the lab; a negative pool takes its members with it, any other sends them back."""
        for code in tubes:
            call = self.runs[run].calls[code]
            self.tubes[code].state, self.tubes[code].released_call = RELEASED, call
            for member in self.members(code) if self.tubes[code].kind == "aliquot_pool" else []:
                inside = self.tubes[member]
                if call == "negative":
                    inside.state, inside.released_call, inside.calls[run] = RELEASED, call, call
                else:
                    inside.state = WAITING

    def returnable(self, run: str) -> list[str]:
        """What may be sent back from a run: what stands undecided on its plate."""
        plate = self.runs[run].plate
        return [code for code in self.runs[run].calls if self.tubes[code].plate == plate and self.tubes[code].state in (PLATED, CALLED)]

    def send_back(self, run: str, tubes: list[str]) -> None:
        """To be tested once more."""
        for code in tubes:
            tube = self.tubes[code]
            tube.state, tube.plate, tube.run = WAITING, None, None
            tube.sent_back.add(run)

    def reject(self, code: str) -> None:
        """Turned away for good; what was mixed into it waits by itself."""
        self.tubes[code].state = REJECTED
        for member in self.members(code) if self.tubes[code].kind == "aliquot_pool" else []:
            if self.tubes[member].state == POOLED:
                self.tubes[member].state = WAITING

    def amendable(self, code: str, call: str) -> bool:
        """Whether a run in control that is the last of its plate says so, and the result says otherwise."""
        tube = self.tubes[code]
        if tube.state != RELEASED or tube.kind == "aliquot_pool" or tube.released_call == call:
            return False
        usable = [run for run in tube.calls if self.newest_in_control(self.runs[run].plate) == run]
        return any(tube.calls[run] == call for run in usable)
