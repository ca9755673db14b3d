"""`lims sync`."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from lims.catalog import queries as catalog
from lims.kernel import clock
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.kernel.imports.rules import spreadsheet
from lims.kernel.program import Program, running
from lims.kernel.refusals import CATALOGUE
from lims.kernel.secrets import Keys
from lims.kernel.settings import settings
from lims.sampling.sync.actions import take
from lims.sampling.sync.desk import Desk, Sender
from lims.sampling.sync.files import NoOutboxError, messages
from lims.sampling.sync.forms import OutcomeForm, SyncForm
from lims.sampling.sync.inbox import REPEATS_WHAT_WAS_SAID, clear_code
from lims.sampling.sync.rules import Outcome

group = typer.Typer(no_args_is_help=True, help="What devices have sent, or have brought as a file.")
BY = "command line"
NOT_TAKEN = (Outcome.REFUSED, Outcome.CONFLICT)


@group.callback()
def words() -> None:
    """What devices have sent, or have brought as a file."""


@group.command("import")
def import_file(
    file: Annotated[
        Path,
        typer.Argument(help="what a device handed over, sealed or not: JSON, JSON lines, or scanned QR parts", exists=True, dir_okay=False),
    ],
    refused: Annotated[Path | None, typer.Option(dir_okay=False, help="write the tubes that were not taken to this CSV")] = None,
) -> None:
    """Take the outbox of a device that had no network, as good as synced; again without effect. Exit 1 where a tube was not taken."""
    try:
        told = messages(file.read_bytes(), Keys.derive(settings().secret()))
    except NoOutboxError as wrong:
        raise typer.BadParameter(f"{file.name} is not a device's export: {wrong}.") from wrong
    except Refused as wrong:
        raise typer.BadParameter(f"{file.name}: {wrong.detail}") from wrong
    counted: Counter[str] = Counter()
    left: list[tuple[str, ...]] = []
    with running(settings(), connections=2) as program:
        for form in told:
            for outcome, said in taken(program, form):
                counted[outcome] += 1
                typer.echo("\t".join(said))
                left += [(str(counted.total()), *said)] if outcome in NOT_TAKEN else []
    if refused is not None:
        refused.write_bytes(spreadsheet([("number", "outcome", "barcode", "revision", "reason"), *left]))
    typer.echo(", ".join(f"{counted[outcome]} {outcome.value}" for outcome in Outcome if counted[outcome]), err=True)
    raise typer.Exit(1 if any(counted[outcome] for outcome in NOT_TAKEN) else 0)


def taken(program: Program, form: SyncForm) -> list[tuple[str, tuple[str, ...]]]:
    """One message in one transaction: of each tube the outcome, and the words that tell it."""
    with program.database.transaction(Access.FIELD) as connection:
        desk = Desk(connection, program.keys, catalog.current(connection), clock.now())
        # Whoever may use the command line answers for the file: for any site, and for a device that is out of use.
        answers = take(desk, Sender(form.device, BY, None), form.tubes)
        return [(answer.outcome, line(clear_code(desk, raw), answer)) for raw, answer in zip(form.tubes, answers, strict=True)]


def line(barcode: str, answer: OutcomeForm) -> tuple[str, ...]:
    """What became of a tube; what was scanned is repeated only where it is a tube's code, it may be somebody's number."""
    reason = CATALOGUE[answer.code].title if answer.code in REPEATS_WHAT_WAS_SAID else answer.detail
    return tuple(part for part in (answer.outcome, barcode, f"revision {answer.revision}", reason) if part)
