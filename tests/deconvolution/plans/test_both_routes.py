"""Both routes at once, where the policy says so: kept tubes are tested while their people are called back; each has one answer."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from lims.catalog.forms import CatalogForm
from tests.bench import close, done, found, members, recollected
from tests.deconvolution.plans.at_work import choose, load_policy, read_out, to_mix
from tests.deconvolution.plans.test_next_steps import steps
from tests.deconvolution.plans.test_policy import hours_to
from tests.deconvolution.plans.test_recollecting import listed, reactive
from tests.factories import Town
from tests.interop.test_who_is_told import named


def both(town: Town, count: int = 2, **policy: Any) -> tuple[str, dict[str, Any]]:
    """A positive aliquot pool whose people are called back while their tubes are tested; who is in each of them."""
    (ours,) = named("group")
    load_policy(town, group=ours, recollect_too=True, **policy)
    return reactive(town, count, ours)


def whom(town: Town) -> list[str]:
    """The tubes for which Ana is to call somebody back."""
    return sorted(one["tube"] for one in listed(town))


def test_people_are_called_back_while_their_kept_tubes_are_tested(town: Town) -> None:
    pool, people = both(town, recollect_within_hours=5, retest_within_hours=2, source="instruction 14")
    assert members(town, pool) == ["received"] * 2
    assert whom(town) == sorted(people)
    one, _ = listed(town)
    assert (one["why"], one["case"], one["state"], one["single"]) == ("pool", None, "to_recollect", None)
    assert {one["name"] for one in listed(town)} == {member["name"] for member in people.values()}
    case = town.case(pool)
    assert case is not None
    since, opened, until = (datetime.fromisoformat(one) for one in (one["since"], case["opened_at"], one["deadline"]))
    assert since == opened  # all of it is done at noon
    assert (until - opened, hours_to(case)) == (timedelta(hours=5), 2)
    assert steps(town, pool) == [("sampling site", "Call back", "1, 2"), ("lab", "Test the single tube", "1, 2")]
    assert "Both routes at once" in town.olga.get(f"/testing/cases/{pool}", lang="en").text
    assert "双线并行" in town.olga.get(f"/testing/cases/{pool}", lang="zh").text


def test_without_that_policy_nobody_is_called_back_while_the_tube_is_tested(town: Town) -> None:
    both(town)
    (ours,) = named("group")
    _, people = reactive(town, 2, ours)
    assert not set(whom(town)) & set(people)


@pytest.mark.parametrize("kept_first", [True, False])
@pytest.mark.parametrize(("kept", "new"), [("negative", "negative"), ("positive", "negative"), ("negative", "positive")])
def test_the_first_result_answers_and_a_positive_one_is_never_outweighed(town: Town, kept: str, new: str, *, kept_first: bool) -> None:
    pool, people = both(town, 2, scheme="choose")
    (tube, member), (other, _) = people.items()
    again = recollected(town, member, tube)
    assert whom(town) == [other]
    assert "also in tube" not in town.bea.get(f"/testing/cases/{pool}", lang="en").text  # the kept tube is no other pool

    def kept_tube() -> None:
        done(choose(town, pool, "individual"))
        read_out(town, {tube: kept})

    def new_tube() -> None:
        found(town, {again: new})

    first, then = (kept_tube, new_tube) if kept_first else (new_tube, kept_tube)
    first()
    assert members(town, pool)[0] == (kept if kept_first else new)
    then()
    assert members(town, pool)[0] == ("positive" if "positive" in (kept, new) else "negative")


def test_a_recollection_that_says_nothing_clear_calls_its_person_back_once(town: Town) -> None:
    pool, people = both(town, 2, scheme="choose")
    (tube, member), (other, _) = people.items()
    found(town, {recollected(town, member, tube): "grey_zone"})
    assert whom(town) == sorted([tube, other])
    assert members(town, pool)[0] == "inconclusive"


def test_who_is_settled_by_the_kept_tube_is_called_back_no_more(town: Town) -> None:
    pool, people = both(town, 4, scheme="choose")
    tubes = list(people)
    done(choose(town, pool, "halving"))
    assert to_mix(town, pool) == [tubes[:2], tubes[2:]]
    done(choose(town, pool, "individual"))
    read_out(town, {tubes[0]: "positive"})
    assert (whom(town), members(town, pool)) == ([], ["positive", "negative", "negative", "negative"])


def test_nobody_of_a_closed_case_is_called_back(town: Town) -> None:
    pool, _ = both(town, scheme="choose")
    done(close(town, pool, "unresolved", "all left the country"))
    assert whom(town) == []


def test_both_routes_are_two_and_not_recollection_alone() -> None:
    policy = {"from": "2022-01-01", "zone": "sealed", "source": "s", "scheme": "recollect", "recollect_too": True}
    with pytest.raises(ValueError, match="recollect_too belongs to schemes that test the kept tubes"):
        CatalogForm.model_validate({"case_policy": [policy]})
