"""A print job as a file: one module a format, all drawing the same laid-out labels."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from lims.kernel.errors import Refused
from lims.sampling.labels.formats import csv, pdf, png, tspl, zpl
from lims.sampling.labels.rules import LabelFacts, PrintJob, lay_out_each
from lims.sampling.labels.stock import Template


class Format(NamedTuple):
    """How a file of labels is made, what it is called on the web, and how many labels one file may hold."""

    media_type: str
    draw: Callable[[PrintJob], bytes]
    most_labels: int
    on_sheets: bool = True
    """Whether a stock of sheets can be printed so; a roll printer has no sheets."""


FORMATS: dict[str, Format] = {
    # Typst takes about 150 kB of memory a label while it sets the pages; a browser gives up on taller pictures.
    "pdf": Format("application/pdf", pdf.draw, most_labels=10_000),
    "zpl": Format("application/zpl", zpl.draw, most_labels=10_000, on_sheets=False),
    "tspl": Format("application/octet-stream", tspl.draw, most_labels=10_000, on_sheets=False),
    "png": Format("image/png", png.draw, most_labels=200),
    "csv": Format("text/csv; charset=utf-8", csv.draw, most_labels=1_000_000),
}


def format_named(file_format: str) -> Format:
    """The format of this name or file ending (`pdf`, `.PDF`); Refused where there is none."""
    found = FORMATS.get(file_format.removeprefix(".").lower())
    if found is None:
        known = ", ".join(FORMATS)
        raise Refused("label_format_unknown", "Labels come as {known}, not as {asked}.", known=known, asked=repr(file_format[:16]))
    return found


def render(template: Template, codes: Sequence[str], facts: LabelFacts, file_format: str, *, dpi: int | None = None) -> bytes:
    """A file with exactly one label a code, in order, all with the same facts; as `render_each`."""
    return render_each(template, [(code, facts) for code in codes], file_format, dpi=dpi)


def render_each(template: Template, wanted: Sequence[tuple[str, LabelFacts]], file_format: str, *, dpi: int | None = None) -> bytes:
    """A file with exactly one label a code and its facts; Refused, and nothing printed, where one of them cannot be."""
    chosen = fit_for(template, len(wanted), file_format)
    return chosen.draw(lay_out_each(template, wanted, dpi))


def fit_for(template: Template, count: int, file_format: str) -> Format:
    """The format of this name, where that many labels of this stock can be printed so; Refused otherwise."""
    chosen = format_named(file_format)
    if template.sheet is not None and not chosen.on_sheets:
        raise Refused(
            "label_format_unsuited",
            "{template} is a sheet of labels and {asked} is for label rolls; choose a roll template, or pdf.",
            template=template.name,
            asked=file_format,
        )
    if count > chosen.most_labels:
        raise Refused(
            "label_too_many",
            "One {asked} file holds at most {most} labels; {count} were asked for. Print them in parts.",
            asked=file_format,
            most=chosen.most_labels,
            count=count,
        )
    return chosen
