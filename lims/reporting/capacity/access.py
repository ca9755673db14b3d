"""Who plans: labs and their loads are the authorities' business, and nobody's who is bound to a site."""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from lims.catalog import queries as catalog
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Caller, Role
from lims.kernel.db import Access
from lims.kernel.errors import Refused

Planner = Annotated[Work, allow(Role.OFFICIAL, Role.ADMIN, using=Access.BENCH)]
# Those who plan and only look: what weeks of tubes are read for must hold up nobody who writes.
Foreseer = Annotated[Work, allow(Role.OFFICIAL, Role.ADMIN, using=Access.REPORTS)]


def refuse_site_bound(caller: Caller) -> None:
    """Refused where the caller belongs to one site: labs are not its business."""
    if caller.site is not None:
        raise Refused("not_found", "{what} is not known at this site.", what="The capacity of labs")


def refuse_bound(caller: Caller) -> None:
    """Refused where the caller belongs to one site or one lab: what goes from lab to lab is decided above them."""
    refuse_site_bound(caller)
    if caller.lab is not None:
        raise Refused("not_found", "{what} is not known in this lab.", what="A diversion between labs")


def local_now(work: Work, lab: str | None) -> datetime:
    """The moment by the clock of the caller's lab, or of the one that is asked for, or of the whole program: file names say it."""
    known = catalog.current(work.connection).labs.get(work.caller.lab or lab or "")
    return work.now.astimezone(ZoneInfo(known.timezone if known else work.program.settings.timezone))
