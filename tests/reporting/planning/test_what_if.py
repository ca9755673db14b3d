"""The same people at several pool sizes and schemes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.deconvolution.schemes.choice import Kind
from lims.deconvolution.schemes.rules import PERFECT, Assay
from lims.reporting.planning.rules import Plan, by_scheme, by_size
from tests.factories import Town


def test_the_size_asked_for_stands_among_those_in_use() -> None:
    plan = Plan(1000, 0.01, 8, Kind.INDIVIDUAL, 100, PERFECT)
    assert [line.size for line in by_size(plan)] == [1, 3, 5, 8, 10, 20]
    eight = by_size(plan)[3].answer
    assert eight.tests_per_person == pytest.approx(1 / 8 + 1 - 0.99**8)
    assert eight.days == pytest.approx(eight.tests / 100)


def test_a_scheme_that_does_not_fit_a_size_tests_singly() -> None:
    lines = {line.size: line.kind for line in by_size(Plan(1000, 0.01, 9, Kind.SQUARE, 100, PERFECT))}
    assert lines == {1: Kind.INDIVIDUAL, 3: Kind.INDIVIDUAL, 5: Kind.INDIVIDUAL, 9: Kind.SQUARE, 10: Kind.INDIVIDUAL, 20: Kind.INDIVIDUAL}


@given(
    st.integers(1, 40), st.floats(0, 1), st.sampled_from([kind for kind in Kind if kind is not Kind.DESIGN]),
    st.sampled_from([PERFECT, Assay(0.9, 0.98)]),
)  # fmt: skip
def test_every_positive_person_is_found_or_missed(size: int, prevalence: float, kind: Kind, assay: Assay) -> None:
    plan = Plan(100_000, prevalence, size, kind, 5000, assay, 2)
    for line in (*by_size(plan), *by_scheme(plan)):
        assert line.answer.found + line.answer.missed == pytest.approx(100_000 * prevalence)
        assert line.answer.tests > 0


def test_schemes_come_with_the_fewest_tests_first_and_each_once() -> None:
    lines = by_scheme(Plan(1000, 0.01, 16, Kind.INDIVIDUAL, 100, PERFECT))
    assert [line.answer.tests for line in lines] == sorted(line.answer.tests for line in lines)
    assert {line.kind for line in lines} == {kind for kind in Kind if kind is not Kind.DESIGN}
    assert len(lines) == len({line.kind for line in lines})


def test_a_plan_that_cannot_be_is_refused(town: Town) -> None:
    for wrong in ({"people": "0"}, {"size": "0"}, {"prevalence": "101"}, {"scheme": "magic"}, {"wells": "0"}, {"prevalence": "nan"}):
        assert town.olga.get("/reporting/what-if", **wrong).status_code == 422
    assert town.olga.get("/reporting/what-if", people="1000", prevalence="100", size="10").status_code == 200
    assert town.olga.get("/reporting/what-if", people="1000", prevalence="0", size="1", scheme="square").status_code == 200
