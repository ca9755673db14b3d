"""`lims labels` and `lims print-agent`."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from lims.catalog import queries as catalog
from lims.kernel import barcodes, clock
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.kernel.program import Program, running
from lims.kernel.settings import settings
from lims.sampling.labels import actions, formats, queries
from lims.sampling.printing import actions as printing
from lims.sampling.printing import agent, files, work
from lims.sampling.printing.ledger import ledger, window
from lims.sampling.printing.local import LocalDesk
from lims.sampling.printing.rules import Run

group = typer.Typer(no_args_is_help=True, help="Labels.")
BY = "command line"


@group.command()
def reserve(
    site: Annotated[str, typer.Option(help="which site gets them")],
    count: Annotated[int, typer.Option(help="how many", min=1, max=actions.MOST)],
    kind: Annotated[barcodes.Kind, typer.Option(help="what they are stuck on")] = barcodes.Kind.TUBE,
) -> None:
    """Reserve codes that nobody had before; print the first and the last."""
    with running(settings(), connections=2) as program, program.database.transaction(Access.OWNER) as connection:
        catalog.current(connection).site(site)
        row = actions.reserve(connection, site, count, BY, clock.now(), kind)
    first, last = (barcodes.own_code(kind, serial) for serial in (row.first_serial, row.last_serial))
    typer.echo(f"{first}-{last}")


@group.command("print")
def print_labels(
    codes: Annotated[str, typer.Argument(metavar="FIRST-LAST", help="a reserved range, or a part of one")],
    out: Annotated[Path | None, typer.Option(help="the file; its ending says which kind: .pdf .zpl .tspl .png .csv")] = None,
    printer: Annotated[str | None, typer.Option(help="HOST:PORT of a label printer (9100 as a rule), or its device")] = None,
    language: Annotated[str, typer.Option(help="what the printer speaks: zpl or tspl")] = "zpl",
    template: Annotated[str, typer.Option(help="a file of label_templates, without its ending")] = "tube_35x30",
    reprint_reason: Annotated[str | None, typer.Option(help="why labels printed before are printed again")] = None,
) -> None:
    """Print reserved labels, to a file or a printer: exactly those asked for, or an error."""
    if (out is None) == (printer is None):
        raise typer.BadParameter("say either --out or --printer")
    file_format = language if out is None else out.suffix.removeprefix(".").lower()
    with running(settings(), connections=4) as program:
        formats.format_named(file_format)
        try:
            if out is not None:
                count = to_file(program, codes, template, file_format, reprint_reason, out)
            else:
                count = to_printer(program, codes, template, file_format, reprint_reason, str(printer))
        except Refused as refusal:
            raise in_words_of_the_command(refusal) from refusal
    typer.echo(f"{out or printer} {count} labels")


def in_words_of_the_command(refusal: Refused) -> Refused:
    """The refusal with the option's name where it names a field of the interface for programs."""
    if refusal.code != "reprint_without_reason":
        return refusal
    return Refused(refusal.code, "These labels were printed before; say with --reprint-reason why they are printed again.")


def to_file(program: Program, codes: str, template: str, file_format: str, reason: str | None, out: Path) -> int:
    """Write labels to a file; how many."""
    kind, low, high = ends_of(codes)
    with program.database.transaction(Access.OWNER) as connection:
        row, run = queries.range_by_serials(connection, low, high), Run(low, high)
        if row is None or row.kind != kind or not len(run):
            raise Refused("label_range_unknown", "{codes} was not reserved in one piece; reserve labels first.", codes=codes)
        again = printing.reprints(connection, row.id, run)
        job = printing.make(connection, row, printing.Wish(run, template, file_format, reason=reason), BY, clock.now(), file=True)
        out.write_bytes(files.content_of(connection, program.settings, job, row.kind, run, again))
    return len(run)


def to_printer(program: Program, codes: str, template: str, file_format: str, reason: str | None, printer: str) -> int:
    """Send labels to a printer; how many. A broken job is left as it is, with the way to go on."""
    kind, low, high = ends_of(codes)
    run = Run(low, high)
    with program.database.transaction(Access.OWNER) as connection:
        row = queries.range_by_serials(connection, low, high)
        if row is None or row.kind != kind or not len(run):
            raise Refused("label_range_unknown", "{codes} was not reserved in one piece; reserve labels first.", codes=codes)
        files.fit_to_print(program.settings, template, len(run), file_format)
        job = printing.make(connection, row, printing.Wish(run, template, file_format, reason=reason), BY, clock.now())
    go_on(program, job.id, printer)
    return len(run)


