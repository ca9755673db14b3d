"""Made-up people have numbers that real checks accept."""

from math import gcd

from stdnum.cn import ric

from lims.simulate.people import REGIONS, SPACE, STRIDE, Population


def test_every_number_has_a_birth_date_and_a_right_check_character() -> None:
    people = Population(987_654_321)
    for number in range(3000):
        code = people.person(number).id_number
        assert len(code) == 18
        assert ric.calc_check_digit(code) == code[-1]
        assert 1935 <= ric.get_birth_date(code).year <= 2018


def test_all_regions_but_one_are_known_to_an_independent_library() -> None:
    unknown = [
        code
        for code in REGIONS
        if not ric.is_valid(number := f"{code}19850607001" + ric.calc_check_digit(f"{code}198506070010")) and number
    ]
    assert unknown == ["330110"]  # an old number: its region is a warning, never an error


def test_nobody_is_met_twice_in_a_run() -> None:
    assert gcd(STRIDE, SPACE) == 1
    people = Population(42)
    assert len({people.person(number).id_number for number in range(50_000)}) == 50_000


def test_another_run_meets_other_people() -> None:
    first, second = ({Population(offset).person(n).id_number for n in range(1000)} for offset in (10, 1_000_000))
    assert not first & second


def test_the_same_number_is_the_same_person() -> None:
    assert Population(7).person(5) == Population(7).person(5)
