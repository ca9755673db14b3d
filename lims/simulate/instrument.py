"""What a cycler sees and writes: Ct values of every kind of tube, and export files in three makers' formats."""

import csv
import io
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

Cts = tuple[float | None, ...]  # one for each target, the internal control last


class Look(StrEnum):
    """What the instrument sees in a tube."""

    NEGATIVE = "negative"
    LATE = "late"  # a curve beyond grey_to: still negative
    POSITIVE = "positive"
    SINGLE_TARGET = "single_target"
    GREY_ZONE = "grey_zone"
    SPLIT = "split"  # one target detected, the other grey
    INVALID = "invalid"


# The call that must follow, and the reasons an inconclusive one must give (contract, section 4).
CALLS: dict[Look, tuple[str, frozenset[str]]] = {
    Look.NEGATIVE: ("negative", frozenset()),
    Look.LATE: ("negative", frozenset()),
    Look.POSITIVE: ("positive", frozenset()),
    Look.SINGLE_TARGET: ("inconclusive", frozenset({"single_target"})),
    Look.GREY_ZONE: ("inconclusive", frozenset({"grey_zone"})),
    Look.SPLIT: ("inconclusive", frozenset({"single_target", "grey_zone"})),
    Look.INVALID: ("invalid", frozenset()),
}


@dataclass(frozen=True)
class Kit:
    """The assay in use. The defaults are a dual-target kit with ORF1ab and N."""

    assay: str = "ncov2"
    targets: tuple[str, ...] = ("ORF1ab", "N")
    internal_control: str = "RNaseP"
    channels: tuple[str, ...] = ("FAM", "VIC", "CY5")
    cutoff: float = 38.0
    grey_to: float = 40.0

    @property
    def names(self) -> tuple[str, ...]:
        """All targets, the internal control last."""
        return (*self.targets, self.internal_control)


class Well(NamedTuple):
    """One well of a run: what was in it and what was read."""

    name: str
    tube: str | None
    role: str | None
    cts: Cts


def between(rng: random.Random, low: float, high: float) -> float:
    """A Ct with two decimals, strictly inside."""
    return round(rng.uniform(low + 0.1, high - 0.1), 2)


def seen(look: Look, kit: Kit, rng: random.Random) -> Cts:
    """Ct values of a tube that looks like this."""
    count = len(kit.targets)
    inner = between(rng, 22, 30)
    grey = [between(rng, kit.cutoff, kit.grey_to) for _ in range(count)]
    load = between(rng, 22, kit.cutoff - 4)
    good = [round(load + rng.uniform(-1, 2), 2) for _ in range(count)]
    first = rng.randrange(count)
    only: list[float | None] = [good[i] if i == first else None for i in range(count)]
    values: dict[Look, list[float | None]] = {
        Look.NEGATIVE: [None] * count,
        Look.LATE: [between(rng, kit.grey_to, kit.grey_to + 4)] + [None] * (count - 1),
        Look.POSITIVE: list(good),
        Look.SINGLE_TARGET: only,
        Look.GREY_ZONE: list(grey),
        Look.SPLIT: [good[i] if i == first else grey[i] for i in range(count)],
        Look.INVALID: [None] * count,
    }
    return (*values[look], None if look is Look.INVALID else inner)


def controls(role: str, kit: Kit, rng: random.Random, *, spoiled: bool = False) -> Cts:
    """Ct values of a control well; `spoiled`: in a way that must fail the run."""
    count, inner = len(kit.targets), between(rng, 24, 29)
    if role == "weak_positive":
        weak = tuple(between(rng, kit.cutoff - 6, kit.cutoff - 2) for _ in range(count))
        return (*weak[:-1], None, inner) if spoiled else (*weak, inner)
    leak = (between(rng, 30, kit.grey_to),) if spoiled else (None,)
    return (*leak, *[None] * (count - 1), None if role == "blank" else inner)


def index_of(well: str) -> int:
    """1 to 96, row by row, as cyclers number their wells."""
    return "ABCDEFGH".index(well[0]) * 12 + int(well[1:])


def generic(plate: str, wells: Sequence[Well], kit: Kit) -> tuple[str, bytes]:
    """The generic run file of the contract, section 7: file name and bytes."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["Plate", "Well", "Sample", "Target", "Ct"])
    for well in wells:
        for target, ct in zip(kit.names, well.cts, strict=True):
            writer.writerow([plate, well.name, well.tube or well.role, target, "" if ct is None else ct])
    return f"{plate}.csv", out.getvalue().encode()


def quantstudio(plate: str, wells: Sequence[Well], kit: Kit) -> tuple[str, bytes]:
    """A QuantStudio text export: starred header, then a [Results] section, one row for each well and target."""
    lines = ["* Block Type = 96-Well Block (0.2mL)", f"* Experiment Barcode = {plate}", f"* Experiment Name = {plate}"]
    lines += ["* Instrument Type = QuantStudio(TM) 5 System", "* Quantification Cycle Method = Ct", "", "[Results]"]
    lines.append("Well\tWell Position\tOmit\tSample Name\tTarget Name\tTask\tReporter\tQuencher\tCT\tCt Threshold")
    for well in sorted(wells, key=lambda w: index_of(w.name)):
        task = "NTC" if well.role in ("negative", "blank") else "UNKNOWN"
        for target, channel, ct in zip(kit.names, kit.channels, well.cts, strict=True):
            shown = "Undetermined" if ct is None else f"{ct:.3f}"
            cells = [
                str(index_of(well.name)),
                well.name,
                "false",
                well.tube or well.role or "",
                target,
                task,
                channel,
                "None",
                shown,
                "12,963.927",
            ]
            lines.append("\t".join(cells))
    return f"{plate}_results.txt", ("\r\n".join(lines) + "\r\n").encode()


CONTENTS = {None: "Unkn", "weak_positive": "Pos Ctrl", "negative": "Neg Ctrl", "blank": "NTC"}


def cfx(plate: str, wells: Sequence[Well], kit: Kit) -> tuple[str, bytes]:
    """A Bio-Rad CFX quantification table: an empty first cell, padded wells, NaN where nothing grew; the plate is in the file's name."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["", "Well", "Fluor", "Target", "Content", "Sample", "Cq", "Cq Mean", "Cq Std. Dev"])
    for place, target in enumerate(kit.names):
        for well in sorted(wells, key=lambda w: index_of(w.name)):
            padded, ct = f"{well.name[0]}{int(well.name[1:]):02d}", well.cts[place]
            cells = ["", padded, kit.channels[place], target, CONTENTS.get(well.role, "Unkn"), well.tube or well.role]
            writer.writerow([*cells, "NaN" if ct is None else f"{ct:.2f}", "0.00", "0.000"])
    return f"{plate} -  Quantification Cq Results.csv", out.getvalue().encode()


Writer = Callable[[str, Sequence[Well], Kit], tuple[str, bytes]]
WRITERS: Mapping[str, Writer] = {"generic": generic, "quantstudio": quantstudio, "cfx": cfx}
SHARES = (70, 20, 10)  # of the plates that come in each format


def choose_writer(rng: random.Random) -> str:
    """The make of the cycler that ran a plate."""
    return rng.choices(list(WRITERS), SHARES)[0]
