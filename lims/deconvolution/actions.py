"""What people decide about cases and members."""

from datetime import datetime

from sqlalchemy import Connection, insert

from lims.deconvolution.board import Case
from lims.deconvolution.forms import CloseForm, ContactForm
from lims.deconvolution.rules import refuse_closing
from lims.deconvolution.tables import Closure, Contact
from lims.kernel.audit.actions import record
from lims.kernel.audit.rules import Happening, audited


@audited("member.notified", "member.unreachable", "member.refused", "member.transferred")
def note_contact(connection: Connection, barcode: str, position: int, form: ContactForm, at: datetime, by: str, now: datetime) -> None:
    """Note that a member was called, was not reached, refused, or moved away."""
    connection.execute(
        insert(Contact).values(barcode=barcode, id=form.id, position=position, event=form.event.value, note=form.note, at=at, by=by)
    )
    record(connection, by, now, [Happening(barcode, f"member.{form.event}", at, {"position": position})])


@audited("case.closed")
def close(connection: Connection, case: Case, form: CloseForm, at: datetime, by: str, now: datetime) -> None:
    """Close a case that does not close by itself, with a reason."""
    barcode = case.row.barcode
    refuse_closing(barcode, case.standing, case.members, form.outcome, form.reason)
    connection.execute(insert(Closure).values(barcode=barcode, id=form.id, outcome=form.outcome.value, reason=form.reason, at=at, by=by))
    record(connection, by, now, [Happening(barcode, "case.closed", at, {"outcome": form.outcome.value, "reason": form.reason})])
