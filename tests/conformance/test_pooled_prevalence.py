"""A school's year of real pools (FloodLAMP archive, CC BY 4.0) through labels, sync, bench and review: the prevalence of each week.

The reckoning below is numpy's, from the publisher's own tables, and knows nothing of the product's: Firth's estimate is where the score,
less what pulls it off the truth, is nothing; the interval is where the standardised score, less its skewness, is 1.96 off.
"""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from lims.catalog import actions as catalog
from lims.catalog.forms import CatalogForm
from lims.kernel import clock
from lims.kernel.db import Access
from tests.conformance.test_pooled_data import CALLS, moment, people_of_tubes, pytestmark, record, rows, school, without_doubles
from tests.factories import MORNING, Town

__all__ = ["pytestmark", "school"]
Z = 1.959963984540054
PLATE = 88
Floats = NDArray[np.float64]


class Pools:
    """The pools of a week: how many people were in each, and whether it was positive."""

    def __init__(self, sizes: list[int], positive: list[bool]) -> None:
        self.size, self.positive = np.array(sizes, float), np.array(positive, float)

    def terms(self, p: Floats) -> tuple[Floats, Floats, Floats]:
        """By prevalence and pool: the chance to be positive, its slope in p, and the variance of a draw."""
        clean = (1 - p[:, None]) ** self.size
        return 1 - clean, self.size * clean / (1 - p[:, None]), clean * (1 - clean)

    def corrected(self, p: Floats) -> Floats:
        """The score less its pull: information times the bias of the likeliest value (Cox and Snell, of independent binomial draws)."""
        chance, slope, variance = self.terms(p)
        curve = -self.size * (self.size - 1) * (1 - p[:, None]) ** (self.size - 2)
        score = (slope / variance * (self.positive - chance)).sum(axis=1)
        return np.asarray(score + (slope * curve / variance).sum(axis=1) / (slope**2 / variance).sum(axis=1) / 2)

    def standard(self, p: Floats) -> Floats:
        """The score by its standard error, less what its third moment adds at 95 %."""
        chance, slope, variance = self.terms(p)
        weight = slope / variance
        spread = np.sqrt((slope**2 / variance).sum(axis=1))
        third = (weight**3 * variance * (1 - 2 * chance)).sum(axis=1)
        return np.asarray((weight * (self.positive - chance)).sum(axis=1) / spread - third / spread**3 * (Z**2 - 1) / 6)

    def estimate(self) -> tuple[float, float, float]:
        """The prevalence and its interval: by looking ever closer at where it must be."""
        if not self.positive.any():
            return 0.0, 0.0, Z**2 / (self.size.sum() + Z**2)
        best = closer(lambda p: np.argmin(np.abs(self.corrected(p))))
        low = closer(lambda p: np.argmin(np.abs(self.standard(p) - Z)))
        return best, low, closer(lambda p: np.argmin(np.abs(self.standard(p) + Z)))


def closer(place: Any) -> float:
    """A prevalence found on a grid, on a finer one around it, and so on."""
    low, high = 1e-7, 0.999
    for _ in range(12):
        grid = np.geomspace(low, high, 400)
        found = int(place(grid))
        low, high = grid[max(found - 2, 0)], grid[min(found + 2, 399)]
    return float(np.sqrt(low * high))


def own(code: str) -> str:
    """The code under which this test sends a tube: another test has used the maker's."""
    return f"P{code.upper()}"


def monday(day: str) -> date:
    collected = date.fromisoformat(day)
    return collected - timedelta(days=collected.weekday())


@pytest.fixture
def again(school: Town) -> Town:
    """The school with codes that no other test has used."""
    content = {"barcode_format": [{"name": "maker again", "kind": "tube", "regex": "P[A-Z]{2}[0-9]{1,4}[A-Z]?", "check": "none"}]}
    with school.program.database.transaction(Access.OWNER) as connection:
        catalog.load(connection, CatalogForm.model_validate(content), clock.now(), "tests")
    return school


def lived(school: Town) -> dict[date, Pools]:
    """Every tube of the year collected, tested and released, to the publisher's own results; the pools that were decided, by week."""
    swabs = {own(code): people for code, people in people_of_tubes().items()}
    tubes = {own(tube["tube_id"]): tube | {"tube_id": own(tube["tube_id"])} for tube in rows("ABRM_APS_tubes.csv")}
    order = sorted(tubes, key=lambda code: moment(tubes[code]))
    sent = [without_doubles(record(school.site, tubes[code], swabs[code])) for code in order]
    outcomes = [outcome["outcome"] for start in range(0, len(sent), 500) for outcome in school.sync(*sent[start : start + 500])]
    assert set(outcomes) == {"accepted"}
    for start in range(0, len(order), PLATE):
        together = order[start : start + PLATE]
        after = (moment(tubes[together[-1]]) - MORNING) / timedelta(hours=1)
        school.tested(*together, truth={code: CALLS[tubes[code]["final_result"]] for code in together}, hours=after + 1)
    weeks: dict[date, tuple[list[int], list[bool]]] = defaultdict(lambda: ([], []))
    for made, code in zip(sent, order, strict=True):
        if tubes[code]["final_result"] in ("Negative", "Positive"):
            sizes, positive = weeks[monday(tubes[code]["collection_date"])]
            sizes.append(len(made["members"]))
            positive.append(tubes[code]["final_result"] == "Positive")
    return {week: Pools(*pools) for week, pools in weeks.items()}


def test_the_prevalence_of_each_week_is_what_numpy_makes_of_the_publishers_tables(again: Town) -> None:
    weeks = lived(again)
    of_site = again.somebody("orla", "official", site=again.site)
    answer = of_site.get("/reporting/api/prevalence", **{"from": min(weeks), "to": min(weeks) + timedelta(days=365)})
    assert answer.status_code == 200, answer.text
    told = {date.fromisoformat(week["week"]): week for week in answer.json()["weeks"]}
    wanted = {week: pools for week, pools in weeks.items() if week <= min(weeks) + timedelta(days=365)}
    assert len(wanted) > 30
    assert told.keys() == wanted.keys()
    assert sum(week["prevalence"] > 0 for week in told.values()) > 2
    for week, pools in wanted.items():
        got = told[week]
        assert (got["pools"], got["positive"], got["people"]) == (len(pools.size), pools.positive.sum(), pools.size.sum()), week
        assert (got["prevalence"], got["low"], got["high"]) == pytest.approx(pools.estimate(), rel=1e-6, abs=1e-9), week
