"""How long the server took, how often a message had to be repeated, and what was found wrong."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from time import monotonic

LISTED = 50


def percentile(ordered: Sequence[float], share: float) -> float:
    """The nearest-rank percentile of ascending values: the smallest value that at least `share` of all do not exceed."""
    if not ordered:
        raise ValueError("no values, no percentile")
    return ordered[max(ceil(share * len(ordered)), 1) - 1]


@dataclass
class Statements:
    """SQL statements of the requests of one kind, as the server counts them."""

    requests: int = 0
    total: int = 0
    most: int = 0

    def add(self, count: int) -> None:
        """One more request."""
        self.requests += 1
        self.total += count
        self.most = max(self.most, count)


@dataclass
class Meter:
    """Figures of all requests, by kind."""

    seconds: dict[str, "array[float]"] = field(default_factory=lambda: defaultdict(lambda: array("d")))
    statements: dict[str, Statements] = field(default_factory=lambda: defaultdict(Statements))
    under_way: int = 0
    waiting_since: float = 0.0
    waited_seconds: float = 0.0  # in which at least one request was under way
    retries: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """While a request is under way."""
        if self.under_way == 0:
            self.waiting_since = monotonic()
        self.under_way += 1
        try:
            yield
        finally:
            self.under_way -= 1
            if self.under_way == 0:
                self.waited_seconds += monotonic() - self.waiting_since

    def answered(self, kind: str, seconds: float, statements: str | None) -> None:
        """A request came back."""
        self.seconds[kind].append(seconds)
        if statements is not None and statements.isdecimal():
            self.statements[kind].add(int(statements))

    def calls(self) -> dict[str, dict[str, float]]:
        """By kind of call: count, percentiles of milliseconds, seconds in all and their share, SQL statements where they were told."""
        table: dict[str, dict[str, float]] = {}
        total = sum(map(sum, self.seconds.values())) or 1.0
        for kind, values in sorted(self.seconds.items()):
            ordered = sorted(values)
            row: dict[str, float] = {"count": len(ordered)}
            for name, share in (("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99), ("max", 1.0)):
                row[f"{name}_ms"] = round(1000 * percentile(ordered, share), 2)
            row |= {"seconds": round(sum(values), 2), "share_of_waiting": round(sum(values) / total, 4)}
            if (said := self.statements.get(kind)) is not None:
                row |= {"statements_average": round(said.total / said.requests, 2), "statements_max": said.most}
            table[kind] = row
        return table


@dataclass
class Findings:
    """Where the server and the truth disagree: all are counted, the first are kept."""

    counts: Counter[str] = field(default_factory=Counter)
    listed: list[dict[str, object]] = field(default_factory=list)

    def add(self, what: str, **facts: object) -> None:
        """One disagreement. Facts name tubes and positions, never people."""
        self.counts[what] += 1
        if len(self.listed) < LISTED:
            self.listed.append({"what": what} | facts)

    def expect(self, condition: bool, what: str, **facts: object) -> bool:  # noqa: FBT001 - what is checked, not a switch
        """Add a finding unless the condition holds."""
        if not condition:
            self.add(what, **facts)
        return condition

    @property
    def none(self) -> bool:
        """Whether everything agreed."""
        return not self.counts
