"""What is sent to a printer or written to a file: the labels of a run, each marked if it is a reprint."""

from sqlalchemy import Connection

from lims.catalog import queries as catalog
from lims.kernel import barcodes
from lims.kernel.db import AnyRow
from lims.kernel.settings import Settings
from lims.sampling.labels import formats, templates
from lims.sampling.labels.rules import LabelFacts
from lims.sampling.printing.rules import Run


def codes_of(kind: str, run: Run) -> list[str]:
    """The codes of a run of serials."""
    return [barcodes.own_code(barcodes.Kind(kind), serial) for serial in run.serials]


def content_of(connection: Connection, settings: Settings, job: AnyRow, kind: str, run: Run, again: set[int]) -> bytes:
    """The labels of a run of this job, as its format writes them."""
    site = catalog.current(connection).site(job.site)
    facts = {mark: LabelFacts(site=site.code, site_name=site.name, text=job.label_text, reprint=mark) for mark in (False, True)}
    wanted = [(code, facts[serial in again]) for code, serial in zip(codes_of(kind, run), run.serials, strict=True)]
    return formats.render_each(templates.load(job.template, settings.label_templates), wanted, job.format, dpi=job.dpi)


def fit_to_print(settings: Settings, template: str, count: int, file_format: str) -> None:
    """Refused, before a job is made, where its labels could not be printed."""
    formats.fit_for(templates.load(template, settings.label_templates), count, file_format)
