"""A run's file as it is sent: kept whatever becomes of it, imported if it can be, its report kept either way."""

import hashlib
from datetime import datetime

from sqlalchemy import Connection

from lims.catalog.rules import Catalog
from lims.kernel import clock
from lims.kernel.db import Access, AnyRow
from lims.kernel.errors import Refused
from lims.kernel.imports.actions import Came, note, note_refused, settle_about
from lims.kernel.imports.rules import Kind, Report, whole
from lims.kernel.program import Program
from lims.testing.interpretation import actions
from lims.testing.interpretation.actions import Files, Imported


def taken(
    program: Program,
    connection: Connection,
    catalog: Catalog,
    plate: AnyRow,
    files: Files,
    told_at: datetime | None,
    by: str,
    now: datetime,
) -> Imported:
    """Import files for a plate, read out at `told_at` (None: now).

    What is refused here (it is raised again) stays kept, with its report, in a transaction of its own.
    """
    with program.database.transaction(Access.BENCH) as aside:
        actions.keep_files(aside, files, plate.barcode, by, now)
    came = came_of(files, plate.lab, by, plate.barcode)
    try:
        at = clock.happened(told_at, now)
        done = actions.import_files(connection, catalog, plate, files, at, by, now)
    except Refused as why:
        noted_refused(program, came, why, now)
        raise
    note(connection, came, report_of(done, plate, catalog), now, done.run)
    settle_about(connection, plate.barcode, by, now)
    return done


def came_of(files: Files, lab: str | None, by: str, about: str | None = None) -> Came:
    """What came; several files of one read-out go by the name of all, and by the bytes of the first."""
    names = " + ".join(name for _, name in files)
    return Came(Kind.RUN, lab, names, by, about, hashlib.sha256(files[0][0]).digest())


def noted_refused(program: Program, came: Came, why: Refused, now: datetime) -> None:
    """Keep why a file was refused."""
    with program.database.transaction(Access.BENCH) as aside:
        note_refused(aside, came, whole(why), now)


def report_of(done: Imported, plate: AnyRow, catalog: Catalog) -> Report:
    """Readings that are new, or were there."""
    readings = len(plate.wells) * len(catalog.assay(plate.assay, plate.assay_version).readings)
    count = readings if done.part is None else len(done.part.file.readings)
    return Report(known=count) if done.again else Report(accepted=count)
