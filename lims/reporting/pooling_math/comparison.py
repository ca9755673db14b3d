"""The product's arithmetic against figures that others published, read from a file; nothing of that file is kept here.

The file is CSV with the columns method, inputs_json and outputs_json. A figure agrees where it differs by no more than half a
unit of its last printed digit, or of the tenth.
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from lims.reporting.pooling_math import prevalence, published
from lims.reporting.pooling_math.published import Compute

# Beginnings of the names of methods, with what computes them. The first that fits counts.
COMPUTED: dict[str, Compute] = {
    "D2 Dorfman two-stage": published.dorfman,
    "D2 OTC ranking": published.dorfman,
    "D2 OTC1 optimal pool size": published.best_dorfman,
    "D2 opChar1": published.dorfman,
    "Dorfman efficiency": published.efficiency,
    "three-stage hierarchical": published.three_stages,
    "D3 OTC1": published.best_three_stages,
    "square array, no master pool": published.square,
    "square array with master pool": published.square_with_master,
    "A2 OTC1": published.best_square,
    "10x10 array independent, retest only R+ & C+": published.crossings,
    "10x10 array, 1x5 household blocks in rows": published.households_in_rows,
    "halving() 2 stages": published.two_stages_in_full,
    "binary halving with deduction": published.halving_by_deduction,
    "D2 with household correlation": published.grouped_households,
    "Firth point estimate + skew-corrected score": published.estimated,
    "MIR": published.minimum_rate,
    "imperfect test MLE": lambda inputs: {"P": prevalence.greatest(published.pools_of(inputs))},
    "imperfect test Firth": published.imperfect_firth,
    "point estimator firth": lambda inputs: {"P": prevalence.firth(published.pools_of(inputs))},
    "95% CI method skew-score": published.interval_by("skew-score"),
    "95% CI method lrt": published.interval_by("lrt"),
    "95% CI method wald": published.interval_by("wald"),
    "all pools negative": published.estimated,
    "unequal pools, exact CI": published.hepworth,
    "unequal pools mle": published.every_interval(prevalence.greatest),
    "unequal pools Gart": published.every_interval(prevalence.gart),
    "fixed pool, perfect test": published.one_size,
    "fixed pool, uncertain Se/Sp": published.doubted_assay,
    "population sensitivity": published.survey,
    "variance of prevalence MLE from Dorfman data INCLUDING retests": published.with_retests,
    "pool size minimising MSE": published.best_design,
    "exact test": published.tested,
    "dilution model": published.diluted,
}
# What is known and left out, with the reason.
LEFT_OUT = {
    "D2 two-infection": "the product does not look for two infections in one scheme",
    "TOD": "needs a risk of its own for every member, which the bench does not know",
    "Sterrett": "one tube after the other takes more plates than anybody waits for",
    "difference of two": "areas are compared by their intervals",
    "equal pools, 95% CI Blaker": "published from a search in steps of its own; Clopper and Pearson's interval is offered",
    "equal pools, 95% CI soc": "published with two different quantiles in one formula; the score interval is offered",
    "optimal pool size and sensitivity*efficiency": "a simulation with models of its own",
    "prevalence from pooled Ct values": "needs data that are not in the file",
    "field": "counts from the field; there is no formula to hold against them",
}
WHOLE = Decimal("0.00005")
# Figures printed to more digits are compared to so many: the solvers that found them did not go further. (Of one, printed
# 0.028793902742, sixty digits of arithmetic say 0.0287939027414.)
DIGITS = 10


@dataclass
class Compared:
    """One method: rows and figures that were compared, and the figure that is farthest off, in units of what is allowed."""

    method: str
    rows: int = 0
    figures: int = 0
    deviation: float = 0.0
    allowed: float = 0.0
    worst: float = 0.0
    figure: str = ""

    @property
    def agrees(self) -> bool:
        """Whether every figure agrees to its printed precision."""
        return self.worst <= 1

    def take(self, figure: str, printed: Decimal, ours: float) -> None:
        """Compare one figure."""
        deviation, allowed = abs(ours - float(printed)), float(precision(printed))
        # A figure that lies on the edge between two printed ones may be printed either way.
        share = deviation / allowed * (1 - 1e-6)
        self.figures += 1
        if not self.figure or not share <= self.worst:
            self.worst, self.deviation, self.allowed, self.figure = share, deviation, allowed, figure


@dataclass
class Report:
    """All methods, and what was left out with the reason."""

    compared: dict[str, Compared] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)

    @property
    def agrees(self) -> bool:
        """Whether anything was compared, and everything that was agrees."""
        return bool(self.compared) and all(method.agrees for method in self.compared.values())


def compare(path: Path) -> Report:
    """Compare with a file; ValueError where it has not the columns, or a row is not JSON."""
    report = Report()
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines), 2):
            try:
                method, inputs = row["method"], json.loads(row["inputs_json"])
                outputs = json.loads(row["outputs_json"], parse_float=Decimal, parse_int=Decimal)
            except (KeyError, TypeError, ValueError) as wrong:
                raise ValueError(f"line {number} of {path.name} is not a reference case: {wrong}") from wrong
            beginning = next((known for known in COMPUTED if method.startswith(known)), None)
            if beginning is None:
                report.left_out[method] = next((why for known, why in LEFT_OUT.items() if method.startswith(known)), "not known here")
                continue
            compared = report.compared.setdefault(beginning, Compared(beginning))
            compared.rows += 1
            ours = COMPUTED[beginning](inputs)
            for name, printed, mine in figures(outputs, ours):
                told = f"line {number}: {name}"
                if isinstance(printed, Decimal):
                    compared.take(told, printed, float(mine))
                else:
                    compared.take(f"{told} = {mine}, printed {printed}", Decimal(0), 0.0 if printed == mine else 1.0)
    return report


def figures(printed: Any, ours: Any, name: str = "") -> Iterator[tuple[str, Any, Any]]:  # noqa: ANN401 — JSON of any shape
    """Every single figure of a row with ours; ValueError where we have none of this name."""
    if isinstance(printed, dict):
        for key, value in printed.items():
            if key not in ours:
                raise ValueError(f"no figure {name}{key} is computed")
            yield from figures(value, ours[key], f"{name}{key} ")
    elif isinstance(printed, list):
        for place, (value, mine) in enumerate(zip(printed, ours, strict=True), 1):
            yield from figures(value, mine, f"{name}{place} ")
    else:
        yield name.strip(), printed, ours


def precision(printed: Decimal) -> Decimal:
    """Half a unit of the last printed digit. A whole number is a count, or a share of none or all: it must be just that."""
    exponent = printed.as_tuple().exponent
    if printed == printed.to_integral_value() or not isinstance(exponent, int):
        return WHOLE
    return Decimal(5).scaleb(max(exponent, printed.adjusted() + 1 - DIGITS) - 1)
