"""`lims webhook`."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from lims.interop.notices.rules import Kind
from lims.interop.subscribers import actions, queries
from lims.interop.subscribers.rules import MAIL, Wish
from lims.kernel import clock
from lims.kernel.db import Access
from lims.kernel.program import running
from lims.kernel.settings import settings

group = typer.Typer(no_args_is_help=True, help="To whom notices of cases are sent.")
BY = "command line"
Number = Annotated[int, typer.Argument(help="of the webhook, as `lims webhook list` shows it")]


@group.command()
def add(
    url: Annotated[str, typer.Argument(help="where notices are posted to, by https; or mailto:… for e-mails")],
    kind: Annotated[list[Kind] | None, typer.Option(help="only these notices; repeat for more")] = None,
    area: Annotated[str | None, typer.Option(help="only of this area and what lies within it")] = None,
    audience: Annotated[str | None, typer.Option(help="only of cases whose policy names this audience, or names nobody")] = None,
) -> None:
    """Send notices to an address from now on; the secret that signs webhooks is shown once, alone on the last line."""
    with running(settings(), connections=2) as program, program.database.transaction(Access.OWNER) as connection:
        wish = Wish([one.value for one in kind or ()], area, audience)
        number, secret = actions.add(connection, program, url, wish, BY, clock.now())
    typer.echo(f"webhook {number}")
    if not url.startswith(MAIL):
        typer.echo(secret)


@group.command("list")
def list_webhooks() -> None:
    """Every webhook: its number, how it stands, how many notices wait, the address."""
    with running(settings(), connections=2) as program, program.database.transaction(Access.OWNER) as connection:
        addresses = queries.addresses(connection)
        for row in queries.subscribers(connection):
            standing = f"stopped: {row.stopped_for}" if row.stopped_at else "sends"
            only = [*row.kinds, *([f"area {row.area}"] if row.area else []), *([f"as {row.audience}"] if row.audience else [])]
            about = " ".join(only) or "everything"
            typer.echo(f"{row.number}\t{standing}\t{row.waiting} waiting\t{about}\t{addresses[row.number]}")


@group.command()
def log(webhook: Number, lines: Annotated[int, typer.Option(min=1, max=10_000, help="how many attempts")] = 50) -> None:
    """The last attempts, newest first: when, the notice, its kind and tube, what was answered, how long it took."""
    with running(settings(), connections=2) as program, program.database.transaction(Access.OWNER) as connection:
        queries.subscriber(connection, webhook)
        for row in queries.log(connection, webhook, lines):
            at = row.at.isoformat(timespec="seconds")
            typer.echo(f"{at}\t{row.notice}\t{row.kind}\t{row.barcode}\t{row.status or '-'}\t{row.milliseconds} ms\t{row.said}")


@group.command()
def replay(
    webhook: Number, since: Annotated[datetime, typer.Option(help="UTC; everything that was told from then on is sent once more")]
) -> None:
    """Send once more, under the same ids: a receiver that has them already leaves them."""
    with running(settings(), connections=2) as program, program.database.transaction(Access.OWNER) as connection:
        row = queries.subscriber(connection, webhook)
        count = actions.replay(connection, row, since.replace(tzinfo=UTC), BY, clock.now())
    typer.echo(f"webhook {webhook}: {count} notices are sent once more")


@group.command()
def resume(webhook: Number) -> None:
    """Send again to a webhook that was stopped, from what waits on."""
    with running(settings(), connections=2) as program, program.database.transaction(Access.OWNER) as connection:
        queries.subscriber(connection, webhook)
        actions.resume(connection, webhook, BY, clock.now())
    typer.echo(f"webhook {webhook}: sends")


@group.command()
def rotate(webhook: Number) -> None:
    """Give a webhook a new secret, shown once; for a day the old one signs beside it, so that the receiver can learn the new one."""
    with running(settings(), connections=2) as program, program.database.transaction(Access.OWNER) as connection:
        row = queries.subscriber(connection, webhook)
        secret = actions.rotate(connection, program.keys, row, BY, clock.now())
    typer.echo(secret)


@group.command()
def remove(webhook: Number) -> None:
    """Send nothing more to a webhook; its log stays."""
    with running(settings(), connections=2) as program, program.database.transaction(Access.OWNER) as connection:
        queries.subscriber(connection, webhook)
        actions.stop(connection, webhook, actions.REMOVED, BY, clock.now())
    typer.echo(f"webhook {webhook}: removed")
