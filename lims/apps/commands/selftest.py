"""`lims selftest`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from lims.reporting.pooling_math.comparison import Report, compare


def selftest(
    reference: Annotated[
        Path, typer.Option(help="published figures: CSV with method, inputs_json, outputs_json", exists=True, dir_okay=False)
    ],
) -> None:
    """Hold the arithmetic of pools against published figures. Exit 1 where one differs by more than its printed precision."""
    try:
        report = compare(reference)
    except ValueError as wrong:
        typer.echo(str(wrong), err=True)
        raise typer.Exit(2) from wrong
    show(report)
    raise typer.Exit(0 if report.agrees else 1)


def show(report: Report) -> None:
    """Of each method its largest deviation, then what was not compared, and why."""
    table = Table("method", "rows", "figures", "largest deviation", "allowed there", "", box=None, pad_edge=False)
    for method in report.compared.values():
        verdict = "agrees" if method.agrees else f"DIFFERS: {method.figure}"
        table.add_row(method.method, str(method.rows), str(method.figures), f"{method.deviation:.2g}", f"{method.allowed:.2g}", verdict)
    left_out = Table("not compared", "why", box=None, pad_edge=False)
    for name, why in report.left_out.items():
        left_out.add_row(name, why)
    console = Console(width=200)
    console.print(table)
    console.print()
    console.print(left_out)
