"""The next steps of a case whose tubes are kept say what its scheme waits for, and whose turn it is."""

import re

from hypothesis import given
from hypothesis import strategies as st

from lims.custody.rules import BenchState
from lims.deconvolution.next_steps import Kept, Mixed, Step, Who, next_steps
from lims.deconvolution.rules import CaseStanding, CaseState, MemberStanding, MemberState
from tests.bench import done, mix, review
from tests.deconvolution.plans.at_work import choose, load_policy, reactive, read_out, singles, sub_pool
from tests.factories import Town
from tests.interop.test_who_is_told import named

OPEN = CaseStanding(CaseState.OPEN, preliminary=False)
STEP = re.compile(r"<li><span class=\"mark.*?</svg>(.*?)</span>\s*<strong>(.*?)</strong>(.*?)</li>", re.DOTALL)


def steps(town: Town, case: str) -> list[tuple[str, str, str]]:
    """Whose turn it is, for what, with which members, tube and plate: as the page of the case and the board say alike."""
    pages = [town.bea.get(f"/testing/cases/{case}", lang="en").text, town.bea.get("/testing/cases", lab=town.lab, lang="en").text]
    lists = [page[page.index('<ul class="next-steps">') : page.index("</ul>", page.index('<ul class="next-steps">'))] for page in pages]
    found = [[(who, what, re.sub(r"<[^>]*>|\s+", " ", rest)) for who, what, rest in STEP.findall(one)] for one in lists]
    assert found[0] == found[1]
    return [(who, what, " ".join(rest.split())) for who, what, rest in found[0]]


def test_a_sub_pool_is_followed_from_mixing_to_its_review(town: Town) -> None:
    pool, _ = reactive(town, 4)
    done(choose(town, pool, "halving"))
    assert steps(town, pool) == [("lab", "Mix the sub-pool of members", "1, 2"), ("lab", "Mix the sub-pool of members", "3, 4")]
    first = sub_pool(town, pool)
    (mixing, (who, what, rest)) = steps(town, pool)
    assert mixing == ("lab", "Mix the sub-pool of members", "3, 4")
    assert (who, what, "".join(rest.split())) == ("lab", "Put the sub-pool on a plate", f"1,2Tube{first}")
    sub_pool(town, pool)
    plate = town.plated()
    reading = steps(town, pool)
    assert [(who, what) for who, what, _ in reading] == [("lab", "Read the plate of the sub-pool")] * 2
    assert all(plate["barcode"] in rest.replace(" ", "") for *_, rest in reading)
    run = done(town.imported(plate, {first: "positive"}))["run"]
    assert [(who, what) for who, what, _ in steps(town, pool)] == [("reviewer", "Review the sub-pool")] * 2
    done(review(run, town.bea))
    done(review(run, town.bea, tubes=[first]))
    assert steps(town, pool) == [("lab", "Test the single tube", "1, 2")]


def test_tubes_that_are_kept_until_somebody_chooses_wait_for_that(town: Town) -> None:
    (ours,) = named("group")
    load_policy(town, group=ours, scheme="choose")
    pool, _ = reactive(town, 3, group=ours)
    assert steps(town, pool) == [("lab", "Choose how the kept tubes are tested", "1, 2, 3")]


def test_nobody_tests_the_tubes_of_a_pool_that_is_not_reviewed_yet(town: Town) -> None:
    tubes = singles(town, 3)
    pool = str(done(mix(town, *tubes))["barcode"])
    done(town.imported(town.plated(), {pool: "positive"}))
    assert steps(town, pool) == [("reviewer", "Review the call", "")]


def test_tubes_that_no_scheme_keeps_are_tested_singly(town: Town) -> None:
    pool, tubes = reactive(town, 2)
    assert steps(town, pool) == [("lab", "Test the single tube", "1, 2")]
    read_out(town, {tubes[0]: "invalid"})
    assert steps(town, pool) == [("sampling site", "Call back", "1")]


def test_each_of_two_cases_in_one_square_names_its_own_members(town: Town) -> None:
    (ours,) = named("group")
    load_policy(town, group=ours, scheme="choose")
    (one, _), (two, _) = reactive(town, 4, group=ours), reactive(town, 5, group=ours)
    done(choose(town, one, "square", others=[two]))
    for case, count in ((one, 4), (two, 5)):
        page = town.bea.get(f"/testing/cases/{case}", lang="en").text
        start = page.index('<ul class="next-steps">')
        told = STEP.findall(page[start : page.index("</ul>", start)])
        assert [what for _, what, _ in told] == ["Mix the sub-pool of members"] * 6
        assert sorted(int(number) for *_, rest in told for number in re.findall(r"\d+", rest)) == sorted([*range(1, count + 1)] * 2)


@given(st.dictionaries(st.integers(1, 10), st.sampled_from(sorted(MemberState)), min_size=1), st.sets(st.integers(1, 10)))
def test_every_unsettled_member_waits_for_one_thing_or_for_the_scheme(states: dict[int, MemberState], kept: set[int]) -> None:
    members = [MemberStanding(position, state) for position, state in states.items()]
    told = next_steps(OPEN, members, Kept(frozenset(kept)))
    positions = [position for step in told for position in step.positions]
    unsettled = {one.position for one in members if one.state not in (MemberState.NEGATIVE, MemberState.POSITIVE)}
    waiting = {position for position in kept if states.get(position) is MemberState.RECEIVED}
    assert sorted(positions) == sorted(unsettled - waiting)


def test_a_sub_pool_that_is_released_or_turned_away_is_no_step() -> None:
    mixed = tuple(Mixed(f"T{number}", (number,), state) for number, state in enumerate(BenchState, 1))
    told = next_steps(OPEN, [MemberStanding(1, MemberState.RECEIVED)], Kept(frozenset({1}), mixed=mixed))
    assert [(step.step, step.who) for step in told] == [(Step.PLATE, Who.LAB), (Step.READ, Who.LAB), (Step.REVIEW_SUB_POOL, Who.REVIEWER)]
