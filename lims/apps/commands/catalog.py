"""`lims catalog`."""

from pathlib import Path
from typing import Annotated

import typer

from lims.catalog import actions
from lims.kernel import clock
from lims.kernel.db import Access
from lims.kernel.imports.rules import spreadsheet
from lims.kernel.program import running
from lims.kernel.settings import settings

group = typer.Typer(no_args_is_help=True, help="Areas, sites, labs, capacities, assays, pooling policies, barcode formats.")


@group.callback()
def words() -> None:
    """Reference data."""


@group.command()
def load(
    file: Annotated[Path, typer.Argument(help="TOML or YAML", exists=True)],
    check: Annotated[bool, typer.Option("--check", help="only say what would change")] = False,
    refused: Annotated[Path | None, typer.Option(dir_okay=False, help="write every wrong place of a refused file to this CSV")] = None,
) -> None:
    """Bring the catalogue to what a file says, all of it or nothing; again without effect."""
    try:
        form = actions.parse(file)
    except actions.WrongPlacesError as wrong:
        if refused is not None:
            refused.write_bytes(spreadsheet([("place", "reason"), *wrong.places]))
        raise
    with running(settings(), connections=2) as program, program.database.transaction(Access.OWNER) as connection:
        loaded = actions.load(connection, form, clock.now(), "command line", check=check)
    for line in loaded.changes:
        typer.echo(line)
    typer.echo(f"{len(loaded.changes)} {'would change' if check else 'changed'}, {loaded.unchanged} already known")
