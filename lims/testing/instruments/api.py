"""What a plate tells its instrument."""

from typing import Annotated

from fastapi import APIRouter, Response

from lims.catalog import queries as catalog
from lims.catalog.rules import Assay
from lims.kernel import barcodes
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access, AnyRow
from lims.testing.instruments import sample_sheets
from lims.testing.instruments.rules import PlannedPlate, PlannedTarget, PlannedWell
from lims.testing.plates import lookup

router = APIRouter(prefix="/testing/api", tags=["plates"])


@router.get("/plates/{barcode}/sample-sheet")
def sample_sheet(barcode: str, work: Annotated[Work, allow(Role.TECHNICIAN, using=Access.BENCH)], instrument: str = "generic") -> Response:
    """The file that the instrument reads, so that nobody types names."""
    row = lookup.own_plate(work, barcodes.normalise(barcode))
    assay = catalog.current(work.connection).assay(row.assay, row.assay_version)
    name, media_type, content = sample_sheets.render(instrument, planned(row, assay))
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def planned(row: AnyRow, assay: Assay) -> PlannedPlate:
    """A plate as an instrument is told of it."""
    wells = tuple(PlannedWell(well, what.get("tube") or what["control"], what.get("control")) for well, what in row.wells.items())
    # Of a channel with several names (`VIC/HEX`) the first is the kit's own.
    targets = tuple(PlannedTarget(name, channel.partition("/")[0].strip()) for name, channel in assay.channels.items())
    return PlannedPlate(row.barcode, assay.code, wells, targets)
