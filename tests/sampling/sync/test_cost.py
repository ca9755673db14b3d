"""What a message costs: the same number of statements however many new tubes are in it."""

from typing import Any

from tests.factories import Town, at, person, tube
from tests.sampling.sync.crowd import state

MOST_STATEMENTS = 6


def statements(town: Town, *tubes: dict[str, Any]) -> int:
    """How many statements a message needed, as its answer says."""
    answer = town.ana.post("/sampling/api/sync", {"device": "dev-1", "sent_at": at(1), "tubes": [*tubes]})
    assert {outcome["outcome"] for outcome in answer.json()["tubes"]} == {"accepted"}
    return int(answer.headers["X-Statements"])


def test_fifty_new_pools_need_no_more_statements_than_one_and_that_is_six(town: Town) -> None:
    statements(town, tube(town.site, 10))  # the catalogue and the day's partitions are known from here on
    assert statements(town, tube(town.site, 10)) <= MOST_STATEMENTS
    assert statements(town, *[tube(town.site, 10) for _ in range(50)]) <= MOST_STATEMENTS


def test_fifty_recollections_of_known_tubes_need_one_statement_more(town: Town) -> None:
    pools = [town.collected(1) for _ in range(50)]
    assert statements(town, *[tube(town.site, [person()], size=1, retest_of=pool["barcode"]) for pool in pools]) <= MOST_STATEMENTS + 1


def test_a_repeat_of_fifty_pools_needs_no_more_than_their_first_coming(town: Town) -> None:
    pools = [tube(town.site, 5) for _ in range(50)]
    statements(town, *pools)
    again = town.ana.post("/sampling/api/sync", {"device": "dev-1", "sent_at": at(1), "tubes": pools})
    assert int(again.headers["X-Statements"]) <= MOST_STATEMENTS


def test_ten_recollections_that_waited_are_freed_with_no_more_statements_than_two(town: Town) -> None:
    cost = []
    for count in (2, 10):
        pool = tube(town.site, 10)
        singles = [tube(town.site, [member], size=1, retest_of=pool["barcode"]) for member in pool["members"][:count]]
        assert {outcome["outcome"] for outcome in town.sync(*singles)} == {"held"}
        cost.append(statements(town, pool))
        codes = [single["barcode"] for single in singles]
        assert {(one, "tube.registered", 1) for one in codes} <= set(state(town, codes)["events"])
    assert cost[1] <= cost[0]
