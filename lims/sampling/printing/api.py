"""Routes of print jobs, of their printers, and of the ledger."""

from base64 import b64encode
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from lims.catalog import queries as catalog
from lims.kernel import barcodes, clock
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role, own_site
from lims.kernel.db import Access, AnyRow
from lims.kernel.errors import Refused
from lims.kernel.pages import Page
from lims.sampling.labels import actions as stock
from lims.sampling.labels import formats
from lims.sampling.printing import actions, files, queries
from lims.sampling.printing.answers import job_answer
from lims.sampling.printing.forms import (
    JobAnswer,
    JobForm,
    LedgerAnswer,
    LedgerLine,
    NextAnswer,
    OutcomeForm,
    Part,
    PrinterForm,
    ReasonForm,
    ResumeForm,
    TakeAnswer,
    TakeForm,
    VoidForm,
)
from lims.sampling.printing.ledger import as_csv, ledger, window
from lims.sampling.printing.rules import Run

router = APIRouter(prefix="/sampling/api", tags=["labels"])
WHOLE = Part()
Labeller = Annotated[Work, allow(Role.SAMPLER, Role.ADMIN, using=Access.FIELD)]


@router.get("/label-ranges/{range_id}/labels")
def labels(
    range_id: UUID,
    work: Labeller,
    template: str = "tube_35x30",
    format: str = "pdf",  # noqa: A002 - the contract's name
    reprint_reason: str | None = None,
    part: Annotated[Part, Depends()] = WHOLE,
    text: Annotated[str, Query(max_length=200)] = "",
    dpi: Annotated[int | None, Query(ge=1, le=10_000)] = None,
) -> Response:
    """Print a range, or a part of it, to a file: exactly its labels or an error. A second print needs a reason, and is marked."""
    row, run = range_of(work, range_id, part)
    chosen = formats.format_named(format)
    again = actions.reprints(work.connection, row.id, run)
    wish = actions.Wish(run, template, format.removeprefix(".").lower(), dpi=dpi, text=text, reason=reprint_reason)
    job = actions.make(work.connection, row, wish, work.caller.name, work.now, file=True)
    content = files.content_of(work.connection, work.program.settings, job, row.kind, run, again)
    name = f"labels-{row.site}-{row.first_serial}.{wish.format}"
    return Response(content, media_type=chosen.media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@router.post("/print-jobs", status_code=201)
def make(form: JobForm, work: Labeller) -> JobAnswer:
    """Have labels printed by a printer of the site; the same `id` again is the same job."""
    row, run = range_of(work, form.range, Part(form.first, form.last, form.count))
    known = queries.job(work.connection, form.id) if form.id else None
    if known is not None:
        if (known.range_id, known.first_serial, known.last_serial) != (row.id, run.first, run.last):
            raise Refused("id_reused", "This id was used for another print job.")
        return job_answer(known, row.kind)
    its = queries.printer(work.connection, row.site, form.printer) if form.printer else None
    file_format = form.format or (its.format if its else "zpl")
    files.fit_to_print(work.program.settings, form.template, len(run), file_format)
    wish = actions.Wish(
        run, form.template, file_format, form.dpi or (its.dpi if its else None), form.text, form.reprint_reason, form.printer
    )
    return job_answer(actions.make(work.connection, row, wish, work.caller.name, work.now, job_id=form.id), row.kind)


@router.get("/print-jobs")
def jobs(work: Labeller, site: str, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Page[JobAnswer]:
    """The print jobs that a site asked for last."""
    own_site(work.caller, catalog.current(work.connection).site(site).code, f"Site {site}")
    return Page(items=[job_answer(job, kind_of(work, job)) for job in queries.jobs_of_site(work.connection, site, limit)])


@router.get("/print-jobs/next")
def next_job(work: Labeller, printer: Annotated[str, Query(min_length=1, max_length=200)], site: str | None = None) -> NextAnswer:
    """What a printer of the caller's site should print next; asking is its sign of life."""
    place = site or work.caller.site
    if place is None:
        raise Refused("site_unknown", "Say for which site, or use a token that is bound to one.")
    own_site(work.caller, catalog.current(work.connection).site(place).code, f"Site {place}")
    actions.heard(work.connection, place, printer, work.now)
    job = queries.next_job(work.connection, place, printer)
    return NextAnswer(job=job_answer(job, kind_of(work, job)) if job is not None else None)


@router.get("/print-jobs/{job_id}")
def one_job(job_id: UUID, work: Labeller) -> JobAnswer:
    """One job, with the state of each of its labels."""
    return told(work, job_of(work, job_id))


@router.post("/print-jobs/{job_id}/take")
def take(job_id: UUID, form: TakeForm, work: Labeller) -> TakeAnswer:
    """The next labels for a printer; told that it has them before it gets them. A take that was interrupted breaks the job."""
    job = job_of(work, job_id)
    run = actions.take(work.connection, job, form.id, form.printer, form.most, work.caller.name, work.now)
    state = actions.job_for_work(work.connection, job_id).state
    if not len(run):
        return TakeAnswer(state=state, labels=[], content="")
    kind, again = kind_of(work, job), actions.reprints(work.connection, job.range_id, run, job.id)
    content = files.content_of(work.connection, work.program.settings, job, kind, run, again)
    return TakeAnswer(state=state, labels=files.codes_of(kind, run), content=b64encode(content).decode(), left=job.last_serial - run.last)


@router.post("/print-jobs/{job_id}/outcome")
def outcome(job_id: UUID, form: OutcomeForm, work: Labeller) -> JobAnswer:
    """What became of a take; told again, nothing changes."""
    job = job_of(work, job_id)
    if form.outcome == "printed":
        actions.printed(work.connection, job, form.id, work.caller.name, work.now)
    else:
        actions.failed(work.connection, job, form.id, form.detail, work.caller.name, work.now)
    return told(work, actions.job_for_work(work.connection, job_id))


@router.post("/print-jobs/{job_id}/stop")
def stop(job_id: UUID, form: ReasonForm, work: Labeller) -> JobAnswer:
    """An operator says that a job does not go on."""
    actions.stop(work.connection, job_of(work, job_id), form.reason, work.caller.name, work.now)
    return told(work, actions.job_for_work(work.connection, job_id))


@router.post("/print-jobs/{job_id}/resume")
def resume(job_id: UUID, form: ResumeForm, work: Labeller) -> JobAnswer:
    """Go on with a broken job after the label that came out last."""
    job = job_of(work, job_id)
    scanned = None
    if form.scanned is not None:
        scanned = barcodes.serial_of(barcodes.check(barcodes.normalise(form.scanned), barcodes.Kind(kind_of(work, job))))
    actions.resume(work.connection, job, scanned, work.caller.name, work.now)
    return told(work, actions.job_for_work(work.connection, job_id))


@router.post("/print-jobs/{job_id}/cancel")
def cancel(job_id: UUID, form: ReasonForm, work: Labeller) -> JobAnswer:
    """Leave the rest of a job unprinted."""
    actions.cancel(work.connection, job_of(work, job_id), form.reason, work.caller.name, work.now)
    return told(work, actions.job_for_work(work.connection, job_id))


@router.post("/label-ranges/{range_id}/void", status_code=204)
def void(range_id: UUID, form: VoidForm, work: Labeller) -> None:
    """Declare labels void: torn, smeared, thrown away."""
    row, run = range_of(work, range_id, Part(form.first, form.last or form.first))
    actions.declare_void(work.connection, row, run.serials, form.reason, work.caller.name, work.now)


@router.get("/label-ledger")
def label_ledger(
    work: Labeller,
    site: str,
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
) -> LedgerAnswer:
    """What became of every label of the blocks that a site reserved on these days (without any: the last seven)."""
    return LedgerAnswer(items=lines_of(work, site, first, last))


@router.get("/label-ledger.csv")
def label_ledger_file(
    work: Labeller,
    site: str,
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
) -> Response:
    """The same for a spreadsheet."""
    content = as_csv(lines_of(work, site, first, last))
    headers = {"Content-Disposition": 'attachment; filename="label-ledger.csv"'}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/label-printers", status_code=204)
def set_up_printer(form: PrinterForm, work: Labeller) -> None:
    """Say what a printer of a site speaks, and whether it is the usual one."""
    own_site(work.caller, catalog.current(work.connection).site(form.site).code, f"Site {form.site}")
    how = form.model_dump(include={"format", "dpi", "usual"})
    actions.set_up(work.connection, form.site, form.name, how, work.caller.name, work.now)


def lines_of(work: Work, site: str, first: date | None, last: date | None) -> list[LedgerLine]:
    """The ledger of a site that the caller reaches."""
    place = catalog.current(work.connection).site(site)
    own_site(work.caller, place.code, f"Site {site}")
    days = window(first, last, clock.local_day(work.now, place.timezone))
    return ledger(work.connection, place.code, place.timezone, *days)


def range_of(work: Work, range_id: UUID, part: Part = WHOLE) -> tuple[AnyRow, Run]:
    """A range of the caller's site, locked, and the part of it that is meant."""
    row = stock.range_for_print(work.connection, range_id)
    own_site(work.caller, row.site, "This label range")
    kind = barcodes.Kind(row.kind)
    low, high = (
        barcodes.serial_of(barcodes.check(barcodes.normalise(code), kind)) if code else end
        for code, end in ((part.first, row.first_serial), (part.last, row.last_serial))
    )
    high = low + part.count - 1 if part.count else high
    if not row.first_serial <= low <= high <= row.last_serial:
        raise Refused("label_range_unknown", "{codes} was not reserved in one piece; reserve labels first.", codes=part.said)
    return row, Run(low, high)


def job_of(work: Work, job_id: UUID) -> AnyRow:
    """A job of the caller's site, locked."""
    job = actions.job_for_work(work.connection, job_id)
    own_site(work.caller, job.site, "This print job")
    return job


def kind_of(work: Work, job: AnyRow) -> str:
    """What the labels of a job are stuck on."""
    return queries.kind_of_range(work.connection, job.range_id)


def told(work: Work, job: AnyRow) -> JobAnswer:
    """A job as it is told."""
    return job_answer(job, kind_of(work, job))
