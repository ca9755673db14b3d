"""`lims serve`."""

import os
import signal
from collections.abc import Mapping
from contextlib import nullcontext
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn

from lims.apps import listening, migrate
from lims.apps.beside import worker_beside
from lims.apps.ending import ANSWER_SECONDS
from lims.apps.serving import ENDS_VARIABLE
from lims.apps.tls import context
from lims.apps.tls.authority import Place
from lims.apps.tls.wording import fingerprint
from lims.apps.worker import OTHER_KEY
from lims.kernel import addresses
from lims.kernel.audit.verify import begun_with
from lims.kernel.db import Access
from lims.kernel.program import Program, running
from lims.kernel.settings import settings

IN_ORDER = {None, 0, 128 + signal.SIGTERM}


class End(StrEnum):
    """What to serve."""

    ALL = "all"
    SAMPLING = "sampling"
    TESTING = "testing"
    REPORTING = "reporting"


CertificateFile = Annotated[
    Path | None, typer.Option("--tls-certificate", exists=True, dir_okay=False, help="HTTPS with this certificate (PEM, with its chain)")
]
Worker = Annotated[
    bool, typer.Option("--worker/--no-worker", help="the worker beside it; of several hosts' workers one works, the others wait")
]
KeyFile = Annotated[Path | None, typer.Option("--tls-key", exists=True, dir_okay=False, help="the key of --tls-certificate")]


def serve(
    end: Annotated[End, typer.Argument(help="one end, or all under one roof")] = End.ALL,
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="port to listen on", min=1, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(help="server processes", min=1, max=64)] = 1,
    tls: Annotated[bool, typer.Option("--tls", help="HTTPS with a certificate of this machine's own authority")] = False,
    tls_certificate: CertificateFile = None,
    tls_key: KeyFile = None,
    worker: Worker = True,
) -> None:
    """Serve the sampling end, the testing end, the reports, or all of them."""
    with running(settings(), connections=2) as program:
        if not migrate.serves(have := migrate.current(program.database)):
            typer.echo(f"The schema is at {have}, this program needs {migrate.head()}: run `lims db upgrade` first.", err=True)
            raise typer.Exit(1)
        refuse_another_key(program)
        if end is not End.ALL:
            os.environ[ENDS_VARIABLE] = end.value
        secured = given_tls(tls_certificate, tls_key) or (own_tls(host, port) if tls else {})
        config = uvicorn.Config(
            "lims.apps.serving:application", factory=True, host=host, port=port, workers=workers, access_log=False,
            log_level=settings().log_level, timeout_graceful_shutdown=ANSWER_SECONDS, timeout_keep_alive=75, backlog=listening.BACKLOG,
            http=listening.Line, forwarded_allow_ips=settings().forwarded_allow_ips, **secured,
        )  # fmt: skip
        with worker_beside() if worker else nullcontext():
            try:
                listening.run(config)
            except SystemExit as ended:
                # Told to end, and ended in order; or uvicorn has said why: most often somebody listens on this port already.
                raise typer.Exit(0 if ended.code in IN_ORDER else 1) from None


def refuse_another_key(program: Program) -> None:
    """A host whose key is not that of the others would give the same person another id, and hide names that they cannot read."""
    with program.database.transaction(Access.OWNER) as connection:
        if begun_with(connection, program.keys.seal):
            return
    typer.echo(OTHER_KEY, err=True)
    raise typer.Exit(1)


def given_tls(certificate: Path | None, key: Path | None) -> Mapping[str, Any]:
    """What uvicorn is told where a certificate is given; read again when its files change."""
    if (certificate is None) != (key is None):
        raise typer.BadParameter("--tls-certificate and --tls-key belong together.")
    if certificate is None or key is None:
        return {}
    os.environ[context.MODE_VARIABLE] = os.pathsep.join(str(path.resolve()) for path in (certificate, key))
    return {"ssl_context_factory": context.factory}


def own_tls(host: str, port: int) -> Mapping[str, Any]:
    """What uvicorn is told where this machine is its own authority, once there is a certificate."""
    os.environ[context.MODE_VARIABLE] = context.OWN
    os.environ[context.NAMES_VARIABLE] = "" if host in {"", "0.0.0.0", "::"} else host  # noqa: S104 - compared, not bound
    place = Place.of(settings().data_dir)
    context.keep(place)
    shown = next(iter(addresses.addresses()), "127.0.0.1")
    typer.echo(f"Phones learn to trust this server at https://{addresses.in_address(shown)}:{port}/device/", err=True)
    typer.echo(f"SHA-256 of its authority: {fingerprint(place.authority.read_bytes())}", err=True)
    return {"ssl_context_factory": context.factory}
