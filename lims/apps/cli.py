"""The command line. Results go to standard output, progress to standard error; 0 is done, 1 a finding, 2 wrong use."""

import signal
import sys
from pathlib import Path
from subprocess import CalledProcessError
from types import FrameType
from typing import NoReturn

import typer
from pydantic import ValidationError
from sqlalchemy.exc import ProgrammingError

from lims.apps.commands import (
    audit,
    catalog,
    database,
    demo,
    devices,
    doctor,
    labels,
    reports,
    runs,
    selftest,
    serve,
    simulate,
    sync,
    users,
    webhooks,
)
from lims.apps.worker import main as work
from lims.kernel.embedded import EmbeddedServerError
from lims.kernel.errors import Refused
from lims.kernel.settings import Settings

# PostgreSQL knows no such table, or no such column.
NO_SCHEMA = {"42P01", "42703"}

commands = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Nucleic-acid lab sample tracking for mass screening with pooled samples."
)
commands.command("serve")(serve.serve)
commands.command("worker", help="What `lims serve` starts beside itself, as a service of its own: seals, notices, webhooks, kept figures.")(
    work
)
commands.command("demo")(demo.demo)
commands.command("simulate")(simulate.simulate)
commands.command("reconcile")(reports.reconcile)
commands.command("doctor")(doctor.doctor)
commands.command("selftest")(selftest.selftest)
commands.command("print-agent")(labels.print_agent)
commands.add_typer(database.group, name="db")
commands.add_typer(users.group, name="user")
commands.add_typer(catalog.group, name="catalog")
commands.add_typer(labels.group, name="labels")
commands.add_typer(devices.group, name="device")
commands.add_typer(runs.group, name="run")
commands.add_typer(sync.group, name="sync")
commands.add_typer(reports.group, name="report")
commands.add_typer(webhooks.group, name="webhook")
commands.add_typer(audit.group, name="audit")


def terminated(_number: int, _frame: FrameType | None) -> NoReturn:
    """A polite end leaves by the door, so that the embedded server is left properly."""
    sys.exit(128 + signal.SIGTERM)


def app() -> None:
    """The program `lims`."""
    signal.signal(signal.SIGTERM, terminated)
    try:
        commands()
    except Refused as refusal:
        typer.echo(refusal.detail, err=True)
        sys.exit(1)
    except ValidationError as wrong:
        if wrong.title != Settings.__name__:
            raise
        for error in wrong.errors(include_input=False):
            typer.echo(f"LIMS_{'_'.join(map(str, error['loc'])).upper()}: {error['msg'].removeprefix('Value error, ')}", err=True)
        sys.exit(2)
    except EmbeddedServerError as trouble:
        typer.echo(str(trouble), err=True)
        sys.exit(1)
    except ProgrammingError as failure:
        if getattr(failure.orig, "sqlstate", None) not in NO_SCHEMA:
            raise
        typer.echo("The database has no schema, or an older one: run `lims db upgrade` first.", err=True)
        sys.exit(1)
    except CalledProcessError as failure:
        typer.echo(f"{Path(failure.cmd[0]).name} did not succeed; what it said stands above.", err=True)
        sys.exit(1)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError) as wrong:
        typer.echo(f"{wrong.filename}: {wrong.strerror}", err=True)
        sys.exit(2)
