"""The arithmetic of pools against the figures that others published, where their file lies beside the checkout."""

from pathlib import Path

import pytest

from lims.reporting.pooling_math.comparison import compare

FILE = Path(__file__).parents[3] / "shared" / "pooling_reference_cases.csv"
pytestmark = [pytest.mark.conformance, pytest.mark.skipif(not FILE.exists(), reason="the published figures are not here")]


def test_every_published_figure_agrees_to_its_printed_precision_or_is_left_out_for_a_reason() -> None:
    report = compare(FILE)
    assert {name: (method.figure, method.deviation) for name, method in report.compared.items() if not method.agrees} == {}
    assert sum(method.figures for method in report.compared.values()) > 500
    assert "not known here" not in report.left_out.values()
