"""A rack as its lab sees it."""

from lims.kernel.auth.door import Work
from lims.kernel.auth.rules import own_lab
from lims.kernel.db import AnyRow
from lims.kernel.errors import Refused
from lims.testing.storage import queries
from lims.testing.storage.forms import RackAnswer, Whereabouts


def own_rack(work: Work, barcode: str) -> AnyRow:
    """A rack of the caller's lab; Refused as not found where it is another's."""
    row = queries.rack(work.connection, barcode)
    if row is None:
        raise Refused("not_found", "{what} is not known in this lab.", what=f"Rack {barcode}")
    own_lab(work.caller, row.lab, f"Rack {barcode}")
    return row


def rack_answer(work: Work, rack: AnyRow, placed: dict[str, str] | None = None) -> RackAnswer:
    """A rack as it is answered."""
    facts = {name: getattr(rack, name) for name in ("barcode", "lab", "rows", "columns", "kept", "place")}
    return RackAnswer(**facts, positions=queries.contents(work.connection, rack.barcode), placed=placed or {})


def whereabouts(work: Work, barcode: str) -> Whereabouts:
    """Where a tube of the caller's lab lies; Refused as not found where it is another's or nobody received it."""
    tube = queries.states_in(work.connection, [barcode]).get(barcode)
    if tube is None or tube.lab is None:
        raise Refused("not_found", "{what} is not known in this lab.", what=f"Tube {barcode}")
    own_lab(work.caller, tube.lab, f"Tube {barcode}")
    found = queries.places_of(work.connection, [barcode]).get(barcode)
    names = ("rack", "position", "place", "kept", "stored_at")
    place = {name: getattr(found, name) for name in names} if found is not None else {}
    return Whereabouts(barcode=barcode, state="discarded" if tube.discarded_at else tube.bench_state, **place)
