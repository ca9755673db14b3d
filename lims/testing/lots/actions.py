"""Taking lots in, and opening them."""

from datetime import datetime

from sqlalchemy import Connection, insert, update

from lims.catalog.rules import Catalog
from lims.kernel.audit.actions import record
from lims.kernel.audit.rules import Happening, audited
from lims.kernel.db import AnyRow
from lims.kernel.errors import Refused
from lims.testing.lots.forms import LotForm
from lims.testing.lots.rules import LotKind, read_gs1
from lims.testing.lots.tables import LotRow


@audited("lot.received", "lot.opened")
def receive(connection: Connection, catalog: Catalog, form: LotForm, at: datetime, by: str, now: datetime) -> None:
    """Take a lot in, as its box says it."""
    product, expires_on, number = read_gs1(form.number) or (form.product, form.expires_on, form.number.strip())
    if not product or expires_on is None:
        raise Refused("lot_incomplete", "Lot {number}: say which product it is and when it expires.", number=number)
    if form.kind is LotKind.AMPLIFICATION_KIT and not form.assay:
        raise Refused("lot_incomplete", "Lot {number}: say which assay this amplification kit is of.", number=number)
    assay = catalog.assay(form.assay).code if form.kind is LotKind.AMPLIFICATION_KIT and form.assay else None
    opened = {"opened_at": at, "opened_by": by} if form.opened else {}
    row = insert(LotRow).values(
        id=form.id, lab=form.lab, kind=form.kind.value, product=product, assay=assay, number=number, expires_on=expires_on,
        received_at=at, received_by=by, **opened,
    )  # fmt: skip
    connection.execute(row)
    what = {"lab": form.lab, "kind": form.kind.value, "product": product, "number": number, "expires_on": expires_on.isoformat()}
    happenings = [Happening(str(form.id), "lot.received", at, what)]
    record(connection, by, now, [*happenings, *([Happening(str(form.id), "lot.opened", at, {"lab": form.lab})] if form.opened else [])])


@audited("lot.opened")
def open_lot(connection: Connection, lot: AnyRow, at: datetime, by: str, now: datetime) -> None:
    """Make a lot the current one of its kind."""
    connection.execute(update(LotRow).where(LotRow.id == lot.id).values(opened_at=at, opened_by=by))
    record(connection, by, now, [Happening(str(lot.id), "lot.opened", at, {"lab": lot.lab})])
