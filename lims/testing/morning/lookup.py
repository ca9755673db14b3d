"""From any code to what it stands on, as far as the caller may see it."""

from urllib.parse import quote

from lims.catalog import queries as catalog
from lims.kernel import barcodes
from lims.kernel.auth.door import Work
from lims.kernel.auth.rules import Role
from lims.kernel.barcodes import Kind
from lims.kernel.db import AnyRow
from lims.kernel.errors import Refused
from lims.testing.accession.rules import reason_of
from lims.testing.extraction import queries as extraction
from lims.testing.lots import queries as lots
from lims.testing.lots.rules import read_gs1
from lims.testing.morning import queries
from lims.testing.morning.forms import Found
from lims.testing.storage import queries as storage


def find(work: Work, scan: str) -> Found:
    """What a scanned code opens; Refused with what it is instead, and what to do."""
    code = barcodes.normalise(scan)
    if reason_of(code) is not None:
        raise Refused("reason_alone", "This is a reason of rejection. Scan the tube first, then the reason.")
    kind = kind_of(work, code)
    if kind is Kind.TUBE:
        return opened("tube", own_tube(work, code).barcode, "/testing/tubes")
    if kind is Kind.BOX:
        technicians_only(work)
        return opened("box", code, "/testing/boxes")
    if kind is Kind.PLATE:
        return plate(work, code)
    if kind is Kind.PLACE:
        rack = storage.rack(work.connection, code)
        if rack is not None and work.caller.reaches_lab(rack.lab):
            technicians_only(work)
            return opened("rack", code, "/testing/storage")
    if kind is not None:
        raise Refused("code_opens_nothing", "This is a {kind} code; at the bench it opens nothing.", kind=kind.value)
    return lot(work, scan)


def kind_of(work: Work, code: str) -> Kind | None:
    """What a code is stuck on; None where it is neither ours nor a supplier's. Refused where it is misread."""
    own = barcodes.own_kind(code)
    if own is not None:
        return own
    known = catalog.current(work.connection).formats
    for candidate in known:
        if barcodes.compiled(candidate.regex).fullmatch(code):
            return Kind(barcodes.check(code, Kind(candidate.kind), known) and candidate.kind)
    if barcodes.OWN.fullmatch(code) and code[:2] in barcodes.KIND_OF_PREFIX:
        barcodes.check(code, barcodes.KIND_OF_PREFIX[code[:2]], known)
    return None


def own_tube(work: Work, code: str) -> AnyRow:
    """A tube that this lab has, or that is on its way here; Refused alike whether another lab has it or nobody knows it."""
    row = queries.tube(work.connection, code)
    if row is not None:
        where = row.lab or row.dispatched_to or row.box_to
        if where is not None and work.caller.reaches_lab(where):
            return row
    raise Refused("tube_not_here", "Tube {tube} has not come to this lab. Scan its box on Receive, then the tube.", tube=code)


def plate(work: Work, code: str) -> Found:
    """A plate or an extraction batch of the own lab: to technicians the plate itself, to reviewers its run."""
    lab = queries.plate_lab(work.connection, code)
    if lab is not None and work.caller.reaches_lab(lab):
        if work.caller.has(Role.TECHNICIAN):
            return opened("plate", code, "/testing/plates")
        run = queries.newest_run(work.connection, code)
        if run is None:
            raise Refused("plate_not_run", "Plate {plate} has no run yet: there is nothing to review.", plate=code)
        return Found(kind="plate", code=code, opens=f"/testing/runs/{run.id}")
    batch = extraction.batches(work.connection, [code]).get(code)
    if batch is not None and work.caller.reaches_lab(batch.lab):
        return opened("batch", code, "/testing/extractions")
    raise Refused("plate_not_here", "Plate {plate} is not known in this lab. To use it, scan it on Plates or on Extraction.", plate=code)


def lot(work: Work, scan: str) -> Found:
    """A lot by its GS1 code or its number; Refused as unknown. What was scanned is not repeated: it may be an ID card."""
    read = read_gs1(scan)
    number, product = (read[2], read[0]) if read else (scan.strip(), None)
    rows = lots.numbered(work.connection, number, work.caller.lab)
    row = next((each for each in rows if product in (None, each.product)), None)
    if row is None:
        raise Refused(
            "code_unknown", "This is no code of a tube, box or plate, and of no batch or lot that is known in this lab. Scan again."
        )
    technicians_only(work)
    return Found(kind="lot", code=number, opens=f"/testing/lots/{row.id}")


def technicians_only(work: Work) -> None:
    """Refused where the page that would open is for technicians."""
    if not work.caller.has(Role.TECHNICIAN):
        raise Refused(
            "role_missing", "This needs the role {roles}; you are signed in as {name}.", roles=Role.TECHNICIAN, name=work.caller.name
        )


def opened(kind: str, code: str, room: str) -> Found:
    """The page of a thing in its room."""
    return Found.model_validate({"kind": kind, "code": code, "opens": f"{room}/{quote(code, safe='')}"})
