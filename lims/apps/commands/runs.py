"""`lims run`."""

import logging
import signal
import threading
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import DBAPIError

from lims.apps import watching
from lims.catalog import queries as catalog
from lims.kernel import barcodes, clock, ids
from lims.kernel.db import Access
from lims.kernel.embedded import EmbeddedServerError
from lims.kernel.errors import Refused
from lims.kernel.program import Program, running
from lims.kernel.settings import settings
from lims.testing.interpretation import actions, uploads, views
from lims.testing.plates import queries
from lims.testing.rejudging import actions as rejudging
from lims.testing.rejudging import lookup
from lims.testing.rejudging.forms import RejudgeForm

group = typer.Typer(no_args_is_help=True, help="Instrument files.")
BY = "command line"
log = logging.getLogger("lims.watch")


@group.callback()
def words() -> None:
    """Instrument files."""


@group.command("import")
def import_run(
    file: Annotated[list[Path], typer.Argument(help="what the instrument exported; several, if it writes one per filter", exists=True)],
    plate: Annotated[str, typer.Option(help="the plate's barcode")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what it would give")] = False,
) -> None:
    """Import an instrument's file: the same code as the upload. Exit 1 where the controls failed."""
    files, now, code = [(path.read_bytes(), path.name) for path in file], clock.now(), barcodes.normalise(plate)
    with running(settings(), connections=3) as program, program.database.transaction(Access.BENCH) as connection:
        row = queries.plate(connection, code)
        if row is None:
            raise Refused("not_found", "{what} is not known in this lab.", what=f"Plate {code}")
        known = catalog.current(connection)
        if dry_run:
            actions.keep_files(connection, files, code, BY, now)
            done = actions.import_files(connection, known, row, files, now, BY, now)
        else:
            done = uploads.taken(program, connection, known, row, files, None, BY, now)
        shown = views.imported(connection, known, code, done)
        if dry_run:
            connection.rollback()
    typer.echo(shown.model_dump_json(indent=2))
    raise typer.Exit(1 if shown.control_verdict == "failed" else 0)


@group.command("rejudge")
def rejudge(
    lab: Annotated[str, typer.Option(help="whose released results")],
    assay: Annotated[str, typer.Option(help="the assay's code")],
    from_version: Annotated[int, typer.Option(help="the version they were judged by")],
    to_version: Annotated[int, typer.Option(help="the version to judge by")],
    since: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="first day of the runs")],
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="last day of the runs")],
    reason: Annotated[str, typer.Option(help="why; reviewers read it")],
    out: Annotated[Path | None, typer.Option(dir_okay=False, help="the list as CSV")] = None,
) -> None:
    """Judge stored readings by another version: a list of the results that would be others. None changes; reviewers decide on each."""
    now = clock.now()
    form = RejudgeForm(
        id=ids.uuid7(now), lab=lab, assay=assay, from_version=from_version, to_version=to_version, since=since.date(), until=until.date(),
        reason=reason,
    )  # fmt: skip
    with running(settings(), connections=3) as program, program.database.transaction(Access.BENCH) as connection:
        rejudging.compare(connection, catalog.current(connection), form, BY, now)
        found = lookup.changes(connection, form.id)
    if out is not None:
        out.write_bytes(lookup.table(found))
    typer.echo(f"{len(found)} results would be others. The list is {form.id}; reviewers decide on it on the page Judge again.")


@group.command("watch")
def watch(
    folder: Annotated[Path, typer.Argument(help="where instruments put their files", exists=True, file_okay=False, writable=True)],
    lab: Annotated[str | None, typer.Option(help="the lab whose instruments these are; without it, of all labs")] = None,
    every: Annotated[float, typer.Option(min=0.1, help="seconds between two looks")] = 5.0,
    once: Annotated[bool, typer.Option("--once", help="look twice, then end; exit 1 where a file was refused")] = False,
) -> None:
    """Import what instruments export into a folder by themselves; what is done moves to `done`, the rest to `refused`, with the reason."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    went: list[str] = []
    while not stop.is_set():
        try:
            with running(settings(), connections=3) as program:
                refuse_unknown_lab(program, lab)
                went = watched(program, watching.Watch(folder), lab, every, stop, once=once)
                stop.set()
        except (DBAPIError, EmbeddedServerError, Refused) as trouble:
            if isinstance(trouble, Refused) and not trouble.passes:
                raise
            log.warning("The database does not take them now; the files wait. %s", getattr(trouble, "code", type(trouble).__name__))
            stop.wait(every)
    raise typer.Exit(1 if once and watching.REFUSED in went else 0)


def watched(program: Program, watch: watching.Watch, lab: str | None, every: float, stop: threading.Event, *, once: bool) -> list[str]:
    """Look until told to stop, or twice: once to see, once to see that nothing changes; where the files of the last look went."""
    went = watching.look(program, watch, lab)
    while not stop.wait(every):
        went = watching.look(program, watch, lab)
        if once:
            break
    return went


def refuse_unknown_lab(program: Program, lab: str | None) -> None:
    """Refused where there is no such lab: nothing would ever be imported."""
    with program.database.transaction(Access.BENCH) as connection:
        if lab is not None:
            catalog.current(connection).lab(lab)
