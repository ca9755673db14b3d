"""`lims report` and `lims reconcile`."""

from datetime import datetime
from typing import Annotated

import typer

from lims.kernel.db import Access
from lims.kernel.program import running
from lims.kernel.settings import settings

group = typer.Typer(no_args_is_help=True, help="Reports.")
Day = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="local day")]


@group.callback()
def words() -> None:
    """Reports."""


def reconcile(date: Day) -> None:
    """Account for every person, tube and reading of a day; exit 1 and a list if one is not."""
    with running(settings(), connections=2) as program, program.database.transaction(Access.BENCH) as connection:
        typer.echo(f"{date.date()} {connection}")
