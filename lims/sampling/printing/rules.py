"""The life of a print job, and what became of every label of a block. Pure.

A job prints its labels in order, so two serial numbers say the state of each: up to `printed_through` they are printed, from
there to `sent_through` they were handed to a printer that has not answered for them, beyond that they wait. Nothing that was
handed out is handed out again unless an operator scans the last label that came out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from lims.kernel.errors import Refused


class JobState(StrEnum):
    """Where a print job stands."""

    WAITING = "waiting"
    PRINTING = "printing"
    BROKEN = "broken"
    DONE = "done"
    CANCELLED = "cancelled"


class JobEvent(StrEnum):
    """What happens to a print job."""

    TAKE = "take"
    PRINTED = "printed"
    LAST_PRINTED = "last_printed"
    BREAK = "break"
    RESUME = "resume"
    CANCEL = "cancel"


OPEN = (JobState.WAITING, JobState.PRINTING, JobState.BROKEN)
NEXT: dict[tuple[JobState, JobEvent], JobState] = {
    (JobState.WAITING, JobEvent.TAKE): JobState.PRINTING,
    (JobState.PRINTING, JobEvent.TAKE): JobState.PRINTING,
    (JobState.PRINTING, JobEvent.PRINTED): JobState.PRINTING,
    (JobState.PRINTING, JobEvent.LAST_PRINTED): JobState.DONE,
    (JobState.PRINTING, JobEvent.BREAK): JobState.BROKEN,
    (JobState.BROKEN, JobEvent.RESUME): JobState.WAITING,
    (JobState.BROKEN, JobEvent.LAST_PRINTED): JobState.DONE,
    (JobState.WAITING, JobEvent.CANCEL): JobState.CANCELLED,
    (JobState.BROKEN, JobEvent.CANCEL): JobState.CANCELLED,
}


class LabelState(StrEnum):
    """What became of a label."""

    PRINTED = "printed"
    IN_DOUBT = "in_doubt"
    WAITING = "waiting"


def advance(state: str, event: JobEvent) -> JobState:
    """The state after `event`; Refused where the table has no such step."""
    following = NEXT.get((JobState(state), event))
    if following is None:
        raise Refused("print_job_state", "This print job is {state}; that cannot be done with it now.", state=state)
    return following


@dataclass(frozen=True)
class Run:
    """Consecutive serial numbers, both ends included."""

    first: int
    last: int

    def __len__(self) -> int:
        """How many there are."""
        return max(0, self.last - self.first + 1)

    @property
    def serials(self) -> range:
        """Each of them."""
        return range(self.first, self.last + 1)


@dataclass(frozen=True)
class Progress:
    """How far a job has come."""

    first: int
    last: int
    printed_through: int
    sent_through: int

    def following(self, most: int) -> Run:
        """The labels to be handed out next."""
        return Run(self.sent_through + 1, min(self.last, self.sent_through + most))

    def labels(self) -> list[tuple[LabelState, Run]]:
        """Every label of the job with its state, as runs."""
        runs = [
            (LabelState.PRINTED, Run(self.first, self.printed_through)),
            (LabelState.IN_DOUBT, Run(self.printed_through + 1, self.sent_through)),
            (LabelState.WAITING, Run(self.sent_through + 1, self.last)),
        ]
        return [(state, run) for state, run in runs if len(run)]

    def resumed_after(self, scanned: int | None) -> int:
        """The last printed label by an operator's word; without a scan, none of the labels in doubt came out."""
        if scanned is None:
            return self.printed_through
        if not self.first <= scanned <= self.sent_through:
            raise Refused("print_scan_foreign", "This label is none that the job has printed; scan the last one that came out.")
        return scanned


@dataclass(frozen=True)
class Account:
    """What became of the labels of a block. Every label stands under exactly one name."""

    used: tuple[Run, ...]
    void: tuple[Run, ...]
    in_doubt: tuple[Run, ...]
    not_printed: tuple[Run, ...]
    in_stock: tuple[Run, ...]
    unexplained: tuple[Run, ...]


def account(block: Run, printed: Iterable[Run], sent: Iterable[Run], used: set[int], void: set[int]) -> Account:
    """The account of a block.

    A printed label that nobody used is in stock; once a later one of the block is used, it was passed over, and nobody has said
    why: unexplained.
    """
    every = set(block.serials)
    void_here = void & every
    used_here = used & every - void_here
    left = every - void_here - used_here
    out = {serial for run in printed for serial in run.serials} & left
    doubtful = {serial for run in sent for serial in run.serials} & left - out
    newest = max(used_here, default=block.first - 1)
    unexplained = {serial for serial in out if serial < newest}
    return Account(
        used=runs(used_here),
        void=runs(void_here),
        in_doubt=runs(doubtful),
        not_printed=runs(left - out - doubtful),
        in_stock=runs(out - unexplained),
        unexplained=runs(unexplained),
    )


def first_unprinted(block: Run, sent: Iterable[Run]) -> int | None:
    """The first label of a block that no printer was handed; None where all were."""
    next_one = block.first
    for run in sorted(sent, key=lambda run: run.first):
        if run.first <= next_one:
            next_one = max(next_one, run.last + 1)
    return next_one if next_one <= block.last else None


def runs(serials: set[int]) -> tuple[Run, ...]:
    """Serial numbers as runs."""
    ordered = sorted(serials)
    if not ordered:
        return ()
    breaks = [(one, other) for one, other in pairwise(ordered) if other != one + 1]
    firsts, lasts = [ordered[0], *(other for _, other in breaks)], [*(one for one, _ in breaks), ordered[-1]]
    return tuple(Run(first, last) for first, last in zip(firsts, lasts, strict=True))
