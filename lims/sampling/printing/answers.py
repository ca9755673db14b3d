"""Jobs and labels as they are told."""

from lims.kernel import barcodes
from lims.kernel.db import AnyRow
from lims.sampling.printing.actions import progress
from lims.sampling.printing.forms import JobAnswer, StateRun
from lims.sampling.printing.rules import Run


def ends_of(kind: str, run: Run) -> tuple[str, str]:
    """The first and the last code of a run."""
    own = barcodes.Kind(kind)
    return barcodes.own_code(own, run.first), barcodes.own_code(own, run.last)


def state_run(kind: str, state: str, run: Run, reason: str | None = None) -> StateRun:
    """A run of labels of one state."""
    first, last = ends_of(kind, run)
    return StateRun(first=first, last=last, count=len(run), state=state, reason=reason)


def job_answer(job: AnyRow, kind: str) -> JobAnswer:
    """A job with the state of each of its labels."""
    run = Run(job.first_serial, job.last_serial)
    first, last = ends_of(kind, run)
    return JobAnswer(
        id=job.id, site=job.site, range=job.range_id, first=first, last=last, count=len(run),
        printed=job.printed_through - job.first_serial + 1, state=job.state, template=job.template, format=job.format,
        wanted=job.wanted, printer=job.printer, trouble=job.trouble, reprint_reason=job.reason,
        labels=[state_run(kind, state, part) for state, part in progress(job).labels()],
    )  # fmt: skip
