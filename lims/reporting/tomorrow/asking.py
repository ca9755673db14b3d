"""What is asked of the outlook, within what the caller may see."""

from lims.catalog import queries as catalog
from lims.kernel.auth.door import Work
from lims.kernel.auth.rules import own_lab
from lims.reporting.capacity.access import refuse_site_bound
from lims.reporting.tomorrow import board
from lims.reporting.tomorrow.outlook import LabOutlook, Outlook


def asked(work: Work, lab: str | None) -> tuple[Outlook, list[LabOutlook]]:
    """The outlook, and those of its labs that are asked for: one, or all that the caller reaches. Refused where it is another's."""
    refuse_site_bound(work.caller)
    known = catalog.current(work.connection)
    only = work.caller.lab or lab or None
    if only is not None:
        own_lab(work.caller, known.lab(lab or only).code, f"Lab {lab}")
    outlook = board.outlook(work.connection, known, work.now, work.program.settings.timezone)
    return outlook, [each for each in outlook.labs if only in (None, each.lab.code)]
