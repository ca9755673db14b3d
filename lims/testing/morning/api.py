"""The route that opens whatever was scanned."""

from typing import Annotated

from fastapi import APIRouter

from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.testing.morning import lookup
from lims.testing.morning.forms import FindForm, Found

router = APIRouter(prefix="/testing/api", tags=["morning"])


@router.post("/find")
def find(form: FindForm, work: Annotated[Work, allow(Role.TECHNICIAN, Role.REVIEWER, using=Access.BENCH)]) -> Found:
    """Which page a code opens: of a box, tube, plate, extraction batch or lot. A POST, so that no address keeps what was scanned."""
    return lookup.find(work, form.code)
