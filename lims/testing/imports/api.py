"""Routes of import reports."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from lims.catalog import queries as catalog
from lims.kernel import barcodes
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role, own_lab
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.kernel.imports import actions, queries
from lims.kernel.imports.rules import CSV, refused_csv
from lims.kernel.pages import Page, cursor
from lims.testing.imports import lookup
from lims.testing.imports.forms import ImportAnswer, PlateForm
from lims.testing.interpretation import queries as interpretation
from lims.testing.interpretation import uploads, views
from lims.testing.interpretation.forms import RunAnswer, WaitingAnswer
from lims.testing.plates import lookup as plates
from lims.web.language import language_of
from lims.web.speech import told

router = APIRouter(prefix="/testing/api", tags=["imports"])
Technician = Annotated[Work, allow(Role.TECHNICIAN, using=Access.BENCH)]


@router.get("/imports")
def imports(request: Request, work: Technician, lab: str | None = None, after: str | None = None) -> Page[ImportAnswer]:
    """What the files of a lab came to, newest first."""
    if lab is not None:
        own_lab(work.caller, catalog.current(work.connection).lab(lab).code, f"Lab {lab}")
    rows = queries.reports(work.connection, lookup.KINDS, work.caller.lab or lab, lookup.place_in_list(after) if after else None)
    say = partial(told, language=language_of(request))
    following = cursor(rows[-1].at, rows[-1].id) if len(rows) == queries.AT_ONCE else None
    return Page(items=[lookup.answer(row, say) for row in rows], next=following)


@router.get("/imports/{report}")
def one_import(report: UUID, request: Request, work: Technician) -> ImportAnswer:
    """What one file came to, with each refused row's line and reason."""
    return lookup.answer(lookup.own_report(work, report), partial(told, language=language_of(request)))


@router.get("/imports/{report}/refused.csv")
def refused(report: UUID, request: Request, work: Technician) -> Response:
    """The refused rows as a table: to be corrected and imported again."""
    row = lookup.own_report(work, report)
    content = refused_csv(row.columns, row.lines, partial(told, language=language_of(request)))
    return Response(content, media_type=CSV, headers={"Content-Disposition": 'attachment; filename="refused.csv"'})


@router.get("/imports/{report}/file")
def file(report: UUID, work: Technician) -> Response:
    """The file as it came."""
    row = lookup.own_report(work, report)
    kept = interpretation.kept_file(work.connection, row.sha256) if row.sha256 else None
    if kept is None:
        raise Refused("not_found", "{what} is not known in this lab.", what=f"Import {report}")
    # Whatever it is and is called: saved under a name of ours, never shown by the browser.
    headers = {"Content-Disposition": f'attachment; filename="{row.sha256.hex()[:16]}.bin"'}
    return Response(kept.content, media_type="application/octet-stream", headers=headers)


@router.post("/imports/{report}/plate")
def import_for(report: UUID, form: PlateForm, work: Technician) -> RunAnswer | WaitingAnswer:
    """Import a kept file for the plate that it is of, as somebody says who knows. Again, it is the same run."""
    row = lookup.own_report(work, report)
    plate = plates.own_plate(work, barcodes.normalise(form.plate))
    kept = interpretation.kept_file(work.connection, row.sha256) if row.sha256 else None
    if kept is None:
        raise Refused("not_found", "{what} is not known in this lab.", what=f"Import {report}")
    known, files = catalog.current(work.connection), [(kept.content, row.name)]
    done = uploads.taken(work.program, work.connection, known, plate, files, None, work.caller.name, work.now)
    actions.settle(work.connection, row.id, work.caller.name, work.now)
    return views.imported(work.connection, known, plate.barcode, done)


@router.post("/imports/{report}/settle")
def settle(report: UUID, request: Request, work: Technician) -> ImportAnswer:
    """Say that nothing more is to be done about a refused file; again without effect."""
    row = lookup.own_report(work, report)
    actions.settle(work.connection, row.id, work.caller.name, work.now)
    return lookup.answer(lookup.own_report(work, report), partial(told, language=language_of(request)))
