"""Routes of discarding."""

from typing import Annotated

from fastapi import APIRouter, Request

from lims.catalog import queries as catalog
from lims.custody.actions import taken_first
from lims.deconvolution.lookup import own_case
from lims.kernel import barcodes, clock
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role, own_lab
from lims.kernel.db import Access
from lims.retention import actions, lookup
from lims.retention.forms import Discarded, DiscardForm, Due, DueRack, DueTube
from lims.retention.rules import ground_of
from lims.testing.pools.forms import Lying
from lims.testing.storage import queries as storage
from lims.testing.storage.lookup import own_rack
from lims.web.language import language_of

router = APIRouter(prefix="/testing/api", tags=["storage"])
Technician = Annotated[Work, allow(Role.TECHNICIAN, using=Access.BENCH)]


@router.get("/discards")
def due(lab: str, work: Technician) -> Due:
    """What may go from the racks of a lab, in walking order."""
    own_lab(work.caller, catalog.current(work.connection).lab(lab).code, f"Lab {lab}")
    dues = lookup.due(work, lab)
    items = [
        DueTube(tube=row.barcode, ground=ground_of(row), ended_at=row.ended_at, rack=row.rack, position=row.position, place=row.place)
        for row in dues.going
    ]
    racks = [DueRack(rack=row.barcode, place=row.place, old=row.old, tubes=row.tubes) for row in dues.racks]
    return Due(source=dues.policy.source, items=items, needed=dues.needed, racks=racks, more=dues.more)


@router.post("/discards")
def discard(request: Request, form: DiscardForm, work: Technician) -> Discarded:
    """Throw tubes away: those that were scanned, or whatever of a rack may go."""
    known = catalog.current(work.connection)
    own_lab(work.caller, known.lab(form.lab).code, f"Lab {form.lab}")
    at, staying = clock.happened(form.at, work.now), None
    if form.rack:
        tubes = sorted(storage.contents(work.connection, own_rack(work, barcodes.normalise(form.rack)).barcode).values())
    else:
        tubes = list(dict.fromkeys(barcodes.check(barcodes.normalise(one), barcodes.Kind.TUBE, known.formats) for one in form.tubes))
    if taken_first(work.connection, form.id, "tube.discard", form.model_dump(), work.caller.name, work.now):
        staying = actions.discard(work.connection, known, form, tubes, at, work.caller.name, work.now)
    return lookup.answer(work, tubes, staying, language_of(request))


@router.get("/cases/{case_id}/tubes")
def tubes_of_case(case_id: str, work: Technician) -> list[Lying]:
    """The kept tubes of a case, in the order in which they are fetched."""
    case = own_case(work, case_id)
    rows = lookup.to_fetch(work, case)
    return [Lying(tube=row.barcode, rack=row.rack, position=row.position, place=row.place) for row in rows]
