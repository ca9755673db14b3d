"""Plates that are filled from extraction batches, and tubes that are moved by hand. Pure."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from lims.catalog.rules import Assay, Catalog
from lims.custody.rules import RepeatReason
from lims.kernel.errors import Refused
from lims.testing.layout.rules import Wells, drawn, in_order, missing_roles, real_well, well_names

QUARTERS = 4
SMALL, LARGE = 96, 384


def quarter_well(well: str, quarter: int) -> str:
    """Where a well of 96 goes on a plate of 384 when four are stamped into each other: quarters 0 to 3 of A1 are A1, A2, B1, B2."""
    row, column = ord(well[0]) - ord("A"), int(well[1:])
    return f"{chr(ord('A') + 2 * row + quarter // 2)}{2 * column - 1 + quarter % 2}"


def from_batches(
    assay: Assay, plate: str, batches: Sequence[tuple[str, Mapping[str, Mapping[str, str]]]], wanted: Collection[str]
) -> Wells:
    """A plate filled from extraction batches (code and map), as they were scanned: the tubes that are wanted, and every extraction control.

    One batch keeps its wells on a plate of 96, up to four are stamped into each other on one of 384; otherwise they follow each
    other in filling order. Controls that the assay asks for beyond those are added in free wells, drawn from the plate's code.
    """
    kept = [
        [(well, {**wells[well], "batch": code, "from": well}) for well in well_names(SMALL) if well in wells and takes(wells[well], wanted)]
        for code, wells in batches
    ]
    if empty := [code for (code, _), content in zip(batches, kept, strict=True) if not any("tube" in what for _, what in content)]:
        raise Refused("batch_empty", "No eluate of batch {batch} waits for this assay; leave it out.", batch=empty[0])
    order = well_names(assay.plate)
    if assay.plate == SMALL and len(batches) == 1:
        filled: Wells = dict(kept[0])
    elif assay.plate == LARGE and len(batches) <= QUARTERS:
        filled = {quarter_well(well, quarter): what for quarter, content in enumerate(kept) for well, what in content}
    else:
        everything = [what for content in kept for _, what in content]
        if len(everything) > len(order):
            raise Refused(
                "plate_overfull",
                "These batches fill {wells} wells, a plate has {size}; scan fewer.",
                wells=len(everything),
                size=assay.plate,
            )
        filled = dict(zip(order, everything, strict=False))
    return in_order(filled | added_controls(assay, plate, filled), assay.plate)


def takes(what: Mapping[str, str], wanted: Collection[str]) -> bool:
    """Whether a well of a batch goes on the plate."""
    return "control" in what or what["tube"] in wanted


def added_controls(assay: Assay, plate: str, filled: Mapping[str, Mapping[str, str]]) -> Wells:
    """The controls that the assay asks for and the batches do not bring, in free wells."""
    roles = missing_roles(assay, filled.values())
    free = [well for well in well_names(assay.plate) if well not in filled]
    if len(free) < len(roles):
        raise Refused(
            "plate_overfull", "These batches fill {wells} wells, a plate has {size}; scan fewer.",
            wells=len(filled) + len(roles), size=assay.plate,
        )  # fmt: skip
    return {well: {"control": role} for well, role in zip(drawn(plate, free, len(roles)), roles, strict=True)}


def moved(size: int, wells: Mapping[str, dict[str, str]], content: dict[str, str], target: str) -> Wells:
    """The map after a tube (as a well holds it) went to a well; what stood there goes where the tube was.

    A tube that is not on the plate can only go into a free well.
    """
    well, source = real_well(target, size), well_of(wells, content["tube"])
    there = wells.get(well)
    if source is None and there is not None:
        raise Refused(
            "plate_well_taken", "Well {well} holds {what}; choose a free well.", well=well, what=there.get("tube") or there["control"]
        )
    changed = {name: what for name, what in wells.items() if name != source} | {well: wells[source] if source else content}
    if source is not None and source != well and there is not None:
        changed[source] = there
    return in_order(changed, size)


def well_of(wells: Mapping[str, Mapping[str, str]], tube: str) -> str | None:
    """The well that a tube stands in."""
    return next((well for well, what in wells.items() if what.get("tube") == tube), None)


def batches_on(wells: Mapping[str, Mapping[str, str]]) -> list[str]:
    """The extraction batches in the wells of a plate."""
    return sorted({what["batch"] for what in wells.values() if "batch" in what})


def next_free(size: int, wells: Mapping[str, Any]) -> str | None:
    """The first free well in filling order."""
    return next((well for well in well_names(size) if well not in wells), None)


def independent_of(catalog: Catalog, assay: Assay) -> list[str]:
    """The assays whose calls this one may verify: those it shares no target with."""
    return [other.code for other in catalog.verifying(assay)]


def refuse_dependent(catalog: Catalog, assay: Assay, known: Mapping[str, Any], tubes: Sequence[str]) -> None:
    """Refused where a tube is to be verified and this assay shares a target with the one that called it."""
    free = {*independent_of(catalog, assay)}
    for tube in tubes:
        first = known[tube].repeat_assay
        if known[tube].repeat_reason == RepeatReason.VERIFICATION and first not in free:
            fitting = ", ".join(other.code for other in catalog.verifying(catalog.assay(first)))
            raise Refused(
                "verification_shares_target",
                "Tube {tube} is to be verified with an assay that shares no target with {first}; {assay} shares one. Use {fitting}.",
                tube=tube, first=first, assay=assay.code, fitting=fitting or "?",
            )  # fmt: skip
