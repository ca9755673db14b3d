"""Reading the tubes behind a number of an account."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import Connection

from lims.kernel.db import AnyRow
from lims.reporting.accounts import Whose
from lims.reporting.queries import Window, of_people, statement


def people_rows(
    connection: Connection, day: date, whose: Whose, wrong: Collection[str], reason: str, after: str, most: int
) -> Sequence[AnyRow]:
    """Tubes with people who stand so, by their codes."""
    values = {"day": day, "lab": whose.lab, "site": whose.site, "wrong": list(wrong), "reason": reason, "after": after, "most": most}
    return connection.execute(of_people("account_people_rows"), values).all()


def tube_rows(
    connection: Connection,
    day: date,
    window: Window,
    zone: str,
    whose: Whose,
    wrong: Collection[str],
    reason: str,
    after: str,
    most: int,
) -> Sequence[AnyRow]:
    """Tubes that stand so, by their codes."""
    values = {"day": day, "since": window[0], "until": window[1], "zone": zone, "wrong": list(wrong)}
    asked = values | {"lab": whose.lab, "site": whose.site, "reason": reason, "after": after, "most": most}
    return connection.execute(statement("account_tubes_rows", "account_cohort", "account_judged"), asked).all()
