"""Where things stand in wells. Pure."""

import hashlib
import random
import string
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from lims.catalog.policies import TimeLimit
from lims.catalog.rules import Assay, Catalog, ControlRole, Lab
from lims.custody.rules import BenchEvent, BenchState, Kind, advance
from lims.kernel import barcodes
from lims.kernel.clock import local_day
from lims.kernel.errors import Refused, listed

Wells = dict[str, dict[str, str]]
LimitOf = Callable[[str | None, str | None, bool], TimeLimit | None]  # of a kind, a site, a recollection or not
HOUR = 3600
CONTROL = "control:"
ROWS = {96: 8, 384: 16}
# Some wells more than are needed, so that the controls of a short plate have somewhere to move to.
SPARE = 8


class LimitedClass(NamedTuple):
    """Tubes of a kind and site that are due so many hours after receipt."""

    kind: str
    site: str
    recollection: bool
    hours: float


def limits_on(catalog: Catalog, day: date) -> LimitOf:
    """The time limits in force on a day, each looked up once: thousands of tubes ask for a handful."""

    @cache
    def limit(kind: str | None, site: str | None, recollection: bool) -> TimeLimit | None:  # noqa: FBT001 - a row's column
        return catalog.time_limit(kind, site, day, recollection=recollection)

    return limit


def limited_classes(catalog: Catalog, limit_of: LimitOf) -> list[LimitedClass]:
    """Every class of tubes that a time limit covers: kind, site (both "" where nobody knows), recollection or not, hours.

    Sites of one zone have the same limits but for those that a limit names, so each zone is asked about once.
    """
    named, of_place, classes = {limit.site for limit in catalog.limits}, {}, []
    for site in (None, *catalog.sites):
        place = (site in named, site if site in named else catalog.zone_of(site))
        if place not in of_place:
            asked = [(kind, recollection, limit_of(kind, site, recollection)) for kind in (None, *Kind) for recollection in (False, True)]
            of_place[place] = [(kind or "", recollection, float(limit.hours)) for kind, recollection, limit in asked if limit is not None]
        classes += [LimitedClass(kind, site or "", recollection, hours) for kind, recollection, hours in of_place[place]]
    return classes


def most_urgent_first(tubes: Iterable[Any], limit_of: LimitOf) -> list[Any]:
    """Tubes (`queries.URGENCY`) in the order in which they are tested.

    What cases wait for (recollections, sub-pools, members of pools) comes first. Then by the hour in which a tube is due by its
    limit; what no limit covers comes after what one does, by the hour of its receipt. Within an hour the site's priority decides,
    then the receipt itself.
    """

    def urgency(tube: Any) -> tuple[bool, bool, float, int, float, str]:  # noqa: ANN401 - a row
        limit = limit_of(tube.kind, tube.site, tube.recollection)
        moment = limit.due(tube.received_at) if limit else tube.received_at
        hour = moment.timestamp() // HOUR
        return not tube.for_a_case, limit is None, hour, tube.priority, tube.received_at.timestamp(), tube.barcode

    return sorted(tubes, key=urgency)


