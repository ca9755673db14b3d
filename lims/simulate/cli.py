"""`lims simulate`: options, progress, tables and exit code."""

import asyncio
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from lims.kernel import clock
from lims.simulate.day import run
from lims.simulate.plan import Credentials, Plan, PlanError
from lims.simulate.progress import Bars
from lims.simulate.report import Report, show

Spent = Callable[[], dict[str, float]]
TIMEZONE = "Asia/Shanghai"

# The options stand here once, so that a command which makes its own credentials can take the same.
People = Annotated[int, typer.Option("--people", min=1, help="How many people are sampled on that day.")]
Prevalence = Annotated[float, typer.Option("--prevalence", min=0.0, max=1.0, help="The share of them who are infected.")]
Noise = Annotated[float, typer.Option("--noise", min=0.0, help="How often something is seen where nobody is infected, times the usual.")]
PoolSize = Annotated[int, typer.Option("--pool-size", min=1, help="People to a tube; 1 tests everybody alone.")]
Labs = Annotated[int | None, typer.Option("--labs", min=1, help="How many labs take part. [default: all]")]
Seed = Annotated[int, typer.Option("--seed", help="The same seed brings the same events, to other people.")]
Url = Annotated[str, typer.Option("--url", help="Where the server listens.")]
Speed = Annotated[str, typer.Option("--speed", help="max, or xN: N times as fast as the clock, for example x60.")]
ReportFile = Annotated[Path | None, typer.Option("--report", dir_okay=False, help="Write the report to this file, as JSON.")]
Date = Annotated[datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="The simulated day. [default: yesterday]")]
Connections = Annotated[int, typer.Option("--connections", min=1, help="Requests under way at once.")]
CredentialsFile = Annotated[
    Path, typer.Option("--credentials", exists=True, dir_okay=False, help="Bearer tokens of every site, lab and role, as JSON.")
]


def speed_of(text: str) -> float | None:
    """`max` → None, `x60` → 60.0."""
    if text == "max":
        return None
    try:
        return float(text.removeprefix("x"))
    except ValueError as error:
        raise PlanError(f"--speed {text}: say max, or x and a number, for example x60.") from error


def yesterday(timezone: str = TIMEZONE) -> date:
    """The last day that is over."""
    return clock.local_day(clock.now(), timezone) - timedelta(days=1)


def carry_out(
    plan: Plan,
    credentials: Credentials,
    url: str,
    report_file: Path | None = None,
    spent: Spent | None = None,
    peak: Mapping[str, float] | None = None,
) -> Report:
    """Simulate with bars on standard error, print the tables on standard output, write the report; PlanError for a wrong plan.

    `spent` tells the seconds of the processor so far, by who used them; `peak` holds the most megabytes until now, by who had them.
    """
    before = spent() if spent else {}
    with Bars() as bars:
        report = conclude(plan, credentials, url, bars)
    if spent:
        used = {who: round(seconds - before[who], 2) for who, seconds in spent().items()}
        report = replace(report, processor=used, memory_mb=dict(peak or {}))
    show(report, Console(width=None if sys.stdout.isatty() else 200))
    if report_file is not None:
        report_file.write_text(report.json() + "\n", encoding="utf-8")
    return report


def conclude(plan: Plan, credentials: Credentials, url: str, bars: Bars) -> Report:
    """Run the day on the fastest event loop there is."""
    try:
        import uvloop  # noqa: PLC0415 - comes with the server, and not on every system
    except ImportError:
        return asyncio.run(run(plan, credentials, url, bars))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(run(plan, credentials, url, bars))


def simulate(  # noqa: PLR0913 - one argument an option
    people: People,
    credentials: CredentialsFile,
    prevalence: Prevalence = 0.001,
    noise: Noise = 1.0,
    pool_size: PoolSize = 10,
    labs: Labs = None,
    seed: Seed = 1,
    url: Url = "http://127.0.0.1:8000",
    speed: Speed = "max",
    report: ReportFile = None,
    day: Date = None,
    connections: Connections = 16,
) -> None:
    """A whole day through the public HTTP API, as outside clients would live it, compared with the truth; exit 1 where they differ."""
    try:
        plan = Plan(
            people=people,
            date=day.date() if day else yesterday(),
            prevalence=prevalence,
            noise=noise,
            pool_size=pool_size,
            labs=labs,
            seed=seed,
            speed=speed_of(speed),
            timezone=TIMEZONE,
            connections=connections,
        )
        told = carry_out(plan, Credentials.read(credentials), url, report)
    except PlanError as error:
        raise typer.BadParameter(str(error)) from error
    if not told.ok:
        raise typer.Exit(1)
