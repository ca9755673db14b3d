"""Every figure that a file or an answer has is defined for officials, in both languages."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from lims.reporting.capacity.files import LabRow as CapacityRow
from lims.reporting.day.forms import AgeRow, ComparedRow, HourRow
from lims.reporting.diversion.files import LabRow as DivertedRow
from lims.reporting.figures import Figures
from lims.reporting.planning.rules import LineRow
from lims.reporting.prevalence.table import AreaRow
from lims.reporting.prevalence.table import LabRow as WatchRow
from lims.reporting.several.rules import Beside
from lims.reporting.tomorrow.files import LabRow as OutlookRow

PAIR = ("figures.md", "figures.zh.md")
GUIDES = Path(__file__).parents[2] / "docs" / "guides"
TABLES = (Figures, AgeRow, ComparedRow, Beside, DivertedRow, CapacityRow, OutlookRow, LineRow, AreaRow, WatchRow)
# What a row is of, and what its own guide explains: no figures.
NAMES = {
    "lab", "name", "kind", "day", "area", "size", "scheme", "sub_pool", "figure", "findings", "finding", "from_hours", "to_hours",
    "best_until", "may_overflow_at", "pooling_since", "pool_size_now", "undecided", "pools", "positive", "people", "extraction",
    "amplification", "staff",
}  # fmt: skip


def figures() -> set[str]:
    return {field.name for table in TABLES for field in fields(table)} - NAMES


@pytest.mark.parametrize("guide", PAIR)
def test_every_figure_is_defined(guide: str) -> None:
    text = (GUIDES / guide).read_text("utf-8")
    assert sorted(name for name in figures() if f"`{name}`" not in text) == []
    assert len(figures()) > 40
    assert {field.name for field in fields(HourRow)} >= {"collected", "backlog"}


def test_both_languages_define_the_same_figures_in_the_same_order() -> None:
    english, chinese = ([re.findall(r"`(\w+)`", line) for line in (GUIDES / name).read_text("utf-8").splitlines()] for name in PAIR)
    assert [line for line in english if line] == [line for line in chinese if line]
