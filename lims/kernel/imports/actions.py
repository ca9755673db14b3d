"""Keeping the report of an import."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, update
from sqlalchemy.dialects.postgresql import insert

from lims.kernel import ids
from lims.kernel.audit.actions import record
from lims.kernel.audit.rules import Happening, audited, unaudited
from lims.kernel.imports.rules import Kind, Report
from lims.kernel.imports.tables import ImportReport


@dataclass(frozen=True)
class Came:
    """A file that came: what it is, whose, from whom; `about` is the plate it is of, `sha256` where the file itself is kept."""

    kind: Kind
    lab: str | None
    name: str
    by: str
    about: str | None = None
    sha256: bytes | None = None

    @property
    def sha256_hex(self) -> str:
        """As people compare it."""
        return (self.sha256 or b"").hex()


@unaudited("what is imported writes its own events; the report tells them by the file")
def note(connection: Connection, came: Came, report: Report, now: datetime, run: UUID | None = None) -> UUID:
    """Keep what a file came to."""
    fresh = ids.uuid7(now)
    connection.execute(insert(ImportReport).values(id=fresh, run=run, **row_of(came, report, now)))
    return fresh


@unaudited("as above")
def note_refused(connection: Connection, came: Came, report: Report, now: datetime) -> UUID:
    """Keep that a file was refused; the same one refused again for the same reason is one report, which waits again."""
    codes = ",".join(line.why.code for line in report.refused)
    content = "|".join([came.kind, came.lab or "", came.about or "", came.sha256_hex, came.name, came.by, codes])
    same = UUID(bytes=hashlib.sha256(content.encode()).digest()[:16])
    once = insert(ImportReport).values(id=same, **row_of(came, report, now))
    again = once.on_conflict_do_update(index_elements=["id"], set_={"at": now, "settled_at": None, "settled_by": None})
    connection.execute(again)
    return same


def row_of(came: Came, report: Report, now: datetime) -> dict[str, object]:
    """The columns of a report."""
    return {
        "kind": came.kind.value, "lab": came.lab, "about": came.about, "name": came.name[:200], "sha256": came.sha256,
        "imported_by": came.by, "at": now, "accepted": report.accepted, "known": report.known, "refused": len(report.refused),
        "columns": list(report.columns), "lines": [line.stored() for line in report.refused],
    }  # fmt: skip


@audited("import.settled")
def settle(connection: Connection, report: UUID, by: str, now: datetime) -> None:
    """Nothing more is to be done about what was refused."""
    mine = update(ImportReport).where(ImportReport.id == report, ImportReport.settled_at.is_(None))
    if connection.execute(mine.values(settled_at=now, settled_by=by)).rowcount:
        record(connection, by, now, [Happening(str(report), "import.settled", now, {})])


@unaudited("the run that settles them is an event of the plate")
def settle_about(connection: Connection, about: str, by: str, now: datetime) -> None:
    """What was refused of this plate is settled by the run that came."""
    mine = update(ImportReport).where(ImportReport.about == about, ImportReport.refused > 0, ImportReport.settled_at.is_(None))
    connection.execute(mine.values(settled_at=now, settled_by=by))
