"""Everything at the bench that somebody should look at now, each with the page of the rows behind it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from lims.catalog.rules import Catalog
from lims.kernel.auth.door import Work
from lims.kernel.db import AnyRow
from lims.testing.extraction import queries as extraction
from lims.testing.morning import queries
from lims.testing.qc import queries as qc
from lims.testing.qc.discordance import DAYS, MOST_PLATES, MOST_POOLS, Finding, Settled, Sized, weigh
from lims.testing.review import queries as review

SHOWN_FOR = timedelta(hours=24)
MOST = 500  # rows of alarms that are read; a drifting control says the same in every run


@dataclass(frozen=True)
class Alarm:
    """One line of the block: what, how often, about which thing, and where its rows are."""

    kind: str
    count: int
    about: dict[str, Any]
    opens: str


@dataclass(frozen=True)
class Pools:
    """The settled pools of a lab, and what is to be thought of how many are discordant."""

    rows: tuple[AnyRow, ...]
    finding: Finding | None


def alarms(work: Work, known: Catalog, lab: str) -> list[Alarm]:
    """All alarms of a lab, results that have left it first."""
    noted = qc.alarms(work.connection, lab, work.now - SHOWN_FOR, MOST)
    found = [*gone(work, lab), *contaminations(row for row in noted if row.kind == "contamination")]
    finding = pools(work, known, lab).finding
    if finding is not None and finding.alarming:
        found.append(Alarm("discordant", finding.discordant, vars(finding), "/testing/discordant"))
    return found + drifts(row for row in noted if row.kind == "trend")


def gone(work: Work, lab: str) -> list[Alarm]:
    """Results that left the lab before their extraction batch was found invalid, and that nobody has decided on: by batch."""
    failed = [row for row in extraction.failed_batches(work.connection, lab) if row.settled_at is None or row.settled_at < row.since]
    rows = review.released_out_of(work.connection, [row.barcode for row in failed]) if failed else ()
    batches: dict[str, int] = {}
    for row in rows:
        batches[row.batch] = batches.get(row.batch, 0) + 1
    return [Alarm("released", count, {"batch": batch}, f"/testing/extractions/{batch}") for batch, count in batches.items()]


def contaminations(noted: Iterable[AnyRow]) -> list[Alarm]:
    """Runs with late positives beside a strong one."""
    runs: dict[Any, list[AnyRow]] = {}
    for row in noted:
        runs.setdefault(row.run, []).append(row)
    return [
        Alarm("contamination", len(rows), {"plate": rows[0].plate, "wells": [row.well for row in rows]}, f"/testing/runs/{run}")
        for run, rows in runs.items()
    ]


def drifts(noted: Iterable[AnyRow]) -> list[Alarm]:
    """Weak positives out of their usual way, series by series and target by target; the newest run says which rules."""
    series: dict[tuple[Any, ...], list[AnyRow]] = {}
    for row in noted:
        series.setdefault((row.what["assay"], row.what["version"], row.what["lot"], row.target), []).append(row)
    return [
        Alarm(
            "trend",
            len({row.run for row in rows}),
            {"assay": assay, "version": version, "target": target, "rules": rows[0].what["rules"], "plate": rows[0].plate},
            "/testing/controls?" + urlencode({"assay": assay, "version": version} | ({"lot": lot} if lot else {})),
        )
        for (assay, version, lot, target), rows in series.items()
    ]


def pools(work: Work, known: Catalog, lab: str) -> Pools:
    """The newest reactive pools whose members are settled, weighed against what is expected."""
    since = work.now - timedelta(days=DAYS)
    rows = [row for row in queries.settled_pools(work.connection, lab, since, MOST_POOLS) if row.positive or is_discordant(row)]
    if not rows:
        return Pools((), None)
    tested = [
        Sized(row.member_count, known.assay(row.assay, row.assay_version).accuracy, row.pools, row.reactive)
        for row in queries.tested_pools(work.connection, lab, since, MOST_PLATES)
    ]
    settled = [
        Settled(row.barcode, row.member_count, known.assay(row.assay, row.assay_version).accuracy, is_discordant(row)) for row in rows
    ]
    return Pools(tuple(rows), weigh(tested, settled))


def is_discordant(row: AnyRow) -> bool:
    """Whether all members of a pool were found negative, each in a tube of their own."""
    return bool(row.positive == 0 and row.negative >= row.member_count)
