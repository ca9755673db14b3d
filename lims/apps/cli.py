"""The command line. Results go to standard output, progress to standard error; 0 is done, 1 a finding, 2 wrong use."""

import signal
import sys
from types import FrameType
from typing import NoReturn

import typer

from lims.apps.commands import audit, catalog, database, demo, doctor, labels, reports, runs, serve, simulate, users
from lims.kernel.embedded import EmbeddedServerError
from lims.kernel.errors import Refused

commands = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Nucleic-acid lab sample tracking for mass screening with pooled samples."
)
commands.command("serve")(serve.serve)
commands.command("demo")(demo.demo)
commands.command("simulate")(simulate.simulate)
commands.command("reconcile")(reports.reconcile)
commands.command("doctor")(doctor.doctor)
commands.add_typer(database.group, name="db")
commands.add_typer(users.group, name="user")
commands.add_typer(catalog.group, name="catalog")
commands.add_typer(labels.group, name="labels")
commands.add_typer(runs.group, name="run")
commands.add_typer(reports.group, name="report")
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
    except EmbeddedServerError as trouble:
        typer.echo(str(trouble), err=True)
        sys.exit(1)
