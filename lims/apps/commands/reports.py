"""`lims report` and `lims reconcile`."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from lims.catalog import queries as catalog
from lims.kernel import clock
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.kernel.program import running
from lims.kernel.settings import settings
from lims.reporting.forms import EARLIEST, LATEST
from lims.reporting.schedule import actions, queries
from lims.reporting.schedule.rules import plan_of
from lims.reporting.wording import Tongue

group = typer.Typer(no_args_is_help=True, help="Reports.")
MOST_SHOWN = 50


def within_reach(day: datetime) -> datetime:
    """A day that reports cover."""
    if not EARLIEST <= day.date() <= LATEST:
        raise typer.BadParameter(f"Reports cover the days from {EARLIEST} to {LATEST}.")
    return day


Day = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="local day", callback=within_reach)]


@group.callback()
def words() -> None:
    """Reports."""


@group.command()
def daily(
    date: Day,
    out: Annotated[Path, typer.Option(help="the file; its ending says which kind: .html .pdf .xlsx .csv .json")],
    lab: Annotated[str | None, typer.Option(help="only this lab")] = None,
    language: Annotated[Tongue, typer.Option(help="of HTML and PDF")] = Tongue.BOTH,
) -> None:
    """Throughput against capacity, backlog and cases of a day, as a document."""
    from lims.reporting.daily import daily_report, write  # noqa: PLC0415 - typst is slow to load

    with running(settings(), connections=2) as program, program.database.transaction(Access.REPORTS) as connection:
        report = daily_report(connection, catalog.current(connection), date.date(), lab, now=clock.now())
    write(out, report, language)
    typer.echo(f"{out} {out.stat().st_size} bytes")


@group.command()
def send(date: Day) -> None:
    """Send the report of a day again to everybody who gets it by itself; the worker does it within half a minute."""
    with running(settings(), connections=2) as program:
        plan = plan_of(program.settings)
        if plan is None:
            raise Refused("report_schedule", "The daily report is not sent by itself: {wrong}.", wrong="LIMS_REPORT_AT is not set")
        with program.database.transaction(Access.OWNER) as connection:
            actions.once_more(connection, plan, date.date(), clock.now())
    typer.echo(f"due: {', '.join(plan.recipients)}")


@group.command()
def sent() -> None:
    """What was sent by itself, the newest day first; exit 1 where a report did not arrive and is not tried any more."""
    with running(settings(), connections=2) as program, program.database.transaction(Access.OWNER) as connection:
        rows, lost = queries.sendings(connection, MOST_SHOWN), queries.given_up(connection, clock.now())
    for row in rows:
        came = f"arrived {row.arrived_at:%Y-%m-%d %H:%M}Z" if row.arrived_at else f"{row.failure or 'due'}, attempts {row.attempts}"
        if row.handed_at and not row.arrived_at and not row.next_at:
            came = f"handed over {row.handed_at:%Y-%m-%d %H:%M}Z, no answer known: it may have arrived ({row.failure or 'stopped'})"
        typer.echo(f"{row.day}  {row.recipient}  {came}")
    raise typer.Exit(1 if lost else 0)


def reconcile(date: Day) -> None:
    """Account for every person, tube and reading of a day, and count its figures anew; exit 1 and a list if something does not agree."""
    from lims.reporting.balances import actions as balances  # noqa: PLC0415 - slow to load
    from lims.reporting.keeping.actions import keep_anew  # noqa: PLC0415 - slow to load

    with running(settings(), connections=2) as program, program.database.transaction(Access.OWNER) as connection:
        about = (connection, catalog.current(connection), date.date(), program.settings.timezone, clock.now())
        # First the figures: with them the trail is read on, and nobody else reads it until we are done.
        differing, anew = keep_anew(*about), balances.keep_anew(*about)
    found = anew.account
    typer.echo(f"people    {found.people}")
    typer.echo(f"tubes     {found.tubes}")
    typer.echo(f"readings  {found.readings}")
    typer.echo(f"labels    {found.labels}")
    for finding in found.findings:
        typer.echo(str(finding))
    for run in found.passed_over:
        typer.echo(f"{run.first} - {run.last}: printed labels that were passed over, and nobody has said why ({run.count})")
    kept = "none were kept" if differing is None else f"{len(differing)} lines differ from what was kept; counted anew"
    typer.echo(f"figures   {kept}")
    for difference in (differing or ())[:MOST_SHOWN]:
        typer.echo(str(difference))
    kept = "none was kept as of now" if anew.differing is None else f"{len(anew.differing)} numbers differ from what was kept"
    typer.echo(f"account   {kept}")
    for number in (anew.differing or ())[:MOST_SHOWN]:
        typer.echo(number)
    raise typer.Exit(1 if differing or anew.differing or not found.sound else 0)
