"""What schemes are said to cost, against every figure of the packages of the field that covers them, to the digits that were printed.

`tests/data/schemes/published.csv`: binGroup2 1.3.1 and 1.3.3, gtcorr 0.2-1, and the tables of geohot/corona issue 28.
"""

import csv
from pathlib import Path

import pytest

from lims.deconvolution.schemes.array import SquareArray
from lims.deconvolution.schemes.halving import HalvingByDeduction
from lims.deconvolution.schemes.individual import Individual
from lims.deconvolution.schemes.rules import Assay, Scheme
from lims.deconvolution.schemes.subpools import SubPools

TRUST = ("sensitivity", "specificity", "positive_predictive", "negative_predictive")
SCHEMES: dict[str, Scheme] = {
    "individual": Individual(),
    "square": SquareArray(),
    "square_with_master": SquareArray(master=True),
    "crossings": SquareArray(orphans=False),
    "halving_by_deduction": HalvingByDeduction(confirm=False),
}
with Path("tests/data/schemes/published.csv").open(encoding="utf-8") as file:
    PUBLISHED = list(csv.DictReader(file))


def printed(figure: str, at_least: int) -> float:
    """Half of the last digit that was printed; a package prints 1 or 0.999 for what it knows to `at_least` so many digits."""
    return 0.5001 * 10 ** -max(len(figure.partition(".")[2]), at_least)


@pytest.mark.parametrize("row", PUBLISHED, ids=[f"line {number}" for number in range(2, len(PUBLISHED) + 2)])
def test_a_scheme_costs_what_was_published(row: dict[str, str]) -> None:
    scheme, members = SCHEMES.get(row["scheme"]) or SubPools(int(row["size"])), int(row["members"])
    assay = Assay(float(row["test_sensitivity"]), float(row["test_specificity"]))
    cost = scheme.cost(members, float(row["prevalence"]), assay)
    known = {"tests": cost.expected, "tests_per_person": cost.expected / members, **{name: getattr(cost.accuracy, name) for name in TRUST}}
    for name in (name for name in known if row[name]):
        assert known[name] == pytest.approx(float(row[name]), abs=printed(row[name], 4 if name in TRUST else 0)), name


def test_every_scheme_that_was_published_is_among_them() -> None:
    assert {row["scheme"] for row in PUBLISHED} == {*SCHEMES, "sub_pools"}
    assert len(PUBLISHED) == 95
