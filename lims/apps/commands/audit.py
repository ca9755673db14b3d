"""`lims audit`."""

import typer

from lims.apps.worker import known_head, seal_once
from lims.kernel.audit.verify import verify as verify_chain
from lims.kernel.db import Access
from lims.kernel.program import running
from lims.kernel.secrets import UnknownKeyError
from lims.kernel.settings import settings

group = typer.Typer(no_args_is_help=True, help="The audit trail.")


@group.callback()
def words() -> None:
    """The audit trail."""


@group.command()
def verify() -> None:
    """Recompute the chain from its first link; exit 1 and name the first broken one where it was altered."""
    with running(settings(), connections=2) as program:
        try:
            seal_once(program)
        except UnknownKeyError as trouble:
            typer.echo(f"BROKEN: {trouble}")
            raise typer.Exit(1) from trouble
        head = known_head(program)
        with program.database.transaction(Access.OWNER) as connection:
            finding = verify_chain(connection, program.keys.seal, head)
    typer.echo(f"{finding.seals} seals over {finding.events} events verified")
    if finding.broken:
        typer.echo(f"BROKEN: {finding.broken}")
        raise typer.Exit(1)
