"""A proposal, made from where every box stands: what is asked of the solver, and what its answer would change."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from sqlalchemy import Connection

from lims.catalog.rules import Catalog
from lims.kernel.clock import local_day
from lims.reporting.diversion.rules import KM_PER_HOUR, UNKNOWN_KM, Assignment, Box, Problem, hours_on_the_road, urgency_of
from lims.reporting.tomorrow import board
from lims.reporting.tomorrow.arrivals import ComingBox, Known, box_comes, lab_of, usual_ways
from lims.reporting.tomorrow.outlook import Facts, LabOutlook, Outlook, outlook_of
from lims.reporting.tomorrow.rules import room_within

HOUR = timedelta(hours=1)
USUAL_PRIORITY = 5
# A box that is sent elsewhere is there in the next hours.
SOONEST_SLOTS = 2


@dataclass(frozen=True)
class Proposal:
    """The answer, and all that it was made from as a document."""

    assignment: Assignment
    inputs: dict[str, Any]


def propose(connection: Connection, catalog: Catalog, now: datetime, zone: str) -> Proposal:
    """Which boxes should go elsewhere so that fewer tubes are late."""
    from lims.reporting.diversion.solving import solve  # noqa: PLC0415 - the solver and numpy are 15 MB in every server process

    facts = board.facts_of(connection, catalog, now, zone)
    today = outlook_of(catalog, facts, now, zone)
    going = {box.barcode: lab_of(box, usual_ways(facts.known, catalog, box.site, now)) for box in facts.known.boxes}
    known = {lab.lab.code: lab for lab in today.labs if lab.capacity is not None}
    movable = [box for box in facts.known.boxes if box.tubes and going[box.barcode] in {None, *known}]
    others = outlook_of(catalog, with_boxes(facts, [box for box in facts.known.boxes if box not in movable]), now, zone)
    problem = problem_of(catalog, facts.known, movable, going, others)
    assignment = solve(problem)
    to = {move.box: move.to for move in assignment.moves}
    after = outlook_of(catalog, with_boxes(facts, [replace(box, lab=to.get(box.barcode, box.lab)) for box in facts.known.boxes]), now, zone)
    late = {
        code: {"before": late_at(lab), "after": late_at(each)} for code, lab in known.items() for each in after.labs if each.lab == lab.lab
    }
    inputs = asdict(problem) | {"limit_hours": today.limit_hours, "km_per_hour": KM_PER_HOUR, "unknown_km": UNKNOWN_KM, "late": late}
    return Proposal(assignment, inputs)


def with_boxes(facts: Facts, boxes: list[ComingBox]) -> Facts:
    """The same, with other boxes on their way."""
    return replace(facts, known=replace(facts.known, boxes=boxes))


def late_at(lab: LabOutlook) -> int:
    """How many tubes are late at the worst of it."""
    return ceil(lab.overflow.tubes) if lab.overflow else 0


def problem_of(catalog: Catalog, known: Known, movable: list[ComingBox], going: Mapping[str, str | None], others: Outlook) -> Problem:
    """The boxes that may go elsewhere, and the room that each lab has beside what comes there anyway."""
    last_slot = max([SOONEST_SLOTS, *(slot for box in movable if (slot := slot_of(catalog, known, box, going, others)) is not None)])
    room = {
        lab.lab.code: room_within(lab.waiting, [each.expected for each in lab.arrivals], lab.capacity, last_slot, others.slots_allowed)
        for lab in others.labs
        if lab.capacity is not None
    }
    # A lab that overflows by what comes there anyway keeps what it can of its own boxes, and is sent no others.
    open_to_all = [lab.lab.code for lab in others.labs if lab.capacity is not None and lab.overflow is None]
    return Problem([box_of(catalog, box, going[box.barcode], open_to_all, others) for box in movable], room)


def slot_of(catalog: Catalog, known: Known, box: ComingBox, going: Mapping[str, str | None], others: Outlook) -> int | None:
    """In which slot a box is expected; None where it goes nowhere yet."""
    lab = going[box.barcode]
    return None if lab is None else others.slots.at(box_comes(box, usual_ways(known, catalog, box.site, others.now), lab))


def box_of(catalog: Catalog, box: ComingBox, lab: str | None, open_to_all: list[str], others: Outlook) -> Box:
    """A box with its ways to every lab at which it can be in time, and to the one where it goes."""
    site, now = catalog.sites.get(box.site or ""), others.now
    waited = max((now - since) / HOUR for since in (box.sealed_at, box.dispatched_at) if since is not None)
    policy = catalog.transport_policy(local_day(now, site.timezone if site else "UTC"))
    km = {code: km_to(catalog, box, code, now) for code in {*open_to_all, *([lab] if lab else [])}}
    in_time = {
        code: way
        for code, way in sorted(km.items())
        if code == lab or policy is None or waited + hours_on_the_road(way) <= policy.hours_at_most
    }
    urgency = urgency_of(site.priority if site else USUAL_PRIORITY, waited, others.limit_hours)
    return Box(box.barcode, box.site, box.tubes, lab, box.lab, round(urgency, 4), in_time)


def km_to(catalog: Catalog, box: ComingBox, lab: str, now: datetime) -> float:
    """How far it is from a box's site to where a lab stands now."""
    site = catalog.sites.get(box.site or "")
    here, there = site.point if site else None, catalog.lab_plans[lab].point_at(now)
    return round(here.km_to(there), 1) if here and there else UNKNOWN_KM
