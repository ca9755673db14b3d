"""`lims device`."""

from typing import Annotated

import typer

from lims.catalog import queries as catalog
from lims.kernel import addresses, clock, ids
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.kernel.program import running
from lims.kernel.settings import settings
from lims.sampling.devices import actions, queries
from lims.sampling.devices.rules import link
from lims.sampling.labels.symbols import square_rows

group = typer.Typer(no_args_is_help=True, help="Phones and scanners of a site.")
BY = "command line"
QUIET = 4
HALVES = {("0", "0"): "█", ("0", "1"): "▀", ("1", "0"): "▄", ("1", "1"): " "}


@group.command()
def add(
    name: Annotated[str, typer.Argument(help="what people call it")],
    site: Annotated[str, typer.Option(help="the only site it works for")],
    url: Annotated[str | None, typer.Option(help="where the device reaches the server [default: LIMS_PUBLIC_URL]")] = None,
) -> None:
    """Give a device to a site; its one-time link as a code to scan, and alone on the last line."""
    with running(settings(), connections=2) as program, program.database.transaction(Access.OWNER) as connection:
        catalog.current(connection).site(site)
        device_id, now = ids.uuid7(), clock.now()
        code = actions.add(connection, device_id, name, site, BY, now)
        made = queries.device(connection, device_id)
        assert made is not None  # noqa: S101 - made a moment ago
        address = link((url or settings().public_url or guessed()).rstrip("/"), program.keys, made)
    typer.echo(drawn(address), err=True)
    typer.echo(f"{code} {name}, site {site}")
    typer.echo(address)


@group.command("list")
def list_devices(site: Annotated[str | None, typer.Option(help="only this site's")] = None) -> None:
    """Every device: its name in messages, its site, how it stands, when it was seen last."""
    with running(settings(), connections=2) as program, program.database.transaction(Access.OWNER) as connection:
        rows = queries.devices(connection, site)
        while rows:
            for row in rows:
                seen = row.last_seen_at.isoformat(timespec="minutes") if row.last_seen_at else "never"
                typer.echo(f"{row.code}\t{row.site}\t{row.standing(clock.now()).value}\t{seen}\t{row.name}")
            rows = queries.devices(connection, site, rows[-1].id)


@group.command()
def revoke(device: Annotated[str, typer.Argument(help="its name in messages: d-…")]) -> None:
    """Take a device out of use: nothing is taken from it any more."""
    with running(settings(), connections=2) as program, program.database.transaction(Access.OWNER) as connection:
        known = queries.device_by_code(connection, device)
        if known is None:
            raise Refused("not_found", "{what} is not known here.", what=f"Device {device}")
        actions.revoke(connection, known, BY, clock.now())
    typer.echo(f"{device}: out of use")


def guessed() -> str:
    """Where `lims serve --tls` is reached, as far as this machine can tell."""
    return f"https://{addresses.in_address(next(iter(addresses.addresses()), '127.0.0.1'))}:8000"


def drawn(content: str) -> str:
    """A QR code in letters, two rows a line, for a terminal with light letters on dark."""
    rows = square_rows("qr", content)
    side = len(rows) + 2 * QUIET
    white = "0" * side
    padded = [white] * QUIET + [f"{'0' * QUIET}{row}{'0' * QUIET}" for row in rows] + [white] * (QUIET + side % 2)
    return "\n".join("".join(HALVES[pair] for pair in zip(*padded[at : at + 2], strict=True)) for at in range(0, len(padded), 2))
