"""Scanning in, and turning away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Text, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from lims.catalog import queries as catalog
from lims.catalog.policies import TransportPolicy
from lims.custody.queries import pool_members
from lims.custody.rules import REJECTION_REASONS, BenchEvent, BenchState, Kind, advance, ready_for
from lims.custody.tables import Box, Tube
from lims.kernel.audit.actions import record
from lims.kernel.audit.rules import Happening, audited, unaudited
from lims.kernel.auth.rules import Caller, own_lab
from lims.kernel.db import records
from lims.kernel.errors import Refused
from lims.testing.accession import queries
from lims.testing.accession.following import FOLLOWERS
from lims.testing.accession.rules import is_too_old, minutes_old


@dataclass(frozen=True)
class Reception:
    """A box that is opened, or out of which more is scanned: where, when, by whom, how warm it is, and what is allowed."""

    barcode: str
    lab: str
    at: datetime
    by: str
    temperature_c: float | None = None
    policy: TransportPolicy | None = None

    @property
    def opened(self) -> list[Happening]:
        """What the trail says of the box where it is opened."""
        return [Happening(self.barcode, "box.opened", self.at, {"lab": self.lab, "temperature_c": self.temperature_c})]

    @property
    def warnings(self) -> list[Happening]:
        """A temperature that is not allowed is put on record, with what is."""
        policy, measured = self.policy, self.temperature_c
        if policy is None or measured is None or policy.allows(measured):
            return []
        allowed = {"coldest_c": policy.coldest_c, "warmest_c": policy.warmest_c, "source": policy.source}
        return [Happening(self.barcode, "box.temperature_outside", self.at, {"lab": self.lab, "temperature_c": measured} | allowed)]

    def received(self, code: str, sealed_at: datetime | None) -> Happening:
        """What the trail says of a tube; of one that came too old, how old."""
        told: dict[str, Any] = {"lab": self.lab, "box": self.barcode, "temperature_c": self.temperature_c}
        minutes = minutes_old(sealed_at, self.at)
        if self.policy is not None and is_too_old(self.policy, minutes):
            told |= {"minutes_old": minutes, "hours_at_most": self.policy.tube_hours_at_most}
        return Happening(code, "tube.received", self.at, told)


@audited("box.opened", "box.temperature_outside", "tube.received", "tube.scanned_elsewhere")
def receive(connection: Connection, reception: Reception, tubes: Sequence[str], now: datetime) -> None:
    """Take in what was scanned out of a box: known or not, packed there or not. A tube another lab has stays there, and both are told."""
    barcode, lab, at = reception.barcode, reception.lab, reception.at
    connection.execute(insert(Box).values(barcode=barcode).on_conflict_do_nothing(index_elements=["barcode"]))
    box = queries.box_for_update(connection, barcode)
    first = box is None or box.received_at is None
    measured = reception.temperature_c
    warmest = func.greatest(Box.temperature_c, literal(measured)) if measured is not None else Box.temperature_c
    here = {"lab": lab, "received_at": at, "received_by": reception.by} if first else {}
    connection.execute(update(Box).where(Box.barcode == barcode).values(temperature_c=warmest, **here))
    codes = sorted(set(tubes))
    stubs = insert(Tube).from_select(["barcode"], select(records(({"barcode": code} for code in codes), barcode=Text()).c.barcode))
    connection.execute(stubs.on_conflict_do_nothing(index_elements=["barcode"]))
    known = queries.tubes_for_update(connection, codes)
    fresh = [code for code in codes if known[code].received_at is None]
    away = [code for code in codes if known[code].received_at is not None and known[code].lab != lab]
    values = {"lab": lab, "received_at": at, "received_box": barcode, "bench_state": BenchState.WAITING.value}
    connection.execute(update(Tube).where(Tube.barcode.in_(fresh)).values(**values))
    happenings = [reception.received(code, known[code].sealed_at) for code in fresh]
    happenings += [Happening(code, "tube.scanned_elsewhere", at, {"lab": lab, "received_by": known[code].lab}) for code in away]
    happenings += reception.opened if first else []
    record(connection, reception.by, now, happenings + reception.warnings)


@audited("tube.rejected", "tube.returned")
def reject(connection: Connection, barcode: str, reason: str, note: str, at: datetime, caller: Caller, now: datetime) -> None:
    """Turn a tube away for good: its people are to be sampled again; the tubes mixed into a pool are kept, and wait again."""
    if reason not in REJECTION_REASONS:
        raise Refused(
            "rejection_reason",
            "There is no rejection reason {reason}; there are {known}.",
            reason=reason,
            known=", ".join(REJECTION_REASONS),
        )
    tube = queries.tubes_for_update(connection, [barcode]).get(barcode)
    if tube is None or tube.lab is None or tube.bench_state is None:
        raise Refused("not_found", "{what} is not known in this lab.", what=f"Tube {barcode}")
    own_lab(caller, tube.lab, f"Tube {barcode}")
    following = advance(BenchState(tube.bench_state), BenchEvent.REJECT, barcode)
    connection.execute(update(Tube).where(Tube.barcode == barcode).values(bench_state=following.value, rejected_at=at, rejected_for=reason))
    back = free_members(connection, barcode) if tube.kind == Kind.ALIQUOT_POOL else []
    happenings = [Happening(code, "tube.returned", at, {"pool": barcode}) for code in back]
    record(connection, caller.name, now, [Happening(barcode, "tube.rejected", at, {"reason": reason, "note": note}), *happenings])
    if tube.mixed_for is not None:
        for follow in FOLLOWERS:
            follow(connection, catalog.current(connection), [barcode], at, caller.name, now)


@unaudited("`reject` writes the events of the tubes it frees")
def free_members(connection: Connection, pool: str) -> list[str]:
    """Let the member tubes of an aliquot pool wait for a plate of their own."""
    members = list(queries.tubes_for_update(connection, pool_members(connection, pool)))
    back = update(Tube).where(Tube.barcode.in_(members), Tube.bench_state.in_([s.value for s in ready_for(BenchEvent.RETURN)]))
    return list(connection.execute(back.values(bench_state=BenchState.WAITING.value).returning(Tube.barcode)).scalars())
