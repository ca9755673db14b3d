"""The report of a run: a JSON document, and a few tables for people."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table

from lims.simulate.account import Account
from lims.simulate.scene import Scene

SHOWN = ("collected_tubes", "received_tubes", "tested_tubes", "released_tubes", "nonnegative_tubes", "rejected_tubes", "retest_tubes")
SHOWN_LAST = ("capacity_tubes", "utilisation", "backlog_tubes", "turnaround_minutes_p50", "turnaround_minutes_p90", "open_cases")


@dataclass(frozen=True)
class Report:
    """What a run found. `mismatches` holds the first fifty; `mismatch_counts` all of them by kind.

    `waited_seconds` are those of `seconds` in which somebody waited for the server, `server_share` is their part of it; `processor` are
    seconds of the processor and `memory_mb` the most memory of the servers, where they are known.
    """

    ok: bool
    plan: dict[str, Any]
    run_id: str
    tubes: int
    people: int
    seconds: float
    waited_seconds: float
    server_share: float
    people_per_second: float
    stages: dict[str, dict[str, float]]
    calls: dict[str, dict[str, float]]
    outcomes: dict[str, int]
    states: dict[str, int]
    retries: dict[str, int]
    mismatches: list[dict[str, Any]]
    mismatch_counts: dict[str, int]
    reconciliation: dict[str, Any]
    throughput: list[dict[str, Any]]
    processor: dict[str, float] = field(default_factory=dict)
    memory_mb: dict[str, float] = field(default_factory=dict)

    def json(self) -> str:
        """The document, indented."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=2, default=str)


def rate(count: int, seconds: float) -> float:
    """So many a second; 0 where no time passed."""
    return round(count / seconds, 1) if seconds > 0 else 0.0


def report_of(scene: Scene, account: Account, seconds: float) -> Report:
    """Sum up a run."""
    stages = {
        name: {
            "seconds": round(stage.seconds, 2),
            "tubes": stage.tubes,
            "people": stage.people,
            "tubes_per_second": rate(stage.tubes, stage.seconds),
            "people_per_second": rate(stage.people, stage.seconds),
        }
        for name, stage in scene.stages.items()
    }
    people = scene.world.people
    return Report(
        ok=scene.findings.none,
        plan=asdict(scene.plan),
        run_id=scene.run_id,
        tubes=len(scene.world.tubes),
        people=people,
        seconds=round(seconds, 2),
        waited_seconds=round(scene.meter.waited_seconds, 2),
        server_share=round(scene.meter.waited_seconds / seconds, 4) if seconds > 0 else 0.0,
        people_per_second=rate(people, seconds),
        stages=stages,
        calls=scene.meter.calls(),
        outcomes=dict(scene.meter.outcomes),
        states=account.states,
        retries=dict(scene.meter.retries),
        mismatches=scene.findings.listed,
        mismatch_counts=dict(scene.findings.counts),
        reconciliation=account.reconciliation,
        throughput=account.throughput,
    )


def table(title: str, first: str, rows: dict[str, dict[str, Any]]) -> Table:
    """Rows of figures under the names that occur in them."""
    columns = list(dict.fromkeys(name for row in rows.values() for name in row))
    shown = Table(title=title, title_justify="left")
    shown.add_column(first)
    for name in columns:
        shown.add_column(name.replace("_", " "), justify="right")
    for key, row in rows.items():
        shown.add_row(key, *("" if row.get(name) is None else f"{row[name]:,}" for name in columns))
    return shown


def most_waited(calls: dict[str, dict[str, float]], shown: int = 4) -> str:
    """The kinds of call that took most of the waiting, with their share of it."""
    ordered = sorted(calls.items(), key=lambda call: -call[1]["seconds"])
    return ", ".join(f"{kind} {100 * row['share_of_waiting']:.0f} %" for kind, row in ordered[:shown])


def show(report: Report, console: Console) -> None:
    """Print what a person wants to know after a run."""
    console.print(table("Stages", "stage", report.stages))
    console.print(table("Calls", "call", report.calls))
    rows = {str(row["lab"]): {name: row.get(name) for name in SHOWN + SHOWN_LAST} for row in report.throughput}
    console.print(table("Throughput", "lab", rows))
    if report.reconciliation:
        console.print("Reconciliation", report.reconciliation)
    for what, count in report.mismatch_counts.items():
        console.print(f"[red]{count} × {what}[/red]", highlight=False)
    console.print(
        f"Somebody waited for the server in {report.waited_seconds:,} of {report.seconds:,} s ({100 * report.server_share:.0f} %), "
        f"most of it for: {most_waited(report.calls)}."
    )
    if report.processor:
        said = ", ".join(f"{who} {seconds:,.1f} s" for who, seconds in report.processor.items())
        each = 1000 * sum(report.processor.values()) / max(report.tubes, 1)
        console.print(f"Processor: {said}; {each:.2f} ms a tube.")
    if report.memory_mb:
        console.print(f"Memory at most: {', '.join(f'{who} {megabytes:,.0f} MB' for who, megabytes in report.memory_mb.items())}.")
    verdict = "everything as it should be" if report.ok else f"{sum(report.mismatch_counts.values())} findings"
    console.print(
        f"{report.people:,} people, {report.tubes:,} tubes, {report.seconds:,} s, {report.people_per_second:,} people/s: {verdict}"
    )
