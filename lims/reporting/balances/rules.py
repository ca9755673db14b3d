"""When a kept account may be shown, and where two accounts differ. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from lims.kernel.db import AnyRow
from lims.reporting.accounts import Finding, PeopleAccount, ReadingsAccount, Reconciliation, TubesAccount

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


def account_of(kept: Mapping[str, Any]) -> Reconciliation:
    """An account as it was before it was kept."""
    return Reconciliation(
        PeopleAccount(**kept["people"]),
        TubesAccount(**kept["tubes"]),
        ReadingsAccount(**kept["readings"]),
        tuple(Finding(**finding) for finding in kept["findings"]),
    )


def numbers(account: Reconciliation) -> dict[str, int]:
    """Every number of an account by its name."""
    parts = asdict(account)
    found = {part: {**sums, **sums.get("open", {})} for part, sums in parts.items() if part != "findings"}
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
