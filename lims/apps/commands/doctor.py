"""`lims doctor`: what works, what does not, and what to do about it."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Annotated

import typer
from sqlalchemy import text

from lims.apps import migrate
from lims.apps.commands import servers, way
from lims.apps.commands.finding import Finding
from lims.apps.worker import OTHER_KEY
from lims.catalog import queries as catalog
from lims.interop.subscribers import queries as subscribers
from lims.interop.subscribers.actions import REMOVED
from lims.interop.subscribers.rules import unheard
from lims.kernel import clock
from lims.kernel.audit import queries as audit
from lims.kernel.audit.verify import begun_with
from lims.kernel.db import Access
from lims.kernel.embedded import EmbeddedServerError
from lims.kernel.errors import Refused
from lims.kernel.program import Program, running
from lims.kernel.settings import settings
from lims.reporting.schedule import queries as reports
from lims.reporting.schedule.rules import plan_of
from lims.sampling.labels import templates

LOW_DISK_BYTES = 5 * 2**30
CLOCK_SECONDS = 5
SEALER_SILENT = timedelta(minutes=1)
WEBHOOK_LATE = timedelta(hours=1)


def doctor(
    url: Annotated[str | None, typer.Option(help="the way to this address, too, as devices go it (default: LIMS_PUBLIC_URL)")] = None,
    token: Annotated[str | None, typer.Option(envvar="LIMS_TOKEN", help="whether the server at that address knows this token")] = None,
    workers: Annotated[int, typer.Option(help="server processes of all hosts together: whether connections suffice for them", min=1)] = 1,
) -> None:
    """Look at database, migrations, disk, clock, workers and label templates; exit 1 and say what to do where one is not right."""
    findings = [disk(), *label_templates()]
    if asked := url or settings().public_url:
        findings += way.look(asked, token, settings().data_dir)
    try:
        with running(settings(), connections=2) as program:
            findings += [*(look(program) for look in LOOKS), servers.connections(program, workers)]
    except (EmbeddedServerError, Refused, OSError) as trouble:
        findings.append(Finding("database", "does not answer", str(trouble)))
    for finding in findings:
        typer.echo(f"{'ok  ' if finding.remedy is None else 'BAD '} {finding.what}: {finding.seen}")
        if finding.remedy:
            typer.echo(f"     → {finding.remedy}")
    raise typer.Exit(1 if any(finding.remedy for finding in findings) else 0)


def disk() -> Finding:
    """Room in the data folder, and whether it can be written."""
    folder = settings().data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"a disk that is full takes not even this")
    except OSError as trouble:
        return Finding(
            "disk", f"{folder} cannot be written ({trouble.strerror})", "Make room or mend the disk, or set LIMS_DATA_DIR elsewhere."
        )
    free = shutil.disk_usage(folder).free
    low = free < LOW_DISK_BYTES
    return Finding("disk", f"{free / 2**30:.1f} GiB free at {folder}", "Make room, or set LIMS_DATA_DIR to a larger disk." if low else None)


def label_templates() -> Iterator[Finding]:
    """Every label template can be printed."""
    for name, sentence in templates.check_all(settings().label_templates).items():
        yield Finding(f"label template {name}", "prints" if sentence is None else "cannot be printed", sentence)


def database(program: Program) -> Finding:
    """The server answers."""
    with program.database.transaction(Access.OWNER) as connection:
        version = connection.execute(text("SHOW server_version")).scalar_one()
    return Finding("database", f"PostgreSQL {version}{'' if program.settings.database_url else ' (embedded)'}")


def migrations(program: Program) -> Finding:
    """The schema is the program's."""
    have, want = migrate.current(program.database), migrate.head()
    return Finding("schema", f"{have}", None if have == want else f"This program needs {want}: run `lims db upgrade`.")


def clocks(program: Program) -> Finding:
    """The database's clock and ours agree."""
    with program.database.transaction(Access.OWNER) as connection:
        apart = abs((connection.execute(text("SELECT clock_timestamp()")).scalar_one() - clock.now()).total_seconds())
    remedy = "Set the clocks by NTP: server time decides what happened when." if apart > CLOCK_SECONDS else None
    return Finding("clock", f"{apart:.1f} s from the database's", remedy)


def sealer(program: Program) -> Finding:
    """The worker seals the audit trail while there is something to seal."""
    if migrate.current(program.database) is None:
        return Finding("audit trail", "no schema yet")
    with program.database.transaction(Access.OWNER) as connection:
        if not begun_with(connection, program.keys.seal):
            return Finding("audit trail", "sealed with another secret key", OTHER_KEY)
        newest, epoch = audit.newest_seal(connection), audit.current_epoch(connection)
        sealed_to = newest.to_txid if newest is not None and newest.epoch == epoch else 0
        late = audit.waiting(connection, epoch, sealed_to, clock.now() - SEALER_SILENT)
    remedy = "Start `lims serve`, or `lims worker` where it runs with --no-worker: nobody seals." if late else None
    return Finding("audit trail", f"seal {newest.number if newest is not None else 0}, {late} events wait longer than a minute", remedy)


def webhooks(program: Program) -> Finding:
    """Notices arrive where they are sent."""
    if migrate.current(program.database) != migrate.head():
        return Finding("webhooks", "no schema yet")
    with program.database.transaction(Access.OWNER) as connection:
        rows = [row for row in subscribers.subscribers(connection) if row.stopped_for != REMOVED]
        known = catalog.current(connection)
        named = known.audiences_named(known.days(clock.now())[0])
    late = [row for row in rows if row.stopped_at or (row.oldest and row.oldest < clock.now() - WEBHOOK_LATE)]
    seen = f"{len(rows)}, of which {len(late)} stopped or more than an hour behind"
    if late:
        return Finding("webhooks", seen, f"`lims webhook log {late[0].number}` says why; then `lims webhook resume {late[0].number}`.")
    missing = unheard(named, [row.audience for row in rows])
    if missing and all(row.audience for row in rows):
        remedy = f"Case policies name {', '.join(missing)}, and nobody is told as such: `lims webhook add … --audience`."
        return Finding("webhooks", f"{seen}; some cases are told to nobody", remedy)
    return Finding("webhooks", seen)


def daily_report(program: Program) -> Finding:
    """The daily report goes where it is to go, where somebody wants it to."""
    try:
        plan = plan_of(program.settings)
    except Refused as wrong:
        return Finding("daily report", "not sent by itself", wrong.detail)
    if plan is None:
        return Finding("daily report", "made when somebody asks for it")
    if migrate.current(program.database) != migrate.head():
        return Finding("daily report", "no schema yet")
    with program.database.transaction(Access.OWNER) as connection:
        lost = reports.given_up(connection, clock.now())
    seen = f"sent at {plan.at:%H:%M}"
    remedy = "`lims report sent` says why; then `lims report send --date …`." if lost else None
    return Finding("daily report", f"{seen}; {lost} did not arrive, or nobody knows" if lost else seen, remedy)


LOOKS: tuple[Callable[[Program], Finding], ...] = (database, migrations, clocks, sealer, webhooks, daily_report, servers.standbys)
