"""Looking a tube up."""

from dataclasses import asdict, replace
from typing import Annotated

from fastapi import APIRouter

from lims.custody.rules import trail_begins
from lims.kernel import barcodes
from lims.kernel.audit import queries as audit
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Caller, Role
from lims.kernel.db import Access, AnyRow
from lims.kernel.errors import Refused
from lims.sampling.collection import queries
from lims.sampling.collection.forms import MemberView, TubeView
from lims.sampling.people.queries import identities
from lims.sampling.people.rules import lookup_code

router = APIRouter(prefix="/sampling/api", tags=["tubes"])


@router.get("/tubes/{barcode}")
def tube(barcode: str, work: Annotated[Work, allow(Role.SAMPLER, Role.TECHNICIAN, using=Access.FIELD)]) -> TubeView:
    """One tube: its state, its people (names only for its own site) and its history."""
    code = barcodes.normalise(barcode)
    row = queries.tube(work.connection, code)
    if row is None or not within_reach(work.caller, row):
        raise Refused("not_found", "{what} is not known here.", what=f"Tube {code}")
    sampler = work.caller.has(Role.SAMPLER) and row.registered_at is not None and work.caller.reaches_site(row.site)
    shown = {name: getattr(row, name) for name in TubeView.model_fields if hasattr(row, name)}
    # Who reads the names of a tube's people reads no result in its history.
    hidden = {"call"} if sampler else set()
    history = [
        asdict(replace(line, what={name: said for name, said in line.what.items() if name not in hidden}))
        for line in audit.history(work.connection, code, trail_begins(row.collected_on, row.received_at, row.dispatched_at))
    ]
    return TubeView(**shown, id=row.record_id, state=row.field_state, members=members_of(work, row) if sampler else None, history=history)


def within_reach(caller: Caller, row: AnyRow) -> bool:
    """A sampler's site made it, or a technician's lab has it."""
    made_here = caller.has(Role.SAMPLER) and row.site is not None and caller.reaches_site(row.site)
    received_here = caller.has(Role.TECHNICIAN) and row.lab is not None and caller.reaches_lab(row.lab)
    return made_here or received_here


def members_of(work: Work, row: AnyRow) -> list[MemberView]:
    """The people of a tube, with their names."""
    rows = queries.members(work.connection, row.barcode, row.collected_on)
    keys = work.program.keys
    known = identities(work.connection, keys, [member.person_id for member in rows])
    return [
        MemberView(
            position=member.position,
            group=member.member_group,
            collected_at=member.collected_at,
            lookup_code=lookup_code(keys, row.barcode, member.person_id),
            **known[member.person_id]._asdict(),
        )
        for member in rows
    ]