def well_names(size: int) -> list[str]:
    """The wells of a plate of 96 or 384 in filling order: down each column, A1, B1, … (as multichannel pipettes go)."""
    rows = ROWS[size]
    return [f"{row}{column}" for column in range(1, size // rows + 1) for row in string.ascii_uppercase[:rows]]


def planned_roles(assay: Assay) -> list[str]:
    """The controls that an assay asks for, one by one."""
    return [control.role.value for control in assay.controls for _ in range(control.count)]


def room_for_tubes(assay: Assay, size: int | None = None) -> int:
    """How many tubes go beside the assay's controls: on its plate, or into `size` wells."""
    return (size or assay.plate) - len(planned_roles(assay))


def lay_out(
    assay: Assay, code: str, tubes: Sequence[str], previous: Mapping[str, Mapping[str, str]] | None, size: int | None = None
) -> Wells:
    """Tubes in filling order around controls in wells drawn from the plate's code; `size` where it is not the assay's plate.

    The controls stand elsewhere than on the lab's previous plate, so that two swapped plates betray themselves at import
    (two labs do so; domain rules 2.8).
    """
    wells, roles = size or assay.plate, planned_roles(assay)
    within = well_names(wells)[: min(wells, len(tubes) + len(roles) + SPARE)]
    before = {well for well, what in (previous or {}).items() if "control" in what}
    controls: Wells = {well: {"control": role} for well, role in zip(drawn(code, within, len(roles), before), roles, strict=True)}
    free = [well for well in within if well not in controls]
    filled: Wells = controls | {well: {"tube": tube} for well, tube in zip(free, tubes, strict=False)}
    return in_order(filled, wells)


def lay_out_manually(assay: Assay, code: str, previous: Mapping[str, Mapping[str, str]] | None) -> Wells:
    """The assay's controls alone, on the whole plate; its tubes are scanned in one by one."""
    before = {well for well, what in (previous or {}).items() if "control" in what}
    roles = planned_roles(assay)
    chosen = drawn(code, well_names(assay.plate), len(roles), before)
    return in_order({well: {"control": role} for well, role in zip(chosen, roles, strict=True)}, assay.plate)


def drawn(code: str, within: Sequence[str], count: int, before: Collection[str] = ()) -> list[str]:
    """So many of these wells, drawn from a plate's code: the same again for the same code, and not all of `before`."""
    chosen: list[str] = []
    for attempt in range(max(1, len(within))):
        seed = hashlib.sha256(f"{code} {attempt}".encode()).digest()
        # Not a secret: the same plate code must give the same wells again.
        chosen = random.Random(seed).sample(within, count)  # noqa: S311 - as the comment above says
        if set(chosen) != set(before):
            break
    return chosen


def in_order(wells: Mapping[str, dict[str, str]], size: int) -> Wells:
    """The same map in filling order."""
    return {well: wells[well] for well in well_names(size) if well in wells}


def given(size: int, layout: Mapping[str, str], formats: Sequence[barcodes.BarcodeFormat]) -> Wells:
    """A layout that somebody decided, checked: real wells, real codes, each tube once."""
    order = well_names(size)
    asked: Wells = {}
    for name, content in layout.items():
        well = real_well(name, size)
        if well in asked:
            raise Refused("plate_well_twice", "Well {well} is named twice.", well=well)
        asked[well] = understood(content, formats)
    tubes = tubes_of(asked)
    if twice := [tube for tube, count in Counter(tubes).items() if count > 1]:
        raise Refused("plate_tube_twice", "A tube stands in one well; twice here: {tubes}.", tubes=listed(twice))
    if not tubes:
        raise Refused("plate_empty", "There is no tube on this plate.")
    return {well: asked[well] for well in order if well in asked}


def understood(content: str, formats: Sequence[barcodes.BarcodeFormat]) -> dict[str, str]:
    """What a well is said to hold: `control:negative`, or a tube's code."""
    if not content.startswith(CONTROL):
        return {"tube": barcodes.check(barcodes.normalise(content), barcodes.Kind.TUBE, formats)}
    role = content.removeprefix(CONTROL)
    if role not in set(ControlRole):
        raise Refused("plate_control_unknown", "There is no control {role}; there are {known}.", role=role, known=", ".join(ControlRole))
    return {"control": role}


def missing_roles(assay: Assay, contents: Iterable[Mapping[str, str]]) -> list[str]:
    """The controls that an assay asks for beyond those that are there, one by one."""
    there = Counter(what["control"] for what in contents if "control" in what)
    return list((Counter(planned_roles(assay)) - there).elements())


def refuse_missing_controls(assay: Assay, contents: Iterable[Mapping[str, str]]) -> None:
    """Refused where the assay asks for controls that the layout does not have."""
    if missing := Counter(missing_roles(assay, contents)):
        said = ", ".join(f"{count} × {role}" for role, count in missing.items())
        raise Refused("plate_controls_missing", "Assay {assay} needs these controls too: {missing}.", assay=assay.code, missing=said)


def tubes_of(wells: Mapping[str, Mapping[str, str]]) -> list[str]:
    """The tubes of a map, in its order."""
    return [what["tube"] for what in wells.values() if "tube" in what]


def refuse_unready(lab: Lab, assay: Assay, known: Mapping[str, Any], tubes: Sequence[str]) -> None:
    """Refused naming the tubes that are not here, not waiting, or hold more people than the assay is valid for."""
    if strange := [code for code in tubes if code not in known or known[code].lab != lab.code]:
        raise Refused("plate_tube_unknown", "Not received in lab {lab}: {tubes}.", lab=lab.code, tubes=listed(strange))
    refuse_discarded([known[code] for code in tubes], lab.timezone)
    for code in tubes:
        advance(BenchState(known[code].bench_state), BenchEvent.PLACE, code)
    if large := [code for code in tubes if (known[code].pool_size or 1) > assay.pool_max]:
        raise Refused(
            "plate_pool_too_large", "Assay {assay} is valid for pools up to {most}: {tubes}.",
            assay=assay.code, most=assay.pool_max, tubes=listed(large),
        )  # fmt: skip


def refuse_discarded(tubes: Iterable[Any], zone: str) -> None:
    """Refused where one of these tubes was thrown away; days are those of `zone`."""
    for tube in tubes:
        if tube.discarded_at is not None:
            day = local_day(tube.discarded_at, zone).isoformat()
            raise Refused(
                "tube_discarded", "Tube {tube} was discarded on {day}; nothing is left of it to test.", tube=tube.barcode, day=day
            )


def real_well(name: str, size: int) -> str:
    """A well of a plate of this size in canonical form; Refused where there is none of this name."""
    well = canonical_well(name)
    if well not in well_names(size):
        raise Refused("plate_well", "A plate of {size} has no well {well}.", size=size, well=name)
    return well


def canonical_well(name: str) -> str:
    """A1 for a1, A01 or A1."""
    text = name.strip().upper()
    return text[:1] + text[1:].lstrip("0") if text[1:].isdigit() else text
