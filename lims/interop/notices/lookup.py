"""Notices as those who ask for them find them."""

from collections.abc import Sequence

from sqlalchemy import Connection

from lims.interop.notices import queries
from lims.interop.notices.forms import NoticeView, SeenView
from lims.kernel.auth.rules import Caller
from lims.kernel.db import AnyRow


def listed(connection: Connection, caller: Caller, before: int | None, limit: int) -> tuple[list[NoticeView], int | None]:
    """Up to `limit` notices, newest first, and the number below which the list goes on."""
    rows = queries.notices(connection, caller, before, limit + 1)
    shown = rows[:limit]
    seen = queries.seen(connection, [row.number for row in shown])
    return [view(row, seen.get(row.number, ())) for row in shown], shown[-1].number if len(rows) > limit else None


def view(row: AnyRow, seen: Sequence[AnyRow]) -> NoticeView:
    """A notice as it is answered."""
    return NoticeView(
        number=row.number, id=row.id, kind=row.kind, at=row.at, told_at=row.told_at, data=row.data, tell=row.tell,
        seen=[SeenView(by=note.by, at=note.at) for note in seen],
    )  # fmt: skip
