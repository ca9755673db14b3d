"""What a reviewer may choose from when a pool of kept tubes was positive."""

import pytest

from lims.deconvolution.schemes.choice import Kind, offers, scheme_of
from lims.deconvolution.schemes.rules import Assay, Mix
from tests.deconvolution.schemes.outside import followed, truly

ASSAY = Assay(0.95, 0.99)


def test_the_cheapest_comes_first_and_each_says_how_many_plates_it_takes() -> None:
    found = offers(16, 0.01, ASSAY)
    remaining = [offer.cost.remaining for offer in found]
    assert remaining == sorted(remaining, key=lambda cost: cost or 0)
    plates = {offer.kind: offer.cost.plates for offer in found}
    assert plates == {Kind.INDIVIDUAL: 2, Kind.HALVING: 5, Kind.SUB_POOLS: 3, Kind.SQUARE: 3}


def test_whoever_has_no_time_is_offered_what_is_done_in_two_plates() -> None:
    assert [offer.kind for offer in offers(16, 0.01, ASSAY, most_plates=2)] == [Kind.INDIVIDUAL]


def test_two_members_are_tested_singly() -> None:
    assert [offer.kind for offer in offers(2, 0.01)] == [Kind.INDIVIDUAL]


def test_ten_make_no_square_and_deduction_is_for_a_perfect_assay() -> None:
    kinds = {offer.kind for offer in offers(10, 0.01, ASSAY)}
    assert kinds == {Kind.INDIVIDUAL, Kind.HALVING, Kind.SUB_POOLS}
    assert Kind.HALVING_BY_DEDUCTION in {offer.kind for offer in offers(10, 0.01)}


@pytest.mark.parametrize("members", [3, 4, 9, 10])
def test_no_more_plates_follow_each_other_than_was_said(members: int) -> None:
    codes = [str(number) for number in range(members)]
    for offer in offers(members, 0.05):
        for number in range(2**members if members < 5 else 40):
            positive = frozenset(code for place, code in enumerate(codes) if number * 37 >> place & 1)
            plates, results = 0, dict[Mix, bool]()
            while (step := offer.scheme.step(codes, results)).tests:
                results |= {mix: truly(positive)(mix) for mix in step.tests}
                plates += 1
            assert plates <= offer.cost.plates
            assert followed(offer.scheme, codes, truly(positive))[0].positive == positive


def test_sub_pools_have_a_size() -> None:
    with pytest.raises(ValueError, match="size"):
        scheme_of(Kind.SUB_POOLS)