def go_on(program: Program, job_id: UUID, printer: str) -> None:
    """Print a job; exit 1 where not all of it came out."""
    typer.echo(f"print job {job_id}", err=True)
    try:
        state = work.run(LocalDesk(program, job_id, printer, BY), printer)
    except Refused as trouble:
        typer.echo(trouble.detail, err=True)
        state = "broken"
    if state != "done":
        typer.echo(f"Not all labels came out. Scan the last one: lims labels resume {job_id} --scanned CODE --printer {printer}", err=True)
        raise typer.Exit(1)


@group.command()
def resume(
    job: Annotated[UUID, typer.Argument(help="the print job that broke")],
    printer: Annotated[str, typer.Option(help="HOST:PORT of a label printer, or its device")],
    scanned: Annotated[str | None, typer.Option(help="the last label that came out; leave out where none in doubt did")] = None,
) -> None:
    """Go on with a broken print job after the label that came out last."""
    with running(settings(), connections=4) as program:
        with program.database.transaction(Access.OWNER) as connection:
            row = printing.job_for_work(connection, job)
            if row.state == "printing" and row.printer == printer:
                printing.stop(connection, row, "the printing program was stopped", BY, clock.now())
                row = printing.job_for_work(connection, job)
            if row.state != "waiting":
                serial = ends_of(scanned)[1] if scanned else None
                printing.resume(connection, row, serial, BY, clock.now())
        go_on(program, job, printer)


@group.command()
def cancel(
    job: Annotated[UUID, typer.Argument(help="a print job that waits or broke")],
    reason: Annotated[str, typer.Option(help="why the rest is not printed")],
) -> None:
    """Leave the rest of a print job unprinted, so that its labels can be printed by another one."""
    with running(settings(), connections=2) as program, program.database.transaction(Access.OWNER) as connection:
        printing.cancel(connection, printing.job_for_work(connection, job), reason, BY, clock.now())


def ends_of(codes: str) -> tuple[str, int, int]:
    """The kind, and the first and last serial of FIRST-LAST."""
    first, _, last = codes.partition("-")
    low, high = (barcodes.normalise(code) for code in (first, last or first))
    kind = barcodes.own_kind(low) or barcodes.Kind.TUBE
    return kind, barcodes.serial_of(barcodes.check(low, kind)), barcodes.serial_of(barcodes.check(high, kind))


@group.command("ledger")
def show_ledger(
    site: Annotated[str, typer.Option(help="which site")],
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="first day; without any, the last seven")] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="last day")] = None,
) -> None:
    """What became of every label of a site's blocks; exit 1 where one is unexplained."""
    with running(settings(), connections=2) as program, program.database.transaction(Access.OWNER) as connection:
        place = catalog.current(connection).site(site)
        days = window(day_of(first), day_of(last), clock.local_day(clock.now(), place.timezone))
        lines = ledger(connection, place.code, place.timezone, *days)
    columns = ("used", "void", "in_doubt", "not_printed", "in_stock", "unexplained")
    table = Table("first", "last", "by", "count", "prints", *columns)
    for line in lines:
        counts = (line.count, len(line.jobs), *(getattr(line, name) for name in columns))
        table.add_row(line.first, line.last, line.reserved_by, *map(str, counts))
    console = Console(width=200)
    console.print(table)
    for line in lines:
        for gap in line.gaps:
            typer.echo(f"{gap.state}: {gap.first}-{gap.last} {gap.count}")
    raise typer.Exit(1 if any(line.unexplained for line in lines) else 0)


def day_of(moment: datetime | None) -> date | None:
    """The day of an option."""
    return moment.date() if moment else None


def print_agent(
    url: Annotated[str, typer.Option(help="address of the server")],
    token: Annotated[str, typer.Option(envvar="LIMS_TOKEN", help="a sampler's token of the site")],
    printer: Annotated[str, typer.Option(help="HOST:PORT of a label printer, or its device or a file")],
    site: Annotated[str | None, typer.Option(help="which site, where the token is not bound to one")] = None,
    *,
    once: Annotated[bool, typer.Option(help="end when there is nothing to print")] = False,
) -> None:
    """Ask the server for print jobs and print them; speaks only outward, so that a printer behind a phone's hotspot works."""
    with agent.Server(url, token, printer, site) as server:
        agent.work(server, printer, lambda said: typer.echo(said, err=True), once=once)
