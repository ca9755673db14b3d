"""A day's account: who and what is with a result, open for a known reason, or unexplained. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from lims.kernel.db import AnyRow

OPEN_TUBES = ("not_sealed", "not_received", "waiting", "pooled", "on_plate", "in_review")
OPEN_PEOPLE = (*OPEN_TUBES, "verifying", "recollect", "inconclusive")
PROBLEMS = {
    "members_differ": "the tube counts other members than are listed in it",
    "members_without_tube": "people are listed in a tube that was not collected on this day",
    "release_missing": "the tube is released, but nobody signed a release",
    "release_unknown_to_tube": "a release is signed, but the tube is not released",
    "release_differs": "the tube's released call is not the one that was signed",
    "not_on_its_plate": "the tube is on a plate whose map does not have it",
    "call_missing": "the tube is called, but no run called it so",
    "pool_missing": "the tube is in an aliquot pool that does not exist",
    "result_unknown": "people stand in no known state",
    "readings_differ": "the run has other readings than are stored",
}


@dataclass(frozen=True)
class Finding:
    """Something unexplained: the barcode of a tube or plate, which of PROBLEMS it is, and how many people or readings it concerns."""

    what: str
    problem: str
    count: int

    def __str__(self) -> str:
        """A line of a list."""
        return f"{self.what}: {PROBLEMS[self.problem]} ({self.count})"


@dataclass(frozen=True)
class PeopleAccount:
    """People of the day, once for each tube: sampled = with_result + all of open + unexplained."""

    sampled: int
    with_result: int
    open: Mapping[str, int]
    unexplained: int


@dataclass(frozen=True)
class TubesAccount:
    """Tubes of the day: registered + unregistered = released + rejected + all of open + unexplained."""

    registered: int
    unregistered: int
    received: int
    released: int
    rejected: int
    open: Mapping[str, int]
    unexplained: int


@dataclass(frozen=True)
class ReadingsAccount:
    """Readings of the runs imported on the day. Too many in one run do not make up for too few in another."""

    expected: int
    stored: int
    unexplained: int


@dataclass(frozen=True)
class LabelsAccount:
    """Labels reserved on the day, as they stand now: issued = used + void + in_doubt + not_printed + in_stock + unexplained.

    Unexplained is a printed label that was passed over, and nobody has said why.
    """

    issued: int
    used: int
    void: int
    in_doubt: int
    not_printed: int
    in_stock: int
    unexplained: int


@dataclass(frozen=True)
class Reconciliation:
    """A day's account, with the first findings."""

    people: PeopleAccount
    tubes: TubesAccount
    readings: ReadingsAccount
    findings: tuple[Finding, ...]

    @property
    def unexplained(self) -> int:
        """How many people, tubes and readings nobody can explain. Labels that were passed over are told beside it: nobody is in them."""
        return self.people.unexplained + self.tubes.unexplained + self.readings.unexplained

    @property
    def sound(self) -> bool:
        """Whether everything is explained."""
        return not self.unexplained


@dataclass(frozen=True)
class AccountLine:
    """One number of an account, as a file has it: of what, why, and how many."""

    part: str
    reason: str
    count: int


def account_lines(account: Reconciliation, labels: LabelsAccount) -> list[AccountLine]:
    """Every number of a day's account, one below the other."""
    parts = {
        "people": asdict(account.people),
        "tubes": asdict(account.tubes),
        "readings": asdict(account.readings),
        "labels": asdict(labels),
    }
    flat = {part: {**{name: said for name, said in sums.items() if name != "open"}, **sums.get("open", {})} for part, sums in parts.items()}
    return [AccountLine(part, reason, count) for part, sums in flat.items() for reason, count in sums.items()]


def people_account(standings: Mapping[str, int], wrong: Sequence[AnyRow]) -> tuple[PeopleAccount, list[Finding]]:
    """People by where they stand; nobody of a tube that contradicts itself is explained."""
    nowhere = standings.get("unexplained", 0)
    unexplained = nowhere + sum(row.people for row in wrong)
    open_ = {reason: standings[reason] for reason in OPEN_PEOPLE if standings.get(reason)}
    with_result = standings.get("with_result", 0)
    account = PeopleAccount(with_result + sum(open_.values()) + unexplained, with_result, open_, unexplained)
    return account, [Finding("people", "result_unknown", nowhere)] if nowhere else []


def tubes_account(standings: Sequence[AnyRow]) -> TubesAccount:
    """Tubes by where they stand."""
    tubes = {row.standing: row.tubes for row in standings}
    registered = sum(row.registered for row in standings)
    return TubesAccount(
        registered=registered,
        unregistered=sum(tubes.values()) - registered,
        received=sum(row.received for row in standings),
        released=tubes.get("released", 0),
        rejected=tubes.get("rejected", 0),
        open={reason: tubes[reason] for reason in OPEN_TUBES if reason in tubes},
        unexplained=tubes.get("unexplained", 0),
    )


def readings_account(runs: Sequence[AnyRow]) -> tuple[ReadingsAccount, list[Finding]]:
    """Readings by run: what its file held against what is stored."""
    differing = [Finding(run.plate, "readings_differ", abs(run.expected - run.stored)) for run in runs if run.expected != run.stored]
    account = ReadingsAccount(sum(run.expected for run in runs), sum(run.stored for run in runs), sum(one.count for one in differing))
    return account, differing
