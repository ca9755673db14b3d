"""The rows behind a figure, page by page or all of them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from lims.catalog.rules import Catalog
from lims.kernel.errors import Refused
from lims.reporting.balances.board import kept_days
from lims.reporting.casework import queries
from lims.reporting.casework.measures import rows_of
from lims.reporting.casework.rules import Behind, CaseRow, MemberRow, PoolPart, PoolRow, behind, is_in
from lims.reporting.casework.scope import Scope
from lims.reporting.rules import MOST_ROWS

AnyLine = CaseRow | MemberRow | PoolRow


@dataclass(frozen=True)
class Listed:
    """Rows, how many there are in all, and the key of the last of these where there are more."""

    rows: list[AnyLine]
    total: int
    more: str | None = None


def listed(
    connection: Connection, catalog: Catalog, scope: Scope, what: Behind, part: str | None, after: str | None, most: int, now: datetime
) -> Listed:
    """Up to `most` rows behind a figure, or behind a part of it, from after one on."""
    rows: list[AnyLine] = []
    if what is Behind.POOLS:
        of = PoolPart.of(part)
        rows += queries.pools(connection, scope.values(), of, after, most + 1)
        kept = kept_days(connection, catalog, scope.question.first, scope.question.last, now)
        total = of.tubes(queries.pools_of_sizes(connection, scope.values(kept)))
    else:
        every = rows_of(connection, catalog, scope, now)
        chosen = [row for row in behind(what, every.cases, every.members) if is_in(row, what, part)]
        rows, total = [row for row in chosen if after is None or row.key > after], len(chosen)
    return Listed(rows[:most], total, rows[most - 1].key if len(rows) > most else None)


def all_of(connection: Connection, catalog: Catalog, scope: Scope, what: Behind, part: str | None, now: datetime) -> list[AnyLine]:
    """All rows behind a figure; Refused where they are more than a file holds."""
    found = listed(connection, catalog, scope, what, part, None, MOST_ROWS, now)
    if found.more is not None:
        raise Refused(
            "report_too_large", "There are more than {most} rows, more than a report holds; ask for fewer days, or for one lab or site.",
            most=MOST_ROWS,
        )  # fmt: skip
    return found.rows


def kind_of(what: Behind) -> type[AnyLine]:
    """Of what the rows behind a figure are."""
    if what is Behind.POOLS:
        return PoolRow
    return MemberRow if what in (Behind.CALLED, Behind.SAMPLED, Behind.SETTLED, Behind.RECOLLECTION) else CaseRow
