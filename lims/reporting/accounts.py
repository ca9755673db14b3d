"""A day's account: who and what is with a result, open for a known reason, or unexplained. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from lims.kernel.db import AnyRow

MOST_FINDINGS = 100
PARTS = ("people", "tubes", "readings", "labels")
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
PASSED_OVER = "printed labels that were passed over, and nobody has said why"


@dataclass(frozen=True)
class Whose:
    """Of what an account is: of one lab, of one site, or (neither) of everything.

    A lab's are the tubes that it has or that were sent to it, and the runs of its plates; a site's are its own tubes and labels.
    The accounts of all labs, and of what is of no lab yet, add up to the account of everything; so do those of all sites.
    """

    lab: str | None = None
    site: str | None = None


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
class PassedOver:
    """Printed labels one after the other that nobody has used, void or explained, though a later one of their block was used."""

    first: str
    last: str
    count: int


@dataclass(frozen=True)
class Reconciliation:
    """A day's account, with the first findings. Runs are of a lab and labels of a site: of the other there is no account of them."""

    people: PeopleAccount
    tubes: TubesAccount
    readings: ReadingsAccount | None
    labels: LabelsAccount | None
    findings: tuple[Finding, ...]
    passed_over: tuple[PassedOver, ...]

    @property
    def unexplained(self) -> int:
        """How many people, tubes and readings nobody can explain. Labels that were passed over are told beside it: nobody is in them."""
        return self.people.unexplained + self.tubes.unexplained + (self.readings.unexplained if self.readings else 0)

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


def account_lines(account: Reconciliation) -> list[AccountLine]:
    """Every number of a day's account, one below the other."""
    parts = asdict(account)
    told = {part: parts[part] for part in PARTS if parts[part] is not None}
    flat = {part: {**{name: said for name, said in sums.items() if name != "open"}, **sums.get("open", {})} for part, sums in told.items()}
    return [AccountLine(part, reason, count) for part, sums in flat.items() for reason, count in sums.items()]


@dataclass(frozen=True)
class Facts:
    """What was counted of a day, each row with its lab (empty where it has none yet); no runs of a site, no labels of a lab."""

    people: Sequence[AnyRow]
    tubes: Sequence[AnyRow]
    wrong: Sequence[AnyRow]
    runs: Sequence[AnyRow] | None
    labels: LabelsAccount | None
    passed_over: tuple[PassedOver, ...]

    @property
    def labs(self) -> set[str]:
        """The labs, and the empty word where something has none."""
        return {row.lab for rows in (self.people, self.tubes, self.wrong, self.runs or ()) for row in rows}

    def of(self, lab: str) -> "Facts":
        """What is one lab's."""

        def its(rows: Sequence[AnyRow]) -> Sequence[AnyRow]:
            return [row for row in rows if row.lab == lab]

        return Facts(its(self.people), its(self.tubes), its(self.wrong), None if self.runs is None else its(self.runs), None, ())


def account(facts: Facts) -> Reconciliation:
    """The account of what was counted."""
    people, nameless = people_account(facts.people, facts.wrong)
    readings, runs = (None, []) if facts.runs is None else readings_account(facts.runs)
    found = [*nameless, *(Finding(row.barcode, problem, row.people) for row in facts.wrong for problem in row.problems), *runs]
    tubes = tubes_account(facts.tubes)
    return Reconciliation(people, tubes, readings, facts.labels, tuple(found[:MOST_FINDINGS]), facts.passed_over[:MOST_FINDINGS])


def people_account(rows: Sequence[AnyRow], wrong: Sequence[AnyRow]) -> tuple[PeopleAccount, list[Finding]]:
    """People by where they stand; nobody of a tube that contradicts itself is explained."""
    standings = Counter[str]()
    for row in rows:
        standings[row.standing] += row.people
    nowhere = standings["unexplained"]
    unexplained = nowhere + sum(row.people for row in wrong)
    open_ = {reason: standings[reason] for reason in OPEN_PEOPLE if standings[reason]}
    with_result = standings["with_result"]
    account = PeopleAccount(with_result + sum(open_.values()) + unexplained, with_result, open_, unexplained)
    return account, [Finding("people", "result_unknown", nowhere)] if nowhere else []


def tubes_account(standings: Sequence[AnyRow]) -> TubesAccount:
    """Tubes by where they stand."""
    tubes = Counter[str]()
    for row in standings:
        tubes[row.standing] += row.tubes
    registered = sum(row.registered for row in standings)
    return TubesAccount(
        registered=registered,
        unregistered=sum(tubes.values()) - registered,
        received=sum(row.received for row in standings),
        released=tubes["released"],
        rejected=tubes["rejected"],
        open={reason: tubes[reason] for reason in OPEN_TUBES if tubes[reason]},
        unexplained=tubes["unexplained"],
    )


def readings_account(runs: Sequence[AnyRow]) -> tuple[ReadingsAccount, list[Finding]]:
    """Readings by run: what its file held against what is stored."""
    differing = [Finding(run.plate, "readings_differ", abs(run.expected - run.stored)) for run in runs if run.expected != run.stored]
    account = ReadingsAccount(sum(run.expected for run in runs), sum(run.stored for run in runs), sum(one.count for one in differing))
    return account, differing
