"""`lims labels`."""

from pathlib import Path
from typing import Annotated

import typer

from lims.catalog import queries as catalog
from lims.kernel import barcodes, clock
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.kernel.program import running
from lims.kernel.settings import settings
from lims.sampling.labels import actions, formats, queries, templates
from lims.sampling.labels.rules import LabelFacts

group = typer.Typer(no_args_is_help=True, help="Tube labels.")
BY = "command line"


@group.command()
def reserve(
    site: Annotated[str, typer.Option(help="which site gets them")],
    count: Annotated[int, typer.Option(help="how many", min=1, max=actions.MOST)],
) -> None:
    """Reserve codes that nobody had before; print the first and the last."""
    with running(settings(), connections=2) as program, program.database.transaction(Access.OWNER) as connection:
        catalog.current(connection).site(site)
        row = actions.reserve(connection, site, count, BY, clock.now())
    first, last = (barcodes.own_code(barcodes.Kind.TUBE, serial) for serial in (row.first_serial, row.last_serial))
    typer.echo(f"{first}-{last}")


@group.command("print")
def print_labels(
    codes: Annotated[str, typer.Argument(metavar="FIRST-LAST", help="a reserved range, or a part of one")],
    out: Annotated[Path, typer.Option(help="the file; its ending says which kind: .pdf .zpl .tspl .png .csv")],
    template: Annotated[str, typer.Option(help="a file of label_templates, without its ending")] = "tube_35x30",
    reprint_reason: Annotated[str | None, typer.Option(help="why labels printed before are printed again")] = None,
) -> None:
    """Print reserved labels: exactly those asked for, or none."""
    first, _, last = codes.partition("-")
    ends = [barcodes.check(barcodes.normalise(code), barcodes.Kind.TUBE) for code in (first, last or first)]
    low, high = (barcodes.serial_of(code) for code in ends)
    with running(settings(), connections=2) as program, program.database.transaction(Access.OWNER) as connection:
        row = queries.range_by_serials(connection, low, high) if low <= high else None
        if row is None:
            raise Refused("label_range_unknown", "{codes} was not reserved in one piece; reserve labels first.", codes=codes)
        again = actions.note_print(connection, row, reprint_reason, BY, clock.now())
        site = catalog.current(connection).site(row.site)
        facts = LabelFacts(site=site.code, site_name=site.name, text="", reprint=again)
        stock = templates.load(template, program.settings.label_templates)
        out.write_bytes(formats.render(stock, actions.codes_of(low, high), facts, out.suffix))
    typer.echo(f"{out} {high - low + 1} labels")
