"""The figures of cases put together: what is read, then the rules."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from lims.catalog.rules import Catalog
from lims.deconvolution import board
from lims.kernel.clock import local_day
from lims.reporting.balances.board import kept_days
from lims.reporting.casework import queries, rules
from lims.reporting.casework.rows import case_row, member_rows
from lims.reporting.casework.rules import (
    CaseRow,
    Discordance,
    MemberRow,
    PoolsOfSize,
    Recollection,
    Saving,
    Spread,
)
from lims.reporting.casework.scope import Scope
from lims.reporting.pooling_math.prevalence import Estimate, estimate


@dataclass(frozen=True)
class Rows:
    """The cases that were opened on these days, oldest first, and their members."""

    cases: Sequence[CaseRow]
    members: Sequence[MemberRow]


@dataclass(frozen=True)
class Figures:
    """What the page shows. `ends`: closed cases by outcome; `ages`: open ones by their band; `as_of`: when pools and tests were counted."""

    cases: int
    ends: Mapping[str, int]
    ages: Mapping[str, int]
    overdue: int
    called: Spread
    sampled: Spread
    settled: Spread
    settled_cases: Spread
    prevalence: Estimate | None
    discordance: Discordance
    recollections: Sequence[Recollection]
    sizes: Sequence[PoolsOfSize]
    saving: Saving
    as_of: datetime

    @property
    def open(self) -> int:
        """Cases that are not closed."""
        return sum(self.ages.values())

    @property
    def to_recollect(self) -> int:
        """Members who are to be sampled again."""
        return sum(one.members for one in self.recollections)


def rows_of(connection: Connection, catalog: Catalog, scope: Scope, now: datetime) -> Rows:
    """The cases opened on these days, by the clock of their lab."""
    first, last = scope.question.first, scope.question.last

    def zone(lab: str) -> str:
        return catalog.labs[lab].timezone if lab in catalog.labs else scope.question.zone

    cases = [
        case
        for case in board.walk(connection, catalog, scope.among, None)
        if first <= local_day(case.row.opened_at, zone(case.row.lab)) <= last
    ]
    return Rows([case_row(case, now) for case in cases], [row for case in cases for row in member_rows(case)])


def figures_of(connection: Connection, catalog: Catalog, scope: Scope, now: datetime) -> Figures:
    """All figures of these days and places."""
    rows = rows_of(connection, catalog, scope, now)
    kept = kept_days(connection, catalog, scope.question.first, scope.question.last, now)
    sizes = queries.pools_of_sizes(connection, scope.values(kept))
    prevalence = estimate(rules.groups(sizes), scope.assay)
    called_back = [member for member in rows.members if member.called_back]
    still_open = Counter(case.part for case in rows.cases if case.age_minutes is not None)
    return Figures(
        cases=len(rows.cases),
        ends=Counter(case.outcome for case in rows.cases if case.outcome is not None),
        ages={band: still_open[band] for band in rules.bands()},
        overdue=sum(case.overdue for case in rows.cases),
        called=rules.spread(member.called_minutes for member in called_back),
        sampled=rules.spread(member.sampled_minutes for member in called_back),
        settled=rules.spread(member.settled_minutes for member in rows.members),
        settled_cases=rules.spread(case.settled_minutes for case in rows.cases if case.outcome != "withdrawn"),
        prevalence=prevalence,
        discordance=rules.discordance(rows.cases, prevalence.prevalence if prevalence else None, scope.assay),
        recollections=rules.recollections(rows.members),
        sizes=sizes,
        saving=rules.saving(sizes),
        as_of=min([*kept.values(), now]),
    )
