"""A result as its lab, or an official, sees it."""

from lims.kernel.auth.door import Work
from lims.kernel.auth.rules import own_lab, own_site
from lims.kernel.db import AnyRow
from lims.kernel.errors import Refused
from lims.testing.amending import queries
from lims.testing.amending.forms import AmendmentView, ReleaseView, ResultView


def own_tube(work: Work, barcode: str) -> AnyRow:
    """A tube of the caller's lab and site; Refused as not found where it is another's, or in no lab."""
    row = queries.tube(work.connection, barcode)
    if row is None or row.lab is None:
        raise Refused("not_found", "{what} is not known in this lab.", what=f"Tube {barcode}")
    own_lab(work.caller, row.lab, f"Tube {barcode}")
    own_site(work.caller, row.site, f"Tube {barcode}")
    return row


def result(work: Work, barcode: str) -> ResultView:
    """A tube's releases, the newest first."""
    row = own_tube(work, barcode)
    told = [
        ReleaseView(
            revision=each.revision,
            call=each.call,
            run=each.run,
            imported_by=each.imported_by,
            released_by=each.released_by,
            at=each.at,
            reason=each.reason,
            stands=bool(each.standing),
        )
        for each in queries.releases(work.connection, barcode)
    ]
    return ResultView(tube=barcode, lab=row.lab, call=row.released_call, releases=told)


def amendment(row: AnyRow) -> AmendmentView:
    """An amendment as it is told."""
    return AmendmentView(
        tube=row.barcode,
        lab=row.lab,
        site=row.site,
        revision=row.revision,
        was=row.was,
        call=row.call,
        run=row.run,
        reason=row.reason,
        amended_by=row.released_by,
        at=row.at,
        stands=bool(row.standing),
    )
