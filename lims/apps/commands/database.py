"""`lims db`."""

import os
import subprocess
from pathlib import Path
from typing import Annotated

import typer
from psycopg.pq import Conninfo
from sqlalchemy import Connection, make_url, text

from lims.apps import distribution, migrate
from lims.apps.commands import standby
from lims.apps.worker import OTHER_KEY
from lims.kernel.audit.verify import begun_with
from lims.kernel.db import Access
from lims.kernel.embedded import tool
from lims.kernel.program import Program, running
from lims.kernel.settings import SECRET_FILE, settings

group = typer.Typer(no_args_is_help=True, help="Schema, backups, standbys.")
# A backup may be older than the last labels printed: after a restore, numbers go on well beyond what it remembers.
LABELS_SKIPPED = 1_000_000
SPREAD = (
    "The tables are spread. Now start every `lims serve`, `lims worker` and `lims run watch` again, on all hosts: "
    "each has asked once, at its start, whether they are."
)
group.command("standby")(standby.follow)
group.command("promote")(standby.promote)
group.command("synchronous")(standby.synchronous)


@group.command()
def upgrade() -> None:
    """Bring the schema up to date."""
    with running(settings(), connections=2) as program:
        migrate.upgrade(program.database)
        typer.echo(f"schema {migrate.current(program.database)}")


@group.command()
def distribute(
    shards: Annotated[int, typer.Option(help="pieces of each table; two to four for each processor of all servers", min=2, max=1024)] = 32,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="print what would be done, on any PostgreSQL")] = False,
) -> None:
    """Spread the tables over the servers of a Citus cluster; after an upgrade again, for tables that are new. Back up before."""
    with running(settings(), connections=2) as program, program.database.owner() as connection:
        statements = (distribution.plan if dry_run else distribution.distribute)(connection, shards)
        for statement in statements:
            typer.echo(f"{statement};")
    if statements and not dry_run:
        typer.echo(SPREAD, err=True)


@group.command()
def status() -> None:
    """Say which schema the database has, and which this program needs; exit 1 where they differ."""
    with running(settings(), connections=2) as program:
        have, want = migrate.current(program.database), migrate.head()
        typer.echo(f"database {have}, program {want}")
        raise typer.Exit(0 if have == want else 1)


@group.command()
def backup(file: Annotated[Path, typer.Argument(help="where to write the backup")]) -> None:
    """Write a consistent backup while everything runs, names and numbers encrypted; the key goes into FILE.key, to be kept apart."""
    with running(settings(), connections=2) as program:
        client(program, "pg_dump", "--format=custom", "--no-owner", f"--file={file}")
    typer.echo(f"{file} {file.stat().st_size} bytes")
    if settings().secret_key is None:
        # Without its key a backup is worth nothing, and the key's only copy would stay on the machine that may break.
        beside = key_beside(file)
        beside.touch(mode=0o600)
        beside.write_bytes(settings().secret())
        typer.echo(f"{beside} the secret key of this backup: keep it apart from it")


@group.command()
def restore(file: Annotated[Path, typer.Argument(help="a backup", exists=True)]) -> None:
    """Restore a backup into an empty database, with the key that lies beside it as FILE.key; anything else is refused."""
    with running(settings(), connections=2) as program, program.database.transaction(Access.OWNER) as connection:
        if connection.execute(text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")).scalar_one():
            typer.echo("The database is not empty; a backup is restored into an empty one only (choose another LIMS_DATA_DIR).", err=True)
            raise typer.Exit(1)
    if settings().secret_key is None and key_beside(file).exists():
        # The database is empty: nothing was hidden with the key that this folder may have made for itself.
        mine = settings().data_dir / SECRET_FILE
        mine.touch(mode=0o600)
        mine.write_bytes(key_beside(file).read_bytes())
    with running(settings(), connections=2) as program:
        migrate.prepare_roles(program.database)
        name = f"--dbname={make_url(program.database.url).database}"
        client(program, "pg_restore", "--no-owner", "--exit-on-error", "--single-transaction", name, str(file))
        with program.database.transaction(Access.OWNER) as connection:
            go_on_after(connection)
            if not begun_with(connection, program.keys.seal):
                typer.echo(OTHER_KEY, err=True)
        typer.echo(f"restored, schema {migrate.current(program.database)}; label numbers go on {LABELS_SKIPPED:,} further")


def key_beside(file: Path) -> Path:
    """Where the key of a backup lies."""
    return file.with_name(file.name + ".key")


def go_on_after(connection: Connection) -> None:
    """What must differ after a restore: events of another count of transactions, and labels that nobody has."""
    epoch = connection.execute(text("SELECT coalesce(max(epoch), 0) + 1 FROM event")).scalar_one()
    connection.execute(text(f"ALTER TABLE event ALTER COLUMN epoch SET DEFAULT {int(epoch)}"))
    connection.execute(text("SELECT setval('label_serial', nextval('label_serial') + :skipped)"), {"skipped": LABELS_SKIPPED})


def client(program: Program, name: str, *words: str) -> None:
    """Run one of PostgreSQL's own programs on our database; where it is and the password go by the environment, seen by nobody else."""
    # The program's path is the embedded server's, the words are ours and a file name of the operator's.
    subprocess.run([str(tool(name)), *words], check=True, env=os.environ | whereabouts(program.database.url))  # noqa: S603 - as the comment above says


def whereabouts(address: str) -> dict[str, str]:
    """A database's address as the environment of PostgreSQL's own programs: with everything that it says of servers and certificates."""
    url = make_url(address)
    given = {name: value if isinstance(value, str) else ",".join(value) for name, value in url.query.items()}
    given |= {name: str(value) for name, value in url.translate_connect_args(database="dbname", username="user").items()}
    variables = {option.keyword.decode(): option.envvar.decode() for option in Conninfo.get_defaults() if option.envvar}
    return {variables[name]: value for name, value in given.items() if name in variables}
