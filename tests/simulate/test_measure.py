"""Percentiles and findings."""

import pytest

from lims.simulate import measure
from lims.simulate.measure import LISTED, Findings, Meter, percentile


@pytest.mark.parametrize(("share", "value"), [(0.0, 15), (0.05, 15), (0.3, 20), (0.4, 20), (0.5, 35), (0.99, 50), (1.0, 50)])
def test_percentiles_are_nearest_rank(share: float, value: float) -> None:
    assert percentile([15, 20, 35, 40, 50], share) == value


def test_no_values_have_no_percentile() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


def test_calls_are_summed_up_by_kind_with_their_statements() -> None:
    meter = Meter()
    for milliseconds, statements in ((1, "4"), (2, "6"), (3, None)):
        meter.answered("sync", milliseconds / 1000, statements)
    figures = {"count": 3, "p50_ms": 2, "p90_ms": 3, "p95_ms": 3, "p99_ms": 3, "max_ms": 3, "seconds": 0.01, "share_of_waiting": 1.0}
    assert meter.calls() == {"sync": figures | {"statements_average": 5, "statements_max": 6}}


def test_time_in_which_several_wait_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([10.0, 13.0, 20.0, 21.0])
    monkeypatch.setattr(measure, "monotonic", lambda: next(clock))
    meter = Meter()
    with meter.waiting(), meter.waiting():
        pass
    with meter.waiting():
        pass
    assert meter.waited_seconds == 4.0


def test_all_findings_are_counted_and_the_first_are_kept() -> None:
    findings = Findings()
    assert findings.none
    for place in range(LISTED + 10):
        assert not findings.expect(False, "wrong", position=place)
    assert findings.expect(True, "right")
    assert (findings.counts["wrong"], len(findings.listed)) == (LISTED + 10, LISTED)
    assert not findings.none
