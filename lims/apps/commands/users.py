"""`lims user`."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from lims.catalog import queries as catalog
from lims.kernel import clock
from lims.kernel.auth import actions, queries
from lims.kernel.auth.rules import Role, Scope
from lims.kernel.db import Access
from lims.kernel.program import running
from lims.kernel.settings import settings

group = typer.Typer(no_args_is_help=True, help="Who may sign in.")
BY = "command line"


@group.command()
def add(
    name: Annotated[str, typer.Argument(help="how they sign in")],
    role: Annotated[list[Role], typer.Option(help="sampler courier technician reviewer official admin integration; repeat for more")],
    site: Annotated[str | None, typer.Option(help="the only site they work for")] = None,
    lab: Annotated[str | None, typer.Option(help="the only lab they work for")] = None,
    scope: Annotated[list[Scope] | None, typer.Option(help="identity: an integration sees names and numbers")] = None,
    token: Annotated[bool, typer.Option("--token", help="print a bearer token, once")] = False,
    password: Annotated[bool, typer.Option("--password", help="ask for a password")] = False,
) -> None:
    """Add a user, or set an existing one's roles and place anew: then what was and what is goes to standard error."""
    secret = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True) if password else None
    with running(settings(), connections=2) as program, program.database.transaction(Access.OWNER) as connection:
        known = catalog.current(connection)
        if site is not None:
            known.site(site)
        if lab is not None:
            known.lab(lab)
        now = clock.now()
        before = queries.place_of(connection, name)
        actions.add_user(connection, now, name, role, site=site, lab=lab, scopes=scope or (), password=secret, by=BY)
        after = queries.place_of(connection, name) or {}
        issued = actions.issue_token(connection, now, name, None, BY) if token else None
    for change in changes(before, after) if before is not None else ():
        typer.echo(f"{name} was there already: {change}", err=True)
    typer.echo(f"{name}: {', '.join(sorted(role))}")
    if issued:
        typer.echo(issued)


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What is another than before, a line each."""

    def said(value: object) -> str:
        return ", ".join(value) or "-" if isinstance(value, list) else "-" if value is None else str(value)

    return [f"{field} {said(before[field])} -> {said(after[field])}" for field in before if before[field] != after[field]]


@group.command()
def revoke(name: Annotated[str, typer.Argument(help="whose tokens and password")]) -> None:
    """Make all of somebody's tokens worthless at once, and their password with them."""
    with running(settings(), connections=2) as program, program.database.transaction(Access.OWNER) as connection:
        actions.revoke_user(connection, clock.now(), name, BY)
    typer.echo(f"{name}: revoked")
