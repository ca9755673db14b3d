"""A box as its lab sees it."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from lims.catalog.rules import Catalog, Lab
from lims.kernel.audit import queries as audit
from lims.kernel.auth.door import Work
from lims.kernel.auth.rules import own_lab
from lims.kernel.clock import local_day
from lims.kernel.db import AnyRow
from lims.kernel.errors import Refused
from lims.testing.accession import queries
from lims.testing.accession.forms import ArrivalAnswer, Carriage, ScanAnswer, Standing
from lims.testing.accession.rules import Outcome, arrival, is_too_old, minutes_old, minutes_on_its_way, outcome_of, standing

# Scans that came too late to be what they would have been: who had the tube before is told.
BEFORE = {Outcome.AGAIN, Outcome.ELSEWHERE, Outcome.REJECTED}


def reached_box(work: Work, barcode: str) -> AnyRow | None:
    """A box that is here, on its way here, or on its way nowhere that we know; None where nobody has told of it."""
    row = queries.box(work.connection, barcode)
    if row is not None and (row.lab or row.dispatched_to):
        own_lab(work.caller, row.lab or row.dispatched_to, f"Box {barcode}")
    return row


def received_box(work: Work, barcode: str) -> AnyRow:
    """A box that was opened in the caller's lab; Refused where it was not."""
    row = queries.box(work.connection, barcode)
    if row is None or row.lab is None:
        raise Refused("not_found", "{what} is not known in this lab.", what=f"Box {barcode}")
    own_lab(work.caller, row.lab, f"Box {barcode}")
    return row


def standing_answer(work: Work, known: Catalog, box: str, lab: Lab, scanned: Sequence[str], at: datetime) -> Standing:
    """A box after all scans so far, and what each of these scans came to."""
    rows = queries.tubes_of_box(work.connection, box, scanned)
    return Standing(
        **asdict(standing(box, lab.code, rows)),
        carriage=carriage(work, known, box, lab),
        arrival=arrival_answer(work, known, box, lab, rows),
        scans=scans(work, known, box, lab, [row for row in rows if row.barcode in set(scanned)], at),
    )


def scans(work: Work, known: Catalog, box: str, lab: Lab, rows: Sequence[AnyRow], at: datetime) -> list[ScanAnswer]:
    """What each scanned tube came to; who received it is looked up only for those that were somewhere before."""
    outcomes = {row.barcode: outcome_of(row, box, lab.code, at) for row in rows}
    before = [code for code, outcome in outcomes.items() if outcome in BEFORE]
    told = audit.newest(work.connection, "tube.received", before) if before else {}
    policy = known.transport_policy(local_day(at, lab.timezone))
    ages = {row.barcode: minutes_old(row.sealed_at, row.received_at) for row in rows}
    return [
        ScanAnswer(
            barcode=row.barcode,
            outcome=outcomes[row.barcode],
            box=row.received_box if row.barcode in told else row.box,
            box_sealed_at=row.box_sealed_at,
            box_sealed_by=row.box_sealed_by,
            received_at=row.received_at,
            received_by=told[row.barcode].actor if row.barcode in told and row.lab == lab.code else None,
            lab=known.labs[row.lab].name if row.lab in known.labs else row.lab,
            state=row.bench_state if row.lab == lab.code else "received",
            rejected_at=row.rejected_at if row.lab == lab.code else None,
            rejected_for=row.rejected_for if row.lab == lab.code else None,
            minutes_old=ages[row.barcode],
            too_old=is_too_old(policy, ages[row.barcode]),
        )
        for row in rows
    ]


def arrival_answer(work: Work, known: Catalog, box: str, lab: Lab, rows: Sequence[AnyRow]) -> ArrivalAnswer | None:
    """How a box came against the policy of the day it was opened on; None where it was not opened."""
    row = queries.box(work.connection, box)
    if row is None or row.received_at is None:
        return None
    policy = known.transport_policy(local_day(row.received_at, lab.timezone))
    came = arrival(policy, box, row.temperature_c, rows)
    allowed = {name: getattr(policy, name, None) for name in ("coldest_c", "warmest_c", "tube_hours_at_most", "source")}
    return ArrivalAnswer(**asdict(came), **allowed)


def carriage(work: Work, known: Catalog, box: str, lab: Lab) -> Carriage | None:
    """How a box came to this lab, by the policy of the day on which it left its site; None where nobody has told of its leaving yet."""
    row = queries.carriage(work.connection, box)
    if row is None:
        return None
    minutes = minutes_on_its_way(row.dispatched_at, row.received_at or work.now)
    place = known.sites.get(row.site) or lab  # a box may be scanned before anybody has told where it was packed
    policy = known.transport_policy(local_day(row.dispatched_at, place.timezone))
    return Carriage(
        handover=row.handover,
        given_by=row.given_by,
        carried_by=row.carried_by or row.courier or None,
        vehicle=row.vehicle or None,
        left_at=row.dispatched_at,
        temperature_c=row.temperature_c,
        minutes=minutes,
        hours_at_most=policy.hours_at_most if policy else None,
        too_long=minutes > policy.hours_at_most * 60 if policy else None,
    )
