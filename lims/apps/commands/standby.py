"""`lims db standby`, `lims db promote`, `lims db synchronous`: a second server that follows the first, and may take its place."""

import re
import shutil
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import text

from lims.kernel.db import Access
from lims.kernel.embedded import EmbeddedServer, EmbeddedServerError, standby
from lims.kernel.program import running
from lims.kernel.settings import SECRET_FILE, settings

NAME = re.compile(r"[a-z][a-z0-9_]{0,49}")
DRIVER = "postgresql+psycopg://"
Folder = Annotated[Path, typer.Argument(help="data folder of the standby", file_okay=False)]


def follow(
    folder: Folder,
    of: Annotated[str, typer.Option("--of", envvar="LIMS_DATABASE_URL", help="address of the database to follow, or its data folder")],
    name: Annotated[str, typer.Option(help="what the standby is called there")] = "standby",
    once: Annotated[bool, typer.Option("--once", help="make the copy and end")] = False,
) -> None:
    """Make FOLDER a standby (the first time: a copy), start it, print its address for LIMS_STANDBY_URL, and run until told to stop."""
    checked(name)
    with ExitStack() as stack:
        given = Path(of)
        is_folder = given.is_dir()
        url = stack.enter_context(EmbeddedServer(given)) if is_folder else of
        if standby.follow(folder, plain(url), name):
            typer.echo(f"{folder} is a standby now, called {name}", err=True)
        if is_folder and (given / SECRET_FILE).exists() and not (folder / SECRET_FILE).exists():
            # Who takes the other's place needs its key.
            shutil.copyfile(given / SECRET_FILE, folder / SECRET_FILE)
            (folder / SECRET_FILE).chmod(0o600)
    if once:
        return
    with EmbeddedServer(folder) as own:
        typer.echo(plain(own))
        # SIGTERM and Ctrl-C end this, and the server with it, if nobody else is in.
        threading.Event().wait()


def promote(folder: Folder) -> None:
    """Make the standby in FOLDER the database. The old one must stay off: see "A standby" in docs/several-machines.md."""
    with EmbeddedServer(folder) as url:
        standby.promote(plain(url))
        typer.echo(plain(url))
    typer.echo(f"{folder} holds the database now: LIMS_DATA_DIR={folder}, or LIMS_DATABASE_URL=the address above", err=True)


def synchronous(
    names: Annotated[list[str] | None, typer.Argument(help="standbys of which one has to have every commit before it counts")] = None,
    off: Annotated[bool, typer.Option("--off", help="commits wait for no standby any more")] = False,
) -> None:
    """What is acknowledged is on two machines: commits wait for a standby. Without names: which follow, and who is waited for."""
    with running(settings(), connections=2) as program:
        with program.database.transaction(Access.OWNER) as connection:
            known = connection.execute(text("SELECT application_name, state, sync_state FROM pg_stat_replication ORDER BY 1")).all()
        if names or off:
            if missing := sorted({*map(checked, names or [])} - {row.application_name for row in known if row.state == "streaming"}):
                typer.echo(f"{', '.join(missing)}: no such standby follows now, and every commit would wait for it.", err=True)
                raise typer.Exit(1)
            wanted = "" if off else f"ANY 1 ({', '.join(names or [])})"
            with program.database.engine(Access.OWNER, direct=True).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text(f"ALTER SYSTEM SET synchronous_standby_names = '{wanted}'"))
                connection.execute(text("SELECT pg_reload_conf()"))
            typer.echo(f"commits wait for {wanted}" if wanted else "commits wait for no standby")
            return
    for row in known:
        typer.echo(f"{row.application_name} {row.state} {row.sync_state}")
    raise typer.Exit(0 if known else 1)


def checked(name: str) -> str:
    """A name that needs no quotes anywhere."""
    if not NAME.fullmatch(name):
        raise EmbeddedServerError(f"{name}: a standby's name has small letters, digits and underscores, and begins with a letter.")
    return name


def plain(url: str) -> str:
    """An address as PostgreSQL's own programs read it."""
    return url.replace(DRIVER, "postgresql://", 1)
