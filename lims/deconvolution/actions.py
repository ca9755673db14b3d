"""What people decide about cases and members."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert

from lims.deconvolution import queries
from lims.deconvolution.board import Case
from lims.deconvolution.forms import CloseForm, ContactForm, ReopenForm, TracedView
from lims.deconvolution.members import queries as members
from lims.deconvolution.rules import SETTLED, refuse_closing, refuse_reopening, refuse_taking_over, refuse_unseen
from lims.deconvolution.tables import Closure, Contact
from lims.kernel.audit.actions import record
from lims.kernel.audit.rules import Happening, audited
from lims.kernel.auth.rules import Caller, Role

NO_SITE = ""  # whoever samples nowhere takes nobody over


@audited("member.accepted")
def take_over(connection: Connection, case: Case, position: int, form: ContactForm, at: datetime, caller: Caller, now: datetime) -> None:
    """A site takes over a member who was handed over to it."""
    over = next(member.handed_over for member in case.members if member.position == position)
    refuse_taking_over(case.row.barcode, position, over, caller.site if caller.has(Role.SAMPLER) else NO_SITE)
    note_contact(connection, case.row.barcode, position, form, at, caller.name, now)


@audited("member.notified", "member.unreachable", "member.refused", "member.transferred", "member.accepted")
def note_contact(connection: Connection, barcode: str, position: int, form: ContactForm, at: datetime, by: str, now: datetime) -> None:
    """Note that a member was called, was not reached, refused, moved away, or was taken over."""
    connection.execute(
        insert(Contact).values(
            barcode=barcode, id=form.id, position=position, event=form.event.value, note=form.note, at=at, by=by,
            to_site=form.to_site or None, to_place=form.to_place or None,
        )
    )  # fmt: skip
    # Where a member goes is on record, words about him are not: the trail is read at the testing end too.
    what = {"position": position} | ({"to_site": form.to_site} if form.to_site else {})
    record(connection, by, now, [Happening(barcode, f"member.{form.event}", at, what)])


@audited("contacts.opened")
def open_contacts(connection: Connection, barcode: str, people: Sequence[TracedView], by: str, now: datetime) -> None:
    """Somebody has read the names of those who are to be traced."""
    what = {"tubes": len({one.tube for one in people}), "people": len([one for one in people if one.name or one.id_number])}
    record(connection, by, now, [Happening(barcode, "contacts.opened", now, what)])


@audited("case.closed")
def close(connection: Connection, case: Case, form: CloseForm, at: datetime, by: str, now: datetime) -> None:
    """Close a case that does not close by itself, with a reason."""
    barcode = case.row.barcode
    refuse_unseen(barcode, case.members, form.members)
    refuse_closing(barcode, case.standing, case.members, form.outcome, form.reason)
    values = {"barcode": barcode, "id": form.id, "outcome": form.outcome.value, "reason": form.reason, "checks": form.checks}
    # Odd: after a closing that did not answer for everybody a number stays free.
    number = (queries.decisions_made(connection, barcode) + 1) | 1
    known = [one.person_id for one in members.people(connection, [case.row])[barcode] if one.person_id is not None]
    connection.execute(insert(Closure).values(**values, number=number, answered_for=known, at=at, by=by))
    # Nobody is forgotten by closing: who was not settled, and how he stood, is on record with the reason.
    unsettled = {str(member.position): member.state.value for member in case.members if member.state not in SETTLED}
    what = {"outcome": form.outcome.value, "reason": form.reason, "checks": form.checks, "unsettled": unsettled}
    record(connection, by, now, [Happening(barcode, "case.closed", at, what)])


@audited("case.reopened")
def reopen(connection: Connection, case: Case, form: ReopenForm, at: datetime, by: str, now: datetime) -> None:
    """Open a case again that a reviewer has closed, with a reason."""
    barcode = case.row.barcode
    refuse_reopening(barcode, case.standing, form.reason)
    values = {"barcode": barcode, "number": queries.decisions_made(connection, barcode) + 1, "id": form.id, "outcome": "reopened"}
    connection.execute(insert(Closure).values(**values, reason=form.reason, at=at, by=by))
    record(connection, by, now, [Happening(barcode, "case.reopened", at, {"reason": form.reason})])
