"""`lims report` and `lims reconcile`."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from lims.catalog import queries as catalog
from lims.kernel import clock
from lims.kernel.db import Access
from lims.kernel.program import running
from lims.kernel.settings import settings

group = typer.Typer(no_args_is_help=True, help="Reports.")
Day = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="local day")]


@group.callback()
def words() -> None:
    """Reports."""


@group.command()
def daily(
    date: Day,
    out: Annotated[Path, typer.Option(help="the file; its ending says which kind: .html .pdf .xlsx .csv .json")],
    lab: Annotated[str | None, typer.Option(help="only this lab")] = None,
) -> None:
    """Throughput against capacity, backlog and cases of a day, as a document."""
    from lims.reporting.daily import daily_report, write  # noqa: PLC0415 - pandas and typst are slow to load

    with running(settings(), connections=2) as program, program.database.transaction(Access.BENCH) as connection:
        report = daily_report(connection, catalog.current(connection), date.date(), lab, now=clock.now())
    write(out, report)
    typer.echo(f"{out} {out.stat().st_size} bytes")


def reconcile(date: Day) -> None:
    """Account for every person, tube and reading of a day; exit 1 and a list if one is not."""
    from lims.reporting.reconciliation import reconcile as account  # noqa: PLC0415 - pandas is slow to load

    with running(settings(), connections=2) as program, program.database.transaction(Access.BENCH) as connection:
        found = account(connection, date.date())
    typer.echo(f"people    {found.people}")
    typer.echo(f"tubes     {found.tubes}")
    typer.echo(f"readings  {found.readings}")
    for finding in found.findings:
        typer.echo(str(finding))
    raise typer.Exit(0 if found.sound else 1)
