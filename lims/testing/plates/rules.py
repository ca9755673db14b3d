"""Where things stand on a plate. Pure."""

import hashlib
import random
import string
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from lims.catalog.rules import Assay, ControlRole
from lims.kernel import barcodes
from lims.kernel.errors import Refused, listed

Wells = dict[str, dict[str, str]]
CONTROL = "control:"
ROWS = {96: 8, 384: 16}
# Some wells more than are needed, so that the controls of a short plate have somewhere to move to.
SPARE = 8


def well_names(plate: int) -> list[str]:
    """The wells of a plate of 96 or 384 in filling order: down each column, A1, B1, … (as multichannel pipettes go)."""
    rows = ROWS[plate]
    return [f"{row}{column}" for column in range(1, plate // rows + 1) for row in string.ascii_uppercase[:rows]]


def room_for_tubes(assay: Assay) -> int:
    """How many tubes one plate of this assay takes beside its controls."""
    return assay.plate - sum(control.count for control in assay.controls)


def lay_out(assay: Assay, plate: str, tubes: Sequence[str], previous: Mapping[str, Mapping[str, str]] | None) -> Wells:
    """Tubes in filling order around controls in wells drawn from the plate's code.

    The controls stand elsewhere than on the lab's previous plate, so that two swapped plates betray themselves at import
    (two labs do so; domain rules 2.8).
    """
    roles = [control.role for control in assay.controls for _ in range(control.count)]
    within = well_names(assay.plate)[: min(assay.plate, len(tubes) + len(roles) + SPARE)]
    before = {well for well, what in (previous or {}).items() if "control" in what}
    for attempt in range(len(within)):
        seed = hashlib.sha256(f"{plate} {attempt}".encode()).digest()
        # Not a secret: the same plate code must give the same wells again.
        chosen = random.Random(seed).sample(within, len(roles))  # noqa: S311 - as the comment above says
        if set(chosen) != before:
            break
    controls: Wells = {well: {"control": role.value} for well, role in zip(chosen, roles, strict=True)}
    free = [well for well in within if well not in controls]
    filled: Wells = controls | {well: {"tube": tube} for well, tube in zip(free, tubes, strict=False)}
    return {well: filled[well] for well in within if well in filled}


def given(assay: Assay, layout: Mapping[str, str], formats: Sequence[barcodes.BarcodeFormat]) -> Wells:
    """A layout that somebody decided, checked: real wells, real codes, each tube once, no control missing."""
    order = well_names(assay.plate)
    asked: Wells = {}
    for name, content in layout.items():
        well = canonical_well(name)
        if well not in order:
            raise Refused("plate_well", "A plate of {size} has no well {well}.", size=assay.plate, well=name)
        if well in asked:
            raise Refused("plate_well_twice", "Well {well} is named twice.", well=well)
        asked[well] = understood(content, formats)
    tubes = [what["tube"] for what in asked.values() if "tube" in what]
    if twice := [tube for tube, count in Counter(tubes).items() if count > 1]:
        raise Refused("plate_tube_twice", "A tube stands in one well; twice here: {tubes}.", tubes=listed(twice))
    refuse_missing_controls(assay, asked.values())
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


def refuse_missing_controls(assay: Assay, contents: Iterable[Mapping[str, str]]) -> None:
    """Refused where the assay asks for controls that the layout does not have."""
    there = Counter(what["control"] for what in contents if "control" in what)
    missing = [
        f"{control.count - there[control.role]} × {control.role}" for control in assay.controls if there[control.role] < control.count
    ]
    if missing:
        raise Refused(
            "plate_controls_missing", "Assay {assay} needs these controls too: {missing}.", assay=assay.code, missing=", ".join(missing)
        )


def canonical_well(name: str) -> str:
    """A1 for a1, A01 or A1."""
    text = name.strip().upper()
    return text[:1] + text[1:].lstrip("0") if text[1:].isdigit() else text
