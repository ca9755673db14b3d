"""Scanning in, and turning away."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Text, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from lims.custody.queries import pool_members
from lims.custody.rules import REJECTION_REASONS, BenchEvent, BenchState, Kind, advance, ready_for
from lims.custody.tables import Box, Tube
from lims.kernel.audit.actions import record
from lims.kernel.audit.rules import Happening, audited, unaudited
from lims.kernel.auth.rules import Caller, own_lab
from lims.kernel.db import records
from lims.kernel.errors import Refused
from lims.testing.accession import queries


@audited("box.opened", "tube.received", "tube.scanned_elsewhere")
def receive(
    connection: Connection, barcode: str, lab: str, tubes: Sequence[str], temperature_c: float | None, at: datetime, by: str, now: datetime
) -> None:
    """Take in what was scanned out of a box: known or not, packed there or not. A tube another lab has stays there, and both are told."""
    connection.execute(insert(Box).values(barcode=barcode).on_conflict_do_nothing(index_elements=["barcode"]))
    box = queries.box_for_update(connection, barcode)
    first = box is None or box.received_at is None
    warmest = func.greatest(Box.temperature_c, literal(temperature_c)) if temperature_c is not None else Box.temperature_c
    here = {"lab": lab, "received_at": at, "received_by": by} if first else {}
    connection.execute(update(Box).where(Box.barcode == barcode).values(temperature_c=warmest, **here))
    codes = sorted(set(tubes))
    stubs = insert(Tube).from_select(["barcode"], select(records(({"barcode": code} for code in codes), barcode=Text()).c.barcode))
    connection.execute(stubs.on_conflict_do_nothing(index_elements=["barcode"]))
    known = queries.tubes_for_update(connection, codes)
    fresh = [code for code in codes if known[code].received_at is None]
    away = [code for code in codes if known[code].received_at is not None and known[code].lab != lab]
    values = {"lab": lab, "received_at": at, "received_box": barcode, "bench_state": BenchState.WAITING.value}
    connection.execute(update(Tube).where(Tube.barcode.in_(fresh)).values(**values))
    happenings = [Happening(code, "tube.received", at, {"lab": lab, "box": barcode, "temperature_c": temperature_c}) for code in fresh]
    happenings += [Happening(code, "tube.scanned_elsewhere", at, {"lab": lab, "received_by": known[code].lab}) for code in away]
    if first:
        happenings.append(Happening(barcode, "box.opened", at, {"lab": lab, "temperature_c": temperature_c}))
    record(connection, by, now, happenings)


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


@unaudited("`reject` writes the events of the tubes it frees")
def free_members(connection: Connection, pool: str) -> list[str]:
    """Let the member tubes of an aliquot pool wait for a plate of their own."""
    members = list(queries.tubes_for_update(connection, pool_members(connection, pool)))
    back = update(Tube).where(Tube.barcode.in_(members), Tube.bench_state.in_([s.value for s in ready_for(BenchEvent.RETURN)]))
    return list(connection.execute(back.values(bench_state=BenchState.WAITING.value).returning(Tube.barcode)).scalars())
