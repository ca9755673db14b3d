"""Repeats change nothing: however often, in whatever company and order, and however many at once (promise 7)."""

import random
from typing import Any

import pytest

from tests.factories import Town, person, tube
from tests.sampling.sync.crowd import insist, state, together


def morning(town: Town) -> list[list[dict[str, Any]]]:
    """A morning's batches: pools, singles, one family in two tubes, something refused, and recollections of what is not there yet."""
    family = [person() for _ in range(3)]
    pools = [tube(town.site, 4) for _ in range(6)] + [tube(town.site, family), tube(town.site, family, hours=1)]
    singles = [tube(town.site, 1, size=1, retest_of=made["barcode"], hours=2) for made in pools[:4]]
    refused = [tube(town.site, 11), tube("NOWHERE")]
    return [pools[:4], pools[2:] + refused, singles, singles[:2] + pools[:1] + refused[:1]]


def unlike(first: dict[str, Any], second: dict[str, Any]) -> list[str]:
    """What differs between two states."""
    return [name for name in first if first[name] != second[name]]


def test_a_batch_sent_again_leaves_everything_as_it_was(town: Town) -> None:
    batches = morning(town)
    codes = {made["barcode"] for batch in batches for made in batch}
    for batch in batches:
        town.sync(*batch)
    before = state(town, codes)
    for batch in batches * 3:
        assert {outcome["outcome"] for outcome in town.sync(*batch)} <= {"already_have", "refused"}
    assert unlike(before, state(town, codes)) == []


@pytest.mark.parametrize("seed", range(2))
def test_batches_sent_one_to_ten_times_at_once_and_shuffled_are_accepted_exactly_once(town: Town, seed: int) -> None:
    luck, batches = random.Random(seed), morning(town)
    codes = {made["barcode"] for batch in batches for made in batch}
    copies = [luck.sample(batch, len(batch)) for batch in batches for _ in range(luck.randint(1, 10))]
    luck.shuffle(copies)
    devices = [copies[number::4] for number in range(4)]
    answers = together(*[lambda mine=mine: [outcome for batch in mine for outcome in insist(town, batch)] for mine in devices])
    accepted = [outcome["id"] for device in answers for outcome in device if outcome["outcome"] == "accepted"]
    assert len(accepted) == len(set(accepted))
    found = state(town, codes)
    assert found["held"] == [row for row in found["held"] if row[1] is None]
    for batch in batches:
        insist(town, batch)
    assert unlike(found, state(town, codes)) == []
    assert len(found["tubes"]) == len(codes) - 2
    registered = [code for code, verb, count in found["events"] if verb == "tube.registered" and count == 1]
    assert registered == sorted(row[0] for row in found["tubes"])


def test_the_same_people_listed_in_another_order_are_the_same_content(town: Town) -> None:
    made = town.collected(4)
    (outcome,) = town.sync(made | {"members": made["members"][::-1]})
    assert outcome["outcome"] == "already_have"
