"""When a kept account may be shown, and where two accounts differ. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from lims.kernel.db import AnyRow
from lims.reporting.accounts import (
    PARTS,
    Facts,
    Finding,
    LabelsAccount,
    PassedOver,
    PeopleAccount,
    ReadingsAccount,
    Reconciliation,
    TubesAccount,
    account,
)

# Of a smaller day everybody gets a count of this moment: it takes a second or two.
MANY_TUBES = 50_000
# An account of whose tubes something was told since is shown, with its moment, until the next; for so long, should the worker be away.
TOUCHED_LASTS = timedelta(hours=1)


@dataclass(frozen=True)
class Touched:
    """The days of whose tubes the trail tells something; `every`: it tells more than is read at once, or of no known day."""

    days: frozenset[date]
    every: bool = False

    def __contains__(self, day: date) -> bool:
        """Whether an account of this day may be another by now."""
        return self.every or day in self.days


def is_current(row: AnyRow, places: str, touched: Touched) -> bool:
    """Whether nothing has come since it was counted: it is the account of this moment."""
    return not row.touched and row.places == places and row.day not in touched


def holds_as_of(row: AnyRow, places: str, touched: Touched, now: datetime) -> datetime | None:
    """As of when a kept account holds; None where it is not shown any more."""
    if is_current(row, places, touched):
        return now
    return row.made_at if row.places == places and now - row.made_at <= TOUCHED_LASTS else None


NOTHING = asdict(account(Facts((), (), (), (), None, ())))


def account_of(row: AnyRow, lab: str | None = None) -> Reconciliation:
    """An account as it was before it was kept, of one lab or of everything."""
    kept = row.account if lab is None else row.labs.get(lab, NOTHING)
    return Reconciliation(
        PeopleAccount(**kept["people"]),
        TubesAccount(**kept["tubes"]),
        ReadingsAccount(**kept["readings"]),
        LabelsAccount(**kept["labels"]) if kept["labels"] else None,
        tuple(Finding(**finding) for finding in kept["findings"]),
        tuple(PassedOver(**run) for run in kept["passed_over"]),
    )


def numbers(kept: Mapping[str, Any]) -> dict[str, int]:
    """Every number of a kept account by its name."""
    found = {part: {**kept[part], **kept[part].get("open", {})} for part in PARTS if kept[part]}
    return {f"{part} {name}": count for part, sums in found.items() for name, count in sums.items() if name != "open"}


def tests(rows: Iterable[AnyRow]) -> dict[str, int]:
    """Every number of the tests of a day's pools by its name."""
    names = ("pools", "reactive", "invalid", "pool_tests", "single_tests")
    return {f"{row.lab} {row.site} {row.people} people {name}": getattr(row, name) for row in rows for name in names}


def differences(kept: Mapping[str, int], counted: Mapping[str, int]) -> list[str]:
    """Where two sets of numbers differ, a line for each."""
    return [
        f"{name}: kept {kept.get(name, 0)}, counted {counted.get(name, 0)}"
        for name in sorted({*kept, *counted})
        if kept.get(name, 0) != counted.get(name, 0)
    ]
