"""Print jobs: made, handed out label by label, broken, resumed; labels declared void; the printers of a site."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, insert, update
from sqlalchemy.dialects.postgresql import insert as upsert

from lims.kernel import ids
from lims.kernel.audit.actions import record
from lims.kernel.audit.rules import Happening, audited, unaudited
from lims.kernel.db import AnyRow
from lims.kernel.errors import Refused, listed
from lims.sampling.labels.tables import LabelRange
from lims.sampling.printing import queries
from lims.sampling.printing.rules import JobEvent, JobState, Progress, Run, advance
from lims.sampling.printing.tables import Job, Printer, VoidLabel

FILE = "file"


@dataclass(frozen=True)
class Wish:
    """What is to be printed, and how."""

    run: Run
    template: str
    format: str
    dpi: int | None = None
    text: str = ""
    reason: str | None = None
    printer: str | None = None


@audited("labels.printed", "labels.reprinted")
def make(
    connection: Connection, printed: AnyRow, wish: Wish, by: str, now: datetime, *, job_id: UUID | None = None, file: bool = False
) -> AnyRow:
    """A job for these labels of a range (locked by the caller); one for a file is done at once.

    Labels that any printer was handed before need a reason.
    """
    again = reprints(connection, printed.id, wish.run)
    if again and not (wish.reason or "").strip():
        raise Refused("reprint_without_reason", "These labels were printed before; say in reprint_reason why they are printed again.")
    if queries.open_job(connection, printed.id, wish.run) is not None:
        raise Refused("print_job_open", "These labels are being printed by another job; finish or cancel that one first.")
    through = wish.run.last if file else wish.run.first - 1
    values = {
        "id": job_id or ids.uuid7(now), "site": printed.site, "range_id": printed.id, "first_serial": wish.run.first,
        "last_serial": wish.run.last, "printed_through": through, "sent_through": through, "template": wish.template,
        "format": wish.format, "dpi": wish.dpi, "label_text": wish.text, "reason": wish.reason if again else None,
        "state": JobState.DONE if file else JobState.WAITING, "printer": FILE if file else None, "wanted": wish.printer,
        "made_at": now, "made_by": by, "changed_at": now,
    }  # fmt: skip
    made = connection.execute(insert(Job).values(**values).returning(*Job.__table__.columns)).one()
    connection.execute(update(LabelRange).where(LabelRange.id == printed.id).values(prints=LabelRange.prints + 1))
    verb = "labels.reprinted" if again else "labels.printed"
    what = {"job": str(made.id), "first": wish.run.first, "count": len(wish.run)} | ({"reason": wish.reason} if again else {})
    record(connection, by, now, [Happening(f"labels {printed.id}", verb, now, what)])
    return made


@unaudited("a question")
def reprints(connection: Connection, range_id: UUID, run: Run, besides: UUID | None = None) -> set[int]:
    """Which labels of a run other jobs have handed to a printer before."""
    earlier = queries.earlier_prints(connection, range_id, besides)
    return {serial for row in earlier for serial in range(max(row.first_serial, run.first), min(row.sent_through, run.last) + 1)}


@unaudited("a question")
def job_for_work(connection: Connection, job_id: UUID) -> AnyRow:
    """The job, locked."""
    found = queries.job_for_update(connection, job_id)
    if found is None:
        raise Refused("not_found", "{what} is not known at this site.", what="This print job")
    return found


@audited("print.taken", "print.broken")
def take(connection: Connection, job: AnyRow, take_id: UUID, printer: str, most: int, by: str, now: datetime) -> Run:
    """The labels that this printer prints next, written down before it gets them; the same take again is the same labels.

    A printer that asks anew while an earlier take of its own is unanswered was stopped in the middle of it: nobody knows what
    came out. The job is broken, and nothing is handed out, until an operator has scanned the last label.
    """
    if printer != (its := (job.printer if job.state == JobState.PRINTING else job.wanted) or printer):
        raise Refused("print_job_elsewhere", "Printer {printer} is at this job.", printer=its)
    if job.take == take_id:
        return Run(job.printed_through + 1, job.sent_through)
    if job.take is not None:
        broken(connection, job, "the printing program was stopped", by, now)
        return Run(0, -1)
    state, run = advance(job.state, JobEvent.TAKE), progress(job).following(most)
    note(connection, job, now, state=state, printer=printer, take=take_id, sent_through=run.last, trouble=None)
    record(
        connection, by, now, [Happening(f"print {job.id}", "print.taken", now, {"first": run.first, "count": len(run), "printer": printer})]
    )
    return run


@audited("print.printed", "print.finished")
def printed(connection: Connection, job: AnyRow, take_id: UUID, by: str, now: datetime) -> None:
    """The labels of a take came out; told again, nothing changes."""
    if take_id == job.last_take:
        return
    answers_for(job, take_id)
    whole = job.sent_through == job.last_serial
    state = advance(job.state, JobEvent.LAST_PRINTED if whole else JobEvent.PRINTED)
    note(connection, job, now, state=state, printed_through=job.sent_through, take=None, last_take=take_id)
    verb = "print.finished" if whole else "print.printed"
    first = job.first_serial if whole else job.printed_through + 1
    record(connection, by, now, [Happening(f"print {job.id}", verb, now, {"count": job.sent_through - first + 1})])


@audited("print.broken")
def failed(connection: Connection, job: AnyRow, take_id: UUID, trouble: str, by: str, now: datetime) -> None:
    """The printer failed in the middle of a take; told again, nothing changes."""
    if take_id == job.last_take:
        return
    answers_for(job, take_id)
    broken(connection, job, trouble, by, now)


@audited("print.broken")
def stop(connection: Connection, job: AnyRow, reason: str, by: str, now: datetime) -> None:
    """An operator says that a job does not go on: the paper is out, the printer is dead."""
    broken(connection, job, reason, by, now)


def broken(connection: Connection, job: AnyRow, trouble: str, by: str, now: datetime) -> None:
    """Nobody knows which of the labels in doubt came out."""
    note(connection, job, now, state=advance(job.state, JobEvent.BREAK), take=None, last_take=job.take, trouble=trouble[:500])
    record(
        connection,
        by,
        now,
        [Happening(f"print {job.id}", "print.broken", now, {"trouble": trouble[:500], "sent_through": job.sent_through})],
    )


@audited("print.resumed")
def resume(connection: Connection, job: AnyRow, scanned: int | None, by: str, now: datetime) -> None:
    """Go on after the label that the operator scanned (the last one that came out); without one, none in doubt came out."""
    through = progress(job).resumed_after(scanned)
    state = advance(job.state, JobEvent.LAST_PRINTED if through == job.last_serial else JobEvent.RESUME)
    note(connection, job, now, state=state, printed_through=through, sent_through=through, printer=None, trouble=None)
    record(
        connection, by, now, [Happening(f"print {job.id}", "print.resumed", now, {"printed_through": through, "before": job.sent_through})]
    )


@audited("print.cancelled")
def cancel(connection: Connection, job: AnyRow, reason: str, by: str, now: datetime) -> None:
    """The rest of a job is not printed."""
    note(connection, job, now, state=advance(job.state, JobEvent.CANCEL), trouble=reason[:500])
    record(connection, by, now, [Happening(f"print {job.id}", "print.cancelled", now, {"reason": reason[:500]})])


@audited("labels.voided")
def declare_void(connection: Connection, printed: AnyRow, serials: Sequence[int], reason: str, by: str, now: datetime) -> None:
    """These labels of a range will never be used; those declared before stay as they were declared."""
    used = {row.serial for row in queries.used_labels(connection, [printed.id])} & set(serials)
    if used:
        raise Refused("label_used", "In use, and so not void: {labels}.", labels=listed([str(serial) for serial in sorted(used)]))
    known = {row.serial for row in queries.void_labels(connection, [printed.id])}
    if fresh := sorted(set(serials) - known):
        rows = [{"serial": serial, "range_id": printed.id, "reason": reason, "voided_by": by, "voided_at": now} for serial in fresh]
        connection.execute(insert(VoidLabel), rows)
        record(connection, by, now, [Happening(f"labels {printed.id}", "labels.voided", now, {"serials": fresh, "reason": reason})])


def answers_for(job: AnyRow, take_id: UUID) -> None:
    """Refused where the job has not handed out this take."""
    if job.take != take_id:
        raise Refused("print_take_unknown", "These labels are not those that this job has handed out; it is {state}.", state=job.state)


def note(connection: Connection, job: AnyRow, now: datetime, **values: object) -> None:
    """Write a job's new state."""
    connection.execute(update(Job).where(Job.id == job.id).values(changed_at=now, **values))


def progress(job: AnyRow) -> Progress:
    """How far a job has come."""
    return Progress(job.first_serial, job.last_serial, job.printed_through, job.sent_through)


@unaudited("a sign of life")
def heard(connection: Connection, site: str, printer: str, now: datetime) -> None:
    """A printer's agent has asked for work."""
    row = upsert(Printer).values(site=site, name=printer, heard_at=now)
    connection.execute(row.on_conflict_do_update(index_elements=["site", "name"], set_={"heard_at": now}))


@audited("printer.set_up")
def set_up(connection: Connection, site: str, printer: str, how: dict[str, str | int | bool], by: str, now: datetime) -> None:
    """What a printer speaks, and whether labels of its site go to it unless another is chosen: one is the usual one."""
    if how["usual"]:
        connection.execute(update(Printer).where(Printer.site == site, Printer.name != printer).values(usual=False))
    row = upsert(Printer).values(site=site, name=printer, **how)
    connection.execute(row.on_conflict_do_update(index_elements=["site", "name"], set_=how))
    record(connection, by, now, [Happening(f"site {site}", "printer.set_up", now, {"printer": printer, **how})])
