"""`lims run`."""

from pathlib import Path
from typing import Annotated

import typer

from lims.catalog import queries as catalog
from lims.kernel import barcodes, clock
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.kernel.program import running
from lims.kernel.settings import settings
from lims.testing.interpretation import actions, views
from lims.testing.plates import queries

group = typer.Typer(no_args_is_help=True, help="Instrument files.")
BY = "command line"


@group.callback()
def words() -> None:
    """Instrument files."""


@group.command("import")
def import_run(
    file: Annotated[Path, typer.Argument(help="what the instrument exported", exists=True)],
    plate: Annotated[str, typer.Option(help="the plate's barcode")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what it would give")] = False,
) -> None:
    """Import an instrument's file: the same code as the upload. Exit 1 where the controls failed."""
    content, now, code = file.read_bytes(), clock.now(), barcodes.normalise(plate)
    with running(settings(), connections=3) as program:
        if not dry_run:
            with program.database.transaction(Access.BENCH) as aside:
                actions.keep_files(aside, [(content, file.name)], code, BY, now)
        with program.database.transaction(Access.BENCH) as connection:
            row = queries.plate(connection, code)
            if row is None:
                raise Refused("not_found", "{what} is not known in this lab.", what=f"Plate {code}")
            if dry_run:
                actions.keep_files(connection, [(content, file.name)], code, BY, now)
            known = catalog.current(connection)
            done = actions.import_files(connection, known, row, [(content, file.name)], now, BY, now)
            shown = views.imported(connection, known, code, done)
            if dry_run:
                connection.rollback()
    typer.echo(shown.model_dump_json(indent=2))
    raise typer.Exit(1 if shown.control_verdict == "failed" else 0)
