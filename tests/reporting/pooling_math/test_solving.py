"""Where a function crosses zero."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.reporting.pooling_math.solving import crossing, z_of


@given(st.floats(1e-9, 1), st.sampled_from([1, 3, 9]), st.sampled_from([1e-200, 1.0, 1e100]))
def test_the_place_is_found_however_flat_or_steep(place: float, power: int, steep: float) -> None:
    found = crossing(lambda x: steep * (place**power - x**power), 0.0, 1.0)
    assert found == pytest.approx(place, rel=1e-9)


def test_a_jump_is_found_too() -> None:
    assert crossing(lambda x: 1.0 if x < 0.3 else -5.0, 0.0, 1.0) == pytest.approx(0.3)


def test_where_nothing_crosses_the_nearer_end_is_told() -> None:
    assert crossing(lambda _: 1.0, 0.0, 1.0) == 1.0
    assert crossing(lambda _: -1.0, 0.0, 1.0) == 0.0


def test_the_quantile_of_95_percent() -> None:
    assert z_of(0.95) == pytest.approx(1.959963985)
