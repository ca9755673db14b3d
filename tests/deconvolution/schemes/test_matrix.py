"""A design that somebody brings along."""

import pytest

from lims.deconvolution.schemes.matrix import Design, Matrix, read
from lims.kernel.errors import Refused

THREE_OF_SEVEN = "1,0,1,0,1,0,1\n0,1,1,0,0,1,1\n0,0,0,1,1,1,1"


def test_a_design_is_read_as_spreadsheets_write_it() -> None:
    assert read("\ufeff1, 0,\r\n\r\n,1,1\r\n") == Design((frozenset({0}), frozenset({1, 2})), 3)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "this has 0 and 0"),
        ("1,0\n1", "Pool 2 of the design has 1 columns, the first has 2"),
        ("1,x", "Pool 1 of the design says x"),
        ("1,1\n0,0", "Pool 2 of the design has no member"),
        ("1,1\n1,1", "Pool 2 of the design has the members of an earlier one"),
        ("1,0,0\n1,0,1", "in no pool: 2"),
        (",".join("1" * 1001), "this has 1001 and 1"),
        ("\n".join("1," + ",".join("1" if place == row else "0" for place in range(13)) for row in range(13)), "more than 12 pools: 1"),
    ],
)
def test_a_design_that_cannot_be_used_is_refused_with_the_place(text: str, said: str) -> None:
    with pytest.raises(Refused, match="design") as refused:
        read(text)
    assert refused.value.code == "pooling_matrix_malformed"
    assert said in refused.value.detail


def test_whoever_alone_explains_a_positive_pool_is_presumed_before_the_own_test() -> None:
    scheme, members = Matrix(read(THREE_OF_SEVEN)), "abcdefg"
    first, second, third = scheme.step(members, {}).tests
    step = scheme.step(members, {first: True, second: False, third: False})
    assert step.presumptive == frozenset("a")
    assert step.tests == (frozenset("a"),)
    assert step.negative == frozenset("bcdefg")


def test_a_pool_that_nobody_explains_is_said() -> None:
    scheme = Matrix(read("1,0\n0,1\n1,1"))
    step = scheme.step("ab", {frozenset("a"): False, frozenset("b"): False, frozenset("ab"): True})
    assert step.done
    assert step.contradictions == (frozenset("ab"),)


def test_a_design_is_of_so_many_members() -> None:
    with pytest.raises(ValueError, match="of 7 members, not 6"):
        Matrix(read(THREE_OF_SEVEN)).cost(6, 0.01)
    with pytest.raises(ValueError, match="of 7 members, not 6"):
        Matrix(read(THREE_OF_SEVEN)).step("abcdef", {})
