"""`lims serve`."""

import os
import subprocess
import sys
from enum import StrEnum
from typing import Annotated

import typer
import uvicorn

from lims.apps import migrate
from lims.apps.serving import ENDS_VARIABLE
from lims.kernel.program import running
from lims.kernel.settings import settings


class End(StrEnum):
    """What to serve."""

    ALL = "all"
    SAMPLING = "sampling"
    TESTING = "testing"
    REPORTING = "reporting"


def serve(
    end: Annotated[End, typer.Argument(help="one end, or all under one roof")] = End.ALL,
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="port to listen on", min=1, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(help="server processes", min=1, max=64)] = 1,
) -> None:
    """Serve the sampling end, the testing end, the reports, or all of them."""
    with running(settings(), connections=2) as program:
        if (have := migrate.current(program.database)) != (want := migrate.head()):
            typer.echo(f"The schema is at {have}, this program needs {want}: run `lims db upgrade` first.", err=True)
            raise typer.Exit(1)
        if end is not End.ALL:
            os.environ[ENDS_VARIABLE] = end.value
        sealer = subprocess.Popen([sys.executable, "-m", "lims.apps.worker"])
        try:
            uvicorn.run(
                "lims.apps.serving:application", factory=True, host=host, port=port, workers=workers, access_log=False,
                log_level=settings().log_level, timeout_graceful_shutdown=20, timeout_keep_alive=75,
            )  # fmt: skip
        finally:
            sealer.terminate()
            sealer.wait(10)
